"""What can go wrong in the bot, as people are told it.

BotError                  the base that surfaces catch, once
├── SettingsInvalid       a setting cannot be used as it is written
├── EvaluationUnreadable  a file holds no run of an evaluation, or no question
├── ModelFailed           a chat model did not write an answer
└── PageNotFetched        a link did not lead to a page that can be read

Each carries a message that names the thing and a `hint` that says what to do. None of it ever holds a secret.
What goes wrong in the archive has its own tree, in `vectorstore.errors`.
"""

from enum import StrEnum


class Trouble(StrEnum):
    """Why a chat model did not write an answer, or did not finish it."""

    UNREACHABLE = "unreachable"  # nothing listens there, or the connection broke
    LATE = "late"  # not done within the time that a question may take
    BUSY = "busy"  # too many requests, or the server has a fault of its own
    KEY_REFUSED = "key_refused"
    NO_SUCH_MODEL = "no_such_model"
    NO_CREDIT = "no_credit"
    TOO_LONG = "too_long"  # more than the model takes, however little is sent
    REFUSED = "refused"  # the model, or a filter before it, will not answer this
    GARBLED = "garbled"  # what came was no answer that can be read
    EMPTY = "empty"
    CUT_OFF = "cut_off"  # it ended in the middle
    UNPROVEN = "unproven"  # it wrote, and nothing of it could be proven
    RESTING = "resting"  # it failed several times just now, and is left alone for a while
    LIMIT = "limit"  # what may be spent in a day is spent
    UNUSABLE = "unusable"  # it cannot be set up: a package is missing, or the settings are wrong


class Obstacle(StrEnum):
    """Why a page did not come."""

    ADDRESS = "address"  # no address of a page, or one that may be read in two ways
    PORT = "port"
    UNKNOWN = "unknown"  # there is no such host
    INTERNAL = "internal"  # it leads to where not everyone on the internet may go
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"  # the certificate is not one for this name
    LATE = "late"
    STATUS = "status"  # the server gives no page; the detail is the HTTP status
    REDIRECTS = "redirects"
    KIND = "kind"  # not of a media type that is read; the detail is the type
    LARGE = "large"
    GARBLED = "garbled"


class BotError(Exception):
    """Base of everything this package raises on purpose."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsInvalid(BotError):
    """A setting cannot be used as it is written."""


class EvaluationUnreadable(BotError):
    """A file holds no run of an evaluation, or no question."""


class ModelFailed(BotError):
    """A chat model did not write an answer, or not to its end; surfaces quote instead, and tell `trouble` in the reader's language."""

    def __init__(self, trouble: Trouble, *, again: bool = False, hint: str = "") -> None:
        """`again` says that it may go well if the model is asked once more."""
        super().__init__(f"the chat model did not answer: {trouble.replace('_', ' ')}", hint)
        self.trouble = trouble
        self.again = again


class PageNotFetched(BotError):
    """A link did not lead to a page that can be read; surfaces tell the `obstacle` in the reader's language, with its `detail`."""

    def __init__(self, obstacle: Obstacle, message: str, hint: str = "", *, detail: str = "") -> None:
        super().__init__(message, hint)
        self.obstacle = obstacle
        self.detail = detail
