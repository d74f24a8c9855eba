"""Whether what a claim states as a fact, its numbers, dates, names and quotations, is held by the evidence at all, wherever it stands there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from bot.proof.facts.dates import Moment, moments
from bot.proof.facts.names import Name, Vocabulary, demonyms, names, other_names, unglued
from bot.proof.facts.numbers import MONTHS, Quantity, quantities
from bot.proof.facts.quotations import Quotation, plain, quotations, says
from vectorstore import glossary
from vectorstore.article import Published, Span
from vectorstore.language import ENGLISH, NORWEGIAN

_DIGITS = re.compile(r"\d+")
_PAIR = re.compile(r"(?<![\d.,-])(\d{1,4})\s?[-–—−]\s?(\d{1,4})(?!\d|[.,]\d|-\d)")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s)\]]+")
_STEP = re.compile(
    r"\b(?:(?:året|the year) (?:(?P<before>før|before)|etter|after)|(?:følgende|påfølgende|neste) år|(?:following|next) year)\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\s+(?:(?P<before>før|before|earlier|tidligere|tidlegare)|senere|seinere|later|etter|after)\b", re.IGNORECASE
)
_YEARS = frozenset(float(year) for year in range(1000, 2101))
_FEWEST_QUOTED = 3  # words; fewer are a title or a word set off, and other things decide


@dataclass(frozen=True)
class Facts:
    """What a text states as facts."""

    text: str
    language: str

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        return moments(self.text)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The numbers that are no part of a date, a name or of digits that belong together (8.0.27)."""
        taken = [moment.span for moment in self.moments] + [
            name.span for name in self.names if any(c.isdigit() for c in name.text)
        ]
        return tuple(
            each
            for each in quantities(self.text, self.language)
            if not any(each.span.overlaps(other) for other in taken)
        )

    @cached_property
    def names(self) -> tuple[Name, ...]:
        taken = [moment.span for moment in self.moments]
        return tuple(
            each for each in names(self.text, self.language) if not any(each.span.overlaps(other) for other in taken)
        )

    @cached_property
    def quotations(self) -> tuple[Quotation, ...]:
        return quotations(self.text)


@dataclass(frozen=True, slots=True)
class Checked:
    """What of a claim the evidence does not hold: `missing` for certain, `doubtful` where a word may have been no such fact."""

    missing: tuple[Span, ...] = ()
    doubtful: tuple[Span, ...] = ()
    derived: int = 0
    """How many of its numbers can only be reckoned from what the evidence says."""


