"""The server: a thread with its own event loop, on a port of 127.0.0.1."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from tests.telegram_server.api import Api
from tests.telegram_server.control import Control
from tests.telegram_server.front import Front
from tests.telegram_server.limits import Limits
from tests.telegram_server.stage import Stage
from tests.telegram_server.webhook import Webhook

TOKEN = "123456789:AAF-kildebot_test_token_AAAAAAAAAAA"
USERNAME = "kilde_bot"
_LARGEST_BODY = 64 * 1024 * 1024
T = TypeVar("T")


class BotApi(Stage):
    """`with BotApi() as server:` — a Bot API server at `server.url`, for one bot with `server.token`.

    In python-telegram-bot: `base_url=server.base_url, base_file_url=server.base_file_url`.
    """

    def __init__(
        self, *, token: str = TOKEN, username: str = USERNAME, port: int = 0, limits: Limits | None = None
    ) -> None:
        super().__init__(Api(token, username))
        self.token = token
        self.port = port
        if limits is not None:
            self.limits = limits
        self.webhook: Webhook
        self.loop: asyncio.AbstractEventLoop
        self._front: Front
        self._http: HTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._end: asyncio.Event
        self._changing: asyncio.Task[Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        ready: list[BaseException | None] = []
        started = threading.Event()

        def run() -> None:
            try:
                asyncio.run(self._serve(started))
            except BaseException as error:
                ready.append(error)
                raise
            finally:
                started.set()

        self._thread = threading.Thread(target=run, name="Bot API", daemon=True)
        self._thread.start()
        started.wait(10)
        if ready:
            raise RuntimeError("the Bot API server did not start") from ready[0]

    def stop(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self.clear_faults()
            self.loop.call_soon_threadsafe(self._end.set)
            self._thread.join(10)

    def down(self) -> None:
        """Refuses new connections and breaks those that are open; the world goes on, unseen by the bot."""
        self._run(self._close())

    def up(self) -> None:
        """Listens again, on the same port."""
        self._run(self._open())

    def forget(self) -> None:
        """An empty ledger, for a load test that looks at one stretch only. The world stays."""
        with self.world.lock:
            ledger = self.api.ledger
            for kept in (ledger.calls, ledger.effects, ledger.problems):
                kept.clear()
            ledger.statuses.clear()

    async def _serve(self, started: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self.webhook = Webhook(self.api)
        self._front = Front(self.api, Control(self).do)
        self.api.updates.added = self._added
        await self._open()
        started.set()
        await self._end.wait()
        self.api.updates.added = lambda: None
        self.webhook.close()
        await self._close()

    def _added(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self.loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self.world.lock:
            self.api.updates.wake()
        self.webhook.wake()

    async def _open(self) -> None:
        if self._http is None:
            sockets = bind_sockets(self.port, "127.0.0.1", backlog=1024)
            self.port = sockets[0].getsockname()[1]
            self._http = HTTPServer(self._front, max_body_size=_LARGEST_BODY, max_buffer_size=_LARGEST_BODY)
            self._http.add_sockets(sockets)

    async def _close(self) -> None:
        if self._http is None:
            return
        http, self._http = self._http, None
        http.stop()
        for task in [*self._front.tasks]:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(http.close_all_connections(), 2)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs in the server's thread, and waits for it; from that thread itself, only begins it."""
        if threading.current_thread() is self._thread:
            self._changing = self.loop.create_task(work)
            return None  # type: ignore[return-value]
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)
