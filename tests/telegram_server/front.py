"""HTTP: a request becomes a call, a call becomes a response, and faults stand between them.

Written on tornado's HTTP1Connection rather than its handlers: under load this server shares two cores with the bot.
"""

import asyncio
import json
import re
import socket
import struct
import traceback
from collections.abc import Callable, Coroutine
from http.client import responses
from typing import Any, cast
from urllib.parse import unquote

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.iostream import IOStream, StreamClosedError

from tests.telegram_server.api import Api
from tests.telegram_server.faults import AFTER, Fault
from tests.telegram_server.given import Given, read
from tests.telegram_server.ledger import Call
from tests.telegram_server.methods import METHODS
from tests.telegram_server.methods.files import body_of
from tests.telegram_server.shapes import Json, Refused
from tests.telegram_server.updates import LONGEST_POLL, MOST_UPDATES, WEBHOOK_IS_SET

BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)
_TOKEN = re.compile(r"\d{1,20}:[\w-]{3,}")
_STATUSES = {
    "500": Refused(500, "Internal Server Error"),
    "401": Refused(401, "Unauthorized"),
    "409": Refused(
        409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    ),
}

Answer = tuple[int, bytes]


class Front:
    """Takes every request of one server."""

    def __init__(self, api: Api, control: Callable[[str, Json], Any]) -> None:
        self.api = api
        self.control = control
        self.tasks: set[asyncio.Task[None]] = set()

    def __call__(self, request: HTTPServerRequest) -> None:
        path = unquote(request.path)
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            self._bot(request, token, method.removeprefix("test/"))
        elif path.startswith("/file/bot"):
            self._file(request, path.removeprefix("/file/bot"))
        elif path.startswith("/_control/"):
            self._controlled(request, path.removeprefix("/_control/"))
        else:
            respond(request, 404, _refusal(Refused(404, "Not Found")))

    # Calls

    def _bot(self, request: HTTPServerRequest, token: str, method: str) -> None:
        """Worded as api.telegram.org does: a token that is none is not found, a wrong one is unauthorized."""
        name = method.lower()
        try:
            given = read(request)
        except Refused as refusal:
            given = Given({})
            early: Refused | None = refusal
        else:
            early = self._stranger(token, name)
        ledger = self.api.ledger
        with self.api.world.lock:
            call = ledger.begin(name, given.recorded(), self._chat(name, given))
            fault = self.api.faults.strike(name, call.chat)
            if early is not None:
                ledger.current = call
                self.api.refused(early)
                ledger.current = None
        if early is not None:
            respond(request, early.code, self._end(call, early))
        elif fault is None and name != "getupdates":
            respond(request, *self._execute(call, given))
        else:
            self._spawn(self._slowly(request, call, given, fault))

    def _chat(self, method: str, given: Given) -> int | None:
        """The chat that a call is about, by its number."""
        if method == "answercallbackquery":
            press = self.api.queries.presses.get(str(given.values.get("callback_query_id")))
            return press.message.chat.id if press is not None and press.message is not None else None
        return given.number("chat_id") or None

    def _stranger(self, token: str, method: str) -> Refused | None:
        if not _TOKEN.fullmatch(token):
            return Refused(404, "Not Found")
        if token != self.api.token:
            return Refused(401, "Unauthorized")
        if method not in METHODS and method != "getupdates":
            return Refused(404, "Not Found: method not found", kind="method")
        return None

    def _execute(self, call: Call, given: Given) -> Answer:
        api = self.api
        with api.world.lock:
            api.ledger.current = call
            try:
                call.result = METHODS[call.method](api, given)
            except Refused as refusal:
                api.refused(refusal)
                return refusal.code, self._end(call, refusal)
            except Exception:
                api.ledger.problem("server", traceback.format_exc())
                raise
            finally:
                api.ledger.current = None
            return 200, self._end(call)

    def _end(self, call: Call, refusal: Refused | None = None) -> bytes:
        """The body; and the ledger knows how it ended."""
        with self.api.world.lock:
            if refusal is None:
                self.api.ledger.end(call, 200)
                body = json.dumps({"ok": True, "result": call.result}).encode()
            else:
                call.retry_after = refusal.parameters.get("retry_after")
                self.api.ledger.end(call, refusal.code, refusal.description)
                body = _refusal(refusal)
            self.api.world.lock.notify_all()
        return body

    async def _answer(self, call: Call, given: Given) -> Answer:
        if call.method == "getupdates":
            try:
                call.result = await self._poll(given)
            except Refused as refusal:
                return refusal.code, self._end(call, refusal)
            return 200, self._end(call)
        return self._execute(call, given)

    async def _poll(self, given: Given) -> list[Json]:
        api = self.api
        if api.updates.webhook_is_set:
            raise Refused(409, WEBHOOK_IS_SET)
        offset = given.number("offset")
        limit = min(max(given.number("limit", MOST_UPDATES), 1), MOST_UPDATES)
        timeout = min(max(given.number("timeout"), 0), LONGEST_POLL)
        with api.world.lock:
            api.updates.allow(given.shape("allowed_updates"))
            found = api.updates.give(offset, limit)
            api.world.lock.notify_all()
        if found or not timeout:
            return found
        # A negative offset is counted from the end as it was.
        return await api.updates.wait(max(offset, 0), limit, timeout)

    # Faults

    async def _slowly(self, request: HTTPServerRequest, call: Call, given: Given, fault: Fault | None) -> None:
        try:
            if fault is None:
                closed = _watch(request, asyncio.current_task())
                answer = await self._answer(call, given)
                closed.clear()
                respond(request, *answer)
                return
            call.fault = fault.kind
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
                respond(request, *await self._answer(call, given))
            elif fault.kind in AFTER:
                await self._spoil(request, fault, await self._answer(call, given))
            else:
                await self._refuse(request, call, fault)
        except StreamClosedError:
            pass

    async def _refuse(self, request: HTTPServerRequest, call: Call, fault: Fault) -> None:
        """Without effect."""
        if fault.kind == "502":
            self.api.ledger.end(call, 502, "Bad Gateway")
            respond(request, 502, BAD_GATEWAY, "text/html")
        elif fault.kind in {"reset_before", "hang"}:
            if fault.kind == "hang":
                await _until_cleared(fault)
            self.api.ledger.end(call, 0, "reset")
            reset(request)
        else:
            refusal = _STATUSES.get(fault.kind) or Refused(fault.code, fault.description)
            if fault.kind == "429":
                words = f"Too Many Requests: retry after {fault.retry_after}"
                refusal = Refused(429, words, retry_after=fault.retry_after)
            respond(request, refusal.code, self._end(call, refusal))

    async def _spoil(self, request: HTTPServerRequest, fault: Fault, answer: Answer) -> None:
        """After the effect."""
        status, body = answer
        if fault.kind == "drip":
            await _drip(request, status, body, fault.seconds)
        elif fault.kind == "garbage":
            respond(request, 200, b'{"ok":true,"result":{"message_id":')
        elif fault.kind == "empty":
            respond(request, 200, b"")
        elif fault.kind == "delay_after":
            await asyncio.sleep(fault.seconds)
            respond(request, status, body)
        else:
            if fault.kind == "hang_after":
                await _until_cleared(fault)
            reset(request)

    # Files and control

    def _file(self, request: HTTPServerRequest, path: str) -> None:
        token, _, name = path.partition("/")
        call = self.api.ledger.begin("file", {"path": name}, None)
        fault = self.api.faults.strike("file", None)
        body = body_of(self.api, name) if token == self.api.token else None
        if fault is not None:
            self._spawn(self._faulty_file(request, call, fault, body or b""))
            return
        status = 404 if body is None else 200
        self.api.ledger.end(call, status)
        kind = "application/octet-stream" if body is not None else "application/json"
        respond(request, status, _refusal(Refused(404, "Not Found")) if body is None else body, kind)

    async def _faulty_file(self, request: HTTPServerRequest, call: Call, fault: Fault, body: bytes) -> None:
        call.fault = fault.kind
        if fault.kind in AFTER:
            await self._spoil(request, fault, (200, body))
        else:
            await self._refuse(request, call, fault)

    def _controlled(self, request: HTTPServerRequest, verb: str) -> None:
        try:
            said = json.loads(request.body) if request.body else {}
            said |= {name: values[-1].decode() for name, values in request.arguments.items()}
            body = {"ok": True, "result": self.control(verb, said)}
        except Exception as error:  # noqa: BLE001 (what a load generator asks wrongly, it shall read)
            respond(request, 400, json.dumps({"ok": False, "description": repr(error)}).encode())
            return
        respond(request, 200, json.dumps(body).encode())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def respond(request: HTTPServerRequest, status: int, body: bytes, kind: str = "application/json") -> None:
    connection = request.connection
    assert connection is not None
    headers = HTTPHeaders({"Server": "nginx/1.18.0", "Content-Type": kind, "Content-Length": str(len(body))})
    connection.write_headers(ResponseStartLine("HTTP/1.1", status, responses.get(status, "Unknown")), headers, body)
    connection.finish()


