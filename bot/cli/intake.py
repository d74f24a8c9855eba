"""Taking articles in, with a progress bar, and telling what was done."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.cli.shared import Shared, tell
from bot.messages import Language, count_in_words
from bot.render import Screen, json_line, shown
from bot.render.screen import FAINT, LABEL
from bot.wiring import open_articles, remove_samples
from vectorstore.article import Article
from vectorstore.reading import SUFFIXES, Overrides, Rejected, read

if TYPE_CHECKING:
    from vectorstore.archive import Archive, Ingested


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
    articles: int = 0
    seconds: float = 0.0

    @property
    def worked(self) -> bool:
        """Whether anything could be read."""
        return bool(self.added or self.changed or self.unchanged)

    def include(self, ingested: "Ingested") -> None:
        self.added += ingested.added
        self.changed += ingested.changed
        self.unchanged += ingested.unchanged
        self.removed += ingested.removed
        self.displaced += ingested.displaced
        self.skipped += ingested.skipped

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


def take_in(
    shared: Shared, paths: tuple[Path, ...], overrides: Overrides, *, prune: bool, reembed: bool, quiet: bool
) -> Report:
    """Ingest each path, its absolute path being its origin. Raises `VectorstoreError`, and `KeyboardInterrupt` after having told what is kept."""
    began = time.perf_counter()
    report = Report()
    with open_articles(shared.settings()) as archive:
        try:
            if reembed:
                with _progress("making vectors", archive.article_count, quiet) as progress:
                    archive.reembed(progress)
            for path in paths:
                with _progress(shown(path.name or str(path)), _expected(path), quiet) as progress:
                    items = _noting_hints(read(path, overrides), report)
                    report.include(archive.ingest(items, origin=str(path.absolute()), prune=prune, progress=progress))
            report.samples_removed = _without_samples(archive, report)
        except KeyboardInterrupt:
            tell("what has been taken in is kept; run the same command again to go on")
            raise
        report.articles = archive.article_count
    report.seconds = time.perf_counter() - began
    return report


def _without_samples(archive: "Archive", report: Report) -> list[str]:
    from vectorstore.archive import Ingested

    return remove_samples(archive, Ingested(tuple(report.added), tuple(report.changed), tuple(report.unchanged)))


def _noting_hints(items: "Iterable[Article | Rejected]", report: Report) -> "Iterator[Article | Rejected]":
    for item in items:
        if isinstance(item, Rejected) and not item.expected:
            report.hints[item.source] = item.hint
        yield item


@contextmanager
def _progress(name: str, total: int, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error, where that is a terminal; it leaves nothing behind."""
    console = Console(file=sys.stderr)
    if quiet or not console.is_terminal:
        yield None
        return
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
        _lines(each) if each.suffix.lower() == ".jsonl" else 1 for each in files if each.suffix.lower() in SUFFIXES
    )


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
    except OSError:
        return 0
