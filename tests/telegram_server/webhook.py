"""Updates pushed to the bot's own server, as WebhookActor.cpp of telegram-bot-api pushes them.

One chat's updates go one after the other, other chats' beside them; what is not answered with 2xx comes again, at once
the first time and then after 2, 4, 8… units of a second, which is short here.
"""

import asyncio
import contextlib
import json
import re
import time
from collections import deque
from dataclasses import dataclass, field

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from tests.telegram_server.api import Api
from tests.telegram_server.faults import WEBHOOK
from tests.telegram_server.given import Given
from tests.telegram_server.ledger import Delivery
from tests.telegram_server.shapes import Json, bad
from tests.telegram_server.updates import BY_SET_WEBHOOK

DEFAULT_CONNECTIONS = 40
MOST_CONNECTIONS = 100


@dataclass(slots=True)
class Backoff:
    """`unit` is one second on Telegram; the longest pause is 60 of them."""

    unit: float = 0.02
    most: float = 1.0
    timeout: float = 60.0

    def pause(self, failures: int) -> float:
        """Seconds before the next try; none after the first failure."""
        return 0.0 if failures <= 1 else min(self.unit * 2 ** (failures - 1), self.most)


@dataclass(slots=True)
class Push:
    """One delivery tried: for the tests that count retries."""

    update_id: int
    at: float
    status: int | None
    error: str = ""
    took: float = 0.0


@dataclass(slots=True)
class _Lane:
    """The updates of one chat, of which only the first is on its way."""

    waiting: deque[Delivery] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


class Webhook:
    """The webhook that is set, if there is one. Lives in the server's thread."""

    def __init__(self, api: Api) -> None:
        self.url = ""
        self.secret = ""
        self.pushes: list[Push] = []
        self.backoff = Backoff()
        self.https_only = False
        self._api = api
        self._connections = DEFAULT_CONNECTIONS
        self._error: tuple[int, str] | None = None
        self._lanes: dict[object, _Lane] = {}
        self._seen: int = -1
        self._client: AsyncHTTPClient | None = None
        self._free = asyncio.Semaphore(DEFAULT_CONNECTIONS)
        api.set_webhook = self.set
        api.webhook_shape = self.shape

    def set(self, given: Given) -> bool:
        """setWebhook, and deleteWebhook where no url is given."""
        url, secret = given.text("url"), given.text("secret_token")
        self._check(url, secret)
        updates = self._api.updates
        if given.flag("drop_pending_updates"):
            updates.drop()
        self.close()
        self.url, self.secret = url, secret
        updates.webhook_is_set = bool(url)
        if not url:
            return True
        updates.allow(given.shape("allowed_updates"))
        updates.end_poll(BY_SET_WEBHOOK)
        self._connections = min(max(given.number("max_connections", DEFAULT_CONNECTIONS), 1), MOST_CONNECTIONS)
        self._free = asyncio.Semaphore(self._connections)
        self._client = SimpleAsyncHTTPClient(force_instance=True, max_clients=self._connections)
        asyncio.get_running_loop().call_soon(self.wake)
        return True

    def _check(self, url: str, secret: str) -> None:
        if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
            raise bad("invalid webhook URL specified", kind="parameters")
        if url.startswith("http:") and self.https_only:
            raise bad("bad webhook: An HTTPS URL must be provided for webhook", kind="parameters")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters", kind="parameters")

    def shape(self) -> Json:
        """A WebhookInfo."""
        shape: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._api.updates.pending),
        }
        if self.url:
            shape |= {"max_connections": self._connections, "ip_address": "127.0.0.1"}
        if self._error is not None:
            shape["last_error_date"], shape["last_error_message"] = self._error
        if self._api.updates.allowed is not None:
            shape["allowed_updates"] = sorted(self._api.updates.allowed)
        return shape

    def wake(self) -> None:
        """Something was added: it takes its place in the lane of its chat."""
        if not self.url:
            return
        fresh: list[Delivery] = []
        with self._api.world.lock:
            for delivery in reversed(self._api.updates.pending):
                if delivery.number <= self._seen:
                    break
                fresh.append(delivery)
            if fresh:
                self._seen = fresh[0].number
        for delivery in reversed(fresh):
            lane = self._lanes.setdefault(_lane(delivery.update), _Lane())
            lane.waiting.append(delivery)
            if lane.task is None:
                lane.task = asyncio.get_running_loop().create_task(self._drive(lane))

    async def _drive(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                await self._deliver(lane.waiting[0])
                lane.waiting.popleft()
        finally:
            lane.task = None

    async def _deliver(self, delivery: Delivery) -> None:
        failures = 0
        while not delivery.dropped:
            async with self._free:
                push, retry_after = await self._push(delivery)
            fault = self._api.faults.strike(WEBHOOK, None)
            if push.status is not None and 200 <= push.status < 300:
                if fault is None:
                    break
                if fault.kind == "duplicate":
                    async with self._free:
                        await self._push(delivery)
                    break
            failures += 1
            await asyncio.sleep(retry_after or self.backoff.pause(failures))
        with self._api.world.lock:
            self._api.updates.done([delivery])
        self._api.world.changed()

    async def _push(self, delivery: Delivery) -> tuple[Push, float]:
        assert self._client is not None
        headers = HTTPHeaders({"Content-Type": "application/json"})
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        request = HTTPRequest(
            self.url,
            "POST",
            headers,
            json.dumps(delivery.update),
            request_timeout=self.backoff.timeout,
            follow_redirects=False,
        )
        push = Push(delivery.update_id, time.monotonic(), None)
        delivery.delivered_at.append(push.at)
        retry_after = 0.0
        try:
            response = await self._client.fetch(request, raise_error=False)
        except Exception as error:  # noqa: BLE001 (whatever a bot's server does, Telegram tries again)
            push.error = _words(error)
        else:
            push.status = response.code
            if not 200 <= response.code < 300:
                push.error = f"Wrong response from the webhook: {response.code} {response.reason}"
                with contextlib.suppress(ValueError):
                    retry_after = float(response.headers.get("Retry-After", "0"))
        push.took = time.monotonic() - push.at
        self.pushes.append(push)
        if push.error:
            self._error = (self._api.world.now(), push.error)
        return push, retry_after

    def close(self) -> None:
        for lane in self._lanes.values():
            if lane.task is not None:
                lane.task.cancel()
        self._lanes.clear()
        self._seen = -1
        if self._client is not None:
            self._client.close()
            self._client = None


def _words(error: Exception) -> str:
    """As getWebhookInfo words what went wrong with a connection."""
    if isinstance(error, ConnectionRefusedError):
        return "Connection refused"
    if isinstance(error, ConnectionResetError):
        return "Connection reset by peer"
    return "Read timeout expired" if "imeout" in str(error) else f"Webhook connection closed: {type(error).__name__}"


def _lane(update: Json) -> object:
    """What keeps its order: the messages of one chat, the presses of one user, the inline queries of one user."""
    for kind, content in update.items():
        if not isinstance(content, dict):
            continue
        if kind in {"callback_query", "inline_query", "chosen_inline_result"}:
            return kind, (content.get("from") or {}).get("id")
        chat = content.get("chat")
        return "chat", chat.get("id") if isinstance(chat, dict) else None
    return "chat", None
