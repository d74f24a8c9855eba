"""The bot as a program that runs: from the first request to Telegram to the signal that ends it."""

import asyncio
import gc
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter

from bot.chain import AnswerChain
from bot.errors import BotError, SettingsInvalid
from bot.messages import Language, say
from bot.settings import ANY_GROUP, NO_GROUP, NO_LISTENER, Settings, numbers
from bot.settings.values import listed
from bot.telegram import menu
from bot.telegram.access import Access
from bot.telegram.adapter import Adapter
from bot.telegram.addressing import sifted
from bot.telegram.apart import PUT_OFF, Apart
from bot.telegram.application import Desk, Handling, TelegramApplication, build
from bot.telegram.delivery import Delivery
from bot.telegram.dispatcher import Dispatcher, Handle, PutOff
from bot.telegram.limits import Limits, Quotas
from bot.telegram.pacing import Pacer
from bot.telegram.polling import KINDS, Poller, RawUpdates
from bot.telegram.questions import Questions
from bot.telegram.reaching import LONGEST_PAUSE, TelegramRefused, patiently, seconds_of, unknown_token
from bot.telegram.store import Address, Part, Store, Waiting, kind_of
from bot.web import Metrics, Web
from bot.web.server import Limits as WebLimits
from vectorstore.archive import Archive
from vectorstore.errors import VectorstoreError

_WEB_STOPS_IN = 1.0  # seconds that requests to the webhook may still take once a signal came

GRACE = 8.0
"""Seconds that what is being answered may still take once a signal came; all of it is over in 10."""

_AT_WORK = 3  # threads that search, quote and prove; more would only keep each other and the event loop waiting
_ARE_HELD = 40  # requests at once that Telegram may send to the webhook
_TIDY_EVERY = 20.0  # seconds between two looks at what is to be overwritten
_RETIRE_EVERY = 3600.0  # seconds between two looks at what is too old to be kept
_RETIRED_AT_ONCE = 2_000  # rows of a sort, at most
_QUIET = 90.0  # seconds without an answer of Telegram's after which the bot is not well; a long poll takes 25
_DAY = 86_400.0

_log = logging.getLogger(__name__)


