"""The state of one bot on Telegram, and what all methods need: whom they reach, and whether they may."""

from collections.abc import Callable

from tests.telegram_server.faults import Faults
from tests.telegram_server.given import Given
from tests.telegram_server.keyboards import checked_markup
from tests.telegram_server.ledger import Ledger
from tests.telegram_server.limits import Pace
from tests.telegram_server.people import Queries
from tests.telegram_server.shapes import Json, Refused, bad, forbidden
from tests.telegram_server.world import ADMINS, GENERAL, PRESENT, Account, Chat, Message, World


class Api:
    """One bot: its world, its ledger, its limits and faults, what it has set of itself."""

    def __init__(self, token: str, username: str) -> None:
        self.token = token
        self.ledger = Ledger()
        self.world = World(
            Account(int(token.partition(":")[0]), "Kildebot", username=username, is_bot=True), self.ledger
        )
        self.updates = self.world.updates
        self.pace = Pace()
        self.faults = Faults()
        self.queries = Queries()
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.supports_inline = True
        self.can_join_groups = True
        self.set_webhook: Callable[[Given], bool] = lambda _: True
        self.webhook_shape: Callable[[], Json] = dict

    # Whom a call reaches

    def chat(self, given: Given, name: str = "chat_id") -> Chat:
        """The chat of a call. Raises Refused: «chat not found», «chat_id is empty»."""
        said = given.text(name)
        if not said:
            raise bad(f"{name} is empty", kind="parameters")
        if said.startswith("@"):
            found = next(
                (one for one in self.world.chats.values() if one.username == said[1:] and one.user is None), None
            )
        else:
            found = self.world.chats.get(given.number(name))
        if found is None:
            raise bad("chat not found")
        if found.user is not None and not found.started:
            raise forbidden("bot can't initiate conversation with a user")
        return found

    def chat_to_write(self, given: Given) -> Chat:
        """The chat of a call, if the bot may write there. Raises Refused, worded as Client.cpp words it."""
        chat = self.chat(given)
        if chat.migrated_to is not None:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if chat.user is None:
            self._check_member(chat)
        if chat.send_refused:
            raise bad(chat.send_refused)
        return chat

    def _check_member(self, chat: Chat) -> None:
        status = chat.status(self.world.bot.id)
        kind = {"group": "group", "supergroup": "supergroup", "channel": "channel"}[chat.type]
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {kind} chat")
        if status not in PRESENT:
            raise forbidden(f"bot is not a member of the {kind} chat")
        if chat.type == "channel" and status not in ADMINS:
            raise bad("need administrator rights in the channel chat")
        rights = chat.rights.get(self.world.bot.id, {})
        if status == "restricted" and not rights.get("can_send_messages", True):
            raise bad("not enough rights to send text messages to the chat")

    def thread(self, chat: Chat, given: Given, *, general: bool = False) -> int | None:
        """The topic of a call. The General topic is written to without a number; only chat actions may say 1."""
        number = given.number("message_thread_id")
        if not number:
            return None
        if general and chat.is_forum and number == GENERAL:
            return None
        topic = chat.topics.get(number)
        if topic is None or topic.deleted:
            raise bad("message thread not found")
        if topic.closed and chat.status(self.world.bot.id) not in ADMINS:
            raise bad("TOPIC_CLOSED")
        return number

    def replied(self, chat: Chat, given: Given) -> int | None:
        """The message that a call replies to, None if there is none and none is needed."""
        said = given.shape("reply_parameters")
        number, lenient = given.number("reply_to_message_id"), given.flag("allow_sending_without_reply")
        if said is not None:
            if not isinstance(said, dict) or not isinstance(said.get("message_id"), int):
                raise bad('can\'t parse ReplyParameters: field "message_id" must be of type Number', kind="parameters")
            number, lenient = said["message_id"], bool(said.get("allow_sending_without_reply"))
            self._check_quote(chat, number, said)
        if not number:
            return None
        target = chat.messages.get(number)
        if target is None or target.deleted:
            if lenient:
                return None
            raise bad("message to be replied not found")
        return number

    def _check_quote(self, chat: Chat, number: int, said: Json) -> None:
        target, quote = chat.messages.get(number), said.get("quote")
        if quote and target is not None and quote not in target.text:
            raise bad("QUOTE_TEXT_INVALID", kind="parameters")

    def own_message(self, given: Given) -> Message:
        """The message to edit. Raises Refused: «message to edit not found», «message can't be edited»."""
        if inline := given.text("inline_message_id"):
            if inline not in self.queries.inline_messages:
                raise bad("MESSAGE_ID_INVALID")
            return self.queries.inline_messages[inline]
        chat = self.chat_to_write(given)
        if "message_id" not in given:
            raise bad("message identifier is not specified", kind="parameters")
        message = chat.messages.get(given.number("message_id"))
        if message is None or message.deleted:
            raise bad("message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited", kind="edit")
        topic = chat.topics.get(message.thread or 0)
        if topic is not None and topic.closed and chat.status(self.world.bot.id) not in ADMINS:
            raise bad("TOPIC_CLOSED")
        return message

    def markup(self, given: Given) -> Json | None:
        return checked_markup(given.shape("reply_markup"))

    # What a call does

    def take(self, method: str, chat: Chat) -> None:
        """Counts a call against the limits. Raises Refused 429, or lists a problem if it shall only be recorded."""
        over = self.pace.take(method, chat.id, group=chat.is_group)
        if over is None:
            return
        if self.pace.limits.mode == "enforce":
            raise over
        self.ledger.problem("limit", f"too many {method} in {chat.id}")

    def refused(self, refusal: Refused) -> None:
        """Lists what the bot could have known."""
        if refusal.kind is not None:
            self.ledger.problem(refusal.kind, refusal.description)
