"""What can go wrong in the bot, as people are told it.

BotError              the base that surfaces catch, once
└── SettingsInvalid   a setting cannot be used as it is written

Each carries a message that names the thing and a `hint` that says what to do. Neither ever holds a secret.
What goes wrong in the archive has its own tree, in `vectorstore.errors`.
"""


class BotError(Exception):
    """Base of everything this package raises on purpose."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsInvalid(BotError):
    """A setting cannot be used as it is written."""
