"""Archives and questions to fit on: many small situations out of one question set, so that what is fitted holds elsewhere.

An episode is an archive with questions put to it, some of which it cannot answer: because their article is not in it, or,
harder, because the very sentence that answers was cut out of it. Archives have from 6 articles to all of them, and some
questions are typed in haste, without å, ø and æ, or in a rough English.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore import Article, Span
from vectorstore.chunking import sentences
from vectorstore.embedding import SubwordEmbedder
from vectorstore.glossary import translations
from vectorstore.language import ENGLISH, FUNCTION_WORDS, NORWEGIAN, fold

# How often a question is left as it is, typed in haste, without å, ø and æ, in rough English, or in other words. Natural questions
# are foreign, hasty and in other words by themselves.
_WAYS = (0.46, 0.14, 0.12, 0.1, 0.18)
_NATURAL_WAYS = (0.86, 0.07, 0.07, 0, 0)
_FOLLOW_UPS = 0.15  # of the questions that can be

SMALL = ((60, 8, 150), (6, 60, 20))
"""Archives of so many articles, how many of them, and how many questions of each sort to put to each."""


@dataclass(frozen=True)
class Gold:
    """A question, the article that answers it and where; `answer` is None where the episode's archive has no answer.

    `earlier` are the questions asked before it in the same conversation, oldest first. A question with a `sort` is natural: somebody
    put it in words of their own, not in the article's.
    """

    question: str
    article: str
    answer: Span | None
    earlier: tuple[str, ...] = ()
    sort: str = ""

    @property
    def natural(self) -> bool:
        return bool(self.sort)


@dataclass(frozen=True)
class Episode:
    """An archive, and the questions put to it."""

    name: str
    articles: tuple[Article, ...]
    questions: tuple[Gold, ...]


def read_articles(path: Path) -> list[Article]:
    """Articles of a JSON lines file, with their first line as the title where it reads like one."""
    from vectorstore.reading import read

    return [item for item in read(path) if isinstance(item, Article)]


def read_questions(path: Path) -> list[Gold]:
    """The questions of a JSON lines file; those whose `answer` is null have none in their article."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Gold(row["question"], row["doc"], _span(row), tuple(row.get("history", ())), row.get("sort", ""))
        for row in rows
    ]


def _span(row: Mapping[str, Any]) -> Span | None:
    return Span(row["start"], row["start"] + len(row["answer"])) if row["answer"] is not None else None


