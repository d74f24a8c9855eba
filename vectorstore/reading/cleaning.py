"""Texts as feeds, web copies and archives give them → the article proper, and what stood around it.

A text is read as lines, each a paragraph. Three places are told apart, since the same word can be a menu above the article and a
subheading in it:

* anywhere: lines that are never the article's (`Annonse`, `Les også: …`, `Read Entire Article`, `Updated 3 hours ago`), and photo credits run into a caption;
* above the first sentence: menus, desks and kinds (`Verden`, `Leder`), breadcrumbs, newspapers' names, bylines, dates, archive headers (`date 2019-04`). What is left there
  first is the title, if it looks like one;
* below the last sentence: menus again, `Mer fra …`, topics, copyright.

What is kept is kept word for word, in its order; only white space is folded. In doubt a line stays: noise costs less than a lost sentence.
A date is the article's only where the text states it as that; a year in a caption is not, and `3 hours ago` is unknown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.article import UNKNOWN_DATE, Article, Genre, Published
from vectorstore.errors import ArticleRejected
from vectorstore.reading import noise
from vectorstore.reading.characters import folded
from vectorstore.reading.credits import without_credits
from vectorstore.reading.dates import leading_date
from vectorstore.reading.fields import (
    LONGEST_NAME,
    Fields,
    genre_in,
    language_in,
    outlet_in,
    published_in,
    title_in,
    url_in,
)
from vectorstore.reading.labels import genre_of, outlet_called

# Headlines of the five original texts and of 400 news texts (NorQuAD) have up to 130 characters.
LONGEST_HEADLINE = 160
# Where the first line stays in the text anyway, nothing is lost by missing a headline; a sentence without its full stop is longer.
LONGEST_FIRST_LINE = 120
HEAD_LINES = 12
# Widths at which mail, wires and archives break their lines (RFC 3676 says 66 to 78), and how full a broken line is, with a long word left out.
NARROWEST, WIDEST, FILLED = 50, 100, 0.7
# Shares of the lines that go on below: so many must be filled, and so many of the filled end within a sentence.
MOSTLY_FILLED, MOSTLY_WITHIN = 0.8, 0.6
ITEM = re.compile(r"\s*(?:[-–—•*·]\s|\d+[.)]\s+[A-ZÆØÅ])")
SENTENCE_ENDS = '.!?…:»”"'
ARCHIVE_HEADER = re.compile(r"\s*(?:date|dato)\s*:?\s+(?=\d)", re.IGNORECASE)
GENRE_PREFIX = re.compile(r"[«\"]?(?P<label>[\w-]+(?: \w+)?)\s*[:|–]\s+\S")


@dataclass(slots=True)
class Cleaned:
    """The article proper, and what was said around it; what was not said is empty."""

    title: str = ""
    text: str = ""
    published: Published = UNKNOWN_DATE
    outlet: str = ""
    genre: Genre | None = None
    url: str = ""

    def learn(self, found: noise.Found) -> None:
        """Take what a removed line said; what was said first counts, and an opinion's label more than a news desk's."""
        if self.published.year is None:
            self.published = found.published
        self.outlet = self.outlet or found.outlet[:LONGEST_NAME]
        self.url = self.url or found.url
        if found.genre and self.genre in (None, Genre.NEWS):
            self.genre = found.genre

    def article(self, name: str, fields: Fields) -> Article:
        """The article, with the name for its id; what the file's own fields (front matter) state wins over what stood around the text.

        Raises `ArticleRejected` for a field that is wrong.
        """
        published = published_in(fields)
        return Article(
            id=name,
            title=title_in(fields) or self.title,
            text=self.text,
            published=self.published if published.year is None else published,
            outlet=outlet_in(fields) or self.outlet,
            genre=genre_in(fields) or self.genre,
            url=url_in(fields) or self.url,
            language=language_in(fields),
        )


def cleaned(text: str, title: str = "") -> Cleaned:
    """The article in a tidied text; with a `title` that is known already, none is looked for, and its repetition at the top goes.

    Raises `ArticleRejected` if nothing is left.
    """
    article = Cleaned(title=title)
    lines = _archive_header([folded(line) for line in unwrapped(text)], article)
    lines = _without_bottom(lines, article)
    lines = _without_noise(lines, article)
    lines = _body(lines, article, known=bool(title))
    article.text = _joined(lines)
    if not article.text:
        raise ArticleRejected("no text in it", "It holds nothing but a title or menu words.")
    if article.genre in (None, Genre.NEWS) and (prefix := GENRE_PREFIX.match(article.title)):
        article.genre = genre_of(prefix["label"]) or article.genre
    return article


def headline(text: str) -> str:
    """The first line, if it looks like a headline and something follows it; for texts that are stored as they are."""
    first, _, rest = text.lstrip().partition("\n")
    return folded(first) if rest.strip() and _is_headline(folded(first), LONGEST_FIRST_LINE) else ""


def unwrapped(text: str) -> list[str]:
    """The lines of a text, those that were broken at a fixed width put together again.

    A text was broken so if no line is wider than 100 characters, and the lines that go on below are nearly always filled and mostly end within a sentence.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    if not NARROWEST <= width <= WIDEST:
        return lines
    going_on = [line for line, below in pairwise(lines) if line.strip() and below.strip() and not ITEM.match(below)]
    filled = [line for line in going_on if len(line) > FILLED * width]
    within = [line for line in filled if line.rstrip()[-1] not in SENTENCE_ENDS]
    if len(filled) < 2 or len(filled) < MOSTLY_FILLED * len(going_on) or len(within) < MOSTLY_WITHIN * len(filled):
        return lines
    joined = lines[:1]
    for line, below in pairwise(lines):
        if len(line) > FILLED * width and below.strip() and not ITEM.match(below):
            joined[-1] += " " + below.strip()
        else:
            joined.append(below)
    return joined


