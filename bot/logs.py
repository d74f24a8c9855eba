"""What is logged, and what never is: secrets, and what libraries let slip of questions, names and addresses.

    ours (bot, vectorstore)   as written, with every secret taken out; the code never hands in a text of a user, nor an id
    libraries                 from WARNING on: only the words that stand so in their source, none of the values
    exceptions                the types and where they were raised; never what they say

All of it is done by the handler, last, so that no logger is forgotten. `guard` leads there what would go past it.
"""

import contextlib
import errno
import faulthandler
import inspect
import json
import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any, TextIO, TypeGuard, cast
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"
"""What stands in place of a secret."""

WITHHELD = "(message withheld)"
"""What stands in place of a library's message that may hold anything."""

_OURS = ("bot", "vectorstore")
_SHORTEST_SECRET = 6  # letters; a shorter one would be found in every other word
_FRAMES = 8  # of an exception, the last

_LOOKS_SECRET = re.compile(
    r"(?<!\d)\d{6,}(?::|%3A|%3a)[A-Za-z0-9_-]{30,}"  # a bot's token (Bot API, "Authorizing your bot")
    r"|\bsk-[A-Za-z0-9_-]{16,}"  # a key of OpenAI's and of those who took after it
    r"|(?<=//)[^/?#\s@\"']+(?=@)"  # name and password in an address (RFC 3986, 3.2.1)
    r"|(?<=\bBearer )[^\s\"',]+"
)
# asyncio puts its messages together before it logs them; these are the first lines of those that tell of a bug.
_KNOWN_LINES = {
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending!",
    "socket.accept() out of system resource",
}
_LIBRARIES = re.compile(r"site-packages|dist-packages|python3\.\d+", re.ASCII)
_OWN_FIELDS = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}

_log = logging.getLogger(__name__)


def set_up(level: int, secrets: Iterable[str] = (), *, json: bool = False, to: TextIO | None = None) -> None:
    """Log what is so bad or worse, as lines or as JSON, on standard error unless `to` is given. Done again, it replaces what was."""
    redaction = Redaction(secrets)
    handler = _Handler(to or sys.stderr)
    handler.addFilter(_is_fit_to_be_told)
    handler.setFormatter(_Json(redaction) if json else _Plain(redaction))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    for ours in _OURS:
        logging.getLogger(ours).setLevel(level)
    # That questions are sent there is warned of; where they cannot be sent, it tells at length, and tells of its key.
    logging.getLogger("langsmith").setLevel(logging.CRITICAL)


def guard() -> None:
    """Log, for the rest of the process, what would be printed past the log: exceptions that nobody catches, and warnings."""
    with contextlib.suppress(OSError, ValueError):  # standard error is no file
        faulthandler.enable()  # prints places in the code, and no values
    sys.excepthook = _unhandled
    threading.excepthook = lambda args: _told("a thread ended", args.exc_value)
    sys.unraisablehook = lambda args: _told("an exception nobody can catch", args.exc_value)
    warnings.showwarning = cast(Any, _warned)  # called with values in this order only


class Redaction:
    """Takes secrets out of text: those that are known, however an address quotes them, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Secrets of a few letters are not looked for."""
        known = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def clean(self, text: str) -> str:
        """The text with `[hidden]` for each secret."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        return _LOOKS_SECRET.sub(HIDDEN, text)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in _OURS


def _is_fit_to_be_told(record: logging.LogRecord) -> bool:
    """Libraries' chatter is left out, also where a library has set its own logger's level."""
    return record.levelno >= logging.WARNING or _is_ours(record)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines. Where a record cannot be formatted, its arguments are not shown, as logging's own way would have it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name for it
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            return  # nobody reads on
        with contextlib.suppress(OSError, ValueError):
            place = f"{_short(record.pathname)}:{record.lineno}"
            self.stream.write(f"error: what {place} logs cannot be written: {type(error).__name__}{self.terminator}")


class _Plain(logging.Formatter):
    """One line for each record, with nothing in it that a terminal would act on; below, how it came to an error, or while debugging."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        error = _error_of(record)
        line = f"{record.levelname.lower()}: {_source(record)}{_message(record)}"
        if error is not None:
            line += f" ({_what_it_is(error)}{_last_place(error)})"
        lines = [line]
        if error is not None and (
            record.levelno >= logging.ERROR or logging.getLogger("bot").isEnabledFor(logging.DEBUG)
        ):
            lines += [f"  {each}" for each in _story(error)]
        return "\n".join(_on_a_line(self._redaction.clean(each)) for each in lines)


