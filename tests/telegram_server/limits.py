"""Telegram's flood limits, as sliding windows.

«Avoid sending more than one message per second in one chat; bots can't send more than 20 messages per minute to the
same group; about 30 messages per second overall» (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits). The
real limits are not published further; after a 429 they stay shut until `retry_after` has passed.
"""

import math
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from tests.telegram_server.shapes import Refused, flooded

SENDS = frozenset(
    {
        "sendmessage",
        "senddocument",
        "sendphoto",
        "sendvoice",
        "forwardmessage",
        "copymessage",
    }
)
EDITS = frozenset({"editmessagetext", "editmessagecaption", "editmessagereplymarkup"})
DRAFTS = frozenset({"sendmessagedraft"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed, and which methods (in small letters) count for what.

    `enforce` answers 429; `record` serves and lists the violation in `problems`; `off` does neither. `burst` messages
    may come early in a chat: 1 + burst in any 1 + burst seconds. `retry_after` fixes the seconds that are said. `slack`
    makes every window so many seconds shorter: what left a second apart may arrive a little less than that apart.
    """

    mode: Literal["off", "record", "enforce"] = "off"
    chat_per_second: float = 1
    burst: int = 0
    group_per_minute: int = 20
    overall_per_second: int = 30
    retry_after: int | None = None
    slack: float = 0.05
    in_chat: frozenset[str] = SENDS | EDITS
    in_group: frozenset[str] = SENDS | EDITS
    overall: frozenset[str] = SENDS | EDITS | DRAFTS


@dataclass(slots=True)
class _Window:
    """At most `most` events in any `seconds`."""

    seconds: float
    most: int
    times: deque[float] = field(default_factory=deque)
    shut_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 if it is now."""
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        full = self.times[0] + self.seconds - now if len(self.times) >= self.most else 0.0
        return max(full, self.shut_until - now, 0.0)


class Pace:
    """The windows of one bot."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._overall = _Window(1, 30)
        self._chats: dict[int, _Window] = {}
        self._groups: dict[int, _Window] = {}
        self.highest_in_a_second = 0

    def set(self, limits: Limits) -> None:
        self.limits = limits
        self._overall = _Window(1 - limits.slack, limits.overall_per_second)
        self._chats.clear()
        self._groups.clear()

    def take(self, method: str, chat: int, *, group: bool) -> Refused | None:
        """Counts one call; the refusal if it is too many. Refused calls are not counted, but shut the window."""
        limits, now = self.limits, time.monotonic()
        if limits.mode == "off":
            return None
        windows = self._windows(method, chat, group=group)
        over = [window for window in windows if window.wait(now) > 0]
        if over and limits.mode == "enforce":
            wait = max(1, math.ceil(max(window.wait(now) for window in over)))
            seconds = wait if limits.retry_after is None else limits.retry_after
            for window in over:
                window.shut_until = max(window.shut_until, now + seconds)
            return flooded(seconds)
        for window in windows:
            window.times.append(now)
        self.highest_in_a_second = max(self.highest_in_a_second, len(self._overall.times))
        return flooded(1) if over else None

    def _windows(self, method: str, chat: int, *, group: bool) -> list[_Window]:
        limits = self.limits
        windows = []
        if method in limits.overall:
            windows.append(self._overall)
        if method in limits.in_chat:
            most = 1 + limits.burst
            windows.append(self._chats.setdefault(chat, _Window(most / limits.chat_per_second - limits.slack, most)))
        if group and method in limits.in_group:
            windows.append(self._groups.setdefault(chat, _Window(60 - limits.slack, limits.group_per_minute)))
        return windows
