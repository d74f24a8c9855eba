"""What reading gives beside articles: what was not read, and why; what was read but not understood; and what the caller knows better than the file."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from vectorstore.article import Article, Genre, Published


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that did not become an article. The rest of its batch did.

    `source` names it printably (a path, for JSON lines with `:line`), `reason` is one line, `hint` says what to do.
    `expected` is true for what is passed over by design, such as hidden files and pictures in a folder: nothing went wrong.
    """

    source: str
    reason: str
    hint: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about an article that was not understood and is left unknown; the article itself is read. `source` as in `Rejected`."""

    source: str
    text: str
    hint: str = ""


class Reading(NamedTuple):
    """An article as it was read, and what the file says of it that was not understood: a line and a hint each."""

    article: Article
    doubts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the caller states about every article read; it wins over what the files say. None leaves the file its say."""

    published: Published | None = None
    outlet: str | None = None
    genre: Genre | None = None
    language: str | None = None
    url: str | None = None
    title: str | None = None

    def applied_to(self, article: Article) -> Article:
        return replace(
            article,
            published=article.published if self.published is None else self.published,
            outlet=article.outlet if self.outlet is None else self.outlet,
            genre=article.genre if self.genre is None else self.genre,
            language=article.language if self.language is None else self.language,
            url=article.url if self.url is None else self.url,
            title=article.title if self.title is None else self.title,
        )