class _Json(logging.Formatter):
    """One JSON object for each record, in ASCII: time, level, logger, message, error, and what our own records have in `extra`."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        error = _error_of(record)
        if error is not None:
            told["error"] = {"type": _what_it_is(error), "story": list(_story(error))}
        if _is_ours(record):
            told |= {name: value for name, value in vars(record).items() if name not in {*_OWN_FIELDS, *told}}
        return json.dumps(self._cleaned(told))

    def _cleaned(self, value: object) -> object:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, Mapping):
            return {self._redaction.clean(str(name)): self._cleaned(each) for name, each in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._cleaned(each) for each in value]
        return self._redaction.clean(str(value))


def _source(record: logging.LogRecord) -> str:
    return "" if _is_ours(record) else f"{record.name}: "


def _message(record: logging.LogRecord) -> str:
    """What a record says; of a library's only words that stand so in the source of whoever logs."""
    if _is_ours(record):
        return _told_by_us(record)
    template = str(record.msg)
    if _stands_in_source(template, record):
        return template
    first = template.partition("\n")[0]
    return first if first in _KNOWN_LINES else WITHHELD


def _told_by_us(record: logging.LogRecord) -> str:
    """What our own record says. An error that is not ours is named only: its words may be anybody's."""
    if not isinstance(record.args, tuple):
        return record.getMessage()
    values = tuple(_Word(_what_it_is(each)) if _is_foreign(each) else each for each in record.args)
    return str(record.msg) % values if values else str(record.msg)


class _Word(str):
    """Stands for something in a message, as it is, whether `%s` or `%r` asks for it."""

    __slots__ = ()
    __repr__ = str.__str__


def _is_foreign(value: object) -> TypeGuard[BaseException]:
    return isinstance(value, BaseException) and type(value).__module__.partition(".")[0] not in _OURS


def _stands_in_source(text: str, record: logging.LogRecord) -> bool:
    """Whether the function that logs, which is still under way, has this very text among its constants; an f-string's is none."""
    frame = inspect.currentframe()
    while frame is not None:
        code = frame.f_code
        if code.co_filename == record.pathname and code.co_name == record.funcName:
            return text in _texts(code)
        frame = frame.f_back
    return False


def _texts(code: CodeType) -> Iterator[str]:
    return (each for each in code.co_consts if isinstance(each, str))


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _story(error: BaseException) -> Iterator[str]:
    """The error and what it came from, each with where it was raised, the innermost place last."""
    seen: set[int] = set()
    every: list[BaseException | None] = [error]
    while every:
        each = every.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield _what_it_is(each)
        for frame in traceback.extract_tb(each.__traceback__)[-_FRAMES:]:
            yield f"at {_short(frame.filename)}:{frame.lineno} in {frame.name}"
        if isinstance(each, BaseExceptionGroup):
            every += each.exceptions
        every.append(each.__cause__ or (None if each.__suppress_context__ else each.__context__))


def _what_it_is(error: BaseException) -> str:
    """Its type, and a number's name where it has one; its words may be anybody's."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0)
    else:
        code = getattr(error, "sqlite_errorname", None)
    return f"{name} {code}" if isinstance(code, str) else name


def _last_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" at {_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""


def _short(filename: str) -> str:
    """A file from its package on; what lies above it may name whoever runs this."""
    parts = Path(filename).parts
    for place in range(len(parts) - 1, 0, -1):
        if _LIBRARIES.fullmatch(parts[place - 1]) or parts[place] in _OURS:
            return "/".join(parts[place:])
    return parts[-1] if parts else filename


def _on_a_line(text: str) -> str:
    from bot.render.safe import shown

    return " ".join(shown(text).splitlines())


def _unhandled(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _told("ended by an error", error.with_traceback(trace))


def _told(what: str, error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit):
        _log.critical("%s", what, exc_info=error)


def _warned(_: object, category: type[Warning], filename: str, lineno: int, *__: object) -> None:
    _log.warning("%s at %s:%d", category.__name__, _short(filename), lineno)
