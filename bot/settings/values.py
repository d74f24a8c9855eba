"""What values a setting takes: each function gives the value as it is used, or raises `ValueError` with what is wrong and what to do."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.prices import read_prices

NO_MODEL = "none"
"""The value of KILDEBOT_MODEL that keeps answers quoted although there is a key."""

ANY_GROUP, NO_GROUP = "any", "none"
"""The values of KILDEBOT_GROUPS that are no list of numbers."""

NO_LISTENER = "none"
"""The value of KILDEBOT_LISTEN that keeps the Telegram bot from listening anywhere."""

_BREAKS = re.compile(r"[,;\s]+")


def numbers(value: str) -> frozenset[int]:
    """The numbers of a setting that lists some."""
    return frozenset(int(each) for each in _BREAKS.split(value) if each)


def one_line(value: str) -> str:
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError("has a line break or control character in it; is a quotation mark missing?")
    return value


def tidy(value: object) -> object:
    """The value without white space around it, and without the quotation marks that docker leaves on."""
    if not isinstance(value, str):
        return value
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return one_line(value[1:-1].strip() if quoted else value)


def folder(value: object) -> object:
    if value == "":
        raise ValueError("is blank; leave it out for the usual place")
    try:
        return Path(str(value)).expanduser().absolute()
    except RuntimeError:
        raise ValueError("begins with a home folder that nobody has; write the folder in full") from None


def unbroken(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not re.fullmatch(r"[!-~]*", value):
        raise ValueError("has a space or a letter beyond ASCII in it; copy it anew")
    if re.search(r"[\"'`]", value):
        raise ValueError("has a quotation mark in it; copy it anew")
    return secret


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if value and not usable:
        raise ValueError("is not a web address; write it like http://127.0.0.1:11434/v1")
    return value


def provider_and_model(value: str) -> str:
    if value and not re.fullmatch(r"[a-z][a-z0-9_]*:\S+", value):
        raise ValueError("names no model; write it as provider:model, like openai:text-embedding-3-small")
    return value


def chat_model(value: str) -> str:
    if value != NO_MODEL and value and not re.fullmatch(r"[a-z][a-z0-9_]*:\S+", value):
        raise ValueError("names no model; write it as provider:model, like openai:gpt-6-luna, or none")
    return value


def priced(value: str) -> str:
    try:
        read_prices(value)
    except ValueError:
        raise ValueError("holds no prices; write them as model=sent/received, like gpt-6-luna=0.10/0.50") from None
    return value


def only_numbers(value: str) -> str:
    for each in _BREAKS.split(value):
        if each.startswith("@"):
            raise ValueError(f"names {each}; names change hands, so write the number, which /start tells in the chat")
        if each and not re.fullmatch(r"-?[0-9]{1,18}", each):
            raise ValueError("holds something that is no number; write numbers with commas between them")
    return value


def groups(value: str) -> str:
    return value if value in {ANY_GROUP, NO_GROUP} else only_numbers(value)


def bot_token(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if value and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]{20,}", value):
        raise ValueError("is not a bot's token; copy it anew from @BotFather, it looks like 123456:ABC-DEF...")
    return secret


def webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):
        raise ValueError("has a character that Telegram does not take; use letters, digits, - and _")
    return secret


def listening_address(value: str) -> str:
    if value not in {"", NO_LISTENER} and not re.fullmatch(
        r"unix:/.+|(?:\[[0-9a-fA-F:]+\]|[^:\[\]\s]+):[0-9]{1,5}", value
    ):
        raise ValueError("is not an address to listen on; write it like 127.0.0.1:8081, or none")
    return value


def networks(value: str) -> str:
    for each in listed(value):
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise ValueError(
                "holds something that is no network; write it like 10.0.0.0/8, or a machine's address"
            ) from None
    return value


def listed(value: str) -> list[str]:
    """What a setting lists, between commas, semicolons or blanks."""
    return [each for each in _BREAKS.split(value) if each]


def lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
