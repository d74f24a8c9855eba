"""What was done with articles that were to be taken in, whoever gave them: counted once, told in either language."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.messages import Language, count_in_words, decimal, say
from vectorstore.article import Article
from vectorstore.reading import Rejected, Remark

if TYPE_CHECKING:
    from vectorstore.archive import Archive, Ingested

_NAMED = 3  # sources that a line names
_HOLDS_ANY = re.compile(r".*(?::\d+|\.jsonl?)", re.DOTALL | re.IGNORECASE)  # JSON, whose articles have ids of any kind


class Line(NamedTuple):
    """Something to tell: under a label where something is amiss, with a hint where something can be done. Not made safe to show."""

    text: str
    label: str = ""
    hint: str = ""


@dataclass
class Given:
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


@dataclass
class Report:
    """What ingests did, by article ids; `skipped` has the source of each thing that was not taken in, and the reason."""

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

    def include(self, ingested: "Ingested", given: Given, *, prune: bool = False) -> None:
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

    def lines(self, language: Language, most: int | None = None) -> Iterator[Line]:
        """A line for each thing that happened, and the sum; of each kind of thing at most so many."""
        for source, reason in self.skipped[:most]:
            yield Line(f"{source}: {reason}", say("skipped", language), self.hints.get(source, ""))
        for remark in self.remarks[:most]:
            yield Line(f"{remark.source}: {remark.text}", say("warning", language), remark.hint)
        for each in self.displaced[:most]:
            yield Line(say("took_place", language, article=each))
        if self.kept_for:
            yield Line(self._kept(language))
        if self.samples_removed:
            number = len(self.samples_removed)
            yield Line(say("one_sample_left" if number == 1 else "many_samples_left", language, number=number))
        held, seconds = count_in_words(self.articles, language), decimal(self.seconds, 1, language)
        yield Line(say("ingested", language, counts=self._counts(language), articles=held, seconds=seconds))

    def _counts(self, language: Language) -> str:
        """`2 lagt til, 1 hoppet over`: what there is any of."""
        counted = ("added", "changed", "unchanged", "removed", "skipped")
        numbers = {name: len(getattr(self, name)) for name in counted}
        told = [say(f"ingested_{name}", language, number=number) for name, number in numbers.items() if number]
        return ", ".join(told) or say("ingested_nothing", language)

    def _kept(self, language: Language) -> str:
        """Why `--prune` did not remove all that may be gone. In JSON that cannot be read there may be any article."""
        holding_any = [each for each in self.kept_for if _HOLDS_ANY.fullmatch(each)]
        sources = holding_any or self.kept_for
        named = ", ".join(sources[:_NAMED])
        if len(sources) > _NAMED:
            named = say("and_more", language, sources=named, number=len(sources) - _NAMED)
        return say("prune_kept_any" if holding_any else "prune_kept_its", language, sources=named)
