"""`/healthz` and `/metrics`: what they tell, and whom."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, RequestStartLine, ResponseStartLine

from bot.errors import SettingsInvalid
from bot.web import Address, Metrics, Web
from bot.web.exchange import Exchange, Site
from bot.web.server import _network
from tests.web.visitors import PATH, ask, push, visiting


def looked_at(path: str, web: Web, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    async def scenario() -> tuple[int, bytes]:
        async with web:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            answer = await ask(web.address, method, path, given)
            return answer.status, answer.body

    return asyncio.run(scenario())


def test_health_tells_of_every_part() -> None:
    status, body = looked_at("/healthz", Web("127.0.0.1:0", health=lambda: {"polling": "", "inbox": ""}))

    assert status == 200
    assert json.loads(body) == {"status": "ok", "parts": {"polling": "ok", "inbox": "ok"}}


def test_health_says_which_part_is_not_well_and_why() -> None:
    parts = {"polling": "nothing heard for 90 s", "inbox": ""}

    status, body = looked_at("/healthz", Web("127.0.0.1:0", health=lambda: parts))

    assert status == 503
    assert json.loads(body) == {"status": "failing", "parts": {"polling": "nothing heard for 90 s", "inbox": "ok"}}


def test_a_part_that_cannot_tell_is_not_well() -> None:
    def health() -> dict[str, str]:
        raise OSError("canary")

    status, body = looked_at("/healthz", Web("127.0.0.1:0", health=health))

    assert status == 503
    assert b"canary" not in body


def test_health_may_be_asked_for_without_its_text() -> None:
    async def scenario() -> None:
        async with Web("127.0.0.1:0") as web:
            answer = await ask(web.address, "HEAD", "/healthz")
            assert (answer.status, int(answer.headers["Content-Length"]) > 10) == (200, True)

    asyncio.run(scenario())


def test_metrics_are_what_prometheus_reads() -> None:
    metrics = Metrics("1.2.3")
    metrics.answered("answered")

    status, body = looked_at("/metrics", Web("127.0.0.1:0", metrics=metrics))

    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    assert status == 200
    assert families["kildebot_questions"].samples[0].labels == {"status": "answered"}
    assert families["kildebot_build_info"].samples[0].labels["version"] == "1.2.3"


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_they_can_only_be_looked_at(path: str, method: str) -> None:
    assert looked_at(path, Web("127.0.0.1:0"), method)[0] == 405


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_For": "203.0.113.7"},
        {"X_Forwarded_For": "127.0.0.1"},
        {"X_Real_IP": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 proxy"},
        {"Host": "attacker.example:8443"},
        {"Host": ""},
    ],
)
def test_who_comes_through_a_proxy_or_by_a_strange_name_finds_nothing(path: str, headers: dict[str, str]) -> None:
    assert looked_at(path, Web("127.0.0.1:0", observers=["0.0.0.0/0"]), **headers) == (404, b"")


@pytest.mark.parametrize("host", ["127.0.0.1:8443", "localhost", "[::1]:8443", "LOCALHOST:1"])
def test_this_machine_may_look_by_any_of_its_names(host: str) -> None:
    assert looked_at("/healthz", Web("127.0.0.1:0"), Host=host)[0] == 200


def test_over_a_socket_in_the_file_system_one_may_look(tmp_path: Path) -> None:
    path = tmp_path / "kildebot.sock"

    assert looked_at("/healthz", Web(f"unix:{path}"))[0] == 200
    assert not path.exists()


@pytest.mark.parametrize(
    ("peer", "status"), [("10.1.2.3", 200), ("192.0.2.1", 404), ("::ffff:127.0.0.1", 200), ("fe80::1%eth0", 404)]
)
def test_other_machines_may_look_from_networks_that_were_named(peer: str, status: int) -> None:
    site = Site(PATH, b"", None, None, dict, Metrics(), [_network("10.0.0.0/8")])

    assert Caller(peer).asks(site, "/healthz") == status


class Caller:
    """Whoever connects from a machine that tests do not have, and what they are answered."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self._status = 0

    def asks(self, site: Site, path: str) -> int:
        exchange = Exchange(site, self, cast(HTTP1Connection, self))
        exchange.headers_received(RequestStartLine("GET", path, "HTTP/1.1"), HTTPHeaders({"Host": "127.0.0.1"}))
        exchange.finish()
        return self._status

    def admitted(self) -> None: ...

    def over(self) -> None: ...

    def work(self, doing: Coroutine[Any, Any, None]) -> None:
        asyncio.run(doing)

    def write_headers(self, line: ResponseStartLine, headers: HTTPHeaders, body: bytes | None) -> None:
        self._status = line.code

    def finish(self) -> None: ...