def _archive_header(lines: list[str], article: Cleaned) -> list[str]:
    """Without `date 2019-04` run into the first line, and without `Key: value` lines above the article."""
    start = next((at for at, line in enumerate(lines) if line), None)
    if start is None:
        return lines
    first = lines[start]
    if (header := ARCHIVE_HEADER.match(first)) and (date := leading_date(first[header.end() :])):
        article.learn(noise.Found(published=date.published))
        return [first[header.end() + date.end :].strip(), *lines[start + 1 :]]
    fields: list[tuple[str, str]] = []
    for line in lines[start:]:
        named = noise.header_field(line)
        if not named:
            break
        fields.append(named)
    if len(fields) < 2:
        return lines
    for name, value in fields:
        _learn_field(name, value, article)
    return lines[start + len(fields) :]


def _learn_field(name: str, value: str, article: Cleaned) -> None:
    if name == "title" and not article.title:
        article.title = value
    elif name == "published" and (date := leading_date(value)):
        article.learn(noise.Found(published=date.published))
    elif name == "outlet":
        article.learn(noise.Found(outlet=outlet_called(value) or value))
    elif name == "genre":
        article.learn(noise.Found(genre=genre_of(value)))
    elif name == "url":
        article.learn(noise.Found(url=noise.web_address(value)))


def _without_bottom(lines: list[str], article: Cleaned) -> list[str]:
    end = len(lines)
    while end:
        line = lines[end - 1]
        found = noise.NOTHING if not line else noise.at_bottom(line) or noise.anywhere(line)
        if found is None:
            break
        article.learn(found)
        end -= 1
    kept = lines[:end]
    if kept:
        kept[-1], agency = noise.signed(kept[-1])
        article.learn(noise.Found(outlet=agency))
    return kept


def _without_noise(lines: Iterable[str], article: Cleaned) -> list[str]:
    kept = []
    for line in lines:
        found = noise.anywhere(line) if line else None
        if found is not None:
            article.learn(found)
            continue
        rest = without_credits(line)
        if rest or not line:
            kept.append(rest)
    return kept


def _body(lines: list[str], article: Cleaned, known: bool) -> list[str]:
    """The lines below the head: without title, bylines, labels and dates. The head is the first lines, and ends its loose part at the first sentence."""
    kept: list[str] = []
    loose, seen = True, 0
    for at, line in enumerate(lines):
        if not line or seen >= HEAD_LINES:
            kept.append(line)
            continue
        seen += 1
        found = noise.in_head(line) or (_loose_head(line, lines, at, article) if loose else None)
        if found is not None:
            article.learn(found)
        elif (
            loose and not article.title and not known and _is_headline(line, LONGEST_HEADLINE) and any(lines[at + 1 :])
        ):
            article.title = line
        elif loose and article.title and line.casefold() == article.title.casefold() and any(lines[at + 1 :]):
            continue
        else:
            loose = loose and not _is_prose(line)
            kept.append(line)
    return kept


def _loose_head(line: str, lines: list[str], at: int, article: Cleaned) -> noise.Found | None:
    follows = next((later for later in lines[at + 1 :] if later), "")
    if found := noise.at_edge(line):
        # An article that begins with the very word has it for its title: «Norge / Norge er et land …».
        return None if follows.casefold().startswith(line.casefold()) else found
    date = noise.is_bare_date(line)
    # A date that stands where the title should is the title, of an article about that day.
    return date if date and (article.title or _is_headline(follows, LONGEST_HEADLINE)) else None


def _is_headline(line: str, longest: int) -> bool:
    return 0 < len(line) <= longest and line[-1] not in ".:,;…" and any(char.isalpha() for char in line)


def _is_prose(line: str) -> bool:
    return len(line) > LONGEST_HEADLINE or line[-1] in SENTENCE_ENDS


def _joined(lines: Iterable[str]) -> str:
    """The lines, with one empty line at most between two."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
