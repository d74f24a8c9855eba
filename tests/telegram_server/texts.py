"""A text as it would be shown, or why Telegram would not show it."""

import re
from dataclasses import dataclass

from tests.telegram_server.entities import MOST_ENTITIES, checked_entities
from tests.telegram_server.given import Given
from tests.telegram_server.ledger import Ledger
from tests.telegram_server.markup import parsed
from tests.telegram_server.shapes import Json, bad, units

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
# Sources disagree whether 4096 counts UTF-16 units or code points: the stricter reading refuses, and says so.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    entities: list[Json]


def formatted(given: Given, name: str, ledger: Ledger, *, most: int = LONGEST_TEXT, may_be_empty: bool = False) -> Text:
    """The text of a call with its entities, parsed, checked and trimmed. Raises Refused."""
    prefix = "caption_" if name == "caption" else ""
    return checked_text(
        given.text(name),
        given.text("parse_mode"),
        given.shape(f"{prefix}entities"),
        ledger,
        most=most,
        may_be_empty=may_be_empty,
    )


def checked_text(
    source: str, mode: str, listed: object, ledger: Ledger, *, most: int = LONGEST_TEXT, may_be_empty: bool = False
) -> Text:
    if not source and not may_be_empty:
        raise bad("message text is empty", kind="text")
    source = _UNSEEN.sub(" ", source.replace("\r", ""))
    if mode and mode.lower() != "none":
        text, entities = parsed(source, mode)
        if listed:
            raise bad("parse_mode and entities exclude each other", kind="entities")
    else:
        text, entities = source, listed  # type: ignore[assignment]
    entities = checked_entities(text, entities)
    text, entities = _trimmed(text, entities)
    if not text and not may_be_empty:
        raise bad("text must be non-empty", kind="text")
    length = units(text)
    if length > most:
        if len(text) <= most:
            ledger.problem("text", f"{length} UTF-16 units, though no more than {len(text)} code points")
        what = "message caption is too long" if most == LONGEST_CAPTION else "message is too long"
        raise bad(what, kind="text")
    if len(entities) > MOST_ENTITIES:
        ledger.problem("entities", f"{len(entities)} entities, of which Telegram shows the first {MOST_ENTITIES}")
        entities = entities[:MOST_ENTITIES]
    return Text(text, entities)


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without the white space around it; TDLib's fix_formatted_text keeps that at the start from the first entity on."""
    text = text.rstrip(" \n\t")
    start = len(text) - len(text.lstrip(" \n"))
    if entities:
        start = min(start, entities[0]["offset"])
    text = text[start:]
    end = units(text)
    kept = []
    for entity in entities:
        offset = entity["offset"] - start
        length = min(entity["length"], end - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return text, kept
