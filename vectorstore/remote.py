"""What the errors of model servers mean, whichever provider's client raised them. Nothing here repeats a server's words, which may hold a key."""

import random
import re

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
    names = " ".join(each.__name__ for each in type(error).__mro__)
    return isinstance(error, OSError) or bool(re.search(r"Timeout|Connect(?:ion)?Error", names))


def wait_before_next(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before trying again; None where trying again is of no use."""
    if is_out_of_credit(error):
        return None
    if status(error) not in _TRANSIENT and not (status(error) == 0 and is_connection(error)):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        asked = float(headers.get("retry-after", 0))
    except (TypeError, ValueError):
        asked = 0.0
    return max(asked, 2.0 ** (attempt - 1)) * random.uniform(1.0, _SPREAD)  # noqa: S311 - spreads clients, guards nothing


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
    return "the server could not be reached" if is_connection(error) else type(error).__name__
