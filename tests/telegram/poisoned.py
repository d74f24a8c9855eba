"""The bot with a question in the world that it dies of: to ask it ends the process, as a crash in a library would."""

import logging
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from bot.answer import Event
from bot.chain import AnswerChain
from bot.logs import set_up
from bot.settings import load_settings
from bot.telegram.apart import end_with_parent
from bot.telegram.program import serve, serve_one
from bot.telegram.store import open_store
from bot.wiring import open_articles, search_over
from bot.writers.quoting import QuotingWriter
from tests.telegram import forking

POISON = "gift"


class Deadly(AnswerChain):
    def astream(self, question: str, *more: Any, **options: Any) -> AsyncGenerator[Event, None]:
        if POISON in question:
            os._exit(9)
        return super().astream(question, *more, **options)


def program(key: int | None = None) -> None:
    settings = load_settings(home=Path(sys.argv[1]) if key else None)
    set_up(logging.CRITICAL)
    with open_articles(settings) as archive, open_store(settings.home) as store:
        chain = Deadly(search_over(archive), QuotingWriter())
        if key is None:
            alone = (sys.executable, "-m", "tests.telegram.poisoned")
            code = serve(settings, archive, chain, store, alone=alone)
        else:
            code = serve_one(settings, archive, chain, store, key)
    sys.exit(code)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        end_with_parent()
        program(int(sys.argv[2]))
    else:
        forking.serve(program)
