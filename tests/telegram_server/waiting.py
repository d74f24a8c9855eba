"""Waiting for what the bot does, in any thread but the server's."""

import time
from collections.abc import Callable
from typing import Any

from tests.telegram_server.world import Chat, Message, World


def wait_for(world: World, ready: Callable[[], Any], timeout: float) -> Any:
    """The first true value of `ready()`, asked under the lock after each change. Raises TimeoutError."""
    until = time.monotonic() + timeout
    with world.lock:
        while not (value := ready()):
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"nothing within {timeout} s")
            world.lock.wait(min(left, 0.5))
    return value


def next_message(world: World, chat: Chat, timeout: float, that: Callable[[Message], bool]) -> Message:
    def unheard() -> Message | None:
        found = (
            one
            for one in chat.messages.values()
            if one.by_bot and one.id > chat.heard and not one.deleted and that(one)
        )
        return next(found, None)

    message: Message = wait_for(world, unheard, timeout)
    chat.heard = message.id
    return message
