"""Leaving a model alone for a while after it has failed several times in a row (M. Nygard, "Release It!", 2018: Circuit Breaker).

closed ── `failures` in a row ─→ open ── after `rest` seconds ─→ one probe ── succeeded ─→ closed
                                  ↑                                  │
                                  └── failed: rests twice as long ───┘
"""

import threading
import time
from collections.abc import Callable

_LONGEST_REST = 300.0  # seconds; within them, a model that is well again is found to be so


class Breaker:
    """Says whether a call should be made, by what became of those before it. It never waits, and any thread or task may ask.

    Who is allowed to call tells the outcome, once. `rest` (seconds) should be no shorter than a call may take: then every call from
    before has told its outcome when the probe goes out, and none of them is taken for the probe's.
    """

    def __init__(self, failures: int = 5, rest: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures_that_open = failures
        self._first_rest = self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until: float | None = None  # None: closed
        self._probing = False

    def allows(self) -> bool:
        """Whether to make a call now. After a rest, the first who asks makes the probe, and others wait for its outcome."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._clock() < self._open_until:
                return False
            self._probing = True
            # Then another probe goes out, where nothing has been heard of this one.
            self._open_until = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        """The call was answered."""
        with self._lock:
            if self._open_until is None or self._probing:
                self._failures = 0
                self._rest = self._first_rest
                self._open_until = None
                self._probing = False

    def failed(self) -> None:
        """The call failed in a way that another would now fail too."""
        with self._lock:
            self._failures += 1
            if self._probing:
                self._rest = max(self._first_rest, min(2 * self._rest, _LONGEST_REST))
            elif self._open_until is not None or self._failures < self._failures_that_open:
                return
            self._open_until = self._clock() + self._rest
            self._probing = False

    def undecided(self) -> None:
        """The call ended without saying how the model is: the user stopped it, or it was not made after all."""
        with self._lock:
            if self._probing:
                self._open_until = self._clock()
                self._probing = False
