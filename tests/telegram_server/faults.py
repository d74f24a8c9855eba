"""What goes wrong between a bot and Telegram, on command."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, get_args

Kind = Literal[
    "502",  # an HTML page, as from nginx
    "500",
    "401",
    "409",
    "429",  # with retry_after
    "error",  # any code and description
    "reset_before",  # the connection is reset; the call had no effect
    "reset_after",  # the connection is reset; the call had its effect
    "delay",  # seconds before it is taken
    "delay_after",  # it has its effect at once, the response comes seconds later
    "drip",  # one byte of the response in `seconds`
    "hang",  # no effect, and no response until the fault is cleared
    "hang_after",  # its effect, and no response until the fault is cleared
    "garbage",  # 200 and no JSON; the call had its effect
    "empty",  # 200 and no body; the call had its effect
    "duplicate",  # webhook only: the update is delivered twice
    "ack_lost",  # webhook only: the 200 is not seen, the update comes again
]
KINDS: frozenset[str] = frozenset(get_args(Kind))
AFTER = frozenset({"reset_after", "delay_after", "drip", "hang_after", "garbage", "empty"})
WEBHOOK = "webhook"


@dataclass(slots=True, eq=False)
class Fault:
    """One rule: which calls it hits (a pattern over method names, a chat), how often, and what they get."""

    kind: Kind
    method: str = "*"
    chat: int | None = None
    times: int | None = None
    fraction: float = 1.0
    seed: int = 0
    skip: int = 0
    seconds: float = 1.0
    retry_after: int = 1
    code: int = 400
    description: str = "Bad Request: failed on purpose"
    hits: int = 0
    cleared: bool = False
    _dice: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        assert self.kind in KINDS, f"{self.kind} is none of {sorted(KINDS)}"
        self.method = self.method.lower()
        self._dice = random.Random(self.seed)

    def clear(self) -> None:
        """No more of it; calls that hang are let go."""
        self.cleared = True

    @property
    def over(self) -> bool:
        return self.cleared or (self.times is not None and self.hits >= self.times)

    def strikes(self, method: str, chat: int | None) -> bool:
        """Whether this call is hit; counts it if so."""
        if self.over or not fnmatchcase(method, self.method) or (self.chat is not None and chat != self.chat):
            return False
        if (method == WEBHOOK) != (self.kind in {"duplicate", "ack_lost"}):
            return False
        if self.fraction < 1 and self._dice.random() >= self.fraction:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True


class Faults:
    """Every rule in force; the first that strikes counts."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        for fault in self.rules:
            fault.clear()
        self.rules = []

    def strike(self, method: str, chat: int | None) -> Fault | None:
        if not self.rules:
            return None
        return next((fault for fault in self.rules if fault.strikes(method, chat)), None)