def episodes(articles: list[Article], questions: list[Gold], seed: int = 1) -> Iterator[Episode]:
    """All episodes, the same ones for the same seed."""
    rng = random.Random(seed)
    yield Episode("full", tuple(articles), tuple(questions))
    for half in ("half 1", "half 2"):
        kept = rng.sample(articles, len(articles) // 2)
        yield _within(half, kept, [each for each in questions if rng.random() < 0.5])
    yield _cut("cut", articles, questions, rng)
    nearest = _nearest_first(articles)
    for size, count, asked in SMALL:
        for turn in range(min(count, len(articles) // size * 4)):
            kept, left = rng.sample(articles, size), articles
            if turn % 2:  # all on one topic, and what they do not answer is on it too
                around = nearest[rng.randrange(len(articles))][: 2 * size]
                kept, left = around[::2], around[1::2]
            ids = {article.id for article in kept}
            near = {article.id for article in left} - ids
            inside = [each for each in questions if each.article in ids]
            outside = [each for each in questions if each.article in near]
            drawn = rng.sample(inside, min(asked, len(inside))) + rng.sample(outside, min(asked, len(outside)))
            yield _within(f"of {size}", kept, drawn)


def followed_up(questions: Sequence[Gold], rng: random.Random) -> Iterator[Gold]:
    """The questions, some of them as follow-ups to another about the same article, without the names that it brought in."""
    asked: dict[str, list[Gold]] = {}
    for gold in questions:
        before = asked.setdefault(gold.article, [])
        follows = bool(before) and not gold.natural and rng.random() < _FOLLOW_UPS
        yield _following(gold, rng.choice(before)) if follows else gold
        before += [] if gold.natural else [gold]


def disturbed(gold: Gold, rng: random.Random) -> Gold:
    """The question as it was asked, or as a hasty, a foreign, or an English-speaking reader might have typed it."""
    ways = (lambda text, _: text, _typed_in_haste, _without_letters, _in_rough_english, _in_other_words)
    way = rng.choices(ways, _NATURAL_WAYS if gold.natural else _WAYS)[0]
    return replace(gold, question=way(gold.question, rng))


def _nearest_first(articles: list[Article]) -> list[list[Article]]:
    """For each article all of them, those on the same topic first."""
    vectors = SubwordEmbedder().embed_passages([article.text for article in articles])
    return [[articles[at] for at in np.argsort(-row, kind="stable")] for row in vectors @ vectors.T]


def _following(gold: Gold, before: Gold) -> Gold:
    named = {word.strip("?,.") for word in before.question.split()[1:] if word[:1].isupper()}
    words = [word for at, word in enumerate(gold.question.split()) if not at or word.strip("?,.") not in named]
    return replace(gold, question=" ".join(words), earlier=(before.question,))


def _within(name: str, kept: list[Article], questions: Iterable[Gold]) -> Episode:
    ids = {article.id for article in kept}
    return Episode(
        name, tuple(kept), tuple(each if each.article in ids else replace(each, answer=None) for each in questions)
    )


def _cut(name: str, articles: list[Article], questions: list[Gold], rng: random.Random) -> Episode:
    """The articles without the sentences that answer three of ten questions."""
    asked: dict[str, list[Gold]] = {}
    for each in questions:
        asked.setdefault(each.article, []).append(each)
    kept: list[Article] = []
    moved: list[Gold] = []
    for article in articles:
        own = asked.get(article.id, [])
        gone = _holding(article.text, [each for each in own if rng.random() < 0.3])
        kept.append(replace(article, text=_without(article.text, gone)))
        moved += [replace(each, answer=_shifted(each.answer, gone)) for each in own if rng.random() < 0.6]
    return Episode(name, tuple(kept), tuple(moved))


def _holding(text: str, questions: list[Gold]) -> list[Span]:
    return [each for each in sentences(text) if any(gold.answer and each.contains(gold.answer) for gold in questions)]


def _without(text: str, gone: list[Span]) -> str:
    for span in reversed(gone):
        text = text[: span.start] + text[span.end :]
    return text


def _shifted(answer: Span | None, gone: list[Span]) -> Span | None:
    if answer is None or any(span.overlaps(answer) for span in gone):
        return None
    before = sum(len(span) for span in gone if span.end <= answer.start)
    return Span(answer.start - before, answer.end - before)


def _typed_in_haste(question: str, rng: random.Random) -> str:
    return " ".join(_slip(word, rng) if len(word) > 4 and rng.random() < 0.4 else word for word in question.split())


def _in_other_words(question: str, rng: random.Random) -> str:
    """With a word that the article does not use beside two that it may; the questions were made from the articles' own."""
    words = question.rstrip("?").split()
    own = [at for at, word in enumerate(words) if at and word.islower() and word not in FUNCTION_WORDS]
    if len(own) > 2:
        at = rng.choice(own)
        words[at] = words[at][::-1]
    return " ".join(words) + "?"


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice((
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + rng.choice("aeinrstlok") + word[at + 1 :],
    ))  # fmt: skip


def _without_letters(question: str, _rng: random.Random) -> str:
    return fold(question.lower())


_ASKED_IN_ENGLISH: Mapping[str, str] = {
    "hvem": "who", "hva": "what", "når": "when", "hvor": "where", "hvorfor": "why", "hvordan": "how", "hvilken": "which", "hvilket": "which",
    "hvilke": "which", "hvor mange": "how many", "er": "is", "var": "was", "ble": "was", "har": "has", "i": "in", "på": "on", "av": "of",
    "og": "and", "til": "to", "fra": "from", "som": "that", "med": "with", "den": "the", "det": "the", "de": "the", "en": "a", "et": "a",
    "om": "about", "ved": "at", "etter": "after", "før": "before", "hadde": "had", "kan": "can", "skal": "will", "under": "during",
}  # fmt: skip


def _in_rough_english(question: str, rng: random.Random) -> str:
    """Word by word by the glossary; of the words that it lacks, half are names or look alike, and half are lost."""
    words = question.rstrip("?").replace("Hvor mange", "how many").split()
    return " ".join(_english(word, rng) for word in words) + "?"


def _english(word: str, rng: random.Random) -> str:
    lower = word.lower()
    known = [_ASKED_IN_ENGLISH[lower]] if lower in _ASKED_IN_ENGLISH else list(translations(lower, NORWEGIAN, ENGLISH))
    if known:
        return rng.choice(known)
    return word if word[:1].isupper() or not word.isalpha() or rng.random() < 0.5 else lower[::-1]
