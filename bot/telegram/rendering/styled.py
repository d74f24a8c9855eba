"""Text with styles, in code points, which becomes a message with entities at the very end."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from telegram import MessageEntity

from vectorstore.article import Span


class Kind(StrEnum):
    """What a part of a text is. All but the last are types of Telegram's entities."""

    QUOTE = "expandable_blockquote"
    LINK = "text_link"
    BOLD = "bold"
    ITALIC = "italic"
    WHOLE = "whole"  # no entity: it is not torn apart


_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_WHOLE = {Kind.LINK, Kind.WHOLE}
_OUTERMOST_FIRST = [*Kind]  # as TDLib nests them (`get_type_priority`)


@dataclass(frozen=True, slots=True)
class Style:
    """What a span of a text is; a link leads to an address."""

    kind: Kind
    span: Span
    address: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: text without any markup, and its entities, in UTF-16 code units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class Styled:
    """Text and its styles; what is put together or cut keeps them. The text must have been made harmless (see there)."""

    text: str = ""
    styles: tuple[Style, ...] = ()

    def __len__(self) -> int:
        return len(self.text)

    def __add__(self, other: "Styled | str") -> "Styled":
        other = other if isinstance(other, Styled) else Styled(other)
        return Styled(self.text + other.text, self.styles + _shifted(other, len(self.text)))

    def __getitem__(self, part: slice) -> "Styled":
        """A stretch of the text. A style that reaches over its ends is cut off there."""
        start, end, _ = part.indices(len(self.text))
        stretch = Span(start, max(start, end))
        within = (each for each in self.styles if each.span.overlaps(stretch))
        return Styled(stretch.of(self.text), tuple(replace(each, span=_within(stretch, each.span)) for each in within))

    def bold(self) -> "Styled":
        return self._styled(Kind.BOLD)

    def italic(self) -> "Styled":
        return self._styled(Kind.ITALIC)

    def quoted(self) -> "Styled":
        """As an expandable block."""
        return self._styled(Kind.QUOTE)

    def whole(self) -> "Styled":
        """So that it is not torn apart."""
        return self._styled(Kind.WHOLE)

    def linked(self, address: str) -> "Styled":
        """So that it leads to an address, if that is one of the web; otherwise it is only kept whole."""
        return self._styled(Kind.LINK, address) if _is_web(address) else self.whole()

    def _styled(self, kind: Kind, address: str = "") -> "Styled":
        return Styled(self.text, (*self.styles, Style(kind, Span(0, len(self.text)), address))) if self.text else self

    def stripped(self) -> "Styled":
        """Without the blanks at its ends, which Telegram takes away."""
        start = len(self.text) - len(self.text.lstrip())
        return self[start : len(self.text.rstrip())] if self.text.strip() else Styled()

    def wholes(self) -> Iterator[Span]:
        """What is not to be torn apart."""
        return (each.span for each in self.styles if each.kind in _WHOLE)

    def entities(self) -> list[Style]:
        """The styles that become entities, in order; those that begin together, the outermost first. None begins or ends with a blank."""
        trimmed = (
            replace(each, span=_trimmed(self.text, each.span)) for each in self.styles if each.kind is not Kind.WHOLE
        )
        return sorted(
            (each for each in trimmed if each.span),
            key=lambda each: (each.span.start, -each.span.end, _OUTERMOST_FIRST.index(each.kind)),
        )

    def message(self) -> Message:
        """What is sent. It is up to whoever cuts (see `splitting`) that it is short enough."""
        text = self.stripped()
        entities = [
            MessageEntity(each.kind.value, each.span.start, len(each.span), url=each.address or None)
            for each in text.entities()
        ]
        return Message(text.text, tuple(MessageEntity.adjust_message_entities_to_utf_16(text.text, entities)))


def joined(parts: Iterable[Styled], between: str = "") -> Styled:
    """The parts that are not empty, one after the other."""
    texts: list[str] = []
    styles: list[Style] = []
    at = 0
    for each in filter(None, parts):
        texts.append(each.text)
        styles += _shifted(each, at)
        at += len(each) + len(between)
    return Styled(between.join(texts), tuple(styles))


def _shifted(text: Styled, by: int) -> tuple[Style, ...]:
    return tuple(replace(each, span=Span(each.span.start + by, each.span.end + by)) for each in text.styles)


def _within(stretch: Span, span: Span) -> Span:
    """The part of a span that is in a stretch, counted from where that begins."""
    return Span(max(span.start, stretch.start) - stretch.start, min(span.end, stretch.end) - stretch.start)


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))


def _is_web(address: str) -> bool:
    """Whether it is one of the web that Telegram takes: its host has a dot (TDLib, `LinkManager::check_link`).

    None names a user, who could be taken for the host.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    is_host = bool(_HOST.fullmatch(parts.hostname or "")) and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and is_host and address.isprintable() and " " not in address
