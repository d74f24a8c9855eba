"""What people do on Telegram: write, press, type inline, send things. Each gives the bot the update that Telegram would."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_server.entities import checked_entities, found_entities
from tests.telegram_server.keyboards import buttons_of
from tests.telegram_server.members import member_json
from tests.telegram_server.shapes import Json
from tests.telegram_server.waiting import next_message
from tests.telegram_server.world import (
    GROUP_ANONYMOUS_BOT,
    Account,
    Chat,
    Message,
    Topic,
    World,
)

CALLBACK_LIFETIME = 60.0


@dataclass(slots=True, eq=False)
class Press:
    """A button pressed. `answer` is what the bot said to it: None until then."""

    id: str
    message: Message | None
    by: Account
    data: str
    at: float = field(default_factory=time.monotonic)
    answer: Json | None = None
    update_id: int | None = None


@dataclass(slots=True, eq=False)
class Typed:
    """A question typed inline. `results` are what the bot offered: None until then."""

    id: str
    by: Account
    query: str
    at: float = field(default_factory=time.monotonic)
    results: list[Json] | None = None
    answer: Json | None = None
    update_id: int | None = None


class User:
    """A person. Every verb gives the message (or the press, or the query) that it made."""

    def __init__(self, world: World, account: Account, queries: "Queries") -> None:
        self.world = world
        self.account = account
        self.queries = queries
        self.chat = Chat(world, account.id, "private", username=None, user=account)
        world.users[account.id] = account
        world.chats[account.id] = self.chat

    @property
    def id(self) -> int:
        return self.account.id

    # Messages

    def says(
        self,
        text: str,
        chat: Chat | None = None,
        *,
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
        entities: list[Json] | None = None,
        anonymous: bool = False,
        **extra: Any,
    ) -> Message:
        """Writes a text; mentions, commands and addresses in it are marked as Telegram marks them.

        `anonymous` writes as an anonymous admin does: from GroupAnonymousBot, on behalf of the group.
        """
        given = checked_entities(text, entities)
        content: Json = {"text": text}
        if given:
            content["entities"] = given
        return self._post(
            content,
            chat,
            thread=thread,
            reply_to=reply_to,
            anonymous=anonymous,
            found=found_entities(text, given),
            **extra,
        )

    def sends(
        self,
        kind: str,
        content: object,
        chat: Chat | None = None,
        *,
        caption: str = "",
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
        **extra: Any,
    ) -> Message:
        """Any kind of message: `kind` is its key in the Bot API's Message, `content` the value."""
        shape: Json = {kind: content}
        if caption:
            shape["caption"] = caption
        found = found_entities(caption) if caption else []
        return self._post(shape, chat, thread=thread, reply_to=reply_to, found=found, **extra)

    def sends_document(
        self,
        name: str,
        body: bytes,
        chat: Chat | None = None,
        *,
        mime: str = "text/plain",
        size: int | None = None,
        **more: Any,
    ) -> Message:
        """A file that the bot can fetch with getFile; `size` says another size than the truth."""
        return self.sends("document", self._file(name, body, size, file_name=name, mime_type=mime), chat, **more)

    def sends_photo(self, body: bytes, chat: Chat | None = None, **more: Any) -> Message:
        return self.sends("photo", [self._file("photo.jpg", body, None, width=90, height=90)], chat, **more)

    def sends_voice(self, body: bytes, chat: Chat | None = None, **more: Any) -> Message:
        return self.sends("voice", self._file("voice.ogg", body, None, duration=3, mime_type="audio/ogg"), chat, **more)

    def sends_sticker(self, emoji: str = "👍", chat: Chat | None = None, **more: Any) -> Message:
        shape = self._file("sticker.webp", b"webp", None, type="regular", width=512, height=512, emoji=emoji)
        return self.sends("sticker", shape | {"is_animated": False, "is_video": False}, chat, **more)

    def sends_location(self, latitude: float, longitude: float, chat: Chat | None = None, **more: Any) -> Message:
        return self.sends("location", {"latitude": latitude, "longitude": longitude}, chat, **more)

    def sends_contact(self, phone: str, name: str, chat: Chat | None = None, **more: Any) -> Message:
        return self.sends("contact", {"phone_number": phone, "first_name": name}, chat, **more)

    def sends_poll(self, question: str, options: list[str], chat: Chat | None = None, **more: Any) -> Message:
        shape: Json = {
            "id": "1",
            "question": question,
            "options": [{"text": option, "voter_count": 0, "persistent_id": option} for option in options],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
        return self.sends("poll", shape, chat, **more)

    def forwards(self, text: str, of: Account | str, chat: Chat | None = None, **more: Any) -> Message:
        """Passes on somebody's text; a name alone is somebody who hides their account."""
        origin: Json = {"date": self.world.now() - 60}
        if isinstance(of, str):
            origin |= {"type": "hidden_user", "sender_user_name": of}
        else:
            origin |= {"type": "user", "sender_user": of.json()}
        return self.says(text, chat, forward_origin=origin, **more)

    def edits(self, message: Message, text: str) -> Message:
        """Changes the text of an own message."""
        with self.world.lock:
            message.content = {**message.content, "caption" if "caption" in message.content else "text": text}
            message.content.pop("entities", None)
            message.found = found_entities(text)
            message.edited = self.world.now()
            self.world.announce(message, "edited_message")
        return message

    def deletes(self, message: Message) -> None:
        """Bots are not told."""
        message.deleted = True

    def _post(
        self,
        content: Json,
        chat: Chat | None,
        *,
        thread: Topic | int | None = None,
        reply_to: Message | None = None,
        anonymous: bool = False,
        found: list[Json] | None = None,
        **extra: Any,
    ) -> Message:
        chat = chat or self.chat
        number = thread.id if isinstance(thread, Topic) else thread
        if number is None and reply_to is not None and chat.type == "supergroup":
            # In a group without topics a reply stands in the «thread» of what it replies to; no message can be sent there.
            number = reply_to.thread if chat.is_forum else (reply_to.thread or reply_to.id)
        with self.world.lock:
            self._joins(chat)
            message = self.world.post(
                chat,
                _sender(self.account, anonymous=anonymous),
                content,
                thread=number,
                reply_to=reply_to.id if reply_to else None,
                found=found or [],
                extra={"sender_chat": chat.json(), **extra} if anonymous else extra,
            )
            self.world.announce(message)
        return message

    def _joins(self, chat: Chat) -> None:
        """Writing to the bot starts it; writing in a group, one is a member of it."""
        if chat is self.chat:
            chat.started, chat.blocked = True, False
        else:
            chat.members.setdefault(self.id, "member")

    def _file(self, name: str, body: bytes, size: int | None, **shape: Any) -> Json:
        number = keep_file(self.world, name, body)
        if size is not None:
            self.world.sizes[number] = size
        return {"file_id": number, "file_unique_id": f"u{number}", "file_size": size or len(body), **shape}

    # Buttons and inline

    def presses(self, message: Message, button: str) -> Press:
        """Presses the button of this text, or of this callback data, under a message of the bot's."""
        for shape in buttons_of(message.markup):
            if button in {shape["text"], shape.get("callback_data")}:
                if "callback_data" not in shape:
                    raise AssertionError(f"{button} gives no callback: {shape}")
                return self.calls_back(shape["callback_data"], message)
        raise AssertionError(f"no button {button!r} under {message.text[:60]!r}: {buttons_of(message.markup)}")

    def calls_back(self, data: str, message: Message | None) -> Press:
        """A callback with any data, whether there is such a button or not, as a forged client sends it."""
        with self.world.lock:
            press = Press(self.queries.number(), message, self.account, data)
            shape: Json = {"id": press.id, "from": self.account.json(), "chat_instance": "1", "data": data}
            if message is not None:
                shape["message"] = message.json()
            self.queries.presses[press.id] = press
            press.update_id = self.world.updates.add("callback_query", shape)
        self.world.changed()
        return press

    def types_inline(self, query: str, *, offset: str = "", chat_type: str = "sender") -> Typed:
        """Types `@bot query` in some chat."""
        with self.world.lock:
            typed = Typed(self.queries.number(), self.account, query)
            self.queries.typed[typed.id] = typed
            shape = {
                "id": typed.id,
                "from": self.account.json(),
                "query": query,
                "offset": offset,
                "chat_type": chat_type,
            }
            typed.update_id = self.world.updates.add("inline_query", shape)
        self.world.changed()
        return typed

    def chooses(self, typed: Typed, at: int = 0, chat: Chat | None = None) -> Message:
        """Sends one of the results of an inline query into a chat, where it stands as hers, via the bot."""
        assert typed.results, "nothing was offered"
        result = typed.results[at]
        content: Json = {"text": result["input_message_content"]["message_text"]}
        if entities := result["input_message_content"].get("entities"):
            content["entities"] = entities
        shape = {"from": self.account.json(), "query": typed.query, "result_id": result["id"]}
        with self.world.lock:
            message = self._post(content, chat, via_bot=self.world.bot.json())
            message.markup = result.get("reply_markup")
            if message.markup is not None:
                shape["inline_message_id"] = f"inline{len(self.queries.inline_messages) + 1}"
                self.queries.inline_messages[shape["inline_message_id"]] = message
            self.world.updates.add("chosen_inline_result", shape)
        return message

    def reacts(self, message: Message, emoji: str) -> None:
        """Known to the bot only where it asked for `message_reaction` and is admin."""
        shape: Json = {"chat": message.chat.json(), "message_id": message.id, "user": self.account.json()}
        shape |= {"date": self.world.now(), "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": emoji}]}
        with self.world.lock:
            self.world.updates.add("message_reaction", shape)
        self.world.changed()

    # The bot and her

    def blocks_the_bot(self) -> None:
        self._member_changed("member", "kicked")
        self.chat.blocked = True

    def unblocks_the_bot(self) -> None:
        self.chat.blocked = False
        self._member_changed("kicked", "member")

    def adds_the_bot(self, chat: Chat, status: str = "member") -> None:
        """Brings the bot into a group; a service message and `my_chat_member` tell it."""
        self.changes_the_bot(chat, status)
        self._post({"new_chat_members": [self.world.bot.json()]}, chat)

    def removes_the_bot(self, chat: Chat) -> None:
        self.changes_the_bot(chat, "kicked")

    def changes_the_bot(self, chat: Chat, status: str) -> None:
        """Makes the bot admin, member, restricted, left or kicked in a group."""
        with self.world.lock:
            old = chat.status(self.world.bot.id)
            chat.members[self.world.bot.id] = status
        self._member_changed(old, status, chat)

    def _member_changed(self, old: str, new: str, chat: Chat | None = None) -> None:
        chat = chat or self.chat
        bot = self.world.bot
        shape: Json = {"chat": chat.json(), "from": self.account.json(), "date": self.world.now()}
        shape["old_chat_member"] = member_json(chat, bot, old)
        shape["new_chat_member"] = member_json(chat, bot, new)
        with self.world.lock:
            self.world.updates.add("my_chat_member", shape)
        self.world.changed()

    # Waiting

    def hears(
        self, timeout: float = 5.0, chat: Chat | None = None, *, that: Callable[[Message], bool] | None = None
    ) -> Message:
        """The bot's next message in her chat (or that one) which nobody has heard yet. Raises TimeoutError."""
        chat = chat or self.chat
        return next_message(self.world, chat, timeout, that or (lambda _: True))


@dataclass(slots=True, eq=False)
class Queries:
    """Button presses and inline queries that wait for an answer."""

    presses: dict[str, Press] = field(default_factory=dict)
    typed: dict[str, Typed] = field(default_factory=dict)
    inline_messages: dict[str, Message] = field(default_factory=dict)
    lifetime: float = CALLBACK_LIFETIME
    last: int = 7_000_000_000_000_000_000

    def number(self) -> str:
        self.last += 1
        return str(self.last)


def keep_file(world: World, name: str, body: bytes) -> str:
    """Keeps a file, and gives its `file_id`."""
    number = f"file{len(world.files) + 1}"
    world.files[number] = (name, body)
    return number


def _sender(account: Account, *, anonymous: bool) -> Account:
    if not anonymous:
        return account
    return Account(GROUP_ANONYMOUS_BOT, "Group", username="GroupAnonymousBot", is_bot=True)
