"""Taking articles in, with a progress bar, and telling what was done."""

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from bot.cli.bars import Bars
from bot.cli.paying import announce
from bot.cli.shared import Interrupted, Shared
from bot.cli.signals import ended_by_signal, interrupted_once
from bot.messages import Language, count_in_words, say
from bot.render import Screen, json_line, shown
from bot.render.screen import FAINT, LABEL
from bot.wiring import language_of_keeping, open_articles, remove_samples
from vectorstore.article import Article
from vectorstore.errors import ArchiveLocked
from vectorstore.reading import SUFFIXES, Overrides, Rejected, Remark, read

if TYPE_CHECKING:
    from vectorstore.archive import Archive, Ingested

_NAMED = 3  # sources that a line names
_HOLDS_ANY = re.compile(r".*(?::\d+|\.jsonl?)", re.DOTALL | re.IGNORECASE)  # JSON, whose articles have ids of any kind


@dataclass
class Report:
    """What an ingest of one or more paths did, and the language to tell it in."""

    language: Language
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    displaced: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    samples_removed: list[str] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)
    kept_for: list[str] = field(default_factory=list)
    """What could not be taken in, and so kept `--prune` from removing what it may hold."""
    articles: int = 0
    seconds: float = 0.0

    @property
    def own(self) -> set[str]:
        """The ids of all that could be read."""
        return {*self.added, *self.changed, *self.unchanged}

    def include(self, ingested: "Ingested", given: "_Given", *, prune: bool) -> None:
        self.added += ingested.added
        self.changed += ingested.changed
        self.unchanged += ingested.unchanged
        self.removed += ingested.removed
        self.displaced += [each for each in ingested.displaced if each not in given.again]
        self.skipped += ingested.skipped
        self.remarks += given.remarks
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
                "remarks": [{"source": each.source, "text": each.text, "hint": each.hint} for each in self.remarks],
                "prune_kept_for": self.kept_for,
                "samples_removed": self.samples_removed,
                "articles": self.articles,
                "seconds": round(self.seconds, 2),
            }
        )

    def show(self, screen: Screen) -> None:
        """A line for each thing that happened, and the sum."""
        for source, reason in self.skipped:
            _tell(screen, say("skipped", self.language), f"{source}: {reason}", self.hints.get(source, ""))
        for remark in self.remarks:
            _tell(screen, say("warning", self.language), f"{remark.source}: {remark.text}", remark.hint)
        for each in self.displaced:
            screen.wrapped(shown(say("took_place", self.language, article=each)))
        if self.kept_for:
            screen.wrapped(shown(self._kept()))
        if self.samples_removed:
            number = len(self.samples_removed)
            screen.wrapped(say("one_sample_left" if number == 1 else "many_samples_left", self.language, number=number))
        counted = ("added", "changed", "unchanged", "removed", "skipped")
        counts = {name: len(getattr(self, name)) for name in counted}
        held = count_in_words(self.articles, self.language)
        screen.wrapped(say("ingested", self.language, **counts, articles=held, seconds=f"{self.seconds:.1f}"))

    def _kept(self) -> str:
        """Why `--prune` did not remove all that may be gone. In JSON that cannot be read there may be any article."""
        holding_any = [each for each in self.kept_for if _HOLDS_ANY.fullmatch(each)]
        sources = holding_any or self.kept_for
        named = ", ".join(sources[:_NAMED])
        if len(sources) > _NAMED:
            named = say("and_more", self.language, sources=named, number=len(sources) - _NAMED)
        return say("prune_kept_any" if holding_any else "prune_kept_its", self.language, sources=named)


def _tell(screen: Screen, label: str, text: str, hint: str) -> None:
    indent = len(label) + 1
    screen.wrapped(shown(text), indent=indent, first=Text(f"{label} ", LABEL))
    if hint:
        screen.wrapped(Text(shown(hint), FAINT), indent=indent)


@dataclass
class _Given:
    """What one ingest was given, as far as the archive does not tell."""

    hints: dict[str, str] = field(default_factory=dict)
    """What to do about each source that was rejected."""
    remarks: list[Remark] = field(default_factory=list)
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
    shared: Shared, paths: tuple[Path, ...], overrides: Overrides, *, prune: bool, reembed: bool, yes: bool, quiet: bool
) -> Report:
    """Ingest each path, its absolute path being its origin. Raises `VectorstoreError`, and `Interrupted` for a signal to end."""
    began = time.perf_counter()
    settings = shared.settings()
    report = Report(language_of_keeping(settings))
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
            given = _Given()
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
