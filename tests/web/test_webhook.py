"""The webhook, over real HTTP: who is let in, what is read, and what Telegram is told (faults.md, S5)."""

import asyncio
import contextlib
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Awaitable, Iterator
from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.web import Address, Web
from bot.web.exchange import LARGEST_BODY, SECRET_HEADER
from bot.web.server import Limits
from tests.web.visitors import PATH, RIGHT, SECRET, SOON, UPDATE, Visitor, ask, push, request, visiting

ROOT = Path(__file__).parent.parent.parent
MEBIBYTE = 1_048_576


class Inbox:
    """Takes updates, as the disk would; it may fail, and it may take its time."""

    def __init__(self, error: Exception | None = None) -> None:
        self.received: list[bytes] = []
        self.quarantined: list[bytes] = []
        self.free = asyncio.Event()
        self.free.set()
        self._error = error

    async def receive(self, raw: bytes) -> None:
        await self.free.wait()
        if self._error:
            raise self._error
        self.received.append(raw)

    async def quarantine(self, raw: bytes) -> None:
        if self._error:
            raise self._error
        self.quarantined.append(raw)

    def web(self, listen: str = "127.0.0.1:0", limits: Limits | None = None) -> Web:
        return Web(
            listen,
            path=PATH,
            secret=SECRET,
            receive=self.receive,
            quarantine=self.quarantine,
            limits=limits or Limits(),
        )


def test_an_update_is_handed_on_as_it_came_and_answered_with_nothing() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        async with inbox.web() as web:
            answer = await push(web.address)

        assert (answer.status, answer.body) == (200, b"")
        assert "Server" not in answer.headers
        assert inbox.received == [UPDATE]
        assert inbox.quarantined == []

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (403, "POST", PATH, {SECRET_HEADER: ""}),
        (403, "POST", PATH, {"X-Other": "a"}),
        (403, "POST", PATH, {SECRET_HEADER: SECRET[:-1]}),
        (403, "POST", PATH, {SECRET_HEADER: SECRET + "x"}),
        (403, "POST", PATH, {SECRET_HEADER: SECRET.upper()}),
        (403, "POST", PATH, {SECRET_HEADER: "x" * 9_000}),
        (403, "POST", PATH, {SECRET_HEADER: "hemmelig-æøå"}),
        (403, "POST", PATH, {SECRET_HEADER: f"{SECRET}\r\n{SECRET_HEADER}: {SECRET}"}),
        (403, "POST", f"{PATH}?{SECRET_HEADER}={SECRET}", {}),
        (405, "GET", PATH, {SECRET_HEADER: SECRET}),
        (405, "PUT", PATH, {SECRET_HEADER: SECRET}),
        (404, "POST", PATH + "/", {SECRET_HEADER: SECRET}),
        (404, "POST", "/", {SECRET_HEADER: SECRET}),
        (415, "POST", PATH, {SECRET_HEADER: SECRET, "Content-Type": "text/plain"}),
        (413, "POST", PATH, {**RIGHT, "Content-Length": str(LARGEST_BODY + 1)}),
        (413, "POST", PATH, {**RIGHT, "Content-Length": "9" * 400}),
        (400, "POST", PATH, {**RIGHT, "Content-Length": "-1"}),
    ],
)
def test_what_is_refused_is_refused_before_its_body_comes(
    status: int, method: str, path: str, headers: dict[str, str]
) -> None:
    async def scenario() -> None:
        inbox = Inbox()
        async with inbox.web() as web, visiting(web.address) as visitor:
            given = {"Content-Type": "application/json", "Content-Length": "90000000", **headers}
            await visitor.send(request(method, path, given))

            answer = await visitor.answer()

            assert (answer.status, answer.body) == (status, b"")
            assert answer.headers["Connection"] == "close"
            assert await visitor.is_sent_away(1.0)
        assert not inbox.received + inbox.quarantined

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"message": {}}',
        b'{"update_id": true}',
        b'{"update_id": "7"}',
        b'{"update_id": -1}',
        b'{"update_id": 9223372036854775808}',
        b'{"update_id": ' + b"9" * 5_000 + b"}",
        b'{"update_id": 7, "a": ' + b"[" * 200_000,
        b'{"update_id": 7, "a": "\xff"}',
        '{"update_id": 7}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_cannot_be_read_is_put_aside_and_telegram_stops_sending_it(body: bytes) -> None:
    async def scenario() -> None:
        inbox = Inbox()
        async with inbox.web() as web:
            answer = await push(web.address, body)

        assert answer.status == 200
        assert (inbox.received, inbox.quarantined) == ([], [body])

    asyncio.run(scenario())


