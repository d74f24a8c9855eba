"""HTML, MarkdownV2 and Markdown, parsed so far that bad markup is refused as Telegram refuses it.

The errors are TDLib's (MessageEntity.cpp, parse_html, do_parse_markdown_v2); offsets are in bytes, as theirs.
"""

import html
import re

from tests.telegram_server.entities import refused
from tests.telegram_server.shapes import Json, Refused, bad, units

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+))?")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")


def parsed(text: str, mode: str) -> tuple[str, list[Json]]:
    """The text without its markup, and the entities that the markup says. Raises Refused."""
    if mode.lower() == "html":
        return _html(text)
    if mode.lower() == "markdownv2":
        return _Markdown(text).parse()
    if mode.lower() == "markdown":
        return _legacy(text)
    raise bad("unsupported parse_mode", kind="markup")


def _bytes(text: str) -> int:
    return len(text.encode())


def _html(source: str) -> tuple[str, list[Json]]:
    text = ""
    open_tags: list[tuple[str, Json]] = []
    entities: list[Json] = []
    at = 0
    while at < len(source):
        if source[at] == "&" and (match := _ENTITY.match(source, at)):
            text += html.unescape(match.group())
            at = match.end()
        elif source[at] == "<":
            tag = _TAG.match(source, at)
            if not tag:
                raise _bad_tag(source, at)
            if tag[1]:
                _close(tag[2].lower(), text, open_tags, entities, _bytes(source[:at]))
            else:
                open_tags.append((tag[2].lower(), _opened(tag, units(text), _bytes(source[:at]))))
            at = tag.end()
        else:
            text += source[at]
            at += 1
    if open_tags:
        raise refused(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return text, entities


def _bad_tag(source: str, at: int) -> Refused:
    offset = _bytes(source[:at])
    if ">" not in source[at:]:
        return refused(f"Unclosed start tag at byte offset {offset}")
    name = re.split(r"[\s>]", source[at + 1 :], maxsplit=1)[0]
    return refused(f'Unsupported start tag "{name}" at byte offset {offset}')


def _opened(tag: re.Match[str], offset: int, byte: int) -> Json:
    name = tag[2].lower()
    if name not in _TAGS:
        raise refused(f'Unsupported start tag "{name}" at byte offset {byte}')
    said = {key.lower(): html.unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(tag[3])}
    if name == "span" and said.get("class") != "tg-spoiler":
        raise refused(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
    entity: Json = {"type": _TAGS[name], "offset": offset}
    if name == "a":
        entity["url"] = said.get("href", "")
    if name == "blockquote" and "expandable" in said:
        entity["type"] = "expandable_blockquote"
    if name == "tg-emoji":
        entity["custom_emoji_id"] = said.get("emoji-id", "")
    if name == "code" and said.get("class", "").startswith("language-"):
        entity["language"] = said["class"].removeprefix("language-")
    return entity


def _close(name: str, text: str, open_tags: list[tuple[str, Json]], entities: list[Json], byte: int) -> None:
    if not open_tags:
        raise refused(f"Unexpected end tag at byte offset {byte}")
    opened, entity = open_tags.pop()
    if opened != name:
        raise refused(f'Unmatched end tag at byte offset {byte}, expected "</{opened}>", found "</{name}>"')
    entity["length"] = units(text) - entity["offset"]
    if not entity["length"]:
        return
    if name == "pre" and entities and entities[-1].get("language") and entities[-1]["type"] == "code":
        inner = entities[-1]
        if (inner["offset"], inner["length"]) == (entity["offset"], entity["length"]):
            entities.pop()
            entity["language"] = inner["language"]
    if name == "code":
        if not (open_tags and open_tags[-1][0] == "pre"):
            entity.pop("language", None)
        elif "language" not in entity:
            return
    if name == "a" and not entity["url"]:
        entity["url"] = text[-entity["length"] :]
    entities.append(entity)


_MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


class _Markdown:
    """One text in MarkdownV2."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, Json]] = []
        self.quote: Json | None = None

    def parse(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            self._step()
        if self.open:
            _, entity = self.open[-1]
            name = {"text_link": "TextUrl"}.get(entity["type"], entity["type"].capitalize())
            raise refused(f"Can't find end of {name} entity at byte offset {entity['byte']}")
        self._end_quote()
        for entity in self.entities:
            entity.pop("byte", None)
        return self.text, [entity for entity in self.entities if entity["length"]]

    def _step(self) -> None:
        source, at = self.source, self.at
        character = source[at]
        starts_line = not self.text or self.text.endswith("\n")
        if character == "\\" and at + 1 < len(source) and " " < source[at + 1] <= "~":
            self.text += source[at + 1]
            self.at += 2
        elif starts_line and (character == ">" or source.startswith("**>", at)):
            self._start_quote()
        elif character == "`":
            self._code()
        elif character == "[" or source.startswith("![", at):
            self._open("[", "text_link", 2 if character == "!" else 1)
        elif character == "]" and self.open and self.open[-1][0] == "[":
            self._link()
        elif character in _RESERVED:
            self._mark()
        else:
            self.text += character
            self.at += 1
            if character == "\n" and not source.startswith(">", self.at):
                self._end_quote()

    def _mark(self) -> None:
        for mark in ("__", "||", "*", "_", "~"):
            if not self.source.startswith(mark, self.at):
                continue
            if mark == "||" and self.quote is not None and self.source[self.at + 2 : self.at + 3] in {"", "\n"}:
                self.quote["type"] = "expandable_blockquote"
                self.at += 2
            elif self.open and self.open[-1][0] == mark:
                self._shut()
                self.at += len(mark)
            else:
                self._open(mark, _MARKS[mark], len(mark))
            return
        raise refused(f"Character '{self.source[self.at]}' is reserved and must be escaped with the preceding '\\'")

    def _open(self, mark: str, kind: str, length: int) -> None:
        byte = _bytes(self.source[: self.at])
        self.open.append((mark, {"type": kind, "offset": units(self.text), "byte": byte}))
        self.at += length

    def _shut(self) -> Json:
        _, entity = self.open.pop()
        entity["length"] = units(self.text) - entity["offset"]
        self.entities.append(entity)
        return entity

    def _code(self) -> None:
        mark = "```" if self.source.startswith("```", self.at) else "`"
        end = re.compile(r"(?<!\\)(?:\\\\)*" + mark).search(self.source, self.at + len(mark))
        if not end:
            name = "PreCode" if mark == "```" else "Code"
            raise refused(f"Can't find end of {name} entity at byte offset {_bytes(self.source[: self.at])}")
        inner = self.source[self.at + len(mark) : end.end() - len(mark)]
        entity: Json = {"type": "pre" if mark == "```" else "code", "offset": units(self.text)}
        if mark == "```" and (language := re.match(r"(\S*)\n", inner)):
            inner = inner[language.end() :]
            if language[1]:
                entity["language"] = language[1]
        inner = re.sub(r"\\([!-~])", r"\1", inner)
        entity["length"] = units(inner)
        self.text += inner
        self.entities.append(entity)
        self.at = end.end()

    def _link(self) -> None:
        entity = self._shut()
        self.at += 1
        entity["url"] = ""
        if self.source.startswith("(", self.at):
            end = re.compile(r"(?<!\\)(?:\\\\)*\)").search(self.source, self.at)
            if not end:
                raise refused(f"Can't find end of a URL at byte offset {_bytes(self.source[: self.at])}")
            entity["url"] = re.sub(r"\\([!-~])", r"\1", self.source[self.at + 1 : end.end() - 1])
            self.at = end.end()

    def _start_quote(self) -> None:
        self.at += 3 if self.source.startswith("**>", self.at) else 1
        if self.quote is None:
            self.quote = {"type": "blockquote", "offset": units(self.text)}

    def _end_quote(self) -> None:
        if self.quote is not None:
            self.quote["length"] = units(self.text.rstrip("\n")) - self.quote["offset"]
            self.entities.append(self.quote)
            self.quote = None


_LEGACY = re.compile(r"```[\s\S]*?```|`[^`]*`|\*[^*]*\*|_[^_]*_|\[[^\]]*\]\([^)]*\)|\\[_*`\[]")


def _legacy(source: str) -> tuple[str, list[Json]]:
    """Markdown of the first kind: only refused or not; its entities are not told."""
    rest = _LEGACY.sub(lambda match: "x" * len(match.group()), source)
    if match := re.search(r"[*_`]|\[(?=[^\]]*\]\()", rest):
        raise refused(f"Can't find end of the entity starting at byte offset {_bytes(source[: match.start()])}")
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*_`]", r"\1", source), []
