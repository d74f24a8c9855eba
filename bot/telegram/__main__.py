"""`python -m bot.telegram HOME KEY` works on one update that waits. Begun by the bot, of which it is a part, and not by people."""

import logging
import signal
import sys
from pathlib import Path

from bot.logs import guard, set_up
from bot.settings import load_settings, secrets_of
from bot.telegram.apart import PUT_OFF, end_with_parent
from bot.telegram.program import serve_one
from bot.telegram.store import open_store
from bot.wiring import chain_over, open_articles
from vectorstore.errors import VectorstoreError


def main() -> int:
    """Gives the exit code: 0 done, 75 put off; else the update could not be handled."""
    end_with_parent()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a terminal sends them to both; our parent says when we end
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    settings = load_settings(home=Path(sys.argv[1]))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    set_up(level, secrets_of(settings), json=settings.log_format == "json")
    guard()
    try:
        with open_articles(settings) as archive, open_store(settings.home) as store:
            chain = chain_over(archive, settings)
            try:
                return serve_one(settings, archive, chain, store, int(sys.argv[2]))
            finally:
                chain.close()
    except VectorstoreError:
        return PUT_OFF


if __name__ == "__main__":
    sys.exit(main())