def reset(request: HTTPServerRequest) -> None:
    """Ends the connection with RST: no response, and no doubt that there will be none."""
    stream = _stream(request)
    if stream.socket is not None:
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def _stream(request: HTTPServerRequest) -> IOStream:
    return cast(HTTP1Connection, request.connection).stream


def _watch(request: HTTPServerRequest, task: "asyncio.Task[Any] | None") -> list[object]:
    """Ends the task when its connection is closed; an emptied list calls it off."""
    watched: list[object] = [task]

    def closed() -> None:
        if watched and task is not None:
            task.cancel()

    cast(HTTP1Connection, request.connection).set_close_callback(closed)
    return watched


async def _until_cleared(fault: Fault) -> None:
    while not fault.cleared:  # noqa: ASYNC110 (it is cleared in another thread)
        await asyncio.sleep(0.02)


async def _drip(request: HTTPServerRequest, status: int, body: bytes, seconds: float) -> None:
    """One byte in so many seconds; nothing tells that it will come to an end."""
    stream = _stream(request)
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    await stream.write(head.encode())
    for at in range(len(body)):
        await asyncio.sleep(seconds)
        await stream.write(body[at : at + 1])
    stream.close()


def _refusal(refusal: Refused) -> bytes:
    return json.dumps(refusal.body()).encode()
