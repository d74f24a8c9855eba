"""Bytes → text. Norwegian letters must come out right, and what cannot be decoded is said, never guessed over.

In this order: a byte order mark; UTF-16 without one, known by where its zero bytes are; strict UTF-8; a single-byte encoding whose
letters make sense where they stand (Windows-1252, Mac Roman, DOS); and for other scripts what charset-normalizer finds. Lines of another encoding in a UTF-8 file are decoded on their own. A zero byte, or many control characters, means that this is not text.
"""

import codecs
import re
from collections.abc import Callable, Iterable
from itertools import islice

from vectorstore.errors import ArticleRejected

HINT = "Save the file as UTF-8 text."
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WESTERN = ("cp1252", "mac_roman", "cp850")
# charset-normalizer knows a hundred; these are what news is written in where it is not UTF-8.
OTHERS = (
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "koi8_r",
    "big5",
    "gb18030",
    "shift_jis",
    "euc_jp",
    "euc_kr",
)
# https://encoding.spec.whatwg.org/#names-and-labels: labels that a page may declare, and what they mean there.
DECLARABLE = re.compile(
    r"utf-?8|(?:iso-?)?8859-\d{1,2}|iso-8859-8-i|windows-125\d|cp125\d|koi8-[ru]|macintosh|gbk|gb2312|gb18030|big5|euc-(?:jp|kr)|shift[_-]jis"
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
MOST_CONTROLS = 0.01
UTF16_ZEROS = 0.95
UTF8_PAIRS = re.compile(b"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
BEYOND_ASCII = re.compile(b"[\x80-\xff]")
# Fewer bytes beyond ASCII than these make sense in a dozen encodings.
LEAST_EVIDENCE = 16
SAMPLE = 200_000
MOST_LETTERS = 20_000


def decode(raw: bytes, declared: str = "") -> str:
    """The text that the bytes hold; `declared` is the encoding that the file itself names, if it does.

    A declared encoding is believed, unless the bytes are valid UTF-8 with more than ASCII in it, which does not happen by chance.
    Raises `ArticleRejected` for what is not text and for what cannot be decoded.
    """
    text = _decoded(raw, declared)
    if "\0" in text or len(CONTROLS.findall(text)) > MOST_CONTROLS * len(text) + 2:
        raise ArticleRejected("not a text file: it holds zero bytes or control characters", HINT)
    return repaired(text)


def _decoded(raw: bytes, declared: str) -> str:
    attempts: tuple[Callable[[], str | None], ...] = (
        lambda: _by_mark(raw),
        lambda: _by_zeros(raw),
        lambda: _utf8(raw),
        lambda: _by_declaration(raw, declared),
        lambda: _mixed(raw),
        lambda: _single_byte(raw),
    )
    for attempt in attempts:
        if (text := attempt()) is not None:
            return text
    raise ArticleRejected("cannot decode: no known encoding fits", HINT)


def repaired(text: str) -> str:
    """Text that was UTF-8, read as a single-byte encoding and saved again (`Ã¸`), as it was; any other text unchanged.

    Only if all of it goes back without loss, and its pairs are those of European letters and quotation marks.
    """
    for encoding, pairs in MOJIBAKE:
        if pairs.search(text):
            try:
                return _sloppy_bytes(text, encoding).decode("utf-8")
            except UnicodeError:
                continue
    return text


MOJIBAKE = (
    ("cp1252", re.compile("Ã[\x80-\xbf€‚-•˜™š›œžŸƒ„…†‡ˆ‰Š‹ŒŽ]|â€|Â[«»°§½\xa0]")),
    ("mac_roman", re.compile("√[∏•¶ÖòÜ©®]|‚Ä[ìîôòú¶]")),
)


def _sloppy_bytes(text: str, encoding: str) -> bytes:
    """The bytes of the text, with the five that Windows-1252 leaves undefined as the controls they are on the web."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b"".join(char.encode("latin-1") if "\x80" <= char <= "\x9f" else char.encode(encoding) for char in text)


def _by_mark(raw: bytes) -> str | None:
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise ArticleRejected(f"cannot decode: it begins as {encoding} and does not go on so", HINT) from error
    return None


def _by_zeros(raw: bytes) -> str | None:
    """UTF-16 without a mark: in European text every second byte is zero, or nearly."""
    head = raw[:SAMPLE]
    zeros = head.count(0)
    if len(raw) % 2 or zeros < 0.2 * len(head):
        return None
    for parity, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[parity::2].count(0) >= UTF16_ZEROS * zeros:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _by_declaration(raw: bytes, declared: str) -> str | None:
    label = declared.strip().lower()
    if not DECLARABLE.fullmatch(label):
        return None
    encoding = {
        "iso-8859-1": "cp1252",
        "iso8859-1": "cp1252",
        "8859-1": "cp1252",
        "macintosh": "mac_roman",
        "gb2312": "gbk",
    }.get(label, label)
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _mixed(raw: bytes) -> str | None:
    """A UTF-8 file into which lines of one single-byte encoding were pasted; a line that is both is nobody's."""
    lines = raw.split(b"\n")
    if len(lines) < 2:
        return None
    foreign = [line for line in lines if _utf8(line) is None]
    if all(line.isascii() for line in lines if _utf8(line) is not None):
        return None
    encoding = _western(b"\n".join(foreign))
    if encoding is None or any(_has_utf8_pairs(line) for line in foreign):
        raise ArticleRejected("cannot decode: it is partly UTF-8, partly something else", HINT)
    return "\n".join(_utf8(line) or line.decode(encoding) for line in lines)


def _has_utf8_pairs(line: bytes) -> bool:
    return UTF8_PAIRS.search(line) is not None


def _refuse_damaged(raw: bytes) -> None:
    """Text whose bytes beyond ASCII are mostly UTF-8 was UTF-8, and was cut or broken; no other encoding looks like it."""
    head = raw[:SAMPLE]
    within = sum(map(len, UTF8_PAIRS.findall(head)))
    if within > 0.5 * len(BEYOND_ASCII.findall(head)):
        raise ArticleRejected("cannot decode: it is UTF-8, but damaged or cut off", HINT)


def _single_byte(raw: bytes) -> str | None:
    _refuse_damaged(raw)
    encoding = _western(raw) or _elsewhere(raw[:SAMPLE])
    try:
        return raw.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None


def _western(raw: bytes) -> str | None:
    """The Western encoding under which the bytes beyond ASCII make most sense, if most of them do."""
    scored = []
    for encoding in WESTERN:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        scores = list(islice(_plausibility(text), MOST_LETTERS))
        if scores and sum(scores) >= 0.5 * len(scores):
            scored.append((sum(scores), encoding))
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


NORDIC = frozenset("æøåäöéóüèòôêÆØÅÄÖÉ")
PUNCTUATION = frozenset("«»“”‘’–—…•§°½€£\xa0©®´·")
WESTERN_LETTERS = frozenset("áàâãçëíìîïñúùûýðþßÁÀÂÃÇËÈÊÍÌÎÏÑÓÒÔÕÚÙÛÜÝÐÞšžŠŽœŒŸÿ")


def _plausibility(text: str) -> Iterable[float]:
    """For each character beyond ASCII, 1 where it is at home, down to -1 where it never stands."""
    for found in re.finditer(r"[^\x00-\x7f]", text):
        char = found.group()
        before = text[found.start() - 1 : found.start()]
        after = text[found.end() : found.end() + 1]
        inside = before.isalpha() and after.isalpha()
        if char in NORDIC or char in WESTERN_LETTERS:
            amid_others = inside and not before.isascii() and not after.isascii()
            misplaced = amid_others or (char.isupper() and before.islower())
            yield -1.0 if misplaced else (1.0 if char in NORDIC else 0.4)
        elif char in PUNCTUATION:
            yield 0.9 if char in "’\xa0" or not inside else -0.5
        else:
            yield -1.0


def _elsewhere(raw: bytes) -> str | None:
    if len(BEYOND_ASCII.findall(raw)) < LEAST_EVIDENCE:
        return None
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=list(OTHERS), preemptive_behaviour=False).best()
    return best.encoding if best else None
