"""Those who come to the server: over real sockets, byte by byte where that matters."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.web import Address
from bot.web.exchange import SECRET_HEADER

SECRET = "canary-secret_0123456789-abcdefghij"
PATH = "/telegram"
UPDATE = b'{"update_id": 7, "message": {"text": "canary question"}}'
RIGHT = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
SOON = 5.0  # seconds; whatever takes longer hangs


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Visitor:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, *, head: bool = False) -> Answer:
        async with asyncio.timeout(SOON):
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines[1:] if line)
            body = b"" if head else await self._reader.readexactly(int(headers["Content-Length"]))
        return Answer(int(lines[0].split()[1]), headers, body)

    async def is_sent_away(self, within: float = SOON) -> bool:
        """Whether the server ends the connection, without another word."""
        try:
            async with asyncio.timeout(within):
                return await self._reader.read(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@contextlib.asynccontextmanager
async def visiting(address: Address) -> AsyncIterator[Visitor]:
    if address.path is not None:
        reader, writer = await asyncio.open_unix_connection(address.path)
    else:
        reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield Visitor(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ask(
    address: Address, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> Answer:
    async with visiting(address) as visitor:
        await visitor.send(request(method, path, headers, body))
        return await visitor.answer(head=method == "HEAD")


async def push(address: Address, body: bytes = UPDATE) -> Answer:
    return await ask(address, "POST", PATH, RIGHT, body)


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    given = {"Host": "127.0.0.1", **(headers or {})}
    if body or method == "POST":
        given.setdefault("Content-Length", str(len(body)))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
