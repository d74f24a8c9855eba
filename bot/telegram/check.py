"""What an operator should know before the bot is started: `kildebot telegram --check`.

Nothing is changed, sent or confirmed. Telegram is asked about the bot, its webhook, its commands, its admins and its groups.
"""

import os
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from telegram import Bot, ChatFullInfo, ChatMemberRestricted, User, WebhookInfo
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.logs import Redaction
from bot.messages import Language, say
from bot.settings import ANY_GROUP, NO_GROUP, Settings, numbers
from bot.telegram.store import FILE, TELEGRAM
from vectorstore.archive import Finding, Grade
from vectorstore.database import Database
from vectorstore.errors import VectorstoreError

_STRONG = 24  # letters of 64: 144 bits
_FEWEST_DIFFERENT = 10  # letters; "aaaaaaaaaaaaaaaaaaaaaaaa" is long, too
_PORTS = {443, 80, 88, 8443}  # Bot API, setWebhook
_MANY_WAITING = 100  # updates
_RECENT = timedelta(hours=1)
_TIMEOUT = 10.0  # seconds for each question to Telegram
_PROBE = 3  # seconds that another poller is waited for: it asks again at once when it is interrupted
_LONGEST_NEWS = 200  # letters of an error that Telegram tells of


async def examine(
    settings: Settings,
    language: Language,
    *,
    commands: Mapping[str, Collection[str]] | None = None,
    look_for_poller: bool = False,
) -> list[Finding]:
    """Everything there is to say, in a language; `bot.doctor` shows it. Raises nothing of ours.

    `commands` are those that should be registered, by language code. `look_for_poller` asks for updates for a few seconds, which
    interrupts whoever else does: that one may stop for it.
    """
    token = settings.telegram_bot_token.get_secret_value()
    if not token:
        tell = _Teller(language)
        return [tell.error("token", "check_token_missing"), *_of_settings(settings, tell)]
    request = HTTPXRequest(connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, pool_timeout=_TIMEOUT)
    api = settings.telegram_api.rstrip("/")
    bot = Bot(token, base_url=f"{api}/bot", request=request, get_updates_request=request)
    try:
        return await check(settings, bot, language, commands=commands, look_for_poller=look_for_poller)
    finally:
        await request.shutdown()


async def check(
    settings: Settings,
    bot: Bot,
    language: Language,
    *,
    commands: Mapping[str, Collection[str]] | None = None,
    look_for_poller: bool = False,
) -> list[Finding]:
    """As `examine`, by a bot that is there already; it need not be initialized."""
    looking = _Looking(settings, bot, _Teller(language), commands or {}, look_for_poller)
    async with aclosing(looking.everything()) as findings:
        online = [each async for each in findings]
    return [*online, *_of_settings(settings, looking.tell)]


