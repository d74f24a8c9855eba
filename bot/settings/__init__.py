"""Every setting there is, and the only place that reads the environment.

Settings come from environment variables, else from `.env` in the current folder; `.env.example` lists them all.
"""

import difflib
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsInvalid
from bot.prices import Prices, read_prices
from bot.settings import values
from bot.settings.values import ANY_GROUP, NO_GROUP, NO_LISTENER, NO_MODEL, numbers

_USUAL_MODEL = "openai:gpt-6-luna"  # OpenAI's own for "well-scoped high-volume work" (models page, 2026)

_ENV_FILE = Path(".env")
_PREFIX = "KILDEBOT_"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts (POSIX, 8.2)
# As langsmith reads them (its utils.tracing_is_enabled).
_TRACING = ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING")
_FEWEST_IN_SECRET = 16  # of letters, digits, - and _: 95 bits
_NEAR_MISS = 0.8  # difflib's ratio: OPENAI_KEY is that near to OPENAI_API_KEY, OPENAI_ORG_ID is not

_log = logging.getLogger(__name__)


class Settings(BaseSettings):
    """What the user has chosen; the defaults need nothing. Values are checked, secrets are never printed."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=_ENV_FILE,
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    home: Annotated[Path, BeforeValidator(values.folder), BeforeValidator(values.tidy)] = Field(
        default_factory=lambda: platformdirs.user_data_path("kildebot", appauthor=False),
        description="The folder that holds the archive and everything else that is yours.",
    )
    model: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.chat_model)] = Field(
        default="",
        description="The chat model that writes answers, as provider:model; none for quoted answers.",
    )
    deadline: Annotated[PositiveFloat, BeforeValidator(values.tidy)] = Field(
        default=30.0,
        description="How many seconds a question may take, everything included; what is not written by then is quoted.",
    )
    context_tokens: Annotated[int, Field(ge=2_000), BeforeValidator(values.tidy)] = Field(
        default=4_000,
        description="How many tokens the chat model takes, its answer included.",
    )
    daily_dollars: Annotated[NonNegativeFloat, BeforeValidator(values.tidy)] = Field(
        default=2.0,
        description="How many US dollars the chat model may cost in a day (UTC), where its price is known; then answers are quoted. 0 for no limit.",
    )
    daily_tokens: Annotated[NonNegativeInt, BeforeValidator(values.tidy)] = Field(
        default=10_000_000,
        description="How many tokens may be asked of the chat model in a day (UTC); then answers are quoted. 0 for no limit.",
    )
    prices: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.priced)] = Field(
        default="",
        description="Prices in US dollars for a million tokens, sent/received, that the program does not know or that have changed.",
    )
    embedding: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.provider_and_model)] = Field(
        default="",
        description="The embedding model, as provider:model; empty for the built-in one, which needs neither key nor network.",
    )
    embedding_dimensions: Annotated[PositiveInt | None, BeforeValidator(values.tidy)] = Field(
        default=None,
        description="How many dimensions the embedding model should give, where it lets one choose.",
    )
    openai_api_key: Annotated[SecretStr, BeforeValidator(values.tidy), AfterValidator(values.unbroken)] = Field(
        default=SecretStr(""),
        validation_alias="OPENAI_API_KEY",
        description="The key for OpenAI, or for a server that speaks its language.",
    )
    openai_base_url: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.web_address)] = Field(
        default="",
        validation_alias="OPENAI_BASE_URL",
        description="The address of a server that speaks OpenAI's language; OpenAI's own when empty.",
    )
    telegram_bot_token: Annotated[SecretStr, BeforeValidator(values.tidy), AfterValidator(values.bot_token)] = Field(
        default=SecretStr(""),
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="The token of your Telegram bot, as @BotFather gave it.",
    )
    telegram_api: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.web_address)] = Field(
        default="https://api.telegram.org",
        description="The address of the Bot API server; Telegram's own unless you run one.",
    )
    admins: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.only_numbers)] = Field(
        default="",
        description="Who may ingest, remove and see figures on Telegram: numbers of users, with commas between them.",
    )
    allowed: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.only_numbers)] = Field(
        default="",
        description="Who may ask on Telegram: numbers of users, with commas between them; empty for everybody. Links to passages open for these only.",
    )
    groups: Annotated[
        str, BeforeValidator(values.lower), BeforeValidator(values.tidy), AfterValidator(values.groups)
    ] = Field(
        default=ANY_GROUP,
        description="The groups that are answered in: any, none, or their numbers with commas between them.",
    )
    leave_groups: Annotated[bool, BeforeValidator(values.tidy)] = Field(
        default=False,
        description="Whether the bot leaves groups that it does not answer in.",
    )
    user_questions_minute: Annotated[NonNegativeInt, BeforeValidator(values.tidy)] = Field(
        default=40,
        description="How many questions one may ask in a minute on Telegram; in a group 5 each and 15 in all, for Telegram takes 20 messages. 0 for no limit.",
    )
    user_questions_day: Annotated[NonNegativeInt, BeforeValidator(values.tidy)] = Field(
        default=200,
        description="How many questions one may ask in a day (UTC) on Telegram. 0 for no limit.",
    )
    user_daily_tokens: Annotated[NonNegativeInt, BeforeValidator(values.tidy)] = Field(
        default=0,
        description="How many tokens may be asked of the chat model for one user in a day; then answers are quoted. 0 for no limit.",
    )
    user_daily_dollars: Annotated[NonNegativeFloat, BeforeValidator(values.tidy)] = Field(
        default=0.0,
        description="How many US dollars the chat model may cost for one user in a day; then answers are quoted. 0 for no limit.",
    )
    retention_days: Annotated[NonNegativeInt, BeforeValidator(values.tidy)] = Field(
        default=30,
        description="How many days questions and answers from Telegram are kept, for follow-ups, buttons and feedback. 0 for not at all.",
    )
    fetch_links: Annotated[bool, BeforeValidator(values.tidy)] = Field(
        default=False,
        description="Whether /ingest on Telegram fetches a link that an admin sends. Only public addresses are ever asked.",
    )
    webhook_url: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.web_address)] = Field(
        default="",
        description="The public https address that Telegram is to send updates to; empty to ask Telegram for them (polling).",
    )
    webhook_secret: Annotated[SecretStr, BeforeValidator(values.tidy), AfterValidator(values.webhook_secret)] = Field(
        default=SecretStr(""),
        description="What Telegram has to say with each update that it sends, 16 characters or more; needed with KILDEBOT_WEBHOOK_URL.",
    )
    listen: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.listening_address)] = Field(
        default="127.0.0.1:8081",
        description="Where the Telegram bot listens for /healthz and /metrics, and for updates with KILDEBOT_WEBHOOK_URL; none for nowhere.",
    )
    observers: Annotated[str, BeforeValidator(values.tidy), AfterValidator(values.networks)] = Field(
        default="",
        description="Networks whose machines may look at /healthz and /metrics too, as 10.0.0.0/8, with commas between them.",
    )
    language: Annotated[Literal["auto", "nb", "en"], BeforeValidator(values.lower), BeforeValidator(values.tidy)] = (
        Field(
            default="auto",
            description="The language the program speaks: nb, en, or auto for that of the question.",
        )
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"],
        BeforeValidator(values.lower),
        BeforeValidator(values.tidy),
    ] = Field(
        default="warning",
        description="What is logged: debug, info, warning, error or critical, and what is worse.",
    )
    log_format: Annotated[Literal["plain", "json"], BeforeValidator(values.lower), BeforeValidator(values.tidy)] = (
        Field(
            default="plain",
            description="How it is logged: plain lines, or json, an object a line.",
        )
    )

    @model_validator(mode="after")
    def _openai_has_its_key(self) -> "Settings":
        reachable = self.openai_api_key.get_secret_value() or self.openai_base_url
        for name, value in (("KILDEBOT_EMBEDDING", self.embedding), ("KILDEBOT_MODEL", self.model)):
            if value.startswith("openai:") and not reachable:
                raise ValueError(f"{name} asks for OpenAI, which needs a key; put yours in OPENAI_API_KEY")
        return self

    @model_validator(mode="after")
    def _webhook_has_its_secret(self) -> "Settings":
        if not self.webhook_url:
            return self
        if not self.webhook_url.startswith("https://"):
            raise ValueError(
                "KILDEBOT_WEBHOOK_URL is not https, which Telegram asks for; put a proxy with a certificate there"
            )
        if len(self.webhook_secret.get_secret_value()) < _FEWEST_IN_SECRET:
            raise ValueError(
                "KILDEBOT_WEBHOOK_URL needs KILDEBOT_WEBHOOK_SECRET, of 16 characters or more; openssl rand -hex 32 makes one"
            )
        if self.listen == NO_LISTENER:
            raise ValueError("KILDEBOT_WEBHOOK_URL needs an address to listen on; set KILDEBOT_LISTEN")
        return self

    @property
    def chat_model(self) -> str:
        """The chat model that writes, as `provider:model`; empty where answers are quoted."""
        if self.model:
            return "" if self.model == NO_MODEL else self.model
        return _USUAL_MODEL if self.openai_api_key.get_secret_value() else ""

    @property
    def price_table(self) -> Prices:
        """The known prices, with those of the setting before them."""
        return Prices.known().updated(read_prices(self.prices))


def load_settings(*, home: Path | None = None, warn: Callable[[str], None] = _log.warning) -> Settings:
    """The settings as the environment and `.env` have them; `home` (from `--home`) goes before both.

    `warn` is given one line for each thing that is unwise but works. Raises `SettingsInvalid` for what does not.
    """
    in_file = dict(_read_env_file())
    _refuse_unknown_options(in_file)
    for remark in _remarks(in_file):
        warn(remark)
    try:
        settings = Settings() if home is None else Settings(home=home)
    except ValidationError as error:
        raise _translated(error) from None  # pydantic's own error holds the values, secrets among them
    if settings.chat_model and (name := tracing_variable()):
        warn(f"{name} is set: questions and the passages found for them are sent to LangSmith")
    return settings


def tracing_variable() -> str:
    """The variable by which LangChain is told to send what it does to LangSmith; empty where it is not."""
    values = ((name, os.environ.get(name, "")) for name in _TRACING)
    return next((name for name, value in values if value.lower() in {"true", "1"}), "")


def locale_name() -> str:
    """The locale of the texts that programs show, as POSIX has it: `nb_NO.UTF-8`; empty where none is set."""
    return next((value for name in _LOCALE if (value := os.environ.get(name, ""))), "")


def variable_names() -> dict[str, str]:
    """The environment variable of each setting, by the setting's name."""
    fields = Settings.model_fields.items()
    return {name: str(field.validation_alias or _PREFIX + name.upper()) for name, field in fields}


