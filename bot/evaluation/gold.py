"""Where in the archive a question's answer stands; and that it stands there at all."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.evaluation.questions import Expected, Question
from vectorstore.article import Article, Span

# Characters that people type for one another.
_ALIKE = ('"“”„«»', "'’‘`", "-–—‑−")


class Articles(Protocol):
    """What questions are asked about. Raises `VectorstoreError`."""

    def article(self, article_id: str) -> Article | None: ...

    def articles(self) -> Iterator[Article]: ...


class Misfit(StrEnum):
    """Why a question cannot be asked of an archive that it was not written for."""

    NO_SUCH_ARTICLE = "no_such_article"
    NOT_IN_ARTICLE = "not_in_article"
    IN_NO_ARTICLE = "in_no_article"


@dataclass(frozen=True, slots=True)
class Gold:
    """What answers a question: a passage from one of the articles (ids; any, without them) that holds the place, or else the text."""

    articles: frozenset[str] = frozenset()
    place: Span | None = None
    text: re.Pattern[str] | None = None

    def is_in(self, article: Article, span: Span, copies: Sequence[Article] = ()) -> bool:
        """Whether a span of an article answers. `copies` are articles that say the same in the same words."""
        if self.articles and article.id not in self.articles:
            return any(each.id in self.articles for each in copies) and self._is_said(span.of(article.text))
        if self.place is not None and self.articles:
            return span.contains(self.place)
        return self._is_said(span.of(article.text))

    def is_from(self, article: Article) -> bool:
        """Whether it is one of the articles that were named."""
        return article.id in self.articles

    def _is_said(self, text: str) -> bool:
        return self.text is None or bool(self.text.search(text))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A question, and what answers it in the archive: None where nothing is to; or why it does not fit the archive."""

    question: Question
    gold: Gold | None = None
    misfit: Misfit | None = None


def fitted(questions: Iterable[Question], archive: Articles) -> list[Fitted]:
    """Each question with its gold, in order. Reads every article once, unless all that are named are named by their ids."""
    sought = [_Sought(each) for each in questions]
    for each in sought:
        each.look_up(archive)
    unknown = [each for each in sought if not each.is_known]
    if unknown:
        _look_through(archive, unknown)
    return [each.fitted() for each in sought]


def pattern(texts: Sequence[str], *, parts: bool = False) -> re.Pattern[str]:
    """Finds any of the texts, whatever the case, the white space, and the kind of quotation marks and dashes; whole words unless `parts`."""
    return re.compile("|".join(_one(each, parts=parts) for each in texts), re.IGNORECASE)


def _one(text: str, *, parts: bool) -> str:
    words = r"\s+".join("".join(map(_character, word)) for word in text.split())
    if parts:
        return words
    before = r"(?<!\w)" if re.match(r"\w", text) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", text) else ""
    return f"{before}{words}{after}"


def _character(character: str) -> str:
    alike = next((each for each in _ALIKE if character in each), "")
    return f"[{re.escape(alike)}]" if alike else re.escape(character)


@dataclass
class _Sought:
    """A question whose gold is being looked for."""

    question: Question
    articles: set[str] = field(default_factory=set)
    place: Span | None = None
    stands: bool = False

    def __post_init__(self) -> None:
        expected = self.question.expected or Expected()
        self.names = {_plain(each): each for each in expected.articles}
        self.texts = expected.texts
        self.text = pattern(expected.texts, parts=expected.parts) if expected.texts else None
        # The longest word of each text, which is quick to look for before the whole is.
        self.rare = [max(map(_plain, re.findall(r"\w+", each) or [""]), key=len) for each in expected.texts]

    @property
    def is_known(self) -> bool:
        named = not self.names or bool(self.articles)
        return self.question.expected is None or (named and (self.stands or bool(self.articles)))

    def look_up(self, archive: Articles) -> None:
        """Take the articles that are named by their whole ids."""
        found = [archive.article(name) for name in self.names.values()]
        if found and all(found):
            for article in filter(None, found):
                self.take(article)

    def take(self, article: Article) -> None:
        """An article that is named, or any where none is."""
        if self.names:
            self.articles.add(article.id)
        expected = self.question.expected or Expected()
        if expected.start is not None:
            place = Span(expected.start, expected.start + len(expected.texts[0]))
            if place.of(article.text) == expected.texts[0]:
                self.place, self.stands = place, True
        self.stands = self.stands or self.text is None or bool(self.text.search(article.text))

    def fitted(self) -> Fitted:
        if self.question.expected is None:
            return Fitted(self.question)
        if self.names and not self.articles:
            return Fitted(self.question, misfit=Misfit.NO_SUCH_ARTICLE)
        if not self.stands:
            return Fitted(self.question, misfit=Misfit.NOT_IN_ARTICLE if self.names else Misfit.IN_NO_ARTICLE)
        return Fitted(self.question, Gold(frozenset(self.articles), self.place, self.text))


def _look_through(archive: Articles, unknown: Sequence[_Sought]) -> None:
    """Take from every article of the archive what is sought by its title, the beginning of its id, or its text."""
    by_name: dict[str, list[_Sought]] = {}
    for each in unknown:
        for name in each.names:
            by_name.setdefault(name, []).append(each)
    beginnings = tuple(by_name)
    nameless = [each for each in unknown if not each.names]
    for article in archive.articles():
        named = list(by_name.get(_plain(article.title), ()))
        id_ = _plain(article.id)
        if id_.startswith(beginnings):
            named += [each for name in beginnings if _begins(id_, name) for each in by_name[name]]
        for each in named:
            each.take(article)
        nameless = [each for each in nameless if not each.stands]
        if nameless:
            text = article.text.lower()
            for each in nameless:
                if any(word in text for word in each.rare):
                    each.take(article)


def _begins(id_: str, name: str) -> bool:
    """Whether the id is the name, or goes on after it with something else than a letter or a digit: `004-kim`, but not `0041`."""
    return id_.startswith(name) and not id_[len(name) : len(name) + 1].isalnum()


def _plain(name: str) -> str:
    return " ".join(name.lower().split())
