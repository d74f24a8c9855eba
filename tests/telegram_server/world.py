"""Users, chats, topics and messages: what there is on Telegram, as far as one bot can tell."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.telegram_server.ledger import Ledger
from tests.telegram_server.shapes import Json, cut, units
from tests.telegram_server.updates import Updates

PRESENT = frozenset({"creator", "administrator", "member", "restricted"})
ADMINS = frozenset({"creator", "administrator"})
# The sender of what an anonymous admin writes, and of what a linked channel posts: Telegram's own accounts.
GROUP_ANONYMOUS_BOT = 1087968824
CHANNEL_BOT = 136817688
TELEGRAM = 777000
GENERAL = 1


@dataclass(slots=True, eq=False)
class Account:
    """A user or a bot, as in `from`."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False

    def json(self) -> Json:
        shape: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                shape[name] = value
        return shape


@dataclass(slots=True, eq=False)
class Topic:
    """A topic of a forum; its id is that of the message that made it."""

    id: int
    name: str
    chat: "Chat"
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Version:
    """What a message said before an edit."""

    text: str
    entities: list[Json]
    markup: Json | None
    until: float


@dataclass(slots=True, eq=False, repr=False)
class Message:
    """One message. `entities` are those that were given; `found` those that Telegram marks by itself in any text."""

    id: int
    chat: "Chat"
    sender: Account | None
    date: int
    content: Json
    thread: int | None = None
    reply_to: int | None = None
    markup: Json | None = None
    found: list[Json] = field(default_factory=list)
    extra: Json = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)
    edited: int | None = None
    history: list[Version] = field(default_factory=list)
    deleted: bool = False
    update_id: int | None = None
    link_preview: Json | None = None
    answered_by: list[int] = field(default_factory=list)
    reactions: list[Json] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<message {self.id} in {self.chat.id}: {self.text[:60]!r}>"

    @property
    def text(self) -> str:
        """Its text, or the caption of its file."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        given: list[Json] = self.content.get("entities") or self.content.get("caption_entities") or []
        return [*given]

    @property
    def answers(self) -> list["Message"]:
        """The bot's messages that reply to this one."""
        return [self.chat.messages[number] for number in self.answered_by]

    @property
    def utf16_units(self) -> int:
        """Its length as Telegram counts offsets; `len(text)` counts code points."""
        return units(self.text)

    @property
    def by_bot(self) -> bool:
        return self.sender is self.chat.world.bot

    def link_of(self, part: str) -> str | None:
        """The address behind the first text_link over exactly this text."""
        for entity in self.entities:
            if entity["type"] == "text_link" and cut(self.text, entity["offset"], entity["length"]) == part:
                return str(entity["url"])
        return None

    def json(self, *, nested: bool = False) -> Json:
        chat = self.chat
        shape: Json = {"message_id": self.id, "date": self.date, "chat": chat.json()}
        if self.sender is not None:
            shape["from"] = self.sender.json()
        if self.thread is not None:
            shape["message_thread_id"] = self.thread
            if chat.is_forum:
                shape["is_topic_message"] = True
        if self.edited is not None:
            shape["edit_date"] = self.edited
        if not nested and (replied := self._replied()) is not None:
            shape["reply_to_message"] = replied.json(nested=True)
        shape |= self.content
        if self.found:
            key = "caption_entities" if "caption" in self.content else "entities"
            shape[key] = sorted(self.entities + self.found, key=lambda entity: entity["offset"])
        if self.markup and "inline_keyboard" in self.markup:
            shape["reply_markup"] = self.markup
        if self.link_preview:
            shape["link_preview_options"] = self.link_preview
        return shape | self.extra

    def _replied(self) -> "Message | None":
        """The message replied to; in a topic, where nobody is, the one that made the topic, as Telegram has it."""
        number = self.reply_to
        if number is None and self.chat.is_forum and self.thread not in {None, self.id}:
            number = self.thread
        found = self.chat.messages.get(number) if number is not None else None
        return None if found is None or found.deleted else found


