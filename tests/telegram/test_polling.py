"""What people may rely on about fetching updates: what is not on the disk is not confirmed, and no update stands in the way of others."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from telegram import Bot
from telegram.error import TimedOut

from bot.telegram.polling import Poller, RawUpdates
from bot.telegram.reaching import TelegramRefused
from bot.telegram.requests import Requests
from tests.telegram_server import MALFORMED, TOKEN, BotApi
from vectorstore.errors import ArchiveUnusable

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")]

_PATIENCE = 10.0

_ME = b'{"ok":true,"result":{"id":123456789,"is_bot":true,"first_name":"Kildebot","username":"kilde_bot"}}'

Receive = Callable[[Sequence[bytes]], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Telling:
    """Answers getUpdates with bytes of the test's, one after the other, then with nothing new, slowly. Knows what it was asked."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[dict[str, str]] = []
        telling = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
                pass

            def do_POST(self) -> None:
                said = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                body = telling.answer(said) if self.path.endswith("getUpdates") else _ME
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):  # who asked is gone
                    self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, said: dict[str, list[str]]) -> bytes:
        self.asked.append({name: values[0] for name, values in said.items()})
        if self.answers:
            return self.answers.pop(0)
        time.sleep(0.05)
        return b'{"ok":true,"result":[]}'

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def telling() -> Iterator[Telling]:
    telling = Telling()
    yield telling
    telling.close()


