"""What one may rely on about messages that are sent: a server as strict as Telegram takes them, and shows what was meant."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from telegram import Bot

from bot.answer import Status, Written
from bot.errors import Trouble
from bot.messages import Language
from bot.telegram.rendering import Message, answer_messages, articles_page, passage_messages, preview, sources_messages
from tests.telegram.rendering_reader import read
from tests.telegram.test_rendering import ARTICLE, QUOTE, TEXT, cited, link, quoting, written
from tests.telegram_server.entities import found_entities
from tests.telegram_server.server import BotApi
from vectorstore.article import Span

HOSTILE = "Se https://evil.com/?q=1, @spammer, /start, #tag, $NOK og a@evil.com 👨\u200d👩\u200d👧 A\u030alesund\u202e\r\n\tslutt."
BAD = replace(ARTICLE, title=HOSTILE, text=HOSTILE, outlet=HOSTILE, url="https://avis.example/å b?x=1#y")
LONG = "\n\n".join(f"Avsnitt {number}. {'Fergen tar biler. ' * 30}[1]" for number in range(20))


def gallery() -> list[Message]:
    bad = cited(BAD, HOSTILE, 2, also_in=(BAD,))
    answers = [
        quoting(cited(), bad),
        written(
            f"{HOSTILE} [1][2] [?]. [x](http://evil.com)", cited(), bad, trouble=Trouble.CUT_OFF, status=Status.PARTIAL
        ),
        written(f"{HOSTILE} [1?]", cited(proven=False), trouble=Trouble.NO_SUCH_MODEL, model=HOSTILE),
        written(LONG, cited(), bad),
        quoting(text="Ingenting.", status=Status.NOT_FOUND, nearest=(ARTICLE, BAD), language="en"),
    ]
    start = TEXT.index(QUOTE)
    return [
        *(each for answer in answers for each in answer_messages(answer, link)),
        *(each for answer in answers for each in sources_messages(answer, link)),
        preview(Written(LONG, HOSTILE, (cited(),)), link, Language.NORWEGIAN),
        *passage_messages(ARTICLE, Span(start, start + len(QUOTE)), Language.ENGLISH, link),
        *passage_messages(BAD, Span(4, 30), Language.NORWEGIAN, link),
        articles_page([ARTICLE, BAD] * 5, 1, 2, Language.NORWEGIAN, link),
    ]


async def send(server: BotApi, messages: Sequence[Message]) -> list[str]:
    """Send them to Alice; gives what she reads."""
    alice = server.user(42, "Alice")
    alice.says("Hei")
    async with Bot(server.token, base_url=server.base_url) as bot:
        sent = [await bot.send_message(alice.id, each.text, entities=each.entities) for each in messages]
    return [each.text or "" for each in sent]


def test_a_strict_server_takes_every_message_as_it_is_and_finds_no_link_of_its_own() -> None:
    messages = gallery()

    with BotApi() as server:
        seen = asyncio.run(send(server, messages))

        assert not server.problems
    assert seen == [each.text for each in messages]
    assert "evil.com" in read(messages)
    for each in messages:
        assert found_entities(each.text, [entity.to_dict() for entity in each.entities]) == []
