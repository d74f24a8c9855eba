"""What is counted and measured of the adapter, in Prometheus' words (its "Metric and label naming").

No label holds an id, a name or a text; every label has few values.
"""

import asyncio
import logging
import platform
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "my_chat_member",
        "chat_member",
        "stopped_message_generation",
    }
)
"""The kinds of update (Bot API, `Update`) that are counted by their own name; the others are `other`."""

# Seconds. The first sign is promised within 0.3, an answer within 1 over the model's own time, lag within 0.05.
_FIRST_SIGN = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0)
_ANSWER = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
_LAG = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_LAG_EVERY = 0.1

_log = logging.getLogger(__name__)


class Metrics:
    """Counters, histograms and gauges with a registry of their own. Every method is quick, for any thread, and never raises."""

    def __init__(self, version: str = "") -> None:
        self._registry = registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._received = Counter("kildebot_updates_received", "Updates taken in.", ["kind"], registry=registry)
        self._quarantined = Counter("kildebot_updates_quarantined", "Updates given up on.", registry=registry)
        self._failed = Counter("kildebot_updates_failed", "Tries of an update that raised an error.", registry=registry)
        self._questions = Counter(
            "kildebot_questions", "Questions by what became of them.", ["status"], registry=registry
        )
        self._first_sign = Histogram(
            "kildebot_first_sign_seconds", "From question to first sign.", buckets=_FIRST_SIGN, registry=registry
        )
        self._answer = Histogram(
            "kildebot_answer_seconds", "From question to complete answer.", buckets=_ANSWER, registry=registry
        )
        self._messages = Counter("kildebot_messages", "Messages by outcome.", ["outcome"], registry=registry)
        self._calls = Counter(
            "kildebot_telegram_calls", "Requests to the Bot API by status.", ["method", "status"], registry=registry
        )
        self._pushes = Counter(
            "kildebot_webhook_requests", "Webhook requests by status.", ["status"], registry=registry
        )
        self._feedback = Counter("kildebot_feedback", "Verdicts on answers.", ["verdict"], registry=registry)
        self._tokens = Counter("kildebot_model_tokens", "Tokens of chat models.", ["direction"], registry=registry)
        self._dollars = Counter("kildebot_model_dollars", "US dollars, where prices are known.", registry=registry)
        self._lag = Histogram(
            "kildebot_event_loop_lag_seconds", "How late the event loop is.", buckets=_LAG, registry=registry
        )
        build = Gauge("kildebot_build_info", "What is running.", ["version", "python"], registry=registry)
        build.labels(version or "unknown", platform.python_version()).set(1)

    def received(self, kind: str) -> None:
        """An update was taken in; `kind` is its field, as `message`."""
        self._received.labels(kind if kind in KINDS else "other").inc()

    def quarantined(self) -> None:
        """An update was given up on."""
        self._quarantined.inc()

    def failed(self) -> None:
        """A try of an update raised an error."""
        self._failed.inc()

    def answered(self, status: str) -> None:
        """A question has its answer: `answered`, `not_found`, `partial`, `failed` or `refused`."""
        self._questions.labels(status).inc()

    def seen(self, seconds: float) -> None:
        """Whoever asked saw the first sign, so long after the question came."""
        self._first_sign.observe(max(0.0, seconds))

    def seen_whole(self, seconds: float) -> None:
        """Whoever asked has the complete answer, so long after the question came."""
        self._answer.observe(max(0.0, seconds))

    def delivered(self, outcome: str) -> None:
        """A message is `sent` or `dropped`, or is to go once more and says so (`again`)."""
        self._messages.labels(outcome).inc()

    def called(self, method: str, status: str) -> None:
        """A request to the Bot API ended: `sendMessage` and the like; the HTTP status, or `none`."""
        self._calls.labels(method, status).inc()

    def pushed(self, status: int) -> None:
        """A request to the webhook was answered with this status."""
        self._pushes.labels(str(status)).inc()

    def judged(self, *, good: bool) -> None:
        """Somebody gave a thumb up, or down."""
        self._feedback.labels("up" if good else "down").inc()

    def spent(self, sent: int, received: int, dollars: float | None) -> None:
        """What a chat model took for one answer; None where its price is not known."""
        self._tokens.labels("sent").inc(max(0, sent))
        self._tokens.labels("received").inc(max(0, received))
        self._dollars.inc(max(0.0, dollars or 0.0))

    def watch_inbox(self, waiting: Callable[[], float]) -> None:
        """How many updates wait, asked whenever somebody looks."""
        self._watch("kildebot_inbox_waiting", "Updates that are not done with.", waiting)

    def watch_archive(self, articles: Callable[[], float], revision: Callable[[], float]) -> None:
        """How many articles there are and the archive's revision, asked whenever somebody looks."""
        self._watch("kildebot_archive_articles", "Articles in the archive.", articles)
        self._watch("kildebot_archive_revision", "Grows with every change to the archive.", revision)

    async def measure_lag(self, every: float = _LAG_EVERY) -> None:
        """Measure how late the event loop is, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + every
            await asyncio.sleep(every)
            self._lag.observe(max(0.0, loop.time() - due))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it (text format 0.0.4)."""
        return generate_latest(self._registry)

    def value(self, name: str, **labels: str) -> float:
        """One sample as it stands now, by its full name; 0 where nothing was counted yet."""
        return self._registry.get_sample_value(name, labels) or 0.0

    def _watch(self, name: str, help_: str, ask: Callable[[], float]) -> None:
        def value() -> float:
            try:
                return float(ask())
            except Exception as error:  # noqa: BLE001 - one part that cannot tell does not silence the others
                _log.warning("%s cannot be told: %s", name, type(error).__name__)
                return float("nan")

        Gauge(name, help_, registry=self._registry).set_function(value)
