"""The queue of updates, confirmed as `Client::do_get_updates` of telegram-bot-api confirms them."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable

from tests.telegram_server.ledger import Delivery, Ledger
from tests.telegram_server.shapes import Json, Refused

LONGEST_POLL = 50  # seconds; LONG_POLL_MAX_TIMEOUT
MOST_UPDATES = 100
# A waiting poll is answered this long after an update came, so that those that come together go together.
GATHER = 0.002
# Those that a bot gets only if it names them: https://core.telegram.org/bots/api#getupdates
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# How long an update is kept for the bot, in seconds (Client.cpp, calls of add_update).
LIFETIMES = {"inline_query": 30.0, "callback_query": 150.0, "chosen_inline_result": 600.0}
DAY = 86400.0

OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
BY_SET_WEBHOOK = "Conflict: terminated by setWebhook request"


class Updates:
    """What the bot has not confirmed yet. `give` and `wait` are for the server's thread; the rest under the lock."""

    def __init__(self, ledger: Ledger, first: int = 100_000) -> None:
        self.pending: deque[Delivery] = deque()
        self.next_id = first
        self.allowed: frozenset[str] | None = None
        self.webhook_is_set = False
        self.added: Callable[[], None] = lambda: None
        self._ledger = ledger
        self._waiting: tuple[int, int, asyncio.Future[list[Json]]] | None = None
        self._gathering = False
        self._queued = 0

    def add(self, kind: str, content: object) -> int | None:
        """Queues one update; None if the bot has not asked for its kind."""
        wanted = kind in self.allowed if self.allowed is not None else kind not in NOT_BY_DEFAULT
        return self.inject({kind: content}) if wanted else None

    def inject(self, update: Json, *, numbered: bool = True) -> int:
        """Queues an update as it is; with an `update_id` of the queue's, unless it has one or shall have none."""
        own = update.get("update_id")
        update_id = own if isinstance(own, int) else self.next_id
        self.next_id = max(self.next_id, update_id + 1)
        delivery = Delivery(update_id, {"update_id": update_id, **update} if numbered else update, time.monotonic())
        self._queued += 1
        delivery.number = self._queued
        self.pending.append(delivery)
        self._ledger.deliveries[update_id] = delivery
        self.added()
        return update_id

    def allow(self, kinds: object) -> None:
        """`allowed_updates` as said: none keeps what was, an empty list is the default; later updates only."""
        if isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds):
            self.allowed = frozenset(kind.lower() for kind in kinds) or None

    def give(self, offset: int, limit: int) -> list[Json]:
        """Confirms what stands below `offset`, and gives the next ones."""
        self._expire()
        if offset < 0:
            offset += self.next_id
        if offset > self.next_id + 10:
            offset = 0  # «in the future»: TQueue refuses it, and the queue is given from its head
        while self.pending and self.pending[0].update_id < offset:
            self._confirm(self.pending.popleft())
        now = time.monotonic()
        given = [delivery for delivery, _ in zip(self.pending, range(limit), strict=False)]
        for delivery in given:
            delivery.delivered_at.append(now)
        return [delivery.update for delivery in given]

    async def wait(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """The updates once there are some, or none after `seconds`. A poll that waits already ends with 409."""
        self.end_poll(OTHER_POLLER)
        future: asyncio.Future[list[Json]] = asyncio.get_running_loop().create_future()
        self._waiting = (offset, limit, future)
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return []
        finally:
            self._left(future)

    def _left(self, future: "asyncio.Future[list[Json]]") -> None:
        if self._waiting is not None and self._waiting[2] is future:
            self._waiting = None

    def end_poll(self, description: str) -> None:
        if self._waiting is not None and not self._waiting[2].done():
            self._waiting[2].set_exception(Refused(409, description))
        self._waiting = None

    def wake(self) -> None:
        """Something was added. In the server's thread."""
        if self._waiting is not None and not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER, self._answer_poll)

    def _answer_poll(self) -> None:
        self._gathering = False
        if self._waiting is not None and not self._waiting[2].done():
            offset, limit, future = self._waiting
            if given := self.give(offset, limit):
                self._waiting = None
                future.set_result(given)

    @property
    def polled(self) -> bool:
        """Whether a long poll is waiting now."""
        return self._waiting is not None

    def drop(self) -> None:
        for delivery in self.pending:
            delivery.dropped = True
        self.pending.clear()

    def done(self, deliveries: Iterable[Delivery]) -> None:
        """Confirmed by a webhook's 2xx."""
        for delivery in deliveries:
            if delivery in self.pending:
                self.pending.remove(delivery)
            self._confirm(delivery)

    def _confirm(self, delivery: Delivery) -> None:
        delivery.confirmed_at = time.monotonic()

    def _expire(self) -> None:
        """Inline queries and button presses are not kept for long."""
        now = time.monotonic()
        if self.pending and now - self.pending[0].queued_at > min(LIFETIMES.values()):
            kept = [one for one in self.pending if now - one.queued_at <= _lifetime(one.update)]
            for delivery in set(self.pending) - set(kept):
                delivery.dropped = True
            self.pending = deque(kept)


def _lifetime(update: Json) -> float:
    return next((seconds for kind, seconds in LIFETIMES.items() if kind in update), DAY)
