"""An archive of made-up articles, and chains that ask chat servers on loopback about it by the real client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.chain import AnswerChain
from bot.settings import Settings
from bot.wiring import chain_over, open_articles
from tests.cli.conftest import archive, kept, locale, run
from tests.written.speaker import Script, Speaker

__all__ = ["archive", "kept", "locale", "run"]

MakeChain = Callable[..., AnswerChain]
Speak = Callable[[Script], Speaker]


@pytest.fixture
def make_chain(archive: Path) -> Iterator[MakeChain]:
    """Makes chains that ask the server at an address; they are closed after the test."""
    with ExitStack() as stack:

        def make(address: str, home: Path = archive, **options: Any) -> AnswerChain:
            chosen = {"openai_api_key": "sk-test", "openai_base_url": address, "model": "openai:speaker", **options}
            settings = Settings(home=home, **chosen)
            chain = chain_over(stack.enter_context(open_articles(settings)), settings)
            stack.callback(chain.close)
            return chain

        yield make


@pytest.fixture
def speak() -> Iterator[Speak]:
    """Starts servers that say what a script says."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(Speaker(script))
