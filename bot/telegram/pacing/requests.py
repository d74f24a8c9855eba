"""What a request to the Bot API counts as, and where it goes; by its method's name and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How Telegram counts a request."""

    MESSAGE = "message"  # what is sent, and edits of it
    DRAFT = "draft"  # the text of a message as it comes, which vanishes by itself
    SIGN = "chat action"  # "typing"
    OTHER = "call"  # is not counted


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the limits see it. `place` is its chat; of an edit of an inline message, that message; None if it goes nowhere."""

    kind: Kind
    place: int | str | None
    in_group: bool  # or channel: their ids cannot be told apart, and neither can their @names

    @classmethod
    def of(cls, endpoint: str, parameters: Mapping[str, object]) -> "Request":
        chat = parameters.get("chat_id")
        if chat is None:
            inline = parameters.get("inline_message_id")
            return cls(_kind(endpoint), None if inline is None else f"inline:{inline}", False)
        chat = _number_or_name(chat)
        return cls(_kind(endpoint), chat, isinstance(chat, str) or chat < 0)


def _kind(endpoint: str) -> Kind:
    if endpoint == "sendChatAction":
        return Kind.SIGN
    if endpoint.startswith("send") and endpoint.endswith("Draft"):
        return Kind.DRAFT
    if endpoint.startswith(("send", "editMessage", "copyMessage", "forwardMessage")):
        return Kind.MESSAGE
    return Kind.OTHER


def _number_or_name(chat: object) -> int | str:
    if isinstance(chat, int):
        return chat
    try:
        return int(str(chat))
    except ValueError:
        return str(chat).lower()