def secrets_of(settings: Settings) -> list[str]:
    """The secrets among the settings, in the clear: for what must not show them."""
    return [getattr(settings, name).get_secret_value() for name, _ in _secret_fields()]


def _read_env_file() -> Iterator[tuple[str, str]]:
    if not _ENV_FILE.is_file():
        return
    try:
        with _ENV_FILE.open(encoding="utf-8-sig") as file:
            lines = list(parse_stream(file))
    except UnicodeDecodeError:
        raise SettingsInvalid(".env is not UTF-8 text", "save it anew as UTF-8") from None
    except OSError as error:
        raise SettingsInvalid(f".env cannot be read: {error.strerror}", "make it yours: chmod 600 .env") from error
    for line in lines:
        if line.error:
            raise SettingsInvalid(
                f"line {line.original.line} of .env cannot be understood",
                "write NAME=value, and close every quotation mark",
            )
        if line.key:
            yield line.key.upper(), line.value or ""


def _refuse_unknown_options(in_file: dict[str, str]) -> None:
    known = variable_names().values()
    for name in [*in_file, *map(str.upper, os.environ)]:
        if name.startswith(_PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "every setting is in .env.example"
            raise SettingsInvalid(f"there is no setting {name}", hint)


def _remarks(in_file: dict[str, str]) -> Iterator[str]:
    known = variable_names().values()
    for name in in_file:
        near = difflib.get_close_matches(name, known, n=1, cutoff=_NEAR_MISS)
        if near and name not in known:
            yield f"{name} in .env is no setting of ours; did you mean {near[0]}?"
    holds_secret = any(in_file.get(name) for name in _secret_names())
    if holds_secret and os.name == "posix" and _ENV_FILE.stat().st_mode & stat.S_IROTH:
        yield ".env holds a secret and everyone on this machine can read it; run: chmod 600 .env"


def _secret_names() -> list[str]:
    return [variable_names()[name] for name, _ in _secret_fields()]


def _secret_fields() -> list[tuple[str, FieldInfo]]:
    return [(name, field) for name, field in Settings.model_fields.items() if field.annotation is SecretStr]


def _translated(error: ValidationError) -> SettingsInvalid:
    """The first fault as one line and a hint; a secret is described, never shown."""
    fault = error.errors(include_url=False, include_context=False)[0]
    location = fault["loc"][0] if fault["loc"] else ""
    name = variable_names().get(str(location), str(location))
    if name in _secret_names():
        name += f" ({len(str(fault['input']).strip())} characters, not shown)"
    message, _, hint = _plain_words(fault["type"], fault["msg"]).partition("; ")
    return SettingsInvalid(f"{name} {message}".strip(), hint or "every setting is explained in .env.example")


def _plain_words(kind: str, message: str) -> str:
    """Pydantic's message as the end of a sentence that begins with the setting's name."""
    wanted = message.removeprefix("Value error, ").removeprefix("Input should be ")
    if kind == "literal_error":
        return f"has a value that it cannot have; write {wanted}"
    return wanted if kind == "value_error" else f"should be {wanted.partition(',')[0]}"


__all__ = [
    "ANY_GROUP",
    "NO_GROUP",
    "NO_LISTENER",
    "NO_MODEL",
    "Settings",
    "load_settings",
    "locale_name",
    "numbers",
    "secrets_of",
    "tracing_variable",
    "variable_names",
]
