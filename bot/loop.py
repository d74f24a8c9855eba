"""An event loop for those who do not await."""

import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import ExitStack, aclosing
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

Result = TypeVar("Result")


class Loop:
    """An event loop in a thread of its own, begun when it is first needed. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._begun: BlockingPortal | None = None

    def run(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """What some work gives, or raises."""
        given: Result = self._portal().call(work)
        return given

    def iterate(self, make: Callable[[], AsyncGenerator[Result, None]]) -> Generator[Result, None, None]:
        """What a generator gives, as it comes. To close the iterator, or to leave it, ends the generator, whatever it waits for."""
        come: SimpleQueue[tuple[Result] | None] = SimpleQueue()

        async def pump() -> None:
            try:
                async with aclosing(make()) as items:
                    async for item in items:
                        come.put((item,))
            finally:
                come.put(None)

        future = self._portal().start_task_soon(pump)
        try:
            while (item := come.get()) is not None:
                yield item[0]
            future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """End the loop, and what runs in it."""
        with self._lock:
            portal, self._begun = self._begun, None
            try:
                if portal is not None:
                    portal.call(portal.stop, True)
            finally:
                self._stack.close()

    def _portal(self) -> "BlockingPortal":
        from anyio.from_thread import start_blocking_portal

        with self._lock:
            if self._begun is None:
                self._begun = self._stack.enter_context(start_blocking_portal(name="models"))
            return self._begun