class Polled:
    """What a poller received, by batch. With `refusals`, the first batches cannot be kept."""

    def __init__(self, refusals: int = 0) -> None:
        self.batches: list[list[bytes]] = []
        self.refusals = refusals

    async def __call__(self, updates: Sequence[bytes]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ArchiveUnusable("the disk is full")
        self.batches.append([*updates])

    @property
    def updates(self) -> list[bytes]:
        return [each for batch in self.batches for each in batch]

    @property
    def texts(self) -> list[str]:
        read = (json.loads(each) for each in self.updates)
        return [each["message"]["text"] for each in read if isinstance(each.get("message"), dict)]


async def poll(url: str, receive: Receive, until: Callable[[], bool], in_service_after: float = 60.0) -> None:
    """Polls until something is so. Raises what the poller raises."""
    requests = RawUpdates()
    async with Bot(TOKEN, f"{url}/bot", get_updates_request=requests) as bot:
        polling = asyncio.create_task(
            Poller(bot, requests, receive, pause=0.02, in_service_after=in_service_after).run()
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                while not until() and not polling.done():  # noqa: ASYNC110 (it changes in other threads)
                    await asyncio.sleep(0.005)
            if polling.done():
                polling.result()
        finally:
            polling.cancel()
            with suppress(asyncio.CancelledError, TelegramRefused):
                await polling


async def test_what_could_not_be_kept_is_not_confirmed_and_comes_again(server: BotApi) -> None:
    alice = server.user(42)
    alice.says("en")
    refusing = Polled(refusals=3)
    await poll(server.url, refusing, lambda: refusing.refusals == 1)
    assert server.pending == 1
    kept = Polled()
    await poll(server.url, kept, lambda: not server.pending)
    assert kept.texts == ["en"]


async def test_the_next_request_goes_out_when_the_last_batch_is_kept(server: BotApi) -> None:
    """python-telegram-bot's own asks at once, and what it asked for is gone if it dies."""
    free = asyncio.Event()
    began = asyncio.Event()

    async def slowly(_: Sequence[bytes]) -> None:
        began.set()
        await free.wait()

    server.user(42).says("en")
    polling = asyncio.create_task(poll(server.url, slowly, lambda: not server.pending))
    await began.wait()
    await asyncio.sleep(0.05)
    assert server.pending == 1
    assert len(server.calls("getUpdates")) == 1
    free.set()
    await polling


async def test_questions_come_in_the_order_in_which_they_were_asked(server: BotApi) -> None:
    alice, bob = server.user(42), server.user(43, "Bob")
    said = [str(number) for number in range(250)]  # two requests and a half
    for number, text in enumerate(said):
        (bob if number % 3 else alice).says(text)
    polled = Polled()
    await poll(server.url, polled, lambda: not server.pending)
    assert polled.texts == said


@pytest.mark.parametrize("kind", MALFORMED)
async def test_a_malformed_update_stands_in_nobodys_way(server: BotApi, kind: str) -> None:
    alice = server.user(42)
    alice.says("før")
    server.malformed(kind)
    alice.says("etter")
    polled = Polled()
    await poll(server.url, polled, lambda: not server.pending)
    assert [text for text in polled.texts if text != "?"] == ["før", "etter"]
    assert len(polled.updates) == 3
    assert len(server.calls("getUpdates")) <= 3


_SICK = {
    "so deep that no parser reads it": b'{"update_id":7,"message":{"entities":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}}",
    "a number without end": b'{"update_id":7,"message":{"date":' + b"1" * 5_000 + b"}}",
    "bytes that are no text": b'{"update_id":7,"message":{"text":"\xff\xfe ]}{["}}',
    "a lone surrogate": b'{"update_id":7,"message":{"text":"\\ud83d"}}',
    "ten megabytes": b'{"update_id":7,"message":{"text":"' + b"x" * 10_000_000 + b'"}}',
    "brackets in a string": b'{"update_id":7,"message":{"text":"\\"]}{[","date":' + b"1" * 5_000 + b"}}",
    "text": b'"str"',
}


@pytest.mark.parametrize("sick", _SICK.values(), ids=_SICK)
async def test_an_update_that_cannot_be_read_comes_once_and_the_others_beside_it(telling: Telling, sick: bytes) -> None:
    well = b'{"update_id":6,"message":{"text":"A"}}', b'{"update_id":8,"message":{"text":"B"}}'
    telling.answers = [b'{"ok":true,"result":[' + b",".join((well[0], sick, well[1])) + b"]}"]
    polled = Polled()
    await poll(telling.url, polled, lambda: len(telling.asked) > 1)
    assert len(polled.updates) == 3
    assert [json.loads(polled.updates[at])["message"]["text"] for at in (0, 2)] == ["A", "B"]
    assert telling.asked[1]["offset"] == "9"


async def test_a_sick_update_alone_is_confirmed_by_its_number(telling: Telling) -> None:
    telling.answers = [b'{"ok":true,"result":[' + _SICK["so deep that no parser reads it"] + b"]}"]
    await poll(telling.url, Polled(), lambda: len(telling.asked) > 1)
    assert telling.asked[1]["offset"] == "8"


@pytest.mark.parametrize("number", [b"null", b"true", b'"7"', b"-3", b"1.5"])
async def test_an_update_without_a_number_is_taken_in_once_though_it_comes_for_ever(
    telling: Telling, number: bytes
) -> None:
    sick = b'{"ok":true,"result":[{"update_id":' + number + b',"message":{"text":"A"}}]}'
    telling.answers = [sick] * 4
    polled = Polled()
    await poll(telling.url, polled, lambda: len(telling.asked) > 4)
    assert polled.texts == ["A"]
    assert not any("offset" in each for each in telling.asked)


async def test_after_a_quiet_time_telegram_is_asked_without_a_number_since_its_numbers_may_begin_anew(
    telling: Telling,
) -> None:
    telling.answers = [b'{"ok":true,"result":[{"update_id":900,"message":{"text":"A"}}]}', b'{"ok":true,"result":[]}']
    polled = Polled()
    await poll(telling.url, polled, lambda: len(telling.asked) > 2)
    assert [each.get("offset") for each in telling.asked[:3]] == [None, "901", None]
    telling.answers = [b'{"ok":true,"result":[{"update_id":5,"message":{"text":"B"}}]}']
    await poll(telling.url, polled, lambda: len(polled.updates) == 2)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"<html>", b"[]", b'{"ok":true}', b'{"ok":true,"result":{}}', b'{"ok":true,"result":[{"update_id":'],
)
async def test_what_is_no_answer_of_telegrams_is_asked_for_again(telling: Telling, garbage: bytes) -> None:
    telling.answers = [garbage, garbage, b'{"ok":true,"result":[{"update_id":5,"message":{"text":"A"}}]}']
    polled = Polled()
    await poll(telling.url, polled, lambda: bool(polled.updates))
    assert polled.texts == ["A"]