class _Teller:
    """Makes findings of message keys. The text of a hint has the key with `_hint` behind it."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def ok(self, name: str, key: str, /, **values: object) -> Finding:
        return Finding(name, Grade.OK, say(key, self._language, **values))

    def warning(self, name: str, key: str, /, **values: object) -> Finding:
        return self._with_hint(Grade.WARNING, name, key, values)

    def error(self, name: str, key: str, /, **values: object) -> Finding:
        return self._with_hint(Grade.ERROR, name, key, values)

    def _with_hint(self, grade: Grade, name: str, key: str, values: dict[str, object]) -> Finding:
        text, hint = (say(each, self._language, **values) for each in (key, f"{key}_hint"))
        return Finding(name, grade, text, hint)


@dataclass(frozen=True)
class _Looking:
    """What Telegram has to say."""

    settings: Settings
    bot: Bot
    tell: _Teller
    commands: Mapping[str, Collection[str]]
    look_for_poller: bool

    async def everything(self) -> AsyncGenerator[Finding, None]:
        """One thing after another; if not even the bot itself can be asked about, that is all."""
        try:
            me = await self.bot.get_me()
        except TelegramError as error:
            yield self._unreachable(error)
            return
        yield self.tell.ok("token", "check_token_ok")
        yield self._server()
        yield self.tell.ok("bot", "check_bot", name=me.full_name, username=me.username, id=me.id)
        for part in (self._updates, self._another_poller, self._commands, self._drafts, self._admins):
            async for finding in self._patiently(part):
                yield finding
        for finding in self._rights(me):
            yield finding
        for group in _listed_groups(self.settings):
            yield await self._group(group, me)

    async def _patiently(self, part: Callable[[], AsyncGenerator[Finding, None]]) -> AsyncGenerator[Finding, None]:
        """The findings of a part; if Telegram does not answer, that."""
        try:
            async for finding in part():
                yield finding
        except TelegramError as error:
            yield self._unreachable(error)

    def _unreachable(self, error: TelegramError) -> Finding:
        server = _host(self.settings.telegram_api)
        if isinstance(error, InvalidToken):
            return self.tell.error("token", "check_token_refused", server=server)
        if isinstance(error, RetryAfter):
            return self.tell.warning("server", "check_server_busy", server=server)
        if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
            return self.tell.error("server", "check_server_unreachable", server=server)
        return self.tell.error("server", "check_server_strange", server=server, error=type(error).__name__)

    def _server(self) -> Finding:
        address = urlsplit(self.settings.telegram_api)
        if address.scheme == "http" and address.hostname not in {"127.0.0.1", "::1", "localhost"}:
            return self.tell.warning("server", "check_server_open", server=_host(self.settings.telegram_api))
        return self.tell.ok("server", "check_server_ok", server=_host(self.settings.telegram_api))

    async def _updates(self) -> AsyncGenerator[Finding, None]:
        """Whether Telegram sends updates the way that was settings."""
        known = await self.bot.get_webhook_info()
        wanted = self.settings.webhook_url
        if not wanted and known.url:
            yield self.tell.warning("updates", "check_webhook_in_the_way", host=_host(known.url))
        elif not wanted:
            yield self.tell.ok("updates", "check_polling")
        elif not known.url:
            yield self.tell.warning("updates", "check_webhook_not_set", host=_host(wanted))
        elif known.url != wanted:
            yield self.tell.warning("updates", "check_webhook_elsewhere", host=_host(known.url), wanted=_host(wanted))
        else:
            yield self.tell.ok("updates", "check_webhook_ok", host=_host(wanted))
        for finding in self._troubles(known):
            yield finding

    def _troubles(self, known: WebhookInfo) -> Iterator[Finding]:
        if known.url and known.last_error_date and datetime.now(UTC) - known.last_error_date < _RECENT:
            secrets = [
                each.get_secret_value() for each in (self.settings.telegram_bot_token, self.settings.webhook_secret)
            ]
            news = Redaction(secrets).clean(known.last_error_message or "")[:_LONGEST_NEWS]
            at = known.last_error_date.astimezone(UTC).strftime("%H:%M")
            yield self.tell.warning("webhook", "check_webhook_failing", at=at, error=news)
        if known.pending_update_count > _MANY_WAITING:
            yield self.tell.warning("waiting", "check_many_waiting", number=known.pending_update_count)
        else:
            yield self.tell.ok("waiting", "check_waiting", number=known.pending_update_count)

    async def _another_poller(self) -> AsyncGenerator[Finding, None]:
        """Whether somebody else polls. No offset is given, so nothing is confirmed, and nothing of what comes is kept."""
        if self.settings.webhook_url or (await self.bot.get_webhook_info()).url:
            return
        if not self.look_for_poller:
            yield self.tell.ok("poller", "check_poller_unknown")
            return
        try:
            await self.bot.get_updates(limit=1, timeout=_PROBE)
        except Conflict:
            yield self.tell.error("poller", "check_poller_found")
        else:
            yield self.tell.ok("poller", "check_poller_none")

    async def _commands(self) -> AsyncGenerator[Finding, None]:
        missing = []
        for code, names in self.commands.items():
            registered = {each.command for each in await self.bot.get_my_commands(language_code=code or None)}
            missing += [f"/{name}" for name in names if name not in registered and f"/{name}" not in missing]
        if missing:
            yield self.tell.warning("commands", "check_commands_missing", commands=" ".join(missing))
        elif self.commands:
            yield self.tell.ok("commands", "check_commands_ok")

    async def _drafts(self) -> AsyncGenerator[Finding, None]:
        """Whether the server knows drafts: it is asked for one in a chat that nobody has, which it refuses if it does."""
        try:
            await self.bot.send_message_draft(chat_id=0, draft_id=1, text=".")
        except InvalidToken:  # 404, which PTB takes for a matter of the token: the server has no such method
            yield self.tell.warning("drafts", "check_no_drafts", server=_host(self.settings.telegram_api))
        except (BadRequest, Forbidden):
            yield self.tell.ok("drafts", "check_drafts")

    def _rights(self, me: User) -> Iterator[Finding]:
        """What BotFather lets the bot do."""
        if me.can_read_all_group_messages:
            yield self.tell.warning("privacy mode", "check_privacy_off", username=me.username)
        else:
            yield self.tell.ok("privacy mode", "check_privacy_on")
        if me.can_join_groups:
            yield self.tell.ok("joining", "check_joins")
        elif _listed_groups(self.settings):
            yield self.tell.error("joining", "check_joins_not", username=me.username)
        else:
            yield self.tell.ok("joining", "check_joins_none")
        if me.supports_inline_queries:
            yield self.tell.ok("inline", "check_inline", username=me.username)
        else:
            yield self.tell.warning("inline", "check_no_inline", username=me.username)

    async def _admins(self) -> AsyncGenerator[Finding, None]:
        admins = sorted(numbers(self.settings.admins))
        if not admins:
            yield self.tell.warning("admins", "check_no_admins")
            return
        unknown = [admin for admin in admins if not await self._is_person(admin)]
        if unknown:
            yield self.tell.warning("admins", "check_admins_unknown", ids=", ".join(map(str, unknown)))
        else:
            yield self.tell.ok("admins", "check_admins", number=len(admins))

    async def _is_person(self, id: int) -> bool:
        try:
            return (await self.bot.get_chat(id)).type == ChatType.PRIVATE
        except (BadRequest, Forbidden):
            return False

    async def _group(self, id: int, me: User) -> Finding:
        """Whether the bot can answer in a group."""
        try:
            chat = await self.bot.get_chat(id)
            return await self._answers_in(chat, me)
        except ChatMigrated as moved:
            return self.tell.error("group", "check_group_moved", id=id, new=moved.new_chat_id)
        except (BadRequest, Forbidden):
            return self.tell.warning("group", "check_group_absent", id=id, username=me.username)
        except TelegramError as error:
            return self._unreachable(error)

    async def _answers_in(self, chat: ChatFullInfo, me: User) -> Finding:
        if chat.type not in {ChatType.GROUP, ChatType.SUPERGROUP}:
            return self.tell.error("group", "check_group_none", id=chat.id)
        member = await self.bot.get_chat_member(chat.id, me.id)
        if member.status in {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}:
            return self.tell.warning("group", "check_group_absent", id=chat.id, username=me.username)
        if isinstance(member, ChatMemberRestricted):
            may = member.can_send_messages
        else:
            may = chat.permissions is None or bool(chat.permissions.can_send_messages)
        if not may and member.status != ChatMemberStatus.ADMINISTRATOR:
            return self.tell.error("group", "check_group_mute", id=chat.id, title=chat.title)
        key = "check_group_topics" if chat.is_forum else "check_group"
        return self.tell.ok("group", key, id=chat.id, title=chat.title)


def _of_settings(settings: Settings, tell: _Teller) -> Iterator[Finding]:
    """What can be said without Telegram."""
    yield _access(settings, tell)
    yield _groups(settings, tell)
    if settings.webhook_url:
        yield _address(settings.webhook_url, tell)
        yield _secret(settings, tell)
    yield _home(settings.home, tell)
    yield from _store(settings.home, tell)
    days = settings.retention_days
    yield tell.ok("retention", "check_retention" if days else "check_keeps_nothing", days=days)


def _access(settings: Settings, tell: _Teller) -> Finding:
    allowed = numbers(settings.allowed)
    if not allowed:
        return tell.ok("access", "check_open")
    return tell.ok("access", "check_allowed", number=len(allowed | numbers(settings.admins)))


def _groups(settings: Settings, tell: _Teller) -> Finding:
    if settings.groups == ANY_GROUP:
        return tell.ok("groups", "check_any_group")
    listed = _listed_groups(settings)
    if not listed:
        return tell.ok("groups", "check_leaves_all_groups" if settings.leave_groups else "check_silent_in_all_groups")
    key = "check_leaves_other_groups" if settings.leave_groups else "check_silent_in_other_groups"
    return tell.ok("groups", key, number=len(listed))


def _listed_groups(settings: Settings) -> list[int]:
    return [] if settings.groups in {ANY_GROUP, NO_GROUP} else sorted(numbers(settings.groups))


def _address(url: str, tell: _Teller) -> Finding:
    """Whether Telegram takes it for a webhook (Bot API, setWebhook)."""
    parts = urlsplit(url)
    if parts.port is not None and parts.port not in _PORTS:
        return tell.error("webhook address", "check_address_port", port=parts.port)
    if parts.path in {"", "/"}:
        return tell.warning("webhook address", "check_address_bare")
    return tell.ok("webhook address", "check_address", host=parts.hostname)


def _secret(settings: Settings, tell: _Teller) -> Finding:
    secret, token = settings.webhook_secret.get_secret_value(), settings.telegram_bot_token.get_secret_value()
    if secret in token or len(secret) < _STRONG or len({*secret}) < _FEWEST_DIFFERENT:
        return tell.warning("webhook secret", "check_secret_weak")
    return tell.ok("webhook secret", "check_secret", number=len(secret))


def _home(home: Path, tell: _Teller) -> Finding:
    """Whether it can be written to, or made."""
    there = next(each for each in (home, *home.parents) if each.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return tell.ok("home", "check_home", home=home)
    return tell.error("home", "check_home_unwritable", home=home)


def _store(home: Path, tell: _Teller) -> Iterator[Finding]:
    """What is kept of Telegram, where there is any yet."""
    path = home / FILE
    if not path.exists():
        return
    try:
        with closing(Database(path, TELEGRAM)) as database:
            wrong = database.integrity()
            hint = database.if_damaged
    except VectorstoreError as error:
        yield Finding("store", Grade.ERROR, error.message, error.hint)
        return
    yield (
        Finding("store", Grade.ERROR, f"{path}: {wrong[0]}", hint)
        if wrong
        else tell.ok("store", "check_store", path=path)
    )


def _host(url: str) -> str:
    """The host of an address, with its port; what lies behind may be secret."""
    return urlsplit(url).netloc.rpartition("@")[2]
