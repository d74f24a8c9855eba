"""The methods of the Bot API, by their names in small letters. getUpdates is the server's own, since it waits."""

from collections.abc import Callable
from typing import Any

from tests.telegram_server.api import Api
from tests.telegram_server.given import Given
from tests.telegram_server.methods import chats, files, messages, profile, queries

Method = Callable[[Api, Given], Any]


def _collect() -> dict[str, Method]:
    found: dict[str, Method] = {}
    for module in (chats, files, messages, profile, queries):
        found |= {name.lower(): method for name, method in module.METHODS.items()}
    return found


METHODS = _collect()