@pytest.mark.parametrize("kind", ["502", "500", "reset_before", "reset_after", "garbage", "empty"])
async def test_what_goes_wrong_on_the_way_is_tried_again_at_growing_pauses(server: BotApi, kind: Any) -> None:
    server.user(42).says("en")
    fault = server.fault(kind, "getUpdates")
    polled = Polled()
    began = time.monotonic()
    await poll(server.url, polled, lambda: fault.hits >= 5)
    assert time.monotonic() - began >= 0.02 + 0.04 + 0.08 + 0.16
    assert polled.updates == []
    server.clear_faults()
    await poll(server.url, polled, lambda: not server.pending)
    assert polled.texts == ["en"]


async def test_telegram_may_be_gone_for_a_while(server: BotApi) -> None:
    alice = server.user(42)
    polled = Polled()

    async def story() -> None:
        alice.says("en")
        await asyncio.to_thread(server.polled)
        server.down()
        alice.says("to")
        await asyncio.sleep(0.1)
        server.up()

    both = asyncio.create_task(story())
    await poll(server.url, polled, lambda: polled.texts == ["en", "to"])
    await both


async def test_telegram_says_how_long_to_wait(server: BotApi) -> None:
    fault = server.fault("429", "getUpdates", times=1, retry_after=1)
    server.user(42).says("en")
    polled = Polled()
    began = time.monotonic()
    await poll(server.url, polled, lambda: bool(polled.updates))
    assert time.monotonic() - began >= 1
    assert fault.hits == 1


async def test_a_token_that_is_no_good_ends_it_at_once(server: BotApi) -> None:
    fault = server.fault("401", "getUpdates")
    with pytest.raises(TelegramRefused, match="token") as refused:
        await poll(server.url, Polled(), lambda: False)
    assert "@BotFather" in refused.value.hint
    assert fault.hits == 1


async def test_another_poller_ends_it_after_some_tries_and_not_at_once(server: BotApi) -> None:
    fault = server.fault("409", "getUpdates")
    with pytest.raises(TelegramRefused, match="another program"):
        await poll(server.url, Polled(), lambda: False)
    assert 5 <= fault.hits <= 20


async def test_another_poller_that_soon_ends_is_outlived(server: BotApi) -> None:
    server.fault("409", "getUpdates", times=5)
    server.user(42).says("en")
    polled = Polled()
    await poll(server.url, polled, lambda: bool(polled.updates))
    assert polled.texts == ["en"]


async def test_of_two_pollers_the_one_that_came_last_gives_up(server: BotApi) -> None:
    alice = server.user(42)
    alice.says("en")
    fault = server.fault("409", "getUpdates", times=12, skip=1)
    polled = Polled()
    await poll(
        server.url, polled, lambda: fault.hits == 12 and len(server.calls("getUpdates")) > 13, in_service_after=0
    )
    assert polled.texts == ["en"]


async def test_a_request_whose_answer_comes_too_slowly_is_given_up(server: BotApi) -> None:
    """A byte now and then keeps every timeout between two of them."""
    server.fault("drip", seconds=0.05)
    told: list[tuple[str, str]] = []
    requests = Requests(lambda *call: told.append(call), longest=0.3)
    with pytest.raises(TimedOut):
        await requests.post(f"{server.url}/bot{TOKEN}/getMe")
    assert told == [("getMe", "none")]
