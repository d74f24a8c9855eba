"""The rate limiter of python-telegram-bot that keeps Telegram's limits, and obeys it where it says 429."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import SystemRandom
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.telegram.pacing.floods import Flood
from bot.telegram.pacing.lines import Lane, Line, Place, Waiter
from bot.telegram.pacing.requests import Kind, Request
from bot.telegram.pacing.windows import Gate, Ticket, Window

# The Bot API's FAQ: 30 messages a second, all chats together; a little less, since clocks are not all alike. Evenly spaced, so that
# on a fast line one message is on its way at a time, and after a kill only that one may be repeated.
_PER_SECOND, _A_SECOND = 30, 1.02
_SPACING = _A_SECOND / _PER_SECOND
_ALONE = 0.1  # seconds; a message of ours is on its way alone for so long, so that a kill repeats one at most
_RESERVE = 5  # of a second's messages, for finals
_SIGNS_COUNT_FOR = 3600.0  # seconds, after Telegram has refused one
_BETWEEN_SWEEPS = 60.0  # seconds; then chats that are idle are forgotten
_LEAST_JITTER, _LONGEST_JITTER = 0.1, 0.5  # seconds, beyond what Telegram asks; so that not all come back at once
_OVERSLEPT = 0.0001  # seconds; a loop may wake a moment early, when there is nothing to do yet
_NEVER = float("inf")

_Result = bool | dict[str, Any] | list[dict[str, Any]]
_Call = Callable[[], Coroutine[Any, Any, _Result]]

_log = logging.getLogger(__name__)


class Urgency(StrEnum):
    """What a request is for: `rate_limit_args` of python-telegram-bot's methods."""

    FINAL = "final"
    PREVIEW = "preview"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Turn:
    """What is done when a request's turn comes, right before it goes out, and when Telegram has taken it, before another one goes."""

    departs: Callable[[], Awaitable[object]]
    arrived: Callable[[_Result], Awaitable[object]]


TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)
"""The turn of the requests that are made in this context; those that may be skipped have none."""


class Skipped(Exception):
    """The request was not made, or was refused and is not tried again: there was no room for what can be missed, or the pacer is shut down."""


def _usual_jitter() -> float:
    return SystemRandom().uniform(_LEAST_JITTER, _LONGEST_JITTER)


