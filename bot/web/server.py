"""The server itself: who is connected, for how long, and how it ends."""

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, cast

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.iostream import IOStream
from tornado.tcpserver import TCPServer

from bot.errors import SettingsInvalid
from bot.web.exchange import HEALTH_PATH, LARGEST_BODY, METRICS_PATH, Exchange, Network, Site
from bot.web.listening import Address, bound
from bot.web.metrics import Metrics

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)  # Bot API, setWebhook
_PATH = re.compile(r"/[!-~]*")
_LARGEST_HEAD = 16_384  # bytes; Telegram's has a few hundred, a proxy may add a few more
_PIECE = 65_536  # bytes that are read at once


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may be connected, and how many seconds each has for a head, for a body, and for an answer while we stop."""

    connections: int = 512  # half of the files that a process may have open by default (ulimit -n)
    head: float = 10.0
    body: float = 10.0
    stopping: float = 5.0


class Web:
    """Telegram's webhook, if somebody receives; `/healthz` and `/metrics` for this machine. It listens between enter and exit.

    A request to the webhook is refused by its head alone: 405, 403, 415, 413, and the connection ends. What is a JSON object with an
    `update_id` is given to `receive` as it came, all else to `quarantine`; 200 is answered once they return, 503 if they raise, and
    then Telegram sends it again. They may be given the same update twice. Nothing that comes in is logged.
    """

    def __init__(
        self,
        listen: str,
        *,
        path: str = "",
        secret: str = "",
        receive: Callable[[bytes], Awaitable[None]] | None = None,
        quarantine: Callable[[bytes], Awaitable[None]] | None = None,
        health: Callable[[], Mapping[str, str]] = dict,
        metrics: Metrics | None = None,
        observers: Iterable[str] = (),
        limits: Limits | None = None,
    ) -> None:
        """Nothing listens yet. Raises `SettingsInvalid`.

        `health` names each part with why it is not well, empty where it is; it is shown as it is. `observers` are networks
        (`10.0.0.0/8`) whose machines may look at health and metrics beside this one. Without `receive` there is no webhook.
        """
        self.address = Address.read(listen)
        if receive is not None:
            _check_webhook(path, secret)
        networks = frozenset(map(_network, observers))
        metrics = metrics or Metrics()
        self._site = Site(path, secret.encode(), receive, quarantine, health, metrics, networks)
        self._limits = limits or Limits()
        self._server: _Server | None = None

    async def __aenter__(self) -> Self:
        """Listen; `address` then has the true port. Raises `SettingsInvalid`."""
        listening = bound(self.address)
        if self.address.path is None:
            self.address = replace(self.address, port=listening.getsockname()[1])
        self._server = _Server(self._site, self._limits)
        self._server.add_socket(listening)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take nobody new, answer those whose request came, for a while, and leave no socket behind."""
        if self._server is not None:
            await self._server.close()
        if self.address.path is not None:
            self.address.path.unlink(missing_ok=True)


class _Visit:
    """One connection, with as many requests as are made over it."""

    def __init__(self, server: "_Server", peer: str) -> None:
        self.peer = peer
        self._server = server

    def admitted(self) -> None:
        self._server.busy.add(self)
        self._server.quiet.clear()

    def work(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._server.working.add(task)
        task.add_done_callback(self._server.working.discard)

    def over(self) -> None:
        self._server.busy.discard(self)
        if not self._server.busy:
            self._server.quiet.set()


class _Server(TCPServer, HTTPServerConnectionDelegate):
    """Accepts connections, up to a number. Then whoever has waited longest without a good request has to leave."""

    def __init__(self, site: Site, limits: Limits) -> None:
        super().__init__(max_buffer_size=LARGEST_BODY, read_chunk_size=_PIECE)
        self.busy: set[_Visit] = set()
        self.working: set[asyncio.Task[None]] = set()
        self.quiet = asyncio.Event()
        self.quiet.set()
        self._site = site
        self._limits = limits
        self._stopping = False
        self._connections: dict[HTTP1ServerConnection, _Visit] = {}
        self._parameters = HTTP1ConnectionParameters(
            chunk_size=_PIECE,
            max_header_size=_LARGEST_HEAD,
            header_timeout=limits.head,
            # An exchange counts for itself, so that it can say 413; tornado would say 400.
            max_body_size=2**62,
            body_timeout=limits.body,
        )

    def handle_stream(self, stream: IOStream, address: object) -> None:
        if len(self._connections) >= self._limits.connections and not self._dismissed_one():
            stream.close()
            return
        # The address of a socket in the file system is a string.
        visit = _Visit(self, str(address[0]) if isinstance(address, tuple) else "")
        connection = HTTP1ServerConnection(stream, self._parameters, visit)
        self._connections[connection] = visit
        connection.start_serving(self)

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        connection = cast(HTTP1ServerConnection, server_conn)
        visit = cast(_Visit, connection.context)
        if self._stopping:
            connection.stream.close()
        elif connection in self._connections:
            self._connections[connection] = self._connections.pop(connection)  # it waits from now on
        return Exchange(self._site, visit, cast(HTTP1Connection, request_conn))

    def on_close(self, server_conn: object) -> None:
        connection = cast(HTTP1ServerConnection, server_conn)
        self._connections.pop(connection, None)
        cast(_Visit, connection.context).over()

    async def close(self) -> None:
        """Stop listening; close what is idle at once, and the rest when it is answered or the time is over."""
        self._stopping = True
        self.stop()
        for connection, visit in list(self._connections.items()):
            if visit not in self.busy:
                await connection.close()
        try:
            async with asyncio.timeout(self._limits.stopping):
                await self.quiet.wait()
                await asyncio.gather(*self.working)
        except TimeoutError:
            for task in self.working:
                task.cancel()
        for connection in list(self._connections):
            await connection.close()
        await asyncio.gather(*self.working, return_exceptions=True)

    def _dismissed_one(self) -> bool:
        for connection, visit in self._connections.items():
            if visit not in self.busy:
                del self._connections[connection]
                connection.stream.close()
                return True
        return False


def _check_webhook(path: str, secret: str) -> None:
    if not _SECRET.fullmatch(secret):
        what = "has letters that Telegram does not take" if secret else "is missing"
        hint = "choose 1 to 256 of A-Z a-z 0-9 _ -: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        raise SettingsInvalid(f"KILDEBOT_WEBHOOK_SECRET {what}", hint)
    if not _PATH.fullmatch(path) or path in {HEALTH_PATH, METRICS_PATH} or {"?", "#"} & {*path}:
        raise SettingsInvalid(f"KILDEBOT_WEBHOOK_URL cannot end in {path or 'no path'}", "write https://host/telegram")


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingsInvalid(f"{text} is no network", "write it like 10.0.0.0/8") from None
