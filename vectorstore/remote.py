"""What the errors of model servers mean, whichever provider's client raised them. Nothing here repeats a server's words, which may hold a key."""

import contextlib
import math
import random
import re
import time
from collections.abc import Mapping

_SPREAD = 1.1  # times the wait, at most, so that many clients do not come back at once
_TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_TOO_LONG = re.compile(r"length|token|too (?:long|large)|context", re.IGNORECASE)


def status(error: Exception) -> int:
    """The HTTP status that the server answered with; 0 where it did not answer."""
    for holder in (error, getattr(error, "response", None)):
        code = getattr(holder, "status_code", None)
        if isinstance(code, int):
            return code
    return 0


def is_too_long(error: Exception) -> bool:
    """Whether the server says that it was sent too much text."""
    return status(error) == 413 or (status(error) == 400 and bool(_TOO_LONG.search(str(error))))


def is_connection(error: Exception) -> bool:
    """Whether the server was not reached, or did not answer in time; the providers' clients name their errors so."""
    return isinstance(error, OSError) or bool(re.search(r"Timeout|Connect(?:ion)?Error", _kinds(error)))


def is_timeout(error: Exception) -> bool:
    """Whether the server did not answer in time."""
    return "Timeout" in _kinds(error)


def wait_before_next(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before trying again; None where trying again is of no use."""
    if is_out_of_credit(error):
        return None
    if status(error) not in _TRANSIENT and not (status(error) == 0 and is_connection(error)):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return max(_asked_for(headers), 2.0 ** (attempt - 1)) * random.uniform(1.0, _SPREAD)  # noqa: S311 - spreads clients, guards nothing


def _asked_for(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks one to wait: in milliseconds (OpenAI's and Azure's), in seconds, or until a date (RFC 9110, 10.2.3)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with contextlib.suppress(TypeError, ValueError):
            wait = float(headers.get(name, "")) * unit
            if not math.isnan(wait):
                return wait
    from email.utils import parsedate_to_datetime

    with contextlib.suppress(TypeError, ValueError):
        return parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time()
    return 0.0


def _kinds(error: Exception) -> str:
    return " ".join(each.__name__ for each in type(error).__mro__)


def is_out_of_credit(error: Exception) -> bool:
    """Whether the account has nothing left to pay with; the server says 429, but waiting does not help."""
    return getattr(error, "code", None) == "insufficient_quota"


def reason(error: Exception) -> str:
    """What went wrong, in a few words of our own."""
    if is_out_of_credit(error):
        return "the account has no credit left"
    known = {
        401: "the key was refused",
        403: "access was refused",
        404: "there is no such model",
        429: "too many requests",
    }
    if code := status(error):
        return f"{known.get(code, 'the server refused')} ({code})"
    if is_timeout(error):
        return "the server did not answer in time"
    return "the server could not be reached" if is_connection(error) else type(error).__name__


def openai_access(api_key: str, base_url: str) -> dict[str, str]:
    """Options for OpenAI's client; what is not given it takes from the environment."""
    options = {"base_url": base_url} if base_url else {}
    if api_key or base_url:
        options["api_key"] = api_key or "none"  # a local server wants none, the client insists on one
    return options


def missing_package(error: ImportError) -> str:
    """The package to install, as LangChain names it where one is missing."""
    found = re.search(r"pip install (?:-U )?([\w-]+)", str(error))
    return found[1] if found else "langchain"
