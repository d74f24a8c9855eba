"""What an admin sends, a document or a page, into the archive: read, checked and reported on as `kildebot ingest` does it.

    bytes ─→ a private file, for a moment ─→ vectorstore.reading ─→ archive.ingest ─→ Report

An article from here is known by what was sent: a page by its address, a document by `telegram:` and its name. So the same sent again
replaces what was there, and nothing that came from a folder is ever meant. Articles in JSON have the ids that it gives them.
"""

import hashlib
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from shutil import rmtree
from typing import TYPE_CHECKING, TypeVar

from bot import intake
from bot.errors import BotError, Obstacle, PageNotFetched
from bot.fetching import Fetched
from bot.messages import Language, headline, say
from bot.render.safe import shown_on_a_line
from bot.wiring import remove_samples
from vectorstore.article import Article
from vectorstore.errors import ArchiveLocked, ArchiveUnusable, ArticleRejected, VectorstoreError
from vectorstore.reading import SUFFIXES, Overrides, Rejected, Remark, read
from vectorstore.reading.characters import printable
from vectorstore.reading.decoding import decode
from vectorstore.reading.fields import LONGEST_ID

if TYPE_CHECKING:
    from vectorstore.archive import Archive

DOCUMENTS = "telegram:"
"""What the id and the origin of an article begin with that was sent as a document; the name follows."""

CANDIDATES = 10
"""Articles that are named at most, where it is not clear which one is meant."""

_INCOMING = "incoming-"  # folders in the archive's home, while what was sent is read
_STALE = 600.0  # seconds; reading takes a few, so a folder that is older was left by a process that was killed
_PATIENCE = 20.0  # seconds that another writer is waited for; people send several documents at once
_BETWEEN_TRIES = 0.2
_TOLD = 5  # of each kind of thing that happened
_LONGEST_LINE = 300  # characters
_JSON = (".json", ".jsonl")
# Why a page does not come, where a file that a person saved would.
_SAVED_INSTEAD = (Obstacle.UNREACHABLE, Obstacle.LATE, Obstacle.STATUS, Obstacle.REDIRECTS, Obstacle.KIND, Obstacle.LARGE, Obstacle.GARBLED)  # fmt: skip

Result = TypeVar("Result")


