"""Everything that happened, in order: calls, what they did, and the way of each update."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_server.shapes import Json


@dataclass(slots=True, eq=False)
class Call:
    """One request. Times are `time.monotonic()`, which all processes of one machine share."""

    number: int
    method: str
    parameters: Json
    at: float
    chat: int | None = None
    done_at: float | None = None
    status: int | None = None
    description: str = ""
    retry_after: int | None = None
    effect: bool = False
    fault: str | None = None
    result: Any = None

    @property
    def ok(self) -> bool:
        return self.status == 200 and not self.description


@dataclass(frozen=True, slots=True)
class Effect:
    """What a chat saw: kind is send, edit, markup, delete, draft, action, callback, inline, reaction."""

    number: int
    at: float
    kind: str
    chat: int | None
    message: int | None
    text: str
    reply_to: int | None = None
    call: int | None = None

    def json(self) -> Json:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True, eq=False)
class Delivery:
    """The way of one update. In polling it is confirmed by a higher offset, with a webhook by a 2xx."""

    update_id: int
    update: Json
    queued_at: float
    delivered_at: list[float] = field(default_factory=list)
    confirmed_at: float | None = None
    dropped: bool = False
    number: int = 0  # its place in the order of queueing

    @property
    def message_id(self) -> int | None:
        message = self.update.get("message")
        return message.get("message_id") if isinstance(message, dict) else None


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that the bot broke. `kind`: entities, markup, text, keyboard, draft, inline, caption, limit, parameters…"""

    kind: str
    method: str
    description: str
    call: int


class Ledger:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.effects: list[Effect] = []
        self.deliveries: dict[int, Delivery] = {}
        self.problems: list[Problem] = []
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.current: Call | None = None

    def begin(self, method: str, parameters: Json, chat: int | None) -> Call:
        call = Call(len(self.calls) + 1, method, parameters, time.monotonic(), chat)
        self.calls.append(call)
        return call

    def end(self, call: Call, status: int, description: str = "") -> None:
        call.done_at = time.monotonic()
        call.status, call.description = status, description
        self.statuses[call.method, status] += 1

    def effect(
        self, kind: str, chat: int | None, message: int | None, text: str, reply_to: int | None = None
    ) -> Effect:
        call = self.current
        if call is not None:
            call.effect = True
        effect = Effect(
            len(self.effects) + 1,
            time.monotonic(),
            kind,
            chat,
            message,
            text,
            reply_to,
            call.number if call else None,
        )
        self.effects.append(effect)
        return effect

    def problem(self, kind: str, description: str) -> None:
        call = self.current
        self.problems.append(Problem(kind, call.method if call else "", description, call.number if call else 0))
