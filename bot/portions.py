"""What comes piece by piece, looked at now and then."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

Piece = TypeVar("Piece")


async def portions(pieces: AsyncGenerator[Piece, None], pace: float) -> AsyncGenerator[tuple[list[Piece], bool], None]:
    """What has come since the last portion, no two of them nearer than `pace` seconds, and whether it is known to be the last.

    The first piece is given at once, and so is any that comes after a pause; none is held back for longer than `pace`. Only the last
    portion may be empty. Raises what `pieces` raises, after all that came before it; they are closed in the end.
    """
    came: list[Piece] = []
    has_come, is_over = asyncio.Event(), False

    async def take() -> None:
        nonlocal is_over
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    came.append(piece)
                    has_come.set()
        finally:
            is_over = True
            has_come.set()

    taking = asyncio.create_task(take())
    try:
        while True:
            await has_come.wait()
            has_come.clear()
            portion = came[:]
            came.clear()
            yield portion, is_over
            if is_over and not came:
                break
            await asyncio.wait({taking}, timeout=pace)
        await taking
    finally:
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
