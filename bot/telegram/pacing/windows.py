"""Counting what went out within a time that ends now."""

from collections import deque
from collections.abc import Iterable

# A request reaches Telegram some time between its departure and its answer, so it is counted from the one until a window's length
# after the other: however the line delays them, no more arrive in any window than may. What has had no answer for so long has
# arrived, or never will.
_ON_ITS_WAY = 5.0  # seconds


class Window:
    """At most `most` requests in any `seconds`, no two of them nearer than `spacing` seconds; `reserve` of them are for finals.

    Times are given by who asks, and never go back.
    """

    def __init__(self, most: int, seconds: float, *, spacing: float = 0.0, reserve: int = 0) -> None:
        self._spacing = spacing
        self._most = most
        self._seconds = seconds
        self._reserve = reserve
        self._out: dict[object, float] = {}  # the departures of what is on its way, in order
        self._back: deque[float] = deque()  # when the others were answered, in order
        self._next_at = float("-inf")

    def free_at(self, now: float) -> float:
        """When the next may depart, at the earliest: `now`, if it may. What is yet to be answered can make it later."""
        return max(now, self._next_at, self._room_at(now, self._most))

    def can_spare(self, now: float) -> bool:
        """Whether what may be skipped can depart now, and finals still have their reserve."""
        return self._next_at <= now and self._room_at(now, self._most - self._reserve) <= now

    def enter(self, ticket: object, now: float) -> None:
        """Count a request that departs."""
        self._out[ticket] = now
        self._next_at = now + self._spacing

    def leave(self, ticket: object, now: float) -> None:
        """The request was answered, or has failed."""
        if self._out.pop(ticket, None) is not None:
            self._back.append(now)

    def withdraw(self, ticket: object) -> None:
        """The request was not made after all."""
        departed = self._out.pop(ticket, None)
        if departed is not None and self._next_at == departed + self._spacing:
            self._next_at = departed

    def is_empty(self, now: float) -> bool:
        self._forget(now)
        return not self._out and not self._back

    def _room_at(self, now: float, most: int) -> float:
        self._forget(now)
        if len(self._out) + len(self._back) < most:
            return now
        return (self._back[0] if self._back else now) + self._seconds

    def _forget(self, now: float) -> None:
        while self._out:
            ticket, departed = next(iter(self._out.items()))
            if departed + _ON_ITS_WAY > now:
                break
            self.leave(ticket, now)
        while self._back and self._back[0] + self._seconds <= now:
            self._back.popleft()


class Gate:
    """Lets one go at a time: the next when the last is back, or has been out for `alone` seconds."""

    def __init__(self, alone: float) -> None:
        self._alone = alone
        self._out: dict[object, float] = {}  # the departures of what is on its way, in order

    def free_at(self, now: float) -> float:
        """When the next may depart, at the earliest."""
        return max(now, max(self._out.values(), default=float("-inf")) + self._alone)

    def enter(self, ticket: object, now: float) -> None:
        self._out[ticket] = now

    def leave(self, ticket: object, _: float) -> None:
        self._out.pop(ticket, None)

    def withdraw(self, ticket: object) -> None:
        self._out.pop(ticket, None)


class Ticket:
    """A request's entry into every window that it is counted in, and through the gate."""

    def __init__(self, windows: "Iterable[Window | Gate]", now: float) -> None:
        self._windows = tuple(windows)
        for window in self._windows:
            window.enter(self, now)

    def leave(self, now: float) -> None:
        """The request was answered, or has failed."""
        for window in self._windows:
            window.leave(self, now)

    def withdraw(self) -> None:
        """The request was not made after all, and leaves no hole."""
        for window in self._windows:
            window.withdraw(self)
