"""Telegram's 429 for everybody: nothing goes out until one request was tried and taken.

several places were refused within a moment,      the rest is over        the probe was taken
or a request that goes nowhere was refused                                or failed otherwise
calm ─────────────────────────────→ at rest ────────────────→ one probe ─────────────→ calm
                                       ↑                          │
                                       └───── was refused too ────┘
"""

from collections import deque

_MANY_PLACES = 3
_A_MOMENT = 2.0  # seconds


class Flood:
    """Whether everything has to wait, and for how long."""

    def __init__(self) -> None:
        self.ends_at = float("-inf")
        self._is_on = False
        self._probe: object | None = None
        self._refused: deque[tuple[float, int | str]] = deque()

    @property
    def is_on(self) -> bool:
        return self._is_on

    @property
    def next_at(self) -> float:
        """When a request may go, at the earliest; while the probe is out, nobody knows."""
        return float("inf") if self._probe else self.ends_at

    def lets(self, now: float) -> bool:
        """Whether a request may go now."""
        return not self._is_on or self.next_at <= now

    def goes(self, request: object) -> None:
        """A request went, as it was let to."""
        if self._is_on:
            self._probe = request

    def ends(self, request: object, *, taken: bool) -> None:
        """A request was answered: taken, or failed in a way of its own; or it was refused or given up."""
        if self._probe is request:
            self._probe = None
            self._is_on = not taken

    def refused(self, place: int | str | None, now: float, until: float) -> None:
        """A request to a place, or to none, met a 429."""
        if place is None or self._is_on or self._are_many(place, now):
            self.ends_at = max(self.ends_at, until)
            self._is_on = True

    def _are_many(self, place: int | str, now: float) -> bool:
        self._refused.append((now, place))
        while self._refused[0][0] < now - _A_MOMENT:
            self._refused.popleft()
        return len({place for _, place in self._refused}) >= _MANY_PLACES
