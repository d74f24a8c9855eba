"""What a test says to the server and asks of it. Everything here is for any thread."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from tests.telegram_server.api import Api
from tests.telegram_server.faults import Fault, Kind
from tests.telegram_server.ledger import Call, Delivery, Effect, Problem
from tests.telegram_server.limits import Limits
from tests.telegram_server.people import Queries, User, keep_file
from tests.telegram_server.shapes import Json
from tests.telegram_server.waiting import next_message, wait_for
from tests.telegram_server.world import Account, Chat, Message

T = TypeVar("T")

# Updates that break a bot which trusts what it is sent. `{}` stands for a user's chat and account.
MALFORMED = ("date", "message is text", "no chat", "unknown type", "no update_id", "empty", "null message", "deep")


class Stage:
    """The author's side of one bot's Telegram."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.world = api.world
        self._people: dict[int, User] = {}

    # Whom there is

    def user(
        self,
        id: int,
        first_name: str = "Alice",
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "nb",
        started: bool = True,
        is_bot: bool = False,
    ) -> User:
        """A person, the same one for the same id. Who has not `started` the bot cannot be written to."""
        with self.world.lock:
            if id not in self._people:
                account = Account(id, first_name, last_name, username, language_code, is_bot)
                self._people[id] = User(self.world, account, self.api.queries)
                self._people[id].chat.started = started
            return self._people[id]

    def group(
        self,
        id: int,
        title: str = "Redaksjonen",
        *,
        forum: bool = False,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        bot: str = "member",
        username: str | None = None,
    ) -> Chat:
        """A group; -100… is a supergroup. `bot` is what the bot is there: member, administrator, left, kicked…"""
        kind = "supergroup" if str(id).startswith("-100") else "group"
        assert kind == "supergroup" or not forum, "only supergroups have topics"
        return self._place(Chat(self.world, id, kind, title, username, forum), members, admins, bot)

    def channel(
        self, id: int, title: str = "Kanalen", *, bot: str = "administrator", username: str | None = None
    ) -> Chat:
        return self._place(Chat(self.world, id, "channel", title, username), (), (), bot)

    def _place(self, chat: Chat, members: Iterable[User], admins: Iterable[User], bot: str) -> Chat:
        with self.world.lock:
            chat.members = {user.id: "member" for user in members} | {user.id: "administrator" for user in admins}
            if bot != "left":
                chat.members[self.world.bot.id] = bot
            self.world.chats[chat.id] = chat
        return chat

    def posts(self, channel: Chat, text: str) -> Message:
        """A post in a channel."""
        with self.world.lock:
            message = self.world.post(channel, None, {"text": text}, extra={"sender_chat": channel.json()})
            self.world.announce(message)
        return message

    def migrates(self, group: Chat, new_id: int) -> Chat:
        """A group becomes a supergroup: service messages on both sides, and the old one refuses from now on."""
        with self.world.lock:
            new = self.group(new_id, group.title or "")
            new.members = dict(group.members)
            somebody = self.world.somebody(group)
            self.world.announce(self.world.post(group, somebody, {"migrate_to_chat_id": new_id}))
            group.migrated_to = new_id
            self.world.announce(self.world.post(new, somebody, {"migrate_from_chat_id": group.id}))
        return new

    # Updates

    def inject(self, update: Json, *, numbered: bool = True) -> int:
        """Queues an update as it is, with an `update_id` if it has none (and shall have one)."""
        with self.world.lock:
            number = self.world.updates.inject(update, numbered=numbered)
        self.world.changed()
        return number

    def malformed(self, kind: str, user: User | None = None) -> int:
        """Queues an update that no client library should stumble over; `kind` is one of MALFORMED."""
        user = user or self.user(990_001, "Mallory")
        message: Json = {
            "message_id": 1,
            "date": self.world.now(),
            "chat": user.chat.json(),
            "from": user.account.json(),
        }
        message["text"] = "?"
        deep: Any = "x"
        for _ in range(200):
            deep = [deep]
        shapes: dict[str, Json] = {
            "date": {"message": message | {"date": "x"}},
            "message is text": {"message": "str"},
            "no chat": {"message": {key: value for key, value in message.items() if key != "chat"}},
            "unknown type": {"message_of_the_future": {"id": 1}},
            "no update_id": {"message": message},
            "empty": {},
            "null message": {"message": None},
            "deep": {"message": message | {"entities": deep}},
        }
        return self.inject(shapes[kind], numbered=kind != "no update_id")

    def reset_update_ids(self, first: int) -> None:
        """The next update gets this number: after a quiet week Telegram chooses a random one."""
        with self.world.lock:
            self.world.updates.next_id = first

    def delivery(self, of: Message | int) -> Delivery:
        """When an update was queued, delivered and confirmed."""
        number = of.update_id if isinstance(of, Message) else of
        assert number is not None, "the bot does not get to see it"
        return self.api.ledger.deliveries[number]

    @property
    def pending(self) -> int:
        """Updates not confirmed yet."""
        return len(self.world.updates.pending)

    # Faults and limits

    def fault(self, kind: Kind, method: str = "*", *, chat: Chat | User | int | None = None, **rule: Any) -> Fault:
        """Calls of these methods (a pattern: `send*`) in this chat go wrong: see `faults.Fault` for the rest."""
        number = chat.id if isinstance(chat, Chat | User) else chat
        with self.world.lock:
            return self.api.faults.add(Fault(kind, method, number, **rule))

    def clear_faults(self) -> None:
        with self.world.lock:
            self.api.faults.clear()

    @property
    def limits(self) -> Limits:
        return self.api.pace.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        with self.world.lock:
            self.api.pace.set(limits)

    def limit(self, **changed: Any) -> None:
        """Enforces Telegram's limits, these of them changed."""
        self.limits = replace(Limits(mode="enforce"), **changed)

    # What happened

    @property
    def queries(self) -> Queries:
        return self.api.queries

    @property
    def effects(self) -> list[Effect]:
        return self.api.ledger.effects

    @property
    def problems(self) -> list[Problem]:
        """Every rule that the bot broke."""
        return self.api.ledger.problems

    def calls(
        self, method: str | None = None, *, chat: Chat | User | None = None, ok: bool | None = None
    ) -> list[Call]:
        """Calls in order, of one method, in one chat, done or refused."""
        with self.world.lock:
            return [
                call
                for call in self.api.ledger.calls
                if (method is None or call.method == method.lower())
                and (chat is None or call.chat == chat.id)
                and (ok is None or call.ok == ok)
            ]

    def count(self, status: int) -> int:
        """Calls that ended with this status: `count(429)`."""
        return sum(number for (_, code), number in self.api.ledger.statuses.items() if code == status)

    def messages(self, chat: Chat | User, *, by_bot: bool | None = None) -> list[Message]:
        """What stands in a chat, in order, without what was deleted."""
        place = chat.chat if isinstance(chat, User) else chat
        with self.world.lock:
            return [message for message in place.visible() if by_bot is None or message.by_bot == by_bot]

    def exchanges(self, chat: Chat | User) -> list[tuple[Message, list[Message]]]:
        """What people said in a chat, each with the bot's answers to it.

        An answer belongs to what it replies to; one that replies to nothing, to the first that has no answer yet, or
        else to the last.
        """
        found: dict[int, tuple[Message, list[Message]]] = {}
        for message in self.messages(chat):
            if not message.by_bot:
                found[message.id] = (message, [])
            elif message.reply_to in found:
                found[message.reply_to][1].append(message)
            elif found:
                unanswered = (one for one in found.values() if not one[1])
                next(unanswered, [*found.values()][-1])[1].append(message)
        return [*found.values()]

    def seen(self, chat: Chat | User, kind: str) -> list[Effect]:
        """What a chat saw of one kind, in order: send, edit, draft, action, callback, delete…"""
        with self.world.lock:
            return [effect for effect in self.effects if effect.kind == kind and effect.chat == chat.id]

    def file(self, name: str, body: bytes) -> str:
        """A file that is on Telegram already; its `file_id`."""
        with self.world.lock:
            return keep_file(self.world, name, body)

    def body_of(self, message: Message) -> bytes:
        """The bytes of a document in a message."""
        return self.world.files[message.content["document"]["file_id"]][1]

    # Waiting

    def wait_for(self, ready: Callable[[], T], timeout: float = 5.0) -> T:
        """The first true value of `ready()`, asked after each change. Raises TimeoutError.

        It blocks: in a test whose own event loop runs the bot, call it with `asyncio.to_thread`.
        """
        value: T = wait_for(self.world, ready, timeout)
        return value

    def next_message(
        self, chat: Chat, timeout: float = 5.0, that: Callable[[Message], bool] = lambda _: True
    ) -> Message:
        """The bot's next message in a chat which nobody has heard yet. Raises TimeoutError."""
        return next_message(self.world, chat, timeout, that)

    def answer_to(self, message: Message, timeout: float = 5.0) -> Message:
        """The first message of the bot's that replies to this one. Raises TimeoutError."""
        return self.wait_for(lambda: next(iter(message.answers), None), timeout)  # type: ignore[return-value]

    def polled(self, timeout: float = 5.0) -> None:
        """Until the bot waits in getUpdates with nothing left to fetch."""
        self.wait_for(lambda: self.world.updates.polled and not self.pending, timeout)

    def settles(self, idle: float = 0.3, timeout: float = 10.0) -> None:
        """Until every update is confirmed and the bot has called nothing but getUpdates for `idle` seconds."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            with self.world.lock:
                busy = [call for call in self.api.ledger.calls[-200:] if call.method != "getupdates"]
                last = busy[-1] if busy else None
                quiet = last is None or (last.done_at is not None and time.monotonic() - last.done_at >= idle)
                if quiet and not self.pending:
                    return
            time.sleep(min(idle, 0.05))
        raise TimeoutError(f"the bot is still busy after {timeout} s")
