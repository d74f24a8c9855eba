"""An update that may be what ended the program is worked on by a process of its own: if that one dies, and this one does not, it was.

Both see the same files. Who is killed from outside is this process, and with it goes the other, which then has proven nothing.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence

from bot.telegram.dispatcher import PutOff
from bot.telegram.store import Waiting

PUT_OFF = 75
"""The exit code that says: something is in the way that is no fault of the update's (EX_TEMPFAIL in sysexits.h)."""

_LATER = 2.0  # seconds until it is tried again then


class Died(Exception):
    """The process that worked on an update ended before it was done."""


class Apart:
    """Has updates worked on by a command, which is given their key."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    async def __call__(self, waiting: Waiting) -> None:
        """Return once it is done. Raises `PutOff` and `Died`."""
        process = await asyncio.create_subprocess_exec(*self._command, str(waiting.key), stdin=asyncio.subprocess.PIPE)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if code == PUT_OFF:
            raise PutOff(_LATER)
        if code:
            raise Died


def end_with_parent() -> None:
    """From now on, this process ends when the one does that has begun it, however that ends."""

    def wait() -> None:
        sys.stdin.read()
        os._exit(PUT_OFF)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()
