"""How much somebody may ask: politely, and in time, so that one who asks without end is not felt by others.

questions   of a user in a minute and in a day; in a group, of each member and of all in a minute
money       of a user in a day; then answers are quoted. What all may spend together is `bot.spending`'s
"""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.telegram.store import Spent

_MINUTE = 60.0
_VERDICTS_KEPT = 4096  # of questions; one that is tried again comes soon after
_KEYS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one may ask, and what may be spent for them; 0 for no limit.

    In a group Telegram takes 20 messages a minute: who might fill that would have the others wait.
    """

    user_minute: int = 40
    user_day: int = 200
    member_minute: int = 5
    group_minute: int = 15
    inline_minute: int = 40
    user_tokens: int = 0
    user_dollars: float = 0.0


class Outcome(StrEnum):
    """What becomes of a question."""

    GO = "go"
    QUOTE_ONLY = "quote_only"  # the user's money of the day is spent
    WAIT = "wait"  # the user's minute is full
    GROUP_WAIT = "group_wait"  # the group's is
    DAY_OVER = "day_over"  # the user's day is full


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a question; `seconds` until one would be taken, 0 where that is not known. `tell` it: once, then silence."""

    outcome: Outcome
    seconds: int = 0
    tell: bool = False

    @property
    def goes(self) -> bool:
        """Whether the question is answered, be it with quotes only."""
        return self.outcome in {Outcome.GO, Outcome.QUOTE_ONLY}

    @property
    def hours(self) -> int:
        return math.ceil(self.seconds / 3600)


class Counts(Protocol):
    """What users have asked for in a day, and what it took; a day is one of UTC, as 2026-11-23."""

    def spent(self, user: int, day: str) -> Spent: ...

    def book(self, user: int, day: str, spent: Spent) -> None: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Once:
    """Says whether something is to be told: the first time, then not until some seconds are over. The oldest of very many is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = _KEYS_KEPT) -> None:
        self._clock = clock
        self._most = most
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def first(self, key: Hashable, seconds: float) -> bool:
        now = self._clock()
        if self._until.get(key, now) > now:
            return False
        self._until[key] = now + seconds
        self._until.move_to_end(key)
        if len(self._until) > self._most:
            self._until.popitem(last=False)
        return True


class Limits:
    """Decides about questions, one after the other. For any number of threads, since counts may be on disk.

    What is counted of a minute is in memory, and gone with the minute.
    """

    def __init__(
        self,
        quotas: Quotas,
        counts: Counts,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`clock` counts seconds for the windows, `now` has a time zone and says what day it is."""
        self._quotas = quotas
        self._counts = counts
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._of_users = _Minutes(quotas.user_minute)
        self._of_members = _Minutes(quotas.member_minute)
        self._of_groups = _Minutes(quotas.group_minute)
        self._of_inline = _Minutes(quotas.inline_minute)
        self._told = Once(clock)
        self._decided: OrderedDict[int, Verdict] = OrderedDict()

    def check(self, question: int, user: int, chat: int, *, is_admin: bool = False) -> Verdict:
        """What becomes of a question, which is counted if it goes.

        `question` is a number of its own: asked again about the same one, the verdict is the same, and nothing is counted twice.
        """
        with self._lock:
            if question not in self._decided:
                self._decided[question] = self._decide(user, chat, is_admin=is_admin)
                if len(self._decided) > _VERDICTS_KEPT:
                    self._decided.popitem(last=False)
            return self._decided[question]

    def _decide(self, user: int, chat: int, *, is_admin: bool) -> Verdict:
        now, day = self._clock(), self._today()
        if not is_admin and (refusal := self._too_fast(user, chat, now)):
            return refusal
        spent = self._counts.spent(user, day)
        if not is_admin and 0 < self._quotas.user_day <= spent.questions:
            return self._day_over(user, day)
        self._counts.book(user, day, Spent(questions=1))
        if not is_admin:
            self._of_users.count(user, now)
            if chat < 0:
                self._of_members.count((user, chat), now)
                self._of_groups.count(chat, now)
        if self._is_spent(spent):
            return Verdict(Outcome.QUOTE_ONLY, self._left_of_day(), self._tells(Outcome.QUOTE_ONLY, user, day))
        return Verdict(Outcome.GO)

    def lets_search(self, user: int) -> bool:
        """Whether somebody may be answered once more while they type a question inline, which is counted then."""
        with self._lock:
            now = self._clock()
            if self._of_inline.wait(user, now):
                return False
            self._of_inline.count(user, now)
            return True

    def _too_fast(self, user: int, chat: int, now: float) -> Verdict | None:
        limits: tuple[tuple[Outcome, _Minutes, Hashable], ...] = (
            (Outcome.WAIT, self._of_users, user),
            (Outcome.WAIT, self._of_members, (user, chat)),
            (Outcome.GROUP_WAIT, self._of_groups, chat),
        )
        for outcome, minutes, who in limits:
            if wait := minutes.wait(who, now):
                return Verdict(outcome, math.ceil(wait), self._told.first((outcome, who), _MINUTE))
        return None

    def _day_over(self, user: int, day: str) -> Verdict:
        return Verdict(Outcome.DAY_OVER, self._left_of_day(), self._tells(Outcome.DAY_OVER, user, day))

    def _tells(self, outcome: Outcome, user: int, day: str) -> bool:
        return self._told.first((outcome, user, day), self._left_of_day())

    def _is_spent(self, spent: Spent) -> bool:
        tokens, dollars = self._quotas.user_tokens, self._quotas.user_dollars
        return 0 < tokens <= spent.tokens or 0 < dollars <= spent.dollars

    def _today(self) -> str:
        return self._now().astimezone(UTC).date().isoformat()

    def _left_of_day(self) -> int:
        now = self._now().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return math.ceil((midnight - now).total_seconds())


class _Minutes:
    """When each asked within the last minute, at most so often; what is older is forgotten. 0 for no limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: dict[Hashable, deque[float]] = {}
        self._swept_at = float("-inf")

    def __len__(self) -> int:
        return len(self._times)

    def wait(self, who: Hashable, now: float) -> float:
        """Seconds until one more is within the limit."""
        times = self._times.get(who)
        if not self._most or times is None or len(times) < self._most:
            return 0.0
        return min(max(0.0, times[-self._most] + _MINUTE - now), _MINUTE)

    def count(self, who: Hashable, now: float) -> None:
        self._sweep(now)
        if self._most:
            self._times.setdefault(who, deque(maxlen=self._most)).append(now)

    def _sweep(self, now: float) -> None:
        if now - self._swept_at >= _MINUTE:
            self._swept_at = now
            self._times = {who: times for who, times in self._times.items() if times[-1] > now - _MINUTE}