@dataclass(slots=True, eq=False, repr=False)
class Chat:
    """A private chat, a group, a supergroup or a channel. `members` says who is what; the bot is one of them."""

    world: "World"
    id: int
    type: str
    title: str | None = None
    username: str | None = None
    is_forum: bool = False
    user: Account | None = None
    members: dict[int, str] = field(default_factory=dict)
    rights: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    migrated_to: int | None = None
    send_refused: str | None = None
    blocked: bool = False
    started: bool = True
    deactivated: bool = False
    protected: bool = False
    heard: int = 0
    _last: int = 1  # the first one tells that the group was made, and stands for the General topic

    def __repr__(self) -> str:
        return f"<{self.type} {self.id}>"

    def json(self) -> Json:
        shape: Json = {"id": self.id, "type": self.type}
        if self.user is not None:
            shape |= {key: value for key, value in self.user.json().items() if key.endswith("name")}
        if self.title is not None:
            shape["title"] = self.title
        if self.username:
            shape["username"] = self.username
        if self.is_forum:
            shape["is_forum"] = True
        return shape

    @property
    def is_group(self) -> bool:
        return self.type in {"group", "supergroup"}

    def status(self, user: int) -> str:
        return self.members.get(user, "left")

    def next_id(self) -> int:
        """Supergroups and channels number their own messages; private chats and small groups share one row."""
        if self.type in {"supergroup", "channel"}:
            self._last += 1
            return self._last
        self.world.last_message += 1
        return self.world.last_message

    def topic(self, name: str, *, by: Account | None = None) -> Topic:
        """A new topic in a forum, made by a service message."""
        assert self.is_forum, f"{self.title} is no forum"
        made = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        with self.world.lock:
            maker = by or self.world.somebody(self)
            message = self.world.post(self, maker, made)
            message.thread = message.id
            self.topics[message.id] = Topic(message.id, name, self)
            self.world.announce(message)
        return self.topics[message.id]

    def visible(self) -> list[Message]:
        return [message for message in self.messages.values() if not message.deleted]


class World:
    """Everything, behind one lock. Whatever changes is told by `changed`, which wakes those who wait."""

    def __init__(self, bot: Account, ledger: Ledger) -> None:
        self.lock = threading.Condition(threading.RLock())
        self.bot = bot
        self.ledger = ledger
        self.updates = Updates(ledger)
        self.users: dict[int, Account] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.sizes: dict[str, int] = {}
        self.privacy = True
        self.last_message = 0
        self.last_query = 10_000_000_000
        self.clock: Callable[[], float] = time.time

    def now(self) -> int:
        return int(self.clock())

    def changed(self) -> None:
        with self.lock:
            self.lock.notify_all()

    def somebody(self, chat: Chat) -> Account:
        """A human member; Telegram's own account if there is none."""
        for number in chat.members:
            if number in self.users and not self.users[number].is_bot:
                return self.users[number]
        return Account(TELEGRAM, "Telegram")

    def post(self, chat: Chat, sender: Account | None, content: Json, **more: object) -> Message:
        """A message in a chat, known to nobody yet."""
        message = Message(chat.next_id(), chat, sender, self.now(), content, **more)  # type: ignore[arg-type]
        chat.messages[message.id] = message
        if message.reply_to in chat.messages and message.by_bot:
            chat.messages[message.reply_to].answered_by.append(message.id)
        return message

    def announce(self, message: Message, kind: str = "message") -> int | None:
        """Gives a message to the bot, if it is one that the bot gets to see."""
        if message.chat.type == "channel":
            kind = kind.replace("message", "channel_post")
        if self._seen(message):
            message.update_id = self.updates.add(kind, message.json())
        self.changed()
        return message.update_id

    def _seen(self, message: Message) -> bool:
        """Privacy mode: commands, mentions and replies to the bot, service messages; admins see everything.

        https://core.telegram.org/bots/features#privacy-mode
        """
        chat = message.chat
        if chat.type == "private":
            return not chat.blocked
        if chat.status(self.bot.id) not in PRESENT or chat.migrated_to is not None:
            return False
        if not chat.is_group or not self.privacy or chat.status(self.bot.id) in ADMINS:
            return True
        if message.content.keys() & _SERVICE or message.extra.get("via_bot", {}).get("id") == self.bot.id:
            return True
        return self._addressed(message)

    def _addressed(self, message: Message) -> bool:
        replied = message.chat.messages.get(message.reply_to or 0)
        if replied is not None and replied.by_bot:
            return True
        name = f"@{self.bot.username}".lower()
        for entity in message.entities + message.found:
            part = cut(message.text, entity["offset"], entity["length"]).lower()
            if entity["type"] == "mention" and part == name:
                return True
            if entity["type"] == "bot_command" and ("@" not in part or part.endswith(name)):
                return True
            if entity["type"] == "text_mention" and entity["user"]["id"] == self.bot.id:
                return True
        return False


_SERVICE = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "pinned_message",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "forum_topic_created",
        "forum_topic_closed",
        "forum_topic_reopened",
        "group_chat_created",
        "supergroup_chat_created",
    }
)