@dataclass
class Report(intake.Report):
    """What became of something that was sent, and the headlines of its articles by their ids."""

    titles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent: the id of the article in it, what it is called in a report, how it is read, and its address if it has one."""

    id: str
    shown: str
    suffix: str
    url: str


def take_in(
    archive: "Archive", name: str, body: bytes, *, url: str = "", charset: str = "", patience: float = _PATIENCE
) -> Report:
    """Take in a document of a name, or a page from an address (then only the name's suffix counts), and say what became of it.

    `charset` is what a server said about the bytes, if one did. Waits for another writer for `patience` seconds. What cannot be read
    is in the report. Raises `VectorstoreError`, as `Archive.ingest` does; among them `ArchiveLocked`, when nothing was taken in.
    """
    began = time.perf_counter()
    report = Report()
    given = intake.Given()
    sent = _sent(name, url)
    items = list(_read(archive.home, sent, _as_utf8(body, charset), given.remarks.append))
    report.titles = {item.id: headline(item) for item in items if isinstance(item, Article)}

    ingested = _patiently(
        lambda: archive.ingest(given.noting(items, archive), origin=sent.id, seal=False), time.monotonic() + patience
    )

    report.include(ingested, given)
    with suppress(ArchiveLocked):  # whoever takes something in next does both
        report.samples_removed = remove_samples(archive, report.own)
        archive.mend()
    report.articles = archive.article_count
    report.seconds = time.perf_counter() - began
    return report


def take_in_page(archive: "Archive", page: Fetched, *, patience: float = _PATIENCE) -> Report:
    """Take in a page that was fetched. As `take_in`."""
    return take_in(archive, f"page{page.suffix}", page.body, url=page.url, charset=page.charset, patience=patience)


def find(archive: "Archive", words: str, limit: int = CANDIDATES) -> list[Article]:
    """The articles that somebody may mean: the one of this id, or those with all of the words in headline or id, newest first."""
    exact = archive.article(words.strip())
    if exact is not None:
        return [exact]
    wanted = _folded(words).split()
    if not wanted:
        return []
    found = (each for each in archive.newest() if _has_all(wanted, _folded(f"{headline(each)} {each.id}")))
    return list(islice(found, limit))


def remove(archive: "Archive", ids: Iterable[str], *, patience: float = _PATIENCE) -> list[str]:
    """Remove articles and erase them, as `Archive.remove` does; gives the ids that there were. Waits for another writer."""
    wanted = list(ids)
    return _patiently(lambda: archive.remove(wanted), time.monotonic() + patience)


def told(report: Report, language: Language) -> list[str]:
    """What became of something that was sent, in lines of text without markup; of many things of a kind, some are named."""
    lines = [line for kind in ("added", "changed", "unchanged") for line in _titled(report, kind, language)]
    for text, label, hint in report.lines(language, _TOLD):
        labelled = f"{label[:1].upper()}{label[1:]} {text}" if label else text
        lines += [labelled, *([hint] if hint else [])]
    return [_clipped(line) for line in lines]


def told_of_failure(error: BotError | VectorstoreError, language: Language) -> list[str]:
    """Why something that was sent could not be taken in or removed, and what to do, in lines of text without markup."""
    if isinstance(error, PageNotFetched):
        lines = [say(f"page_{error.obstacle}", language, detail=error.detail)]
        lines += [say("save_the_page", language)] if error.obstacle in _SAVED_INSTEAD else []
    elif isinstance(error, ArchiveLocked):
        lines = [say("archive_in_use", language, reason=error.message)]
    else:
        lines = [say("failed", language, reason=error.message), *([error.hint] if error.hint else [])]
    return [_clipped(line) for line in lines]


def _sent(name: str, url: str) -> _Sent:
    """By the last part of the name, for what stands before it is a path on somebody else's machine."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1].strip())
    clean = printable(last, limit=10_000) or "?"
    suffix = PurePosixPath(clean).suffix.lower()
    suffix = suffix if suffix in SUFFIXES else ""
    return _Sent(_identity(url or DOCUMENTS + clean), url or printable(clean), suffix, url)


def _identity(text: str) -> str:
    """The text; where it is too long for an id, its beginning and a digest of it."""
    if len(text) <= LONGEST_ID:
        return text
    return f"{text[: LONGEST_ID - 100]}…{hashlib.sha256(text.encode()).hexdigest()}"


def _as_utf8(body: bytes, charset: str) -> bytes:
    """The bytes as UTF-8, if a server has told what they are in; reading knows no better way to be told."""
    try:
        return decode(body, charset).encode() if charset and body else body
    except ArticleRejected:
        return body


def _read(home: Path, sent: _Sent, body: bytes, remark: Callable[[Remark], object]) -> Iterator[Article | Rejected]:
    """What reading makes of a file that holds the bytes, with nothing in it of where the file was."""
    with _private_folder(home) as folder:
        file = folder / f"document{sent.suffix}"
        path = printable(unicodedata.normalize("NFC", str(file)), limit=10_000)  # as reading shows it

        def renamed(text: str) -> str:
            return text.replace(path, sent.shown)

        def remarked(about: Remark) -> None:
            remark(replace(about, source=renamed(about.source), text=renamed(about.text)))

        _write(file, body)
        for item in read(file, Overrides(url=sent.url or None), remarked):
            if isinstance(item, Rejected):
                yield replace(item, source=renamed(item.source), reason=renamed(item.reason))
            else:
                yield item if sent.suffix in _JSON else replace(item, id=sent.id, file="")


def _write(file: Path, body: bytes) -> None:
    try:
        file.write_bytes(body)
    except OSError as error:
        raise _unusable(file.parent.parent, error) from error


@contextmanager
def _private_folder(home: Path) -> Iterator[Path]:
    """A folder that nobody else may look into, gone in the end. Those that a killed process has left go too."""
    for left in home.glob(f"{_INCOMING}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                rmtree(left, ignore_errors=True)
    try:
        folder = tempfile.TemporaryDirectory(prefix=_INCOMING, dir=home, ignore_cleanup_errors=True)
    except OSError as error:
        raise _unusable(home, error) from error
    with folder as name:
        yield Path(name)


def _unusable(home: Path, error: OSError) -> ArchiveUnusable:
    return ArchiveUnusable(f"{home} cannot be written to: {error.strerror}", "make room, and check the folder's rights")


def _patiently(work: Callable[[], Result], until: float) -> Result:
    """What some work gives; while another writes to the archive it is tried again. Raises `ArchiveLocked` after that time."""
    while True:
        try:
            return work()
        except ArchiveLocked:
            if time.monotonic() > until:
                raise
        time.sleep(_BETWEEN_TRIES)


def _titled(report: Report, kind: str, language: Language) -> Iterator[str]:
    ids: list[str] = getattr(report, kind)
    for id_ in ids[:_TOLD]:
        yield say(f"taken_{kind}", language, title=report.titles[id_])
    if len(ids) > _TOLD:
        yield say("and_others", language, number=len(ids) - _TOLD)


def _clipped(line: str) -> str:
    line = shown_on_a_line(line)
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _has_all(words: Iterable[str], text: str) -> bool:
    return all(word in text for word in words)
