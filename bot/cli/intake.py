"""Taking articles in, with a progress bar, and telling what was done."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.cli.shared import Interrupted, Shared
from bot.messages import Language, count_in_words
from bot.render import Screen, json_line, shown
from bot.render.screen import FAINT, LABEL
from bot.wiring import open_articles, remove_samples
from vectorstore.article import Article
from vectorstore.errors import ArchiveLocked
from vectorstore.reading import SUFFIXES, Overrides, Rejected, read

if TYPE_CHECKING:
    from vectorstore.archive import Archive, Ingested

_NAMED = 3  # sources that a line names
_HOLDS_ANY = re.compile(r".*(?::\d+|\.jsonl?)", re.DOTALL | re.IGNORECASE)  # JSON, whose articles have ids of any kind


@dataclass
class Report:
    """What an ingest of one or more paths did."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    displaced: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    samples_removed: list[str] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)
    kept_for: list[str] = field(default_factory=list)
    """What could not be taken in, and so kept `--prune` from removing what it may hold."""
    articles: int = 0
    seconds: float = 0.0

    @property
    def worked(self) -> bool:
        """Whether anything could be read."""
        return bool(self.added or self.changed or self.unchanged)

    def include(self, ingested: "Ingested", given: "_Given", *, prune: bool) -> None:
        self.added += ingested.added
        self.changed += ingested.changed
        self.unchanged += ingested.unchanged
        self.removed += ingested.removed
        self.displaced += [each for each in ingested.displaced if each not in given.again]
        self.skipped += ingested.skipped
        self.hints |= given.hints
        if prune:
            self.kept_for += [each for each in given.hints if not (ingested.removed and _HOLDS_ANY.fullmatch(each))]

    def as_json(self) -> str:
        skipped = [
            {"source": source, "reason": reason, "hint": self.hints.get(source, "")} for source, reason in self.skipped
        ]
        return json_line(
            {
                "added": self.added,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "removed": self.removed,
                "displaced": self.displaced,
                "skipped": skipped,
                "prune_kept_for": self.kept_for,
                "samples_removed": self.samples_removed,
                "articles": self.articles,
                "seconds": round(self.seconds, 2),
            }
        )

    def show(self, screen: Screen) -> None:
        """A line for each thing that happened, and the sum."""
        for source, reason in self.skipped:
            screen.wrapped(shown(f"{source}: {reason}"), indent=8, first=Text("skipped ", LABEL))
            if hint := self.hints.get(source, ""):
                screen.wrapped(Text(shown(hint), FAINT), indent=8)
        for each in self.displaced:
            screen.wrapped(shown(f"{each} took the place of an article with the same id from elsewhere"))
        if self.kept_for:
            screen.wrapped(shown(self._kept()))
        if self.samples_removed:
            screen.wrapped(
                f"The {len(self.samples_removed)} sample articles have left, now that there are articles of yours."
            )
        counts = [
            ("added", self.added),
            ("changed", self.changed),
            ("unchanged", self.unchanged),
            ("removed", self.removed),
        ]
        parts = [f"{len(ids)} {name}" for name, ids in counts] + [f"{len(self.skipped)} skipped"]
        held = count_in_words(self.articles, Language.ENGLISH)
        screen.wrapped(f"{', '.join(parts)}. The archive holds {held}. ({self.seconds:.1f} s)")

    def _kept(self) -> str:
        """Why `--prune` did not remove all that may be gone. In JSON that cannot be read there may be any article."""
        holding_any = [each for each in self.kept_for if _HOLDS_ANY.fullmatch(each)]
        sources = holding_any or self.kept_for
        more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
        what = "the articles that may be gone" if holding_any else "what it may hold"
        return f"--prune kept {what}, because of what could not be taken in: {', '.join(sources[:_NAMED])}{more}"


@dataclass
class _Given:
    """What one ingest was given, as far as the archive does not tell."""

    hints: dict[str, str] = field(default_factory=dict)
    """What to do about each source that was rejected."""
    again: set[str] = field(default_factory=set)
    """Ids of articles that the archive has from the same file, under whichever folder it was named; or, both times, from JSON."""

    def noting(self, items: "Iterable[Article | Rejected]", archive: "Archive") -> "Iterator[Article | Rejected]":
        for item in items:
            if isinstance(item, Article):
                stored = archive.article(item.id)
                if stored is not None and stored.file == item.file:
                    self.again.add(item.id)
            elif not item.expected:
                self.hints[item.source] = item.hint
            yield item


def take_in(
    shared: Shared, paths: tuple[Path, ...], overrides: Overrides, *, prune: bool, reembed: bool, quiet: bool
) -> Report:
    """Ingest each path, its absolute path being its origin. Raises `VectorstoreError`, and `Interrupted` for Ctrl-C."""
    began = time.perf_counter()
    report = Report()
    with _interrupted_once(), open_articles(shared.settings()) as archive:
        interrupted = False
        try:
            if reembed:
                with _progress("making vectors", lambda: archive.article_count, quiet) as progress:
                    archive.reembed(progress)
            for path in paths:
                with _progress(shown(path.name or str(path)), partial(_expected, path), quiet) as progress:
                    given = _Given()
                    items = given.noting(read(path, overrides), archive)
                    ingested = archive.ingest(items, origin=_origin(path), prune=prune, seal=False, progress=progress)
                    report.include(ingested, given, prune=prune)
            report.samples_removed = _without_samples(archive, report)
            _make_indexes(archive, quiet)
        except KeyboardInterrupt:
            interrupted = True
        if (
            interrupted
        ):  # only now, for the exception holds on to what was being read, and the archive is about to close
            raise Interrupted("what has been taken in is kept; run the same command again to go on")
        report.articles = archive.article_count
    report.seconds = time.perf_counter() - began
    return report


def _origin(path: Path) -> str:
    """The path in full, the same from whichever folder it is named; what is not UTF-8 in it is escaped."""
    return os.path.normpath(path.absolute()).encode("utf-8", "backslashreplace").decode()


def _make_indexes(archive: "Archive", quiet: bool) -> None:
    """Once for all paths, and without the samples. Where another has begun to write, it will do it."""
    with _progress("making the indexes", lambda: 0, quiet), suppress(ArchiveLocked):
        archive.mend()


def _without_samples(archive: "Archive", report: Report) -> list[str]:
    from vectorstore.archive import Ingested

    return remove_samples(archive, Ingested(tuple(report.added), tuple(report.changed), tuple(report.unchanged)))


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """Only the first Ctrl-C interrupts; from then on the program is ending, and puts away what it has in hand undisturbed."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(name: str, count: Callable[[], int], quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error, where that is a terminal; it leaves nothing behind."""
    console = Console(file=sys.stderr)
    if quiet or not console.is_terminal:
        yield None
        return
    total = count()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=total or None)

        def progress(done: int) -> None:
            bar.update(task, completed=done, description=name if done < total else "making the indexes")

        yield progress


def _expected(path: Path) -> int:
    """How many articles there seem to be, for the progress bar: one a file, but one a line in JSON lines."""
    files = [path]
    if path.is_dir():
        files = [Path(folder, name) for folder, _, names in os.walk(path) for name in names if not name.startswith(".")]
    return sum(
        _lines(each) if each.suffix.lower() == ".jsonl" else 1
        for each in files
        if each.suffix.lower() in SUFFIXES and each.is_file()  # opening a pipe would wait for whoever writes to it
    )


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
    except OSError:
        return 0
