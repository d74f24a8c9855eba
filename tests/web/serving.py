"""A server in a process of its own, so that its memory and its files can be counted: prints its port, ends with its input."""

import asyncio
import sys

from bot.web import Web
from tests.web.visitors import PATH, SECRET


async def receive(raw: bytes) -> None:
    await asyncio.sleep(0.002)  # as long as a disk takes


async def serve() -> None:
    async with Web("127.0.0.1:0", path=PATH, secret=SECRET, receive=receive, quarantine=receive) as web:
        print(web.address.port, flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
