"""What one may rely on of what is seen of an answer before it is there, whatever goes wrong with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.answer import Written
from bot.telegram.pacing import Pacer, Urgency
from bot.telegram.rendering import Message, plain
from bot.telegram.showing import Drafts, Showing, shown
from bot.telegram.store import Address
from tests.telegram_server import BotApi, User

FEW, ENOUGH, MORE = "Ja.", "Fergen Heilhorn tar 60 biler.", "Fergen Heilhorn tar 60 biler. Og"
GROUP = -1001
Result = TypeVar("Result")
Make = Callable[..., Showing]
Work = Callable[[ExtBot[Urgency], Make], Awaitable[Result]]


@pytest.fixture
def alice(server: BotApi) -> User:
    return server.user(42)


async def rendered(written: Written) -> Message:
    return plain(written.text)


def with_bot(server: BotApi, work: Work[Result]) -> Result:
    """What some work with a bot gives, and with what makes showings of it: in private, unless it is told where."""
    plain_requests, polling = (HTTPXRequest(httpx_kwargs={"verify": False}, connection_pool_size=8) for _ in range(2))

    async def main() -> Result:
        bot: ExtBot[Urgency] = ExtBot(
            server.token, server.base_url, request=plain_requests, get_updates_request=polling, rate_limiter=Pacer()
        )

        async def placed(_: int) -> None:
            pass

        def make(chat: int = 42, render: Callable[[Written], Awaitable[Message]] = rendered) -> Showing:
            return Showing(bot, Address(chat), None, 1, render, drafts=Drafts(), placed=placed)

        async with bot:
            return await work(bot, make)

    return asyncio.run(main())


async def happens(server: BotApi, chat: int, *kinds: str) -> None:
    """Return when a chat has seen these, and nothing else."""
    await asyncio.to_thread(server.wait_for, lambda: seen(server, chat) == [*kinds])


def seen(server: BotApi, chat: int) -> list[str]:
    return [each.kind for each in server.effects if each.chat == chat]


def test_a_bug_in_what_is_shown_takes_no_answer_with_it(
    server: BotApi, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: Written) -> Message:
        raise RuntimeError("a bug")

    async def answer(_: ExtBot[Urgency], make: Make) -> str:
        async with shown(make(alice.id, broken)) as showing:
            showing.show(Written(ENOUGH))
            await asyncio.sleep(0.01)
            return "the answer"

    assert with_bot(server, answer) == "the answer"
    assert [each.levelno for each in caplog.records if "could not be shown" in each.message] == [logging.ERROR]


def test_few_letters_are_no_message_in_a_group(server: BotApi, alice: User) -> None:
    group = server.group(GROUP, members=[alice])

    async def grow(_: ExtBot[Urgency], make: Make) -> None:
        async with shown(make(GROUP)) as showing:
            showing.show(Written(FEW))
            await happens(server, GROUP, "action")
            showing.show(Written(ENOUGH))
            await happens(server, GROUP, "action", "send")

    with_bot(server, grow)
    assert [each.text for each in server.seen(group, "send")] == [ENOUGH]


def test_what_there_is_no_room_for_is_shown_as_soon_as_there_is(server: BotApi, alice: User) -> None:
    server.group(GROUP, members=[alice])
    server.limit()

    async def grow(bot: ExtBot[Urgency], make: Make) -> None:
        await bot.send_message(GROUP, "Svaret på det forrige spørsmålet.")
        async with shown(make(GROUP)) as showing:
            showing.show(Written(ENOUGH))
            await happens(server, GROUP, "send", "action", "send")

    with_bot(server, grow)
    before, after = server.calls("sendMessage")
    assert 1 <= after.at - before.at < 2.5
    assert server.count(429) == 0


def test_it_ends_at_once_where_nobody_waits_for_the_answer_any_more(server: BotApi, alice: User) -> None:
    hanging = server.fault("hang", "sendMessageDraft")

    async def leave(_: ExtBot[Urgency], make: Make) -> float:
        async def answer() -> None:
            async with shown(make()) as showing:
                showing.show(Written(ENOUGH))
                await asyncio.sleep(10)

        asking = asyncio.create_task(answer())
        await asyncio.to_thread(server.wait_for, lambda: server.calls("sendMessageDraft"))
        asking.cancel()
        began = asyncio.get_running_loop().time()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return asyncio.get_running_loop().time() - began

    assert with_bot(server, leave) < 0.5
    hanging.clear()
    assert alice.chat.visible() == []


def test_the_latest_is_shown_and_what_came_in_between_is_not(server: BotApi, alice: User) -> None:
    async def grow(_: ExtBot[Urgency], make: Make) -> None:
        async with shown(make()) as showing:
            showing.show(Written(FEW))
            await happens(server, alice.id, "draft")
            showing.show(Written(ENOUGH))
            showing.show(Written(MORE))
            await happens(server, alice.id, "draft", "draft")

    with_bot(server, grow)
    assert [each.text for each in server.seen(alice, "draft")] == [FEW, MORE]
