"""Answers to buttons and to inline queries."""

import time

from tests.telegram_server.api import Api
from tests.telegram_server.entities import is_address
from tests.telegram_server.given import Given
from tests.telegram_server.keyboards import checked_markup
from tests.telegram_server.ledger import Ledger
from tests.telegram_server.shapes import Json, Refused, bad
from tests.telegram_server.texts import checked_text

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
MOST_RESULTS = 50
INLINE_LIFETIME = 30.0
_RESULTS = frozenset(
    {
        "article",
        "audio",
        "contact",
        "document",
        "game",
        "gif",
        "location",
        "mpeg4_gif",
        "photo",
        "sticker",
        "venue",
        "video",
        "voice",
    }
)


def answer_callback_query(api: Api, given: Given) -> bool:
    press = api.queries.presses.get(given.text("callback_query_id"))
    if press is None or press.answer is not None or time.monotonic() - press.at > api.queries.lifetime:
        raise bad(TOO_OLD)
    text = given.text("text")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG", kind="text")
    url = given.text("url")
    press.answer = {"text": text, "show_alert": given.flag("show_alert"), "url": url}
    chat = press.message.chat.id if press.message else None
    api.ledger.effect("callback", chat, press.message.id if press.message else None, text)
    return True


def answer_inline_query(api: Api, given: Given) -> bool:
    typed = api.queries.typed.get(given.text("inline_query_id"))
    if typed is None or typed.results is not None or time.monotonic() - typed.at > INLINE_LIFETIME:
        raise bad(TOO_OLD)
    results = given.shape("results")
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        raise _wrong("can't parse inline query results JSON object")
    if len(results) > MOST_RESULTS:
        raise _wrong("RESULTS_TOO_MUCH")
    if len(given.text("next_offset").encode()) > 64:
        raise _wrong("NEXT_OFFSET_INVALID")
    seen: set[str] = set()
    for result in results:
        _check(result, seen, api.ledger)
    _check_button(given.shape("button"))
    typed.results = results
    typed.answer = {
        "cache_time": given.number("cache_time", 300),
        "is_personal": given.flag("is_personal"),
        "next_offset": given.text("next_offset"),
        "button": given.shape("button"),
    }
    api.ledger.effect("inline", None, None, typed.query)
    return True


def _check(result: Json, seen: set[str], ledger: Ledger) -> None:
    if result.get("type") not in _RESULTS:
        raise _wrong("can't parse inline query result: invalid inline query result type specified")
    number = result.get("id")
    if not isinstance(number, str) or not 1 <= len(number.encode()) <= 64:
        raise _wrong("RESULT_ID_INVALID")
    if number in seen:
        raise _wrong("RESULT_ID_DUPLICATE")
    seen.add(number)
    result["reply_markup"] = checked_markup(result.get("reply_markup"))
    if result["type"] == "article":
        if not str(result.get("title") or "").strip():
            raise _wrong("ARTICLE_TITLE_EMPTY")
        if not isinstance(result.get("input_message_content"), dict):
            raise _wrong("can't parse inline query result: input message content is not specified")
        if (url := result.get("url")) and not is_address(url):
            raise _wrong("ARTICLE_URL_INVALID")
    if isinstance(content := result.get("input_message_content"), dict):
        _check_content(content, ledger)


def _check_content(content: Json, ledger: Ledger) -> None:
    """What would be sent, checked like a message, and kept as it would be shown."""
    if "message_text" not in content:
        return
    text = checked_text(
        str(content["message_text"]), str(content.get("parse_mode") or ""), content.get("entities"), ledger
    )
    content["message_text"], content["entities"] = text.text, text.entities


def _check_button(button: object) -> None:
    if button is None:
        return
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise _wrong("can't parse InlineQueryResultsButton")
    start = button.get("start_parameter")
    if "web_app" not in button and not (
        isinstance(start, str) and 1 <= len(start) <= 64 and start.replace("_", "").replace("-", "").isalnum()
    ):
        raise _wrong("START_PARAM_INVALID")


def _wrong(what: str) -> Refused:
    return bad(what, kind="inline")


METHODS = {"answerCallbackQuery": answer_callback_query, "answerInlineQuery": answer_inline_query}
