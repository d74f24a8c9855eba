"""One request and its reply: what is refused is refused by its head alone, before a byte of the body is read."""

import hmac
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from bot.web.listening import is_loopback
from bot.web.metrics import CONTENT_TYPE, Metrics

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name (Bot API, setWebhook)
LARGEST_BODY = 1_048_576  # bytes; an update with a text of 4,096 characters and its entities is a few tens of kilobytes
HEALTH_PATH, METRICS_PATH = "/healthz", "/metrics"

_LOOKING = ("GET", "HEAD")
_JSON = "application/json"
_MOST_DIGITS = 15  # of a Content-Length
_LAST_ID = 2**63 - 1  # of an update, so that SQLite takes it
# What proxies put in (RFC 7239 and those before it): whoever asks is then not the one who connects.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What is served, and by whom it is done."""

    path: str
    secret: bytes
    receive: Callable[[bytes], Awaitable[None]] | None
    quarantine: Callable[[bytes], Awaitable[None]] | None
    health: Callable[[], Mapping[str, str]]
    metrics: Metrics
    observers: Collection[Network]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. Where it is given before the body was read, the connection ends with it."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    allow: str = ""


class Visit(Protocol):
    """Whoever is connected, as an exchange sees them."""

    @property
    def peer(self) -> str:
        """The number of their machine; empty for a socket in the file system."""

    def admitted(self) -> None:
        """What they want is to be done: the head of their request was found good."""

    def work(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do what is to be finished even if they leave, or the server stops."""

    def over(self) -> None:
        """They were answered, or are gone."""


class Exchange(HTTPMessageDelegate):
    """Reads one request and answers it."""

    def __init__(self, site: Site, visit: Visit, connection: HTTP1Connection) -> None:
        self._site = site
        self._visit = visit
        self._connection = connection
        self._answer: Callable[[bytes], Awaitable[Reply]] | None = None
        self._body = bytearray()
        self._is_push = self._is_head = self._is_read = self._done = False

    def headers_received(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        if not isinstance(start_line, RequestStartLine):
            raise TypeError("a server is sent requests")
        if refusal := self._refusal(start_line, headers):
            self._reply(refusal)
        else:
            self._visit.admitted()

    def data_received(self, chunk: bytes) -> None:
        if self._done:
            return
        if len(self._body) + len(chunk) > LARGEST_BODY:
            self._body.clear()
            self._reply(Reply(413))
        else:
            self._body += chunk

    def finish(self) -> None:
        if not self._done:
            self._is_read = True
            self._visit.work(self._finish(bytes(self._body)))
            self._body.clear()

    def on_connection_close(self) -> None:
        self._body.clear()
        self._done = True
        self._visit.over()

    def _refusal(self, start_line: RequestStartLine, headers: HTTPHeaders) -> Reply | None:
        path = start_line.path.partition("?")[0]
        self._is_head = start_line.method == "HEAD"
        if self._site.receive is not None and path == self._site.path:
            self._is_push, self._answer = True, self._take
            return _refused_push(start_line.method, headers, self._site.secret)
        pages = {HEALTH_PATH: self._tell_health, METRICS_PATH: self._tell_metrics}
        if path not in pages or not self._may_look(headers):
            return Reply(404)
        self._answer = pages[path]
        if start_line.method not in _LOOKING:
            return Reply(405, allow=", ".join(_LOOKING))
        return Reply(413) if _has_body(headers) else None

    def _may_look(self, headers: HTTPHeaders) -> bool:
        """Whether whoever asks is on this machine, or in a network that was named; never through a proxy."""
        if any(name in headers for name in _FORWARDED):
            return False
        if not self._visit.peer:
            return True
        if is_loopback(self._visit.peer):
            # A page in a browser on this machine reaches us by a name of its own ("DNS rebinding").
            return is_loopback(_host(headers.get("Host", "")))
        number = ipaddress.ip_address(self._visit.peer.partition("%")[0])
        return any(number in network for network in self._site.observers)

    async def _finish(self, body: bytes) -> None:
        if self._answer is None:
            raise RuntimeError("what was not refused has an answer")
        try:
            reply = await self._answer(body)
        except Exception as error:  # noqa: BLE001 - whatever it is, Telegram tries again
            _log.error("a request could not be answered: %s", type(error).__name__, exc_info=error)
            reply = Reply(500)
        self._reply(reply)

    async def _take(self, body: bytes) -> Reply:
        """Hand an update on. Only what was taken is answered with 200; Telegram sends anything else again."""
        take = self._site.receive if _is_update(body) else self._site.quarantine
        if take is not None:
            try:
                await take(body)
            except Exception as error:  # noqa: BLE001 - a full disk, a locked file: it will come again
                _log.error("an update could not be taken in: %s", type(error).__name__, exc_info=error)
                return Reply(503)
        return Reply(200)

    async def _tell_health(self, _: bytes) -> Reply:
        try:
            parts = dict(self._site.health())
        except Exception as error:  # noqa: BLE001 - that it cannot be told is what is to be told
            _log.error("health cannot be told: %s", type(error).__name__, exc_info=error)
            parts = {"health": "cannot be told"}
        well = not any(parts.values())
        told = {name: why or "ok" for name, why in parts.items()}
        content = json.dumps({"status": "ok" if well else "failing", "parts": told})
        return Reply(200 if well else 503, content.encode() + b"\n", _JSON)

    async def _tell_metrics(self, _: bytes) -> Reply:
        return Reply(200, self._site.metrics.text(), CONTENT_TYPE)

    def _reply(self, reply: Reply) -> None:
        if self._done:
            return
        self._done = True
        if self._is_push:
            self._site.metrics.pushed(reply.status)
        headers = HTTPHeaders({"Content-Length": str(len(reply.body)), "Cache-Control": "no-store"})
        if reply.body:
            headers["Content-Type"] = reply.content_type
        if reply.allow:
            headers["Allow"] = reply.allow
        if not self._is_read:
            headers["Connection"] = "close"
        line = ResponseStartLine("HTTP/1.1", reply.status, _REASONS[reply.status])
        self._connection.write_headers(line, headers, None if self._is_head else reply.body)
        self._connection.finish()
        self._visit.over()


def _refused_push(method: str, headers: HTTPHeaders, secret: bytes) -> Reply | None:
    """Why a request to the webhook is not read on; whoever has not the secret learns nothing but that."""
    if method != "POST":
        return Reply(405, allow="POST")
    if not hmac.compare_digest(headers.get(SECRET_HEADER, "").encode("latin-1", "replace"), secret):
        return Reply(403)
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != _JSON:
        return Reply(415)
    length = headers.get("Content-Length", "0")
    if not (length.isascii() and length.isdigit()):
        return Reply(400)
    return Reply(413) if len(length) > _MOST_DIGITS or int(length) > LARGEST_BODY else None


def _has_body(headers: HTTPHeaders) -> bool:
    return "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"


def _host(header: str) -> str:
    """The host without its port; an IPv6 number without its brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_update(body: bytes) -> bool:
    """Whether it is a JSON object with the number that every update has (Bot API, `Update`)."""
    try:
        update = json.loads(body.decode())
    except (ValueError, RecursionError):
        return False
    number = update.get("update_id") if isinstance(update, dict) else None
    return type(number) is int and 0 <= number <= _LAST_ID