def test_what_is_no_network_is_said() -> None:
    with pytest.raises(SettingsInvalid, match="nowhere is no network"):
        Web("127.0.0.1:0", observers=["nowhere"])


def test_a_visit_to_the_webhook_is_counted_and_a_look_is_not() -> None:
    metrics = Metrics()

    async def scenario() -> None:
        async def receive(_: bytes) -> None: ...

        async with Web("127.0.0.1:0", path=PATH, secret="other" * 5, receive=receive, metrics=metrics) as web:
            await push(web.address)
            await ask(web.address, "GET", "/healthz")

    asyncio.run(scenario())

    assert metrics.value("kildebot_webhook_requests_total", status="403") == 1
    assert metrics.value("kildebot_webhook_requests_total", status="200") == 0


def everything_that_happens(metrics: Metrics) -> None:
    metrics.received("message")
    metrics.quarantined()
    metrics.failed()
    metrics.answered("not_found")
    metrics.seen(0.2)
    metrics.seen_whole(1.2)
    metrics.delivered("sent")
    metrics.called("sendMessage", "200")
    metrics.pushed(200)
    metrics.judged(good=False)
    metrics.spent(100, 10, 0.02)
    metrics.watch_inbox(lambda: 3)
    metrics.watch_archive(lambda: 120, lambda: 7)


def test_names_are_as_prometheus_would_have_them() -> None:
    """Its "Metric and label naming", and what `promtool check metrics` complains of."""
    metrics = Metrics()
    everything_that_happens(metrics)

    for family in text_string_to_metric_families(metrics.text().decode()):
        assert family.name.startswith(("kildebot_", "process_", "python_gc_"))
        assert family.documentation
        assert family.type in {"counter", "gauge", "histogram"}
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
        if family.type == "counter":
            assert all(each.name.endswith("_total") for each in family.samples if each.name != f"{family.name}_created")


def test_no_label_can_grow_without_end() -> None:
    metrics = Metrics()
    for number in range(1_000):
        metrics.received(f"kind_{number}")

    assert metrics.value("kildebot_updates_received_total", kind="other") == 1_000
    assert metrics.text().count(b"kildebot_updates_received_total{") == 1


def test_what_was_spent_and_judged_adds_up() -> None:
    metrics = Metrics()
    metrics.spent(100, 10, 0.02)
    metrics.spent(50, 5, None)
    metrics.judged(good=True)

    assert metrics.value("kildebot_model_tokens_total", direction="sent") == 150
    assert metrics.value("kildebot_model_tokens_total", direction="received") == 15
    assert metrics.value("kildebot_model_dollars_total") == pytest.approx(0.02)
    assert metrics.value("kildebot_feedback_total", verdict="up") == 1


def test_a_gauge_that_cannot_tell_leaves_the_others_readable() -> None:
    metrics = Metrics()

    def fails() -> float:
        raise OSError

    metrics.watch_inbox(fails)
    metrics.watch_archive(lambda: 4, lambda: 1)

    assert b"kildebot_inbox_waiting NaN" in metrics.text()
    assert metrics.value("kildebot_archive_articles") == 4


def test_a_loop_that_is_held_up_is_seen() -> None:
    metrics = Metrics()

    async def scenario() -> None:
        import time

        measuring = asyncio.create_task(metrics.measure_lag(0.01))
        await asyncio.sleep(0.05)
        time.sleep(0.15)  # noqa: ASYNC251 - what is to be seen
        await asyncio.sleep(0.02)
        measuring.cancel()

    asyncio.run(scenario())

    name = "kildebot_event_loop_lag_seconds"
    assert metrics.value(f"{name}_sum") > 0.1
    assert metrics.value(f"{name}_count") - metrics.value(f"{name}_bucket", le="0.1") == 1


def test_two_bots_in_one_process_do_not_count_together() -> None:
    one, other = Metrics(), Metrics()
    one.quarantined()

    assert other.value("kildebot_updates_quarantined_total") == 0
    assert b"kildebot" not in prometheus_client.generate_latest()


def test_an_address_that_is_open_to_others_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with Web("0.0.0.0:0") as web, visiting(Address("127.0.0.1", web.address.port)):
            pass

    asyncio.run(scenario())

    assert "can be reached from other machines" in caplog.text
