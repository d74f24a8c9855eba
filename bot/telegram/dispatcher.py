"""From the inbox to the handlers: each lane in order, lanes beside each other, and what cannot be handled put aside.

What became of a try, and what is done then:

| the handler | the update |
|---|---|
| returns | is done |
| raises `PutOff`, or the disk is full or gone, or in use | is tried again after a while, as often as it takes: it is no fault of the update |
| raises anything else | is tried again, three times in all; then somebody is told, and it is put aside |
| ends with the whole program | is tried again at the next start; from the third time on in a process of its own |

A kill can never have an update put aside, however often it comes: who kills this process, kills the other too. If that one dies alone, the
update did it, and that is an error like others.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial

from bot.telegram.store import Store, Waiting
from vectorstore.errors import ArchiveLocked, ArchiveUnusable, VectorstoreError

TRIES = 3
"""How often an update is tried that raises an error."""

_SUSPECT_FROM = 3  # times that the program ended while an answer was sought: then, this update may be why
_PAUSE = 1.0  # seconds before an update that raised an error is tried again, times the tries so far
_DISK_PAUSE = 2.0  # seconds before the disk is tried again

_log = logging.getLogger(__name__)

Handle = Callable[[Waiting], Awaitable[None]]


class PutOff(Exception):
    """Something is in the way of an update that is no fault of its own; it is to be tried again after some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Dispatcher:
    """Works through the updates of the inbox. What it was given and did not finish is there at the next start."""

    def __init__(
        self,
        store: Store,
        handle: Handle,
        give_up: Handle,
        *,
        apart: Handle | None = None,
        pause: float = _PAUSE,
        disk_pause: float = _DISK_PAUSE,
        failed: Callable[[], None] = lambda: None,
        quarantined: Callable[[], None] = lambda: None,
    ) -> None:
        """`handle` does what an update asks for, and may be called again for the same one; `give_up` apologises for it.

        `apart` does the same as `handle` where the end of the process does not end ours, one update at a time. `failed` is
        told of every try that raised an error, `quarantined` of every update that was put aside.
        """
        self._store = store
        self._handle = handle
        self._give_up = give_up
        self._apart = apart or handle
        self._pause = pause
        self._disk_pause = disk_pause
        self._has_failed = failed
        self._quarantined = quarantined
        self._lanes: dict[str, deque[Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._one_apart = asyncio.Semaphore()
        self._stopping = asyncio.Event()

    async def replay(self) -> None:
        """Take up what was not done when the program ended."""
        self.take(await self._store.keep(self._store.inbox.waiting))

    def take(self, updates: Iterable[Waiting]) -> None:
        """Work on these, each behind what its lane has already; once stopped, leave them for the next start."""
        for update in updates:
            lane = self._lanes.get(update.lane)
            if lane is None:
                lane = self._lanes[update.lane] = deque()
                worker = asyncio.create_task(self._work(update.lane, lane))
                self._workers.add(worker)
                worker.add_done_callback(self._workers.discard)
            lane.append(update)

    async def stop(self, grace: float) -> None:
        """Let what is being worked on come to an end, but begin nothing new; after `grace` seconds it is left for the next start."""
        self._stopping.set()
        if self._workers:
            await asyncio.wait(self._workers, timeout=grace)
        workers = [*self._workers]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, name: str, lane: "deque[Waiting]") -> None:
        """Everything in a lane, from its first; the one that is worked on stays in front."""
        try:
            await asyncio.sleep(0)  # whoever made the lane puts the first into it
            while lane and not self._stopping.is_set():
                while not (await self._try(lane[0]) or self._stopping.is_set()):
                    pass
                lane.popleft()
        finally:
            del self._lanes[name]

    async def _try(self, update: Waiting) -> bool:
        """Try an update once, or wait where something is in its way. Whether there is nothing more to do about it."""
        try:
            return await self._is_over(update)
        except PutOff as put_off:
            await self._wait(put_off.seconds)
        except (
            VectorstoreError
        ) as error:  # of the handler's, only those that may pass; or what waits cannot be written down
            _log.error("an update waits: %s", error.message)
            await self._wait(self._disk_pause)
        return False

    async def _is_over(self, update: Waiting) -> bool:
        if not await self._store.keep(partial(self._store.inbox.begin, update)):  # it was forgotten meanwhile
            return True
        try:
            await self._do(update)
        except (asyncio.CancelledError, PutOff, ArchiveLocked, ArchiveUnusable):
            # Put off in order: it is no crash that it was not finished.
            await asyncio.shield(self._store.keep(partial(self._store.inbox.release, update)))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other lanes go on
            return await self._failed(update, error)
        await self._store.keep(partial(self._store.inbox.done, update))
        return True

    async def _do(self, update: Waiting) -> None:
        if update.begun < _SUSPECT_FROM:
            await self._handle(update)
            return
        async with self._one_apart:
            await self._apart(update)

    async def _failed(self, update: Waiting, error: Exception) -> bool:
        """Count an error; after the last try, put the update aside. Whether that is so."""
        _log.error("an update could not be handled: %s", type(error).__name__, exc_info=error)
        self._has_failed()
        failures = await self._store.keep(partial(self._store.inbox.fail, update))
        if failures < TRIES:
            await self._wait(self._pause * failures)
            return False
        await self._put_aside(update)
        return True

    async def _put_aside(self, update: Waiting) -> None:
        """Give it up: first somebody is told, for what is put aside is not looked at again."""
        try:
            await self._give_up(update)
        except (PutOff, VectorstoreError):
            raise
        except Exception as error:  # noqa: BLE001 - it is given up all the same
            _log.warning("nobody could be told of an update that was put aside: %s", type(error).__name__)
        await self._store.keep(partial(self._store.inbox.quarantine, update))
        self._quarantined()

    async def _wait(self, seconds: float) -> None:
        """Wait, but not longer than until we are to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