class Pacer(BaseRateLimiter[Urgency]):
    """Keeps the requests of one bot within Telegram's limits. For one event loop.

    A final waits for its turn and is made until Telegram takes it; `RetryAfter` is raised only where Telegram wants more than
    `patience` seconds of it. What may be skipped is made at once or not at all, delays no final that waits, and one that comes after
    it to another chat by no more than a thirtieth of a second. A request that fails in any other way fails as it would without pacer.
    """

    def __init__(
        self,
        *,
        patience: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = _usual_jitter,
    ) -> None:
        """`clock` counts seconds and never goes back; `jitter` gives the seconds that are waited beyond what Telegram asks."""
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._is_shut = False
        self._places: dict[int | str, Place] = {}
        self._swept_at = float("-inf")
        self._flood = Flood()
        self._overall = Window(_PER_SECOND, _A_SECOND, spacing=_SPACING, reserve=_RESERVE)
        self._signs = Window(_PER_SECOND, _A_SECOND)
        self._signs_count_until = float("-inf")
        self._messages = Line(lambda: (self._overall,), Gate(_ALONE))
        signs, others = Line(self._windows_of_signs), Line(tuple)
        self._all_lines = (self._messages, signs, others)  # in a flood, the first that has somebody sends the probe
        self._lines = {Kind.MESSAGE: self._messages, Kind.DRAFT: self._messages, Kind.SIGN: signs, Kind.OTHER: others}
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = _NEVER

    @property
    def waiting(self) -> int:
        """How many finals are not out yet, those on their way included."""
        return sum(len(lane.waiting) for lane in self._lanes())

    @property
    def places(self) -> int:
        """How many chats are remembered."""
        return len(self._places)

    async def initialize(self) -> None:
        """Requests are let through, as they are from the beginning."""
        self._is_shut = False

    async def shutdown(self) -> None:
        """Nothing is let through any more: what waits, and what comes, is `Skipped`. What is on its way ends by itself."""
        self._is_shut = True
        if self._alarm:
            self._alarm.cancel()
        self._alarm, self._alarm_at = None, _NEVER
        for lane in self._lanes():
            for waiter in lane.waiting:
                waiter.refuse(Skipped("shut down"))

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Urgency | None,
    ) -> _Result:
        """What the request gives. Raises `Skipped`, `RetryAfter`, and what it raises itself."""
        if self._is_shut:
            raise Skipped("shut down")
        request = Request.of(endpoint, data)
        make = self._make_in_turn if rate_limit_args in {None, Urgency.FINAL} else self._make_at_once
        return await make(request, lambda: callback(*args, **kwargs), self._place(request))

    async def _make_in_turn(self, request: Request, call: _Call, place: Place) -> _Result:
        self._refuse_long_rest(place)
        lane, waiter = place.lane(request.kind), Waiter()
        lane.waiting.append(waiter)
        gives_up_at = None
        try:
            while True:
                self._enlist(request, lane)
                ticket = await self._turn_of(lane, waiter)
                try:
                    return await self._make_once(call, ticket, lane, waiter)
                except RetryAfter as error:
                    gives_up_at = gives_up_at or self._clock() + self._patience
                    if self._has_refused(request, place, error) > gives_up_at or self._is_shut:
                        raise
                    waiter.wait_anew()
        finally:
            if waiter in lane.waiting:
                lane.waiting.remove(waiter)
            self._enlist(request, lane)

    async def _make_once(self, call: _Call, ticket: Ticket, lane: Lane, waiter: Waiter) -> _Result:
        taken, turn = False, TURN.get()
        try:
            if turn:
                await turn.departs()
            result = await call()
            taken = True
            if turn:
                await turn.arrived(result)
            return result
        except Exception as error:
            taken = not isinstance(error, RetryAfter)
            raise
        finally:
            ticket.leave(self._clock())
            self._is_back(lane, waiter, taken=taken)

    async def _turn_of(self, lane: Lane, waiter: Waiter) -> Ticket:
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            if not waiter.turn.cancelled() and not waiter.turn.exception():
                waiter.turn.result().withdraw()
                self._is_back(lane, waiter, taken=False)
            raise

    def _is_back(self, lane: Lane, waiter: Waiter, *, taken: bool) -> None:
        lane.is_out = False
        self._flood.ends(waiter, taken=taken)

    def _enlist(self, request: Request, lane: Lane) -> None:
        self._lines[request.kind].enlist(lane, self._clock())
        self._admit()

    def _admit(self) -> None:
        """Let go who may go now, and set the alarm for the next."""
        if self._is_shut:
            return
        now = self._clock()
        for line in self._all_lines:
            while self._flood.lets(now) and (waiter := line.admit(now)):
                self._flood.goes(waiter)
        next_at = min(line.next_at(now) for line in self._all_lines)
        self._set_alarm(max(next_at, self._flood.next_at) if self._flood.is_on else next_at)

    def _set_alarm(self, at: float) -> None:
        if at >= self._alarm_at:
            return  # it looks again when it rings
        if self._alarm:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.get_running_loop().create_task(self._ring())

    async def _ring(self) -> None:
        while (left := self._alarm_at - self._clock()) > 0:
            await self._sleep(left + _OVERSLEPT)
        self._alarm, self._alarm_at = None, _NEVER
        self._admit()

    async def _make_at_once(self, request: Request, call: _Call, place: Place) -> _Result:
        now, lane, line = self._clock(), place.lane(request.kind), self._lines[request.kind]
        if not self._has_room(request, place, lane, now):
            raise Skipped("no room")
        ticket = Ticket((*lane.windows, *line.windows()), now)
        try:
            return await call()
        except RetryAfter as error:
            self._has_refused(request, place, error)
            raise Skipped("refused") from error
        finally:
            ticket.leave(self._clock())

    def _has_room(self, request: Request, place: Place, lane: Lane, now: float) -> bool:
        """Whether what may be skipped can be made now, and delays no final."""
        if self._flood.is_on or (request.kind is not Kind.SIGN and place.has_finals()):
            return False
        windows = self._lines[request.kind].windows()
        if self._overall in windows and self._messages.is_due_by(now + _SPACING):
            return False
        return lane.can_spare(now) and all(window.can_spare(now) for window in windows)

    def _has_refused(self, request: Request, place: Place, error: RetryAfter) -> float:
        """Telegram met a request with 429: until when its place is left alone, and everybody if need be."""
        now, seconds = self._clock(), _seconds(error)
        if request.kind is Kind.SIGN and place.rests_until <= now:
            self._signs_count_until = now + _SIGNS_COUNT_FOR
        until = now + seconds + self._jitter()
        place.rests_until = max(place.rests_until, until)
        self._flood.refused(request.place, now, until)
        _log.warning(
            "Telegram takes no %s for %g s%s", request.kind, seconds, ", nor anything else" * self._flood.is_on
        )
        for lane in self._lanes():
            for waiter in lane.waiting:
                if too_long := self._long_rest(lane.place):
                    waiter.refuse(too_long)
        return until

    def _refuse_long_rest(self, place: Place) -> None:
        if error := self._long_rest(place):
            raise error

    def _long_rest(self, place: Place) -> RetryAfter | None:
        """The error for a rest that nobody has the patience for."""
        until = max(place.rests_until, self._flood.ends_at if self._flood.is_on else 0)
        left = until - self._clock()
        return RetryAfter(math.ceil(left)) if left > self._patience + _LONGEST_JITTER else None

    def _windows_of_signs(self) -> tuple[Window, ...]:
        return (self._signs, self._overall) if self._clock() < self._signs_count_until else (self._signs,)

    def _place(self, request: Request) -> Place:
        if request.place is None:
            return Place()
        self._forget_the_idle()
        place = self._places.get(request.place)
        if place is None:
            place = self._places[request.place] = Place(is_group=request.in_group)
        return place

    def _forget_the_idle(self) -> None:
        now = self._clock()
        if now >= self._swept_at + _BETWEEN_SWEEPS:
            self._swept_at = now
            self._places = {key: place for key, place in self._places.items() if not place.is_idle(now)}

    def _lanes(self) -> set[Lane]:
        """Every lane that somebody may wait in."""
        lanes = {lane for place in self._places.values() for lane in place.lanes}
        return lanes.union(*(line.lanes for line in self._all_lines))


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after  # as PTB_TIMEDELTA has it
    return after.total_seconds() if isinstance(after, timedelta) else after
