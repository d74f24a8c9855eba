"""The bot against the Bot API server of the tests, over real HTTP: in a thread of this process, or as a process of its own."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.telegram.pacing import Pacer
from bot.telegram.program import Program
from bot.telegram.store import Store, open_store
from bot.wiring import chain_over, open_articles, take_in_samples
from tests.telegram_server import TOKEN, BotApi

ROOT = Path(__file__).parent.parent.parent
PROGRAM = [sys.executable, "-m", "bot"]
_PATIENCE = 20.0

_HASTE = 20.0

Start = Callable[..., "Running"]
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose archive holds the sample articles; to be copied."""
    home = tmp_path_factory.mktemp("prepared") / "kildebot"
    with open_articles(Settings(home=home, model="none")) as archive:
        take_in_samples(archive)
    return home


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


def hasty_pacer() -> Pacer:
    """A pacer for whom a second is a twentieth of one: for tests that are not about Telegram's limits."""
    return Pacer(clock=lambda: _HASTE * time.monotonic(), sleep=lambda seconds: asyncio.sleep(seconds / _HASTE))


class Running:
    """A bot that runs in a thread, with Telegram's limits or in haste."""

    def __init__(self, settings: Settings, *, paced: bool) -> None:
        self.settings = settings
        self._paced = paced
        self._loop: asyncio.AbstractEventLoop | None = None
        self._signalled: asyncio.Queue[int] | None = None
        self._begun: Future[Store] = Future()
        self._over: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="bot", daemon=True)
        self._thread.start()
        self.store = self._begun.result(_PATIENCE)

    def stop(self) -> None:
        """As a signal would; raises what the bot ended with."""
        self.signal()
        self._over.result(_PATIENCE)

    def signal(self) -> None:
        if self._loop is not None and self._signalled is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._signalled.put_nowait, 15)

    def ended(self) -> None:
        """Wait until it ends by itself, and raise what it ended with."""
        self._over.result(_PATIENCE)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            if not self._begun.done():
                self._begun.set_exception(error)
            self._over.set_exception(error)
        else:
            self._over.set_result(None)

    async def _serve(self) -> None:
        self._loop, self._signalled = asyncio.get_running_loop(), asyncio.Queue()
        with ExitStack() as stack:
            archive = stack.enter_context(open_articles(self.settings))
            store = stack.enter_context(open_store(self.settings.home))
            chain = chain_over(archive, self.settings)
            stack.callback(chain.close)
            program = Program(self.settings, archive, chain, store, pacer=None if self._paced else hasty_pacer())
            self._begun.set_result(store)
            await program.run(self._signalled)


@pytest.fixture
def telegram_home(home: Path, prepared: Path) -> Path:
    """A home with the sample articles in its archive."""
    return Path(shutil.copytree(prepared, home / "kildebot"))


@pytest.fixture
def start(server: BotApi, telegram_home: Path) -> Iterator[Start]:
    """Starts a bot in a thread, with settings, in haste unless `paced`; it is stopped in the end."""
    running: list[Running] = []

    def begin(*, paced: bool = False, **chosen: Any) -> Running:
        defaults: dict[str, Any] = {
            "home": telegram_home,
            "telegram_bot_token": TOKEN,
            "telegram_api": server.url,
            "listen": "none",
        }
        running.append(Running(Settings(**(defaults | chosen)), paced=paced))
        return running[-1]

    yield begin
    for each in running:
        if not each._over.done():
            each.stop()


@contextmanager
def spawned(server: BotApi, home: Path, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """The program itself, as an operator starts it; killed in the end if it still runs."""
    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "KILDEBOT_TELEGRAM_API": server.url,
        "KILDEBOT_HOME": str(home),
        "KILDEBOT_LISTEN": "none",
        **variables,
    }
    process = subprocess.Popen(
        [*PROGRAM, "telegram", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
