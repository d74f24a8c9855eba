"""An article as the word index takes it in: its words, stemmed in its language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vectorstore.article import Article, Genre, Span
from vectorstore.language import detect, stems, tokens

WORDS = "stems-1"
"""Names the way in which texts become words here, for the fingerprint of an index."""

_MONTHS = (
    ("januar", "january"), ("februar", "february"), ("mars", "march"), ("april",), ("mai", "may"), ("juni", "june"), ("juli", "july"),
    ("august",), ("september",), ("oktober", "october"), ("november",), ("desember", "december"),
)  # fmt: skip
_KINDS = {
    Genre.EDITORIAL: ("lederartikkel", "editorial"),
    Genre.COMMENTARY: ("kommentar", "commentary"),
    Genre.ANALYSIS: ("analyse", "analysis"),
    Genre.OPINION: ("debattinnlegg", "kronikk", "opinion"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as the word index takes it in: its key, and the key and span of each of its passages."""

    key: int
    article: Article
    passages: Sequence[tuple[int, Span]]


class Analysed:
    """The words of one article, stemmed once for both indexes."""

    def __init__(self, entry: Entry) -> None:
        article = entry.article
        self._key = entry.key
        self._language = spoken(article)
        self._bodies = [(key, tokens(span.of(article.text))) for key, span in entry.passages]
        self._title = tokens(article.title)
        self._heading = self._stems(heading_words(article))
        self._stemmed = [(key, self._stems(words)) for key, words in self._bodies]

    def passage_documents(self) -> Iterator[Mapping[str, Any]]:
        for key, body in self._stemmed:
            yield {"key": key, "article": self._key, "body": body, "title": self._heading}

    def article_document(self) -> Mapping[str, Any]:
        text = " ".join([self._heading, *(body for _, body in self._stemmed)])
        surface = " ".join(dict.fromkeys(word for _, words in [(0, self._title), *self._bodies] for word in words))
        return {"key": self._key, "article": self._key, "text": text, "surface": surface, "language": self._language}

    def _stems(self, words: Sequence[str]) -> str:
        return " ".join(stems(words, self._language))


def spoken(article: Article) -> str:
    """The language that an article is read in (ISO 639-1): the one it states, or else the one its words show."""
    return article.language.lower().partition("-")[0] or detect(article.text)


def heading_words(article: Article) -> list[str]:
    """What stands over an article and is searched with each of its passages: headline, outlet, date in words, and kind if it is opinion."""
    published = article.published
    year = [str(published.year)] if published.year else []
    month = _MONTHS[published.month - 1] if published.month else ()
    kind = _KINDS.get(article.genre, ()) if article.genre else ()
    return [*tokens(article.title), *tokens(article.outlet), *year, *month, *kind]
