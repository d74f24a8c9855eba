"""What the parts of the server share: JSON, text in UTF-16 units, and Telegram's way to say no."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """Telegram's «no»: an HTTP status and a description, as the Bot API words them.

    `kind` is set where the bot itself broke a rule that it could have known; such refusals are listed in
    `BotApi.problems`. A chat that blocks the bot, or a message that is gone, is no problem of the bot's.
    """

    def __init__(self, code: int, description: str, *, kind: str | None = None, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.kind = kind
        self.parameters = parameters

    def body(self) -> Json:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(description: str, *, kind: str | None = None, **parameters: int) -> Refused:
    """400. The Bot API begins every description with «Bad Request: » and a small letter (Client.cpp)."""
    return Refused(400, f"Bad Request: {description}", kind=kind, **parameters)


def forbidden(description: str) -> Refused:
    return Refused(403, f"Forbidden: {description}")


def flooded(retry_after: int, *, kind: str | None = "limit") -> Refused:
    """429, worded as `Query::set_retry_after_error` of telegram-bot-api does."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", kind=kind, retry_after=retry_after)


def units(text: str) -> int:
    """The length of a text as Telegram counts offsets: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The part of a text that an entity covers."""
    if text.isascii():
        return text[offset : offset + length]
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def has_lone_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