@pytest.mark.parametrize("body", [UPDATE, b"poison"])
def test_what_could_not_be_put_on_the_disk_is_to_come_again(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with Inbox(OSError(28, "No space left on device", "canary")).web() as web:
            assert (await push(web.address, body)).status == 503

    asyncio.run(scenario())

    assert "an update could not be taken in: OSError" in caplog.text


def test_an_update_that_comes_again_is_handed_on_again() -> None:
    """Whether it is new, the inbox knows, by its number."""

    async def scenario() -> None:
        inbox = Inbox()
        async with inbox.web() as web, visiting(web.address) as visitor:
            for _ in range(2):  # over the same connection
                await visitor.send(request("POST", PATH, RIGHT, UPDATE))
                assert (await visitor.answer()).status == 200
        assert inbox.received == [UPDATE, UPDATE]

    asyncio.run(scenario())


def test_a_body_may_come_in_chunks_up_to_the_same_size() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        headers = {**RIGHT, "Transfer-Encoding": "chunked"}
        head = request("PATCH", PATH, headers).replace(b"PATCH", b"POST", 1)
        async with inbox.web() as web:
            async with visiting(web.address) as visitor:
                await visitor.send(head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in halves(UPDATE)))
                await visitor.send(b"0\r\n\r\n")
                assert (await visitor.answer()).status == 200
            status, _ = await asyncio.to_thread(pour, web.address, head, b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            assert status == 413
        assert inbox.received == [UPDATE]

    asyncio.run(scenario())


def halves(body: bytes) -> tuple[bytes, bytes]:
    return body[:9], body[9:]


def pour(address: Address, head: bytes, piece: bytes, most: int = 90 * MEBIBYTE) -> tuple[int, int]:
    """Send a head, and a piece again and again until nobody takes it; gives the status of the answer, and how much was sent."""
    with socket.create_connection((address.host, address.port), timeout=SOON) as connection:
        connection.sendall(head)
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < most:
                connection.sendall(piece)
                sent += len(piece)
        return int(connection.recv(4_096).split()[1]), sent


def test_who_is_slow_with_a_head_or_a_body_has_to_leave_and_others_do_not_notice() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        async with (
            inbox.web(limits=Limits(head=0.4, body=0.4)) as web,
            visiting(web.address) as silent,
            visiting(web.address) as slow_head,
            visiting(web.address) as slow_body,
        ):
            head = request("POST", PATH, {**RIGHT, "Content-Length": "1000"})
            await slow_head.send(head[:20])
            await slow_body.send(head)
            async with asyncio.TaskGroup() as tasks:
                dripping = [
                    tasks.create_task(drip(slow_head, b"X-A: b\r\n")),
                    tasks.create_task(drip(slow_body, b"{")),
                ]
                pushed = [(await push(web.address)).status for _ in range(5)]
            assert pushed == [200] * 5
            assert await silent.is_sent_away(1.0)
            assert all(3 <= task.result() <= 20 for task in dripping)
        assert inbox.received == [UPDATE] * 5

    asyncio.run(scenario())


async def drip(visitor: Visitor, piece: bytes) -> int:
    """Send a piece every 50 ms until the connection is ended; gives how many were sent."""
    for number in range(60):
        with contextlib.suppress(ConnectionError):
            await visitor.send(piece)
        if await visitor.is_sent_away(0.05):
            return number
    return -1


def test_when_all_places_are_taken_the_one_who_has_waited_longest_makes_room() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        async with (
            inbox.web(limits=Limits(connections=3)) as web,
            visiting(web.address) as working,
            visiting(web.address) as first,
            visiting(web.address) as second,
        ):
            inbox.free.clear()
            await working.send(request("POST", PATH, RIGHT, UPDATE))
            for waiting in (first, second):
                await waiting.send(b"POST ")
                await asyncio.sleep(0.05)

            async with visiting(web.address) as newcomer:
                await newcomer.send(request("POST", PATH, RIGHT, UPDATE))
                assert await first.is_sent_away(1.0)
                assert not await second.is_sent_away(0.05)
                inbox.free.set()
                assert (await newcomer.answer()).status == 200
            assert (await working.answer()).status == 200

    asyncio.run(scenario())


def test_who_has_just_sent_an_update_may_stay_longer_than_who_says_nothing() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        async with inbox.web(limits=Limits(connections=2)) as web, visiting(web.address) as good:
            await good.send(request("POST", PATH, RIGHT, UPDATE))
            assert (await good.answer()).status == 200
            async with visiting(web.address) as silent:
                await asyncio.sleep(0.05)
                await good.send(request("POST", PATH, RIGHT, UPDATE))
                assert (await good.answer()).status == 200
                assert (await push(web.address)).status == 200
                assert await silent.is_sent_away(1.0)
                await good.send(request("POST", PATH, RIGHT, UPDATE))
                assert (await good.answer()).status == 200

    asyncio.run(scenario())


def test_while_everybody_is_busy_a_newcomer_is_turned_away() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        inbox.free.clear()
        async with inbox.web(limits=Limits(connections=1)) as web, visiting(web.address) as working:
            await working.send(request("POST", PATH, RIGHT, UPDATE))
            await asyncio.sleep(0.1)
            async with visiting(web.address) as newcomer:
                assert await newcomer.is_sent_away(1.0)
            inbox.free.set()
            assert (await working.answer()).status == 200

    asyncio.run(scenario())


def test_what_has_come_is_taken_in_and_answered_before_the_server_ends() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        inbox.free.clear()
        web = await inbox.web().__aenter__()
        async with visiting(web.address) as idle, visiting(web.address) as working:
            await working.send(request("POST", PATH, RIGHT, UPDATE))
            await asyncio.sleep(0.1)
            ending = asyncio.create_task(web.__aexit__(None, None, None))
            assert await idle.is_sent_away(1.0)
            assert not ending.done()
            inbox.free.set()
            assert (await working.answer()).status == 200
            await asyncio.wait_for(ending, 1.0)
        assert inbox.received == [UPDATE]
        with pytest.raises(ConnectionError):
            await push(web.address)

    asyncio.run(scenario())


def test_a_body_that_is_on_its_way_when_the_server_is_to_end_is_waited_for() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        web = await inbox.web().__aenter__()
        async with visiting(web.address) as sending:
            await sending.send(request("POST", PATH, RIGHT, UPDATE)[:-9])
            await asyncio.sleep(0.1)
            ending = asyncio.create_task(web.__aexit__(None, None, None))
            await asyncio.sleep(0.1)
            await sending.send(UPDATE[-9:])
            assert (await sending.answer()).status == 200
            await asyncio.wait_for(ending, 1.0)
        assert inbox.received == [UPDATE]

    asyncio.run(scenario())


def test_a_server_that_is_to_end_does_not_wait_for_ever() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        inbox.free.clear()
        web = await inbox.web(limits=Limits(stopping=0.2)).__aenter__()
        async with visiting(web.address) as stuck, visiting(web.address) as half:
            await stuck.send(request("POST", PATH, RIGHT, UPDATE))
            await half.send(request("POST", PATH, {**RIGHT, "Content-Length": "99"}))
            await asyncio.sleep(0.1)
            await asyncio.wait_for(web.__aexit__(None, None, None), 1.0)
            assert await stuck.is_sent_away(0.5)

    asyncio.run(scenario())


def test_an_update_is_taken_in_although_whoever_sent_it_has_gone() -> None:
    async def scenario() -> None:
        inbox = Inbox()
        inbox.free.clear()
        async with inbox.web() as web:
            async with visiting(web.address) as visitor:
                await visitor.send(request("POST", PATH, RIGHT, UPDATE))
                await asyncio.sleep(0.1)
            inbox.free.set()
            await asyncio.sleep(0.05)
            assert inbox.received == [UPDATE]
            assert (await push(web.address)).status == 200

    asyncio.run(scenario())


@pytest.mark.parametrize("secret", ["", "has space", "æ" * 30, "x" * 257])
def test_there_is_no_webhook_without_a_secret_that_telegram_takes(secret: str) -> None:
    async def receive(_: bytes) -> None: ...

    with pytest.raises(SettingsInvalid, match="KILDEBOT_WEBHOOK_SECRET") as caught:
        Web("127.0.0.1:0", path=PATH, secret=secret, receive=receive)
    assert not secret or secret not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("path", ["", "telegram", "/metrics", "/healthz", "/a b", "/a?b"])
def test_there_is_no_webhook_where_it_cannot_be_found(path: str) -> None:
    async def receive(_: bytes) -> None: ...

    with pytest.raises(SettingsInvalid, match="KILDEBOT_WEBHOOK_URL"):
        Web("127.0.0.1:0", path=path, secret=SECRET, receive=receive)


def test_without_a_receiver_there_is_no_webhook() -> None:
    async def scenario() -> None:
        async with Web("127.0.0.1:0") as web:
            assert (await push(web.address)).status == 404
            assert (await ask(web.address, "POST", "/", RIGHT, UPDATE)).status == 404

    asyncio.run(scenario())


def test_nothing_that_comes_in_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with Inbox(ValueError("canary question")).web() as web:
            for headers in (RIGHT, {**RIGHT, SECRET_HEADER: "canary-wrong"}, {**RIGHT, "Content-Length": "canary"}):
                await ask(web.address, "POST", PATH, headers, UPDATE)
            await ask(web.address, "GET", "/canary", {"X-Canary": "canary"})
            async with visiting(web.address) as visitor:
                await visitor.send(b"canary canary canary\r\nCanary\r\n\r\n")
                await visitor.is_sent_away()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())

    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert [record.getMessage() for record in ours] == ["an update could not be taken in: ValueError"]
    others = " ".join(record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    assert "anary" not in others


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Address, int]]:
    """A server of its own process, and the number of that."""
    command = [sys.executable, "-m", "tests.web.serving"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        yield Address("127.0.0.1", int(process.stdout.readline())), process.pid
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {SECRET_HEADER: "forged", "Content-Type": "application/json"}),
        (413, RIGHT),
        (413, {**RIGHT, "Transfer-Encoding": "chunked"}),
    ],
    ids=["no secret", "too long", "too many chunks"],
)
def test_90_megabytes_take_no_memory(server: tuple[Address, int], status: int, headers: dict[str, str]) -> None:
    address, pid = server
    before = peak_memory(pid)
    chunked = "Transfer-Encoding" in headers
    piece = b"x" * 65_536
    if chunked:
        piece = b"10000\r\n" + piece + b"\r\n"
    else:
        headers = {**headers, "Content-Length": str(90 * MEBIBYTE)}

    answered, sent = pour(address, request("PATCH", PATH, headers).replace(b"PATCH", b"POST", 1), piece)

    assert answered == status
    assert sent < 90 * MEBIBYTE
    assert peak_memory(pid) - before < 20 * MEBIBYTE


def peak_memory(pid: int) -> int:
    """The most memory that a process ever had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


def test_500_at_once_are_all_taken_in(server: tuple[Address, int]) -> None:
    address, _ = server

    async def scenario() -> list[int]:
        async with contextlib.AsyncExitStack() as stack:
            visitors = [await stack.enter_async_context(visiting(address)) for _ in range(500)]
            sending: list[Awaitable[None]] = [
                visitor.send(request("POST", PATH, RIGHT, b'{"update_id": %d}' % number))
                for number, visitor in enumerate(visitors)
            ]
            await asyncio.gather(*sending)
            return [(await visitor.answer()).status for visitor in visitors]

    assert asyncio.run(scenario()) == [200] * 500


def test_the_secret_is_compared_in_constant_time() -> None:
    """A look at the code: what the clock would show is lost in the noise of a network."""
    source = (ROOT / "bot/web/exchange.py").read_text("utf-8")

    assert "hmac.compare_digest(" in source
    assert not re.search(r"secret\s*[!=]=|[!=]=\s*\S*secret", source)