class Program:
    """One bot, over one archive."""

    def __init__(
        self,
        settings: Settings,
        archive: Archive,
        chain: AnswerChain,
        store: Store,
        version: str = "",
        *,
        apart: Handle | None = None,
        pacer: Pacer | None = None,
        settled: Callable[[], object] = lambda: None,
    ) -> None:
        """`apart` does what an update asks for that may end a process, in another one. `settled` is called before the first update."""
        self._settings = settings
        self._archive = archive
        self._store = store
        self._metrics = Metrics(version)
        self._requests = RawUpdates(self._metrics.called)
        self._application: TelegramApplication = build(settings, self._requests, pacer or Pacer(), self._metrics.called)
        self._bot = self._application.bot
        self._delivery = Delivery(self._bot, store, _sent_again, outcome=self._metrics.delivered)
        self._questions = Questions(
            self._bot,
            archive,
            chain,
            store,
            self._delivery,
            self._metrics,
            today=_today,
            has_buttons=settings.retention_days > 0,
        )
        self._handling = Handling(self._application)
        self._dispatcher = Dispatcher(
            store,
            self._handle,
            self._give_up,
            apart=apart,
            failed=self._metrics.failed,
            quarantined=self._metrics.quarantined,
        )
        self._refused: asyncio.Queue[Exception] = asyncio.Queue()
        self._adapter = Adapter(
            bot=self._bot,
            settings=settings,
            archive=archive,
            chain=chain,
            store=store,
            delivery=self._delivery,
            questions=self._questions,
            access=_access(settings),
            limits=Limits(_quotas(settings), store.people),
            metrics=self._metrics,
        )
        Desk(self._adapter).register(self._application)
        self._chain = chain
        self._heard = time.monotonic()
        self._ready = asyncio.Event()
        self._is_open = asyncio.Event()  # the webhook
        self._settled = settled

    async def run(self, signalled: "asyncio.Queue[int]") -> None:
        """Run until a signal comes. Raises `TelegramRefused`, `SettingsInvalid` and `VectorstoreError`."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_AT_WORK, "answering"))
        self._metrics.watch_inbox(self._store.inbox.depth)
        self._metrics.watch_archive(lambda: self._archive.article_count, lambda: self._archive.revision)
        running = asyncio.create_task(self._serve())
        stopped = asyncio.create_task(signalled.get())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        again = asyncio.create_task(signalled.get())
        if not running.done():
            ending = asyncio.create_task(self._end(running))
            await asyncio.wait({ending, again}, return_when=asyncio.FIRST_COMPLETED)
            if not ending.done():
                _log.warning("a second signal: what is being answered is left for the next start")
                ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
        for task in (stopped, again):
            task.cancel()
        if running.done() and not running.cancelled():
            running.result()

    async def handle_one(self, key: int) -> None:
        """Do what one update asks for that waits, and nothing else. Raises what its handlers raise, and `PutOff`."""
        await patiently(self._application.initialize)
        try:
            waiting = await self._store.keep(partial(self._store.inbox.one, key))
            if waiting is not None:
                await self._handle(waiting)
        finally:
            await self._application.shutdown()

    async def _end(self, running: "asyncio.Task[None]") -> None:
        try:
            await self._dispatcher.stop(GRACE) if self._ready.is_set() else None
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _serve(self) -> None:
        """Everything that runs beside each other, until cancelled."""
        async with AsyncExitStack() as stack:
            await self._listen(stack)
            await patiently(self._application.initialize)
            stack.push_async_callback(self._application.shutdown)
            if self._chain.model:
                await asyncio.to_thread(self._chain.prepare)
            await self._dispatcher.replay()
            stack.push_async_callback(self._dispatcher.stop, 0.0)
            self._settled()
            self._ready.set()
            self._heard = time.monotonic()
            _log.info("@%s is ready", self._bot.username)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._until_refused())
                tasks.create_task(menu.register(self._bot, self._settings))
                tasks.create_task(self._tidy())
                tasks.create_task(self._metrics.measure_lag())
                tasks.create_task(self._delivery.watch())
                if self._settings.webhook_url:
                    await self._open_webhook()
                else:
                    tasks.create_task(self._poll())

    async def _poll(self) -> None:
        await patiently(self._close_webhook)
        await Poller(self._bot, self._requests, self._receive, self._hear).run()

    async def _receive(self, updates: Sequence[bytes]) -> None:
        """Put updates on disk, then work on them. When this returns they are kept, whatever happens."""
        kept = [sifted(each, self._bot) for each in updates]
        fresh = await self._store.keep(partial(self._store.inbox.receive, kept))
        for each in fresh:
            self._metrics.received(kind_of(each.raw))
        self._dispatcher.take(fresh)

    async def _handle(self, waiting: Waiting) -> None:
        """Do what an update asks for. That Telegram wants us to wait is no fault of the update's.

        Where it cannot be reached it is waited for, and the try counts: it may be this one request that Telegram never answers.
        """
        try:
            await self._handling(waiting)
        except InvalidToken as error:
            self._refused.put_nowait(error)
            raise PutOff(LONGEST_PAUSE) from error
        except RetryAfter as error:
            raise PutOff(seconds_of(error)) from error
        except NetworkError as error:
            if not isinstance(error, BadRequest):
                await self._until_telegram_answers()
            raise

    async def _give_up(self, waiting: Waiting) -> None:
        try:
            await self._apologise(waiting)
        except RetryAfter as error:
            raise PutOff(seconds_of(error)) from error

    async def _until_telegram_answers(self) -> None:
        try:
            await patiently(self._bot.get_me)
        except TelegramRefused as error:
            self._refused.put_nowait(error)
            raise PutOff(LONGEST_PAUSE) from error

    async def _until_refused(self) -> None:
        raise unknown_token() from await self._refused.get()

    def _hear(self) -> None:
        self._heard = time.monotonic()

    # The web

    async def _listen(self, stack: AsyncExitStack) -> None:
        """Listen, if that is asked for. Health and figures are no reason not to run; the webhook is one."""
        settings = self._settings
        if settings.listen == NO_LISTENER:
            return
        web = Web(
            settings.listen,
            path=urlsplit(settings.webhook_url).path or "/",
            secret=settings.webhook_secret.get_secret_value(),
            receive=self._pushed if settings.webhook_url else None,
            quarantine=self._pushed if settings.webhook_url else None,
            health=self._health,
            metrics=self._metrics,
            observers=listed(settings.observers),
            limits=WebLimits(stopping=_WEB_STOPS_IN),
        )
        try:
            await stack.enter_async_context(web)
        except SettingsInvalid as error:
            if settings.webhook_url:
                raise
            _log.warning("%s; there are no /healthz and /metrics (%s)", error.message, error.hint)

    async def _pushed(self, raw: bytes) -> None:
        self._hear()
        await self._ready.wait()
        await self._receive([raw])

    async def _open_webhook(self) -> None:
        secret = self._settings.webhook_secret.get_secret_value()

        async def open_it() -> None:
            await self._bot.set_webhook(
                self._settings.webhook_url, secret_token=secret, allowed_updates=KINDS, max_connections=_ARE_HELD
            )

        await patiently(open_it)
        self._is_open.set()

    async def _close_webhook(self) -> None:
        """Updates are not given out while there is a webhook."""
        info = await self._bot.get_webhook_info()
        if info.url:
            _log.warning(
                "Telegram sent this bot's updates to %s; from now on they are fetched", urlsplit(info.url).hostname
            )
            await self._bot.delete_webhook()

    def _health(self) -> dict[str, str]:
        return {
            "telegram": self._why_no_updates(),
            "archive": _why_not(lambda: self._archive.revision),
            "store": _why_not(self._store.inbox.depth),
        }

    def _why_no_updates(self) -> str:
        """Why no updates come from Telegram; empty where they do, or there are none."""
        quiet = time.monotonic() - self._heard
        if not self._ready.is_set():
            return "not reached yet"
        if self._settings.webhook_url:
            return "" if self._is_open.is_set() else "the webhook is not set yet"
        return f"no answer for {quiet:.0f} s" if quiet > _QUIET else ""

    # Beside the answers

    async def _tidy(self) -> None:
        """Overwrite what was erased, and erase what is too old."""
        retired = -_RETIRE_EVERY
        while True:
            try:
                if time.monotonic() - retired >= _RETIRE_EVERY or not self._settings.retention_days:
                    retired = time.monotonic()
                    await self._store.keep(self._retire)
                await self._store.keep(self._store.empty_log)
            except VectorstoreError as error:
                _log.error("the Telegram store cannot be tidied: %s", error.message)
            await asyncio.sleep(_TIDY_EVERY)

    def _retire(self) -> None:
        before = time.time() - self._settings.retention_days * _DAY
        self._store.people.forget_old(before, _today(), _RETIRED_AT_ONCE)
        self._store.inbox.forget_old(before, _RETIRED_AT_ONCE)
        for article in self._store.answers.articles():
            if self._archive.article(article) is None:  # removed on the machine
                self._store.answers.withdraw(article)
        self._questions.forget_places()

    async def _apologise(self, waiting: Waiting) -> None:
        """Say that an update could not be answered, to whoever it came from."""
        sender = self._store.inbox.sender(waiting)
        if sender.chat is None:
            return
        language = Language.of_locale(sender.language) if sender.language else Language.NORWEGIAN
        payload = {"text": say("could_not_answer", language), "reply_to": sender.message, "language": language}
        part = Part(waiting.number, 0, Address(sender.chat, sender.thread, sender.user), payload)
        await self._store.keep(partial(self._store.outbox.put, [part]))
        await self._delivery.deliver(waiting.number)


def serve(
    settings: Settings,
    archive: Archive,
    chain: AnswerChain,
    store: Store,
    version: str = "",
    *,
    alone: Sequence[str] = (sys.executable, "-m", "bot.telegram"),
    pacer: Pacer | None = None,
) -> int:
    """Run the bot until a signal comes; gives the exit code. Raises `TelegramRefused`, `SettingsInvalid` and `VectorstoreError`.

    `alone` is the command that works on one update as `serve_one` does, given the home and its key.
    """

    async def main() -> None:
        signalled: asyncio.Queue[int] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                loop.add_signal_handler(getattr(signal, name), signalled.put_nowait, getattr(signal, name))
        apart = Apart([*alone, str(settings.home)])
        program = Program(settings, archive, chain, store, version, apart=apart, pacer=pacer, settled=_settle)
        await program.run(signalled)

    try:
        asyncio.run(main())
    except* (BotError, VectorstoreError) as group:
        raise _first(group) from None
    return 0


def serve_one(settings: Settings, archive: Archive, chain: AnswerChain, store: Store, key: int) -> int:
    """Work on one update that waits, beside a bot that runs; gives the exit code. Raises `VectorstoreError`, and what its handlers raise."""
    try:
        asyncio.run(Program(settings, archive, chain, store).handle_one(key))
    except (PutOff, TelegramRefused):
        return PUT_OFF
    return 0


def _settle() -> None:
    """What is there by now stays: to look through all of LangChain for garbage takes 0.1 s, in the middle of answers."""
    gc.collect()
    gc.freeze()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _access(settings: Settings) -> Access:
    groups = {ANY_GROUP: None, NO_GROUP: frozenset[int]()}
    return Access(
        admins=numbers(settings.admins),
        allowed=numbers(settings.allowed),
        groups=groups[settings.groups] if settings.groups in groups else numbers(settings.groups),
        leave_groups=settings.leave_groups,
    )


def _quotas(settings: Settings) -> Quotas:
    return Quotas(
        user_minute=settings.user_questions_minute,
        user_day=settings.user_questions_day,
        **({} if settings.user_questions_minute else {"member_minute": 0, "group_minute": 0, "inline_minute": 0}),
        user_tokens=settings.user_daily_tokens,
        user_dollars=settings.user_daily_dollars,
    )


def _sent_again(language: str) -> str:
    return say("sent_again", Language(language) if language else Language.NORWEGIAN)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _why_not(look: Callable[[], object]) -> str:
    try:
        look()
    except VectorstoreError as error:
        return type(error).__name__
    return ""