@dataclass(frozen=True)
class Ledger:
    """The facts of some evidence: texts with the language of each, and the dates of the articles."""

    texts: tuple[tuple[str, str], ...]
    published: tuple[Published, ...] = field(default=())

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]], published: Iterable[Published] = ()) -> "Ledger":
        """Texts may have words that ran together; these are told apart, too."""
        both = ((text, language) for whole, language in texts for text in dict.fromkeys((whole, unglued(whole))))
        return cls(tuple(both), tuple(published))

    @cached_property
    def _facts(self) -> tuple[Facts, ...]:
        return tuple(Facts(text, language) for text, language in self.texts)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(text for text, _ in self.texts)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every number, also those within dates."""
        return tuple(each for text, language in self.texts for each in quantities(_ADDRESS.sub(" ", text), language))

    @cached_property
    def written(self) -> frozenset[float]:
        found = {value for each in self.quantities for value in each.written}
        found |= {
            float(digits)
            for text, _ in self.texts
            for digits in _DIGITS.findall(_ADDRESS.sub(" ", text))
            if len(digits) < 12
        }
        for first, second in self.pairs:
            if 1000 <= first <= 2100 and second < 100:
                found.add(first - first % 100 + second)
            elif first < second and second >= 1000 and second % 1000 == 0:
                found.add(float(first) * 1000)
        for published in self.published:
            found |= {float(part) for part in (published.year, published.day) if part}
        return frozenset(found)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        return tuple((int(a), int(b)) for text, _ in self.texts for a, b in _PAIR.findall(text))

    @cached_property
    def _neighbours(self) -> tuple[tuple[frozenset[float], frozenset[float], str], ...]:
        """Each number with the next one, and what stands between them."""
        found = []
        for text, language in self.texts:
            every = quantities(text, language)
            found += [(a.written, b.written, text[a.span.end : b.span.start]) for a, b in pairwise(every)]
        return tuple(found)

    @cached_property
    def runs(self) -> str:
        """All digits in order, to find those that belong together: 8.0.27, (951) 777-3147."""
        return " " + " ".join(_DIGITS.findall("\n".join(text for text, _ in self.texts))) + " "

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        return tuple(each for facts in self._facts for each in facts.moments)

    @cached_property
    def plain(self) -> str:
        return plain("\n".join(text for text, _ in self.texts))

    @cached_property
    def years(self) -> frozenset[int]:
        found = {int(value) for value in self.written if 1 <= value <= 2100 and value == int(value)}
        for published in self.published:
            if published.year:
                found |= {published.year + each.relative for each in self.moments if each.relative is not None}
        return frozenset(found | {year + by for year in found if year >= 1000 for by in self._steps})

    @cached_property
    def _steps(self) -> frozenset[int]:
        """How many years the texts step from one year to another: «året før» is -1, «two years later» 2."""
        found: set[int] = set()
        for text, _ in self.texts:
            for match in _STEP.finditer(text):
                found.add(-1 if match["before"] else 1)
        for text, language in self.texts:
            for each in quantities(text, language):
                (written, *_) = each.written
                if each.dimension == MONTHS and written == int(written) and written < 100:
                    after = _LATER.match(text, each.span.end)
                    if after:
                        found.add(-int(written) if after["before"] else int(written))
        return frozenset(found)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(ENGLISH if language == ENGLISH else NORWEGIAN for text, language in self.texts if text)

    def check(self, facts: Facts) -> Checked:
        """What of a text's facts is not held here."""
        apart = [each.span for each in facts.moments] + [each.span for each in facts.names]
        runs = [span for span in _spans(_COMPLEX, facts.text) if not any(span.overlaps(each) for each in apart)]
        pairs = [span for span in _spans(_PAIR, facts.text) if not any(span.overlaps(run) for run in runs)]
        missing = [moment.span for moment in facts.moments if not self.holds_moment(moment)]
        missing += [span for span in runs if not self._holds_run(span.of(facts.text))]
        missing += [span for span in pairs if not self._holds_pair(span.of(facts.text))]
        missing += [each.span for each in facts.quotations if self._misquoted(each, facts.language)]
        single = [each for each in facts.quantities if not any(each.span.overlaps(other) for other in (*runs, *pairs))]
        unheld = [each for each in single if not self.holds_quantity(each)]
        derived = [each for each in unheld if self._derived(each) or self._counted(each)]
        unsaid = [each for each in unheld if each not in derived and not _says_little(each)]
        names, unsure = self._unheld_names(facts)
        missing += [each.span for each in unsaid if not each.vague] + names
        doubtful = [each.span for each in unsaid if each.vague] + unsure
        return Checked(tuple(sorted(set(missing))), tuple(sorted(set(doubtful))), len(derived))

    def holds_quantity(self, wanted: Quantity) -> bool:
        if any(wanted.held_by(each) for each in self.quantities):
            return True
        if wanted.written <= _YEARS:
            return bool(wanted.written & self.years)
        return not wanted.dimension and not wanted.counted and bool(wanted.written & self.written)

    def _derived(self, wanted: Quantity) -> bool:
        """Whether it is the years between two years that stand here."""
        if wanted.dimension != MONTHS or len(wanted.written) != 1:
            return False
        (count,) = wanted.written
        years = sorted(year for year in self.years if 100 <= year <= 2100)
        return any(b - a == count for at, a in enumerate(years) for b in years[at + 1 :])

    def _counted(self, wanted: Quantity) -> bool:
        """Whether it is how many things are listed somewhere."""
        return (
            not wanted.dimension and bool(wanted.counted) and not wanted.ordinal and bool(wanted.written & self.listed)
        )

    @cached_property
    def listed(self) -> frozenset[float]:
        """How many things are in each list of names: «Levanger, Namsos og Steinkjer» are three."""
        found: set[float] = set()
        for text, _ in self.texts:
            for match in _LIST.finditer(text):
                found.add(float(len(_LIST_JOINT.split(match[0]))))
        return frozenset(found)

    def _holds_pair(self, text: str) -> bool:
        """Whether two numbers with a dash between them stand together here: a score, either way round, or a range."""
        first, second = map(int, _DIGITS.findall(text))
        if (first, second) in self.pairs or (second, first) in self.pairs:
            return True
        for one, other, between in self._neighbours:
            if _BETWEEN.fullmatch(between) and (
                (first in one and second in other) or (second in one and first in other)
            ):
                return True
        if first >= 1000:
            full = second if second >= 1000 else first - first % 100 + second
            return first in self.written and full in self.written
        return False

    def _holds_run(self, text: str) -> bool:
        return f" {' '.join(_DIGITS.findall(text))} " in self.runs

    def holds_moment(self, wanted: Moment) -> bool:
        if wanted.clock is not None:
            return self._holds_clock(wanted.clock)
        if wanted.weekday is not None:
            return self._holds_weekday(wanted.weekday)
        if wanted.decade is not None:
            return any(
                wanted.decade == each.decade or (each.year is not None and each.year // 10 * 10 == wanted.decade)
                for each in self.moments
            ) or any(year // 10 * 10 == wanted.decade for year in self.years)
        if wanted.century is not None:
            return any(wanted.century == each.century for each in self.moments) or any(
                year // 100 == wanted.century for year in self.years if year >= 100
            )
        if wanted.relative == 0 or wanted.ago == 0:  # «i dag» may be any day, and «i år» is no news
            return True
        if wanted.relative is not None or wanted.ago is not None:
            return self._holds_relative(wanted)
        return self._holds_date(wanted)

    def _holds_clock(self, clock: tuple[int, int]) -> bool:
        hour, minute = clock
        for text, _ in self.texts:
            for found in re.finditer(r"(?<![\d.:])([0-2]?\d)(?:[.:]([0-5]\d))?(?![\d])", text):
                if int(found[1]) % 12 == hour and int(found[2] or 0) == minute:
                    return True
        return any(each.clock == clock for each in self.moments)

    def _holds_weekday(self, weekday: int) -> bool:
        if any(each.weekday == weekday for each in self.moments):
            return True
        for published in self.published:
            if published.year and published.month and published.day:
                day = date(published.year, published.month, published.day)
                if weekday in {(day + timedelta(each.ago)).weekday() for each in self.moments if each.ago is not None}:
                    return True
        for each in self.moments:
            if each.year and each.month and each.day:
                try:
                    if date(each.year, each.month, each.day).weekday() == weekday:
                        return True
                except ValueError:
                    continue
        return False

    def _holds_relative(self, wanted: Moment) -> bool:
        if any(
            each.relative == wanted.relative and each.ago == wanted.ago
            for each in self.moments
            if each.relative is not None or each.ago is not None
        ):
            return True
        if wanted.relative is not None:
            return any(
                published.year and published.year + wanted.relative in self.years for published in self.published
            )
        return False

    def _holds_date(self, wanted: Moment) -> bool:
        for each in self._dates():
            if each.month != wanted.month or (wanted.day is not None and each.day != wanted.day):
                continue
            if wanted.year is None or each.year == wanted.year or (each.year is None and wanted.year in self.years):
                return True
        return False

    def _dates(self) -> Iterator[Moment]:
        yield from self.moments
        for published in self.published:
            yield Moment(Span(0, 0), published.year, published.month, published.day)
            if published.year and published.month and published.day:
                day = date(published.year, published.month, published.day)
                for each in self.moments:
                    if each.ago is not None:
                        then = day + timedelta(each.ago)
                        yield Moment(Span(0, 0), then.year, then.month, then.day)

    def _unheld_names(self, facts: Facts) -> tuple[list[Span], list[Span]]:
        """The names that are not held, for certain and perhaps, each name as a whole."""
        missing: list[Span] = []
        doubtful: list[Span] = []
        for parts in _grouped(facts.names):
            unheld = [
                part
                for part in parts
                if not self._holds_name(part.text) and not self._means_the_same(part, facts.language)
            ]
            if not unheld or self._holds_together(parts, facts.text):
                continue
            span = Span(unheld[0].span.start, unheld[-1].span.end)
            translated = (
                not self._speaks(facts.language)
                and any(part.common for part in parts)
                and all(part.common or other_names(part.text) for part in unheld)
            )
            (
                missing if any(self._is_sure(part, facts.language) for part in unheld) and not translated else doubtful
            ).append(span)
        small = [span for span in demonyms(facts.text) if not self._holds_name(span.of(facts.text))]
        at_home = [span for span in small if span.of(facts.text).lower().startswith(_AT_HOME)]
        return missing + [span for span in small if span not in at_home], doubtful + at_home

    def holds_names(self, facts: Facts, span: Span) -> bool:
        """Whether every word of a name in a span of the text stands here."""
        return all(self._holds_name(part.text) for part in facts.names if part.span.overlaps(span))

    def _is_sure(self, part: Name, language: str) -> bool:
        """Whether it can be nothing but a name; a common word with a capital may be translated, or another word for the same."""
        if part.sure:
            return True
        return not part.opening and self._speaks(language)  # in one's own language a name is not put into other words

    def _speaks(self, language: str) -> bool:
        return (ENGLISH if language == ENGLISH else NORWEGIAN) in self.languages

    def _means_the_same(self, part: Name, language: str) -> bool:
        """Whether a common word that is part of a name stands here in the other language, or by another word."""
        if not part.common:
            return False
        word = part.text.lower()
        of = ENGLISH if language == ENGLISH else NORWEGIAN
        others = set(glossary.synonyms(word, of))
        for spoken in self.languages:
            others |= set(glossary.translations(word, language, spoken))
        return any(self.vocabulary.holds(other) for other in others)

    def _holds_name(self, text: str) -> bool:
        if self.vocabulary.holds(text):
            return True
        parts = [part for part in re.split(r"[-/–&’']", text) if part]
        if len(parts) > 1:
            return all(self.vocabulary.holds(part) for part in parts if part[0].isupper() or part[0].isdigit()) and any(
                part[0].isupper() for part in parts
            )
        return False

    def _holds_together(self, parts: Sequence[Name], text: str) -> bool:
        """Whether the whole name stands here by its initials or by another name."""
        whole = Span(parts[0].span.start, parts[-1].span.end).of(text)
        initials = "".join(part.text[0] for part in parts).lower()
        if len(parts) >= _LONG_ACRONYM and initials in self.vocabulary.acronyms:
            return True
        return len(parts) > 1 and self.vocabulary.holds(whole)

    def _misquoted(self, quotation: Quotation, language: str) -> bool:
        return (
            self._speaks(language)
            and len(quotation.text.split()) >= _FEWEST_QUOTED
            and not says(self.plain, quotation.text)
        )


_LISTED_NAME = r"[A-ZÆØÅ][\w-]*(?: [A-ZÆØÅ][\w-]*){0,3}(?: \([^)]*\))?"
_LIST = re.compile(rf"{_LISTED_NAME}(?:, {_LISTED_NAME})*,? (?:og|and|&|samt) {_LISTED_NAME}")
_LIST_JOINT = re.compile(r",? (?:og|and|&|samt) |, ")
_SMALLEST = frozenset({1.0, 2.0})
_BETWEEN = re.compile(r"\s*(?:\w+\s+)?(?:og|and|til|to|mot|against|eller|or)(?:\s+\w+)?\s*")
_AT_HOME = ("norsk", "norwegian")  # said of much that an article for readers in Norway does not call so
_LONG_ACRONYM = 3  # letters; two may be anything
_COMPLEX = re.compile(
    r"(?<![\d.,])\d+(?:[.:]\d+){2,}|(?<![\d.,])\d+:\d+[.,]\d+|\(?\d{3}\)?[ -]\d{3}[ -]\d{4}|\d+-\d+-\d+"
)


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [Span(*found.span()) for found in pattern.finditer(text)]


def _says_little(quantity: Quantity) -> bool:
    """Whether the word is rather no number: `en`, `both`."""
    return quantity.vague and bool(quantity.written & _SMALLEST) and not quantity.dimension


def _grouped(every: Iterable[Name]) -> list[list[Name]]:
    groups: dict[int, list[Name]] = {}
    for each in every:
        groups.setdefault(each.whole, []).append(each)
    return list(groups.values())
