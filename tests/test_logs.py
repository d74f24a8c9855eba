"""What is logged and what never is (faults.md, S11 and P9)."""

import io
import json
import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from telegram import Bot

from bot.errors import SettingsInvalid
from bot.logs import HIDDEN, WITHHELD, Redaction, set_up
from bot.web.listening import Address, bound

ROOT = Path(__file__).parent.parent

TOKEN = "7234567890:AAcanaryTOKENcanaryTOKENcanaryTOKEN"
KEY = "canary key/with+signs"  # no pattern knows it: only its value does
SECRET = "canary-webhook_secret"
QUESTION = "hvemstjalcanaryosten"
NAME = "Kanari Canarysen"
CANARIES = (TOKEN, TOKEN.partition(":")[2], KEY, SECRET, QUESTION, NAME, *NAME.split())

log = logging.getLogger("bot.tests")
library = logging.getLogger("httpx._client")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", "bot", "vectorstore", "langsmith")]
    before = [(each, each.level, each.handlers[:]) for each in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def logging_to_text(level: int = logging.DEBUG, *, as_json: bool = False) -> io.StringIO:
    text = io.StringIO()
    set_up(level, [TOKEN, KEY, SECRET, ""], json=as_json, to=text)
    return text


def only_object(text: io.StringIO) -> Any:
    return json.loads(text.getvalue())


@pytest.mark.parametrize("secret", [TOKEN, KEY, SECRET])
def test_a_secret_is_taken_out_however_it_is_written(secret: str) -> None:
    for written in (secret, quote(secret), quote(secret, safe=""), repr(secret), f"https://x/bot{secret}/getMe"):
        cleaned = Redaction([secret]).clean(f"before {written} after")
        assert secret not in cleaned
        assert quote(secret, safe="") not in cleaned
        assert HIDDEN in cleaned
        assert cleaned.startswith("before ")
        assert cleaned.endswith(" after")


@pytest.mark.parametrize(
    "secret",
    [
        "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "123456%3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "sk-proj-0123456789abcdef",
        "Bearer eyJhbGciOi.J9",
        "//name:password@127.0.0.1/",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_although_nobody_told_of_it(secret: str) -> None:
    cleaned = Redaction().clean(f"at {secret}")

    assert HIDDEN in cleaned
    assert not any(part in cleaned for part in ("AAAAAAAA", "0123456789", "eyJ", "password"))


@pytest.mark.parametrize(
    "text", ["12:34:56", "articles 123456: all of them are well", "http://127.0.0.1:8443/a@b", "æøå"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redaction(["", "a", "12"]).clean(text) == text


def test_one_line_says_the_level_and_what_happened() -> None:
    text = logging_to_text(logging.INFO)
    log.info("%d updates taken in", 3)
    log.debug("not told")

    assert text.getvalue() == "info: 3 updates taken in\n"


def test_nothing_in_a_line_acts_on_a_terminal_or_makes_a_second_line() -> None:
    text = logging_to_text()
    log.warning("a\x1b[2Jb\ncritical: forged")

    assert text.getvalue() == "warning: a␛[2Jb critical: forged\n"


def test_a_line_of_json_says_when_how_bad_who_what_and_the_rest() -> None:
    text = logging_to_text(as_json=True)
    log.warning("%s came\nlate", "æ\ud800", extra={"chat": "a1", "seconds": 1.5, "tags": [SECRET], "time": "forged"})

    told = only_object(text)
    assert text.getvalue().count("\n") == 1
    assert text.getvalue().isascii()
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "warning",
        "logger": "bot.tests",
        "message": "æ\ud800 came\nlate",
        "chat": "a1",
        "seconds": 1.5,
        "tags": [HIDDEN],
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_secrets_are_taken_out_of_our_own_records(as_json: bool) -> None:
    text = logging_to_text(as_json=as_json)
    log.error("%s and %r", TOKEN, {"key": KEY}, extra={"secret": {SECRET: SECRET}})

    assert text.getvalue().count(HIDDEN) >= 2
    assert not any(secret in text.getvalue() for secret in (TOKEN, KEY, SECRET))


@pytest.mark.parametrize("as_json", [False, True])
def test_of_a_librarys_record_only_the_words_in_its_source_are_told(as_json: bool) -> None:
    text = logging_to_text(as_json=as_json)
    library.warning("HTTP Request: %s", f"{TOKEN} {QUESTION}", extra={"user": NAME})
    library.warning(f"request of {QUESTION}")
    library.warning(f"request of {QUESTION}: %s", NAME)
    library.error(ValueError(QUESTION))

    assert "HTTP Request: %s" in text.getvalue()
    assert text.getvalue().count(WITHHELD) == 3
    assert not any(canary in text.getvalue() for canary in CANARIES)


def test_a_librarys_chatter_is_left_out_even_where_it_asks_to_be_heard() -> None:
    text = logging_to_text()
    library.setLevel(logging.DEBUG)
    library.info("known words")
    library.setLevel(logging.NOTSET)

    assert text.getvalue() == ""


def test_what_asyncio_says_of_a_bug_is_told_without_the_bugs_words() -> None:
    text = logging_to_text()
    logging.getLogger("asyncio").error("\n".join(["Task exception was never retrieved", f"future: <Task {QUESTION}>"]))

    assert text.getvalue() == "error: asyncio: Task exception was never retrieved\n"


def failing() -> None:
    try:
        raise OSError(28, QUESTION, f"/home/{NAME}")
    except OSError as error:
        raise ValueError(QUESTION) from error


@pytest.mark.parametrize("logger", [log, library])
def test_of_an_exception_the_types_and_places_are_told_and_never_what_it_says(logger: logging.Logger) -> None:
    text = logging_to_text()
    try:
        failing()
    except ValueError:
        logger.exception("it failed")

    told = text.getvalue()
    assert QUESTION not in told
    assert NAME not in told
    assert str(ROOT) not in told
    assert "it failed (ValueError at test_logs.py:" in told
    assert "in failing" in told
    assert "OSError ENOSPC" in told


def test_a_place_is_told_from_its_package_on_and_not_whose_folder_it_is_in() -> None:
    text = logging_to_text()
    for call in (lambda: json.loads("{"), lambda: Bot(""), lambda: bound(Address(path=Path("/nowhere/web.sock")))):
        try:
            call()
        except Exception:
            log.exception("it failed")

    told = text.getvalue()
    assert " at json/decoder.py:" in told
    assert " at telegram/_bot.py:" in told
    assert " at bot/web/listening.py:" in told
    assert str(Path.home()) not in told


def test_a_group_of_exceptions_and_one_that_is_its_own_cause_come_to_an_end() -> None:
    text = logging_to_text(as_json=True)
    one, other = KeyError(QUESTION), TypeError(QUESTION)
    one.__context__, other.__context__ = other, one
    log.error("both", exc_info=ExceptionGroup(QUESTION, [one, other]))

    assert only_object(text)["error"] == {
        "type": "ExceptionGroup",
        "story": ["ExceptionGroup", "KeyError", "TypeError"],
    }


def test_a_warning_has_one_line_unless_one_is_debugging() -> None:
    for level, lines in ((logging.WARNING, 1), (logging.DEBUG, 4)):
        text = logging_to_text(level)
        try:
            failing()
        except ValueError as error:
            log.warning("it failed: %s", error, exc_info=True)
        assert text.getvalue().startswith("warning: it failed: ValueError")
        assert min(text.getvalue().count("\n"), 4) == lines


def test_how_it_came_to_an_error_is_told_at_any_level() -> None:
    text = logging_to_text(logging.ERROR)
    try:
        failing()
    except ValueError:
        log.exception("it failed")

    assert "in failing" in text.getvalue()


def test_an_error_of_ours_that_is_logged_says_what_it_says() -> None:
    text = logging_to_text()
    log.warning("not used: %s", SettingsInvalid("KILDEBOT_LISTEN is no address"))
    log.warning("not used: %s", ValueError(QUESTION))

    assert text.getvalue().splitlines() == [
        "warning: not used: KILDEBOT_LISTEN is no address",
        "warning: not used: ValueError",
    ]


def test_a_record_that_cannot_be_written_does_not_print_what_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    text = logging_to_text()
    log.warning("%d updates of %s", QUESTION, NAME)
    log.warning("no place for it", QUESTION)  # noqa: PLE1205 - what is to be seen

    told = text.getvalue() + capsys.readouterr().err
    assert told.count("cannot be written: TypeError") == 2
    assert QUESTION not in told


def test_nobody_reading_on_is_no_reason_to_end() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    set_up(logging.DEBUG, to=Gone())
    log.error("nobody hears it")


# Everything that S11 names, in a process of its own: what goes past the log would go to its standard error.
LEAKING = """
    import asyncio, faulthandler, logging, sys, threading, warnings
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from telegram import Bot, Message, Update
    from telegram.error import TelegramError
    from telegram.ext import ApplicationBuilder, TypeHandler
    from telegram.request import HTTPXRequest

    from bot.logs import guard, set_up
    from tests.test_logs import KEY, NAME, QUESTION, SECRET, TOKEN

    set_up(logging.DEBUG, [TOKEN, KEY, SECRET], json=AS_JSON)
    guard()
    for name in ("httpx", "httpx2", "httpcore", "telegram", "telegram.ext", "openai", "tornado", "asyncio", "apscheduler", "urllib3"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    log = logging.getLogger("bot.telegram")

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self):
            path = self.path.rpartition("/")[2]
            answers = {"getMe": (401, b'{"ok":false,"description":"%s"}'), "getUpdates": (200, b"<html>%s"), "close": (502, b"%s")}
            status, body = answers.get(path, (400, b'{"ok":false,"description":"Bad Request: %s"}'))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.replace(b"%s", f"{QUESTION} {NAME} {TOKEN}".encode()))
        def log_message(self, *_): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/bot"

    async def telegrams():
        bot = Bot(TOKEN, base_url=base)
        for doing in (bot.initialize, bot.get_updates, bot.close, bot.get_webhook_info):
            try:
                await doing()
            except TelegramError as error:
                log.error("telegram failed: %s", error)
                log.debug("so", exc_info=True)
        nowhere = Bot(TOKEN, base_url="http://127.0.0.1:9/bot", request=HTTPXRequest(proxy=f"http://{NAME[:6]}:{KEY[:6]}@127.0.0.1:9"))
        try:
            await nowhere.get_me()
        except TelegramError as error:
            log.exception("nothing there: %r", error)

    async def handled():
        app = ApplicationBuilder().token(TOKEN).base_url(base).build()
        log.debug("%r %s", app, app.bot)
        async def handler(update, context):
            raise ValueError(f"{QUESTION} by {NAME}")
        app.add_handler(TypeHandler(Update, handler))
        app._initialized = True
        await app.process_update(Update(1))

    async def bugs():
        async def bug(text):
            raise RuntimeError(text)
        task = asyncio.create_task(bug(QUESTION), name=NAME)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        asyncio.get_running_loop().call_soon(int, QUESTION)
        await asyncio.sleep(0.01)
        bug(NAME)  # never awaited

    class Unraisable:
        def __del__(self):
            raise ValueError(QUESTION)

    def in_thread():
        raise ValueError(NAME)

    asyncio.run(telegrams())
    asyncio.run(handled())
    asyncio.run(bugs())
    Unraisable()
    thread = threading.Thread(target=in_thread, name=NAME)
    thread.start()
    thread.join()
    warnings.simplefilter("always")
    warnings.warn(f"{QUESTION} {TOKEN}")
    logging.getLogger("tornado.application").error("Uncaught exception %s", QUESTION, exc_info=ValueError(NAME))
    logging.getLogger("tornado.access").warning(f"404 GET /{TOKEN} ({NAME})")
    logging.getLogger("openai").warning("%d", QUESTION)
    log.error("%d", QUESTION)
    log.error("token %s key %s secret %s in %s", TOKEN, KEY, SECRET, f"https://a:{KEY}@b/bot{TOKEN}/x")
    if OPENAI:
        from openai import OpenAI
        try:
            OpenAI(api_key=KEY, base_url="http://127.0.0.1:9/v1", max_retries=1).chat.completions.create(
                model="m", messages=[{"role": "user", "content": QUESTION}], user=NAME)
        except Exception:
            log.exception("the model failed")
    faulthandler.dump_traceback()
    raise SystemError(f"{QUESTION} {TOKEN} {KEY} {SECRET}")
"""


@pytest.mark.parametrize("as_json", [False, True], ids=["lines", "json"])
def test_not_one_canary_gets_out_whatever_goes_wrong(as_json: bool) -> None:
    code = textwrap.dedent(LEAKING).replace("AS_JSON", str(as_json)).replace("OPENAI", str(as_json), 1)

    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    told = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert not [canary for canary in CANARIES if canary in told or quote(canary, safe="") in told]
    # And it was not for want of trying.
    for word in (
        "telegram failed: telegram.error.InvalidToken",
        "telegram failed: telegram.error.NetworkError",
        "Can not load invalid JSON data",
        "nothing there: telegram.error.NetworkError",
        "No error handlers are registered",
        "Task exception was never retrieved",
        "RuntimeWarning",
        "UserWarning",
        "a thread ended",
        "an exception nobody can catch",
        "Uncaught exception %s",
        "cannot be written: TypeError",
        "Application[bot=",
        "most recent call first",
        "ended by an error",
        "SystemError",
    ):
        assert word in told, word
    if as_json:
        assert "the model failed" in told
        lines = [line for line in ended.stderr.splitlines() if line.startswith("{")]
        assert len([json.loads(line) for line in lines]) > 15
