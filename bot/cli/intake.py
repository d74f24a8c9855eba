"""Taking articles in, with a progress bar, and telling what was done."""

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from bot import intake
from bot.cli.bars import Bars
from bot.cli.paying import announce
from bot.cli.shared import Interrupted, Shared
from bot.cli.signals import ended_by_signal, interrupted_once
from bot.messages import Language, say
from bot.render import Screen, json_line, shown
from bot.render.screen import FAINT, LABEL
from bot.wiring import language_of_keeping, open_articles, remove_samples
from vectorstore.errors import ArchiveLocked
from vectorstore.reading import SUFFIXES, Overrides, read

if TYPE_CHECKING:
    from vectorstore.archive import Archive


@dataclass
class Report(intake.Report):
    """What an ingest of one or more paths did, and the language to tell it in."""

    language: Language = Language.ENGLISH

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
                "remarks": [{"source": each.source, "text": each.text, "hint": each.hint} for each in self.remarks],
                "prune_kept_for": self.kept_for,
                "samples_removed": self.samples_removed,
                "articles": self.articles,
                "seconds": round(self.seconds, 2),
            }
        )

    def show(self, screen: Screen) -> None:
        """A line for each thing that happened, and the sum."""
        for text, label, hint in self.lines(self.language):
            if label:
                _tell(screen, label, text, hint)
            else:
                screen.wrapped(shown(text))


def _tell(screen: Screen, label: str, text: str, hint: str) -> None:
    indent = len(label) + 1
    screen.wrapped(shown(text), indent=indent, first=Text(f"{label} ", LABEL))
    if hint:
        screen.wrapped(Text(shown(hint), FAINT), indent=indent)


def take_in(
    shared: Shared, paths: tuple[Path, ...], overrides: Overrides, *, prune: bool, reembed: bool, yes: bool, quiet: bool
) -> Report:
    """Ingest each path, its absolute path being its origin. Raises `VectorstoreError`, and `Interrupted` for a signal to end."""
    began = time.perf_counter()
    settings = shared.settings()
    report = Report(language=language_of_keeping(settings))
    bars = Bars(None if quiet or not sys.stderr.isatty() else shared.screen(aside=True))
    with interrupted_once(), open_articles(settings) as archive:

        def work() -> None:
            announce(archive, paths, overrides, settings, report.language, bars, reembed=reembed, yes=yes)
            _take_in(archive, paths, overrides, report, bars, prune=prune, reembed=reembed)

        ended = ended_by_signal(work)
        if ended is not None:
            raise Interrupted("what has been taken in is kept; run the same command again to go on", code=ended)
        report.articles = archive.article_count
    report.seconds = time.perf_counter() - began
    return report


def _take_in(
    archive: "Archive",
    paths: tuple[Path, ...],
    overrides: Overrides,
    report: Report,
    bars: Bars,
    *,
    prune: bool,
    reembed: bool,
) -> None:
    indexing = say("making_indexes", report.language)
    if reembed:
        with bars.over(
            say("making_vectors", report.language), lambda: archive.article_count, then=indexing
        ) as progress:
            archive.reembed(progress)
    for path in paths:
        with bars.over(shown(path.name or str(path)), partial(_expected, path), then=indexing) as progress:
            given = intake.Given()
            items = given.noting(read(path, overrides, given.remarks.append), archive)
            ingested = archive.ingest(items, origin=_origin(path), prune=prune, seal=False, progress=progress)
            report.include(ingested, given, prune=prune)
    report.samples_removed = remove_samples(archive, report.own)
    # Once for all paths, and without the samples. Where another has begun to write, it will do it.
    with bars.over(indexing, lambda: 0), suppress(ArchiveLocked):
        archive.mend()


def _origin(path: Path) -> str:
    """The path in full, the same from whichever folder it is named; what is not UTF-8 in it is escaped."""
    return os.path.normpath(path.absolute()).encode("utf-8", "backslashreplace").decode()


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
