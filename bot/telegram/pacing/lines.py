"""Finals that wait: in order within a lane, and by due time among lanes, so that no chat holds up another."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count

from bot.telegram.pacing.requests import Kind
from bot.telegram.pacing.windows import Gate, Ticket, Window

_LONG = 2.0  # seconds; who has waited for so long goes although another is on its way

# The Bot API's FAQ, "My bot is hitting limits, how do I avoid this?": 1 message a second in one chat, 20 a minute in a group.
# A second is counted as a little more, since clocks are not all alike.
_A_SECOND, _A_MINUTE = 1.02, 60.5
_PER_SECOND, _PER_GROUP_MINUTE = 1, 20
_GROUP_RESERVE = 5  # of a group's minute, for finals
_BETWEEN_DRAFTS = 0.7  # seconds; drafts have no limit that is written down, and more of them cannot be read


class Waiter:
    """A final that waits for its turn, which may come more than once."""

    def __init__(self) -> None:
        self.turn: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()

    def wait_anew(self) -> None:
        self.turn = asyncio.get_running_loop().create_future()

    def refuse(self, error: Exception) -> None:
        if not self.turn.done():
            self.turn.set_exception(error)


class Place:
    """A chat, as far as Telegram's limits go."""

    def __init__(self, *, is_group: bool = False) -> None:
        self.rests_until = float("-inf")
        messages = [Window(_PER_SECOND, _A_SECOND)]
        if is_group:
            messages.append(Window(_PER_GROUP_MINUTE, _A_MINUTE, reserve=_GROUP_RESERVE))
        self._lanes = {
            Kind.MESSAGE: Lane(self, *messages),
            Kind.DRAFT: Lane(self, Window(1, _BETWEEN_DRAFTS)),
            Kind.SIGN: Lane(self),
        }

    @property
    def lanes(self) -> Iterator["Lane"]:
        yield from self._lanes.values()

    def lane(self, kind: Kind) -> "Lane":
        """Where requests of a kind wait for each other; what is not counted waits for nobody."""
        return self._lanes.get(kind) or Lane(self)

    def has_finals(self) -> bool:
        """Whether a message waits for its turn, or is on its way."""
        return bool(self._lanes[Kind.MESSAGE].waiting)

    def is_idle(self, now: float) -> bool:
        return self.rests_until <= now and all(lane.is_idle(now) for lane in self.lanes)


class Lane:
    """Finals of one kind to one place: the first is next or on its way, the others wait behind it."""

    def __init__(self, place: Place, *windows: Window) -> None:
        self.place = place
        self.windows = windows
        self.waiting: deque[Waiter] = deque()
        self.is_out = False  # the first is on its way
        self.is_listed = False  # in a line

    def has_somebody(self) -> bool:
        """Whether anybody still waits; who was cancelled or refused is let go."""
        while self.waiting and self.waiting[0].turn.done():
            self.waiting.popleft()
        return bool(self.waiting)

    def free_at(self, now: float) -> float:
        return max(now, self.place.rests_until, *(window.free_at(now) for window in self.windows))

    def can_spare(self, now: float) -> bool:
        return self.place.rests_until <= now and all(window.can_spare(now) for window in self.windows)

    def is_idle(self, now: float) -> bool:
        return not (self.waiting or self.is_listed) and all(window.is_empty(now) for window in self.windows)


class Line:
    """Lanes with somebody waiting, that share windows: who has been due for longest is first."""

    def __init__(self, windows: Callable[[], tuple[Window, ...]], gate: Gate | None = None) -> None:
        """Who goes in turn passes the `gate`; who has waited for long does not wait for that."""
        self.windows = windows
        self._gate = gate
        self._lanes: list[tuple[float, int, Lane]] = []  # a heap: not due before; who came first
        self._numbers = count()

    @property
    def lanes(self) -> Iterator[Lane]:
        yield from (lane for _, _, lane in self._lanes)

    def enlist(self, lane: Lane, now: float) -> None:
        """Have the first of a lane wait for its turn, unless it does."""
        if lane.waiting and not lane.is_out and not lane.is_listed:
            lane.is_listed = True
            heapq.heappush(self._lanes, (lane.free_at(now), next(self._numbers), lane))

    def admit(self, now: float) -> Waiter | None:
        """Let the next go that may go now, if there is one; it has entered its windows."""
        while self._lanes and self._lanes[0][0] <= now:
            _, number, lane = self._lanes[0]
            if not lane.has_somebody():
                self._unlist()
            elif (due := lane.free_at(now)) > now:
                heapq.heapreplace(self._lanes, (due, number, lane))
            elif self._free_at(now) > now:
                return None
            else:
                self._unlist()
                return self._sent_out(lane, now)
        return None

    def next_at(self, now: float) -> float:
        """When to look again."""
        return max(self._lanes[0][0], self._free_at(now)) if self._lanes else float("inf")

    def is_due_by(self, time: float) -> bool:
        """Whether somebody may be due by then."""
        return bool(self._lanes) and self._lanes[0][0] <= time

    def _free_at(self, now: float) -> float:
        times = [now, *(window.free_at(now) for window in self.windows())]
        if self._gate and self._lanes:
            times.append(min(self._gate.free_at(now), max(now, self._lanes[0][0] + _LONG)))
        return max(times)

    def _unlist(self) -> None:
        heapq.heappop(self._lanes)[2].is_listed = False

    def _sent_out(self, lane: Lane, now: float) -> Waiter:
        lane.is_out = True
        waiter = lane.waiting[0]
        gates = (self._gate,) if self._gate else ()
        waiter.turn.set_result(Ticket((*lane.windows, *self.windows(), *gates), now))
        return waiter
