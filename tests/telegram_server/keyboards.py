"""Reply markup as Telegram takes it."""

from tests.telegram_server.entities import is_address
from tests.telegram_server.shapes import Json, bad

MOST_BUTTONS = 100
MOST_CALLBACK_BYTES = 64

_ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
_SWITCHES = frozenset({"switch_inline_query", "switch_inline_query_current_chat"})
_LOOKS = frozenset({"text", "style", "icon_custom_emoji_id"})
_KINDS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")


def checked_markup(given: object) -> Json | None:
    """The reply markup, or None if there is none. Raises Refused."""
    if given is None or given == "":
        return None
    if not isinstance(given, dict):
        raise bad("object expected as reply markup", kind="keyboard")
    if not given:
        return None
    kinds = [kind for kind in _KINDS if kind in given]
    if len(kinds) != 1:
        raise bad("can't parse reply keyboard markup JSON object", kind="keyboard")
    if kinds[0] == "inline_keyboard":
        return _inline(given)
    if kinds[0] == "keyboard":
        _rows(given["keyboard"])
    return given


def _rows(rows: object) -> list[object]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("field of the InlineKeyboardMarkup must be an Array of Arrays", kind="keyboard")
    return [button for row in rows for button in row]


def _inline(given: Json) -> Json | None:
    buttons = _rows(given["inline_keyboard"])
    if len(buttons) > MOST_BUTTONS:
        raise bad("reply markup is too long", kind="keyboard")
    for button in buttons:
        _check(button)
    rows = [row for row in given["inline_keyboard"] if row]
    return {"inline_keyboard": rows} if rows else None


def _check(button: object) -> None:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object", kind="keyboard")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad('can\'t parse inline keyboard button: field "text" must be non-empty', kind="keyboard")
    actions = [key for key in button if key in _ACTIONS]
    strange = [key for key in button if key not in _ACTIONS and key not in _LOOKS]
    if not actions:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard", kind="keyboard"
        )
    if len(actions) > 1 or strange:
        raise bad(f"inline keyboard button has {', '.join(actions + strange)}: exactly one action", kind="keyboard")
    _check_action(actions[0], button[actions[0]])


def _check_action(action: str, value: object) -> None:
    if action == "callback_data" and not (
        isinstance(value, str) and 1 <= len(value.encode("utf-8", "surrogatepass")) <= MOST_CALLBACK_BYTES
    ):
        raise bad("BUTTON_DATA_INVALID", kind="keyboard")
    if action == "url" and not is_address(value):
        raise bad(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL", kind="keyboard")
    if action in _SWITCHES and not (isinstance(value, str) and len(value) <= 256):
        raise bad("BUTTON_DATA_INVALID", kind="keyboard")
    if action == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID", kind="keyboard")


def buttons_of(markup: Json | None) -> list[Json]:
    """The buttons under a message, in reading order."""
    return [button for row in (markup or {}).get("inline_keyboard", []) for button in row]
