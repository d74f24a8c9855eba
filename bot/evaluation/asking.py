"""The questions of a set are asked and searched for, and what becomes of them is judged."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from bot.answer import Answer, Citation
from bot.errors import BotError
from bot.evaluation.gold import Articles, Fitted, Gold
from bot.evaluation.outcome import Cited, Found, Outcome
from bot.memory import Conversation
from vectorstore.article import Hit
from vectorstore.errors import VectorstoreError

DEPTH = 10
"""Passages that are looked at: as many as `kildebot search` shows."""


_DECIMALS = 6  # of seconds; as many as are kept


class Finds(Protocol):
    """Finds passages, best first. Raises `VectorstoreError` and `BotError`."""

    def hits(self, question: str, earlier: Sequence[str], limit: int) -> list[Hit]: ...


class Answers(Protocol):
    """Answers a question after what was said before. Raises `VectorstoreError` and `BotError`."""

    def answer(self, question: str, conversation: Conversation) -> Answer: ...


def outcomes(questions: Iterable[Fitted], search: Finds, chain: Answers, archive: Articles) -> Iterator[Outcome]:
    """What becomes of each question, in order, as soon as it is known. One that cannot be answered is told with why, and the others go on."""
    for each in questions:
        try:
            yield asked(each, search, chain, archive)
        except (VectorstoreError, BotError) as error:
            yield failed(each, error.message)


def asked(fitted: Fitted, search: Finds, chain: Answers, archive: Articles) -> Outcome:
    """What becomes of a question. It is asked first and searched for afterwards, so that asking is timed as people meet it.

    Raises `VectorstoreError` and `BotError`.
    """
    question, gold = fitted.question, fitted.gold
    began = time.perf_counter()
    answer = chain.answer(question.text, question.conversation)
    answered = time.perf_counter()
    hits = search.hits(question.text, question.conversation.questions, DEPTH)
    found = time.perf_counter()
    return Outcome(
        number=question.number,
        question=question.text,
        answerable=gold is not None,
        earlier=question.conversation.questions,
        sort=question.sort,
        expected=question.expected.texts if question.expected else (),
        expected_in=question.expected.articles if question.expected else (),
        passages=tuple(_found(each, gold) for each in hits),
        status=answer.status,
        text=answer.text,
        confidence=float(answer.confidence),
        writer=answer.writer,
        model=answer.model,
        trouble=answer.trouble,
        citations=tuple(_cited(each, gold, archive) for each in answer.citations),
        claims=answer.claims,
        usage=answer.usage,
        search_seconds=round(found - answered, _DECIMALS),
        ask_seconds=round(answered - began, _DECIMALS),
    )


def failed(fitted: Fitted, error: str) -> Outcome:
    """The outcome of a question that could not be answered."""
    question, expected = fitted.question, fitted.question.expected
    return Outcome(
        number=question.number,
        question=question.text,
        answerable=fitted.gold is not None,
        earlier=question.conversation.questions,
        sort=question.sort,
        expected=expected.texts if expected else (),
        expected_in=expected.articles if expected else (),
        error=error,
    )


def _found(hit: Hit, gold: Gold | None) -> Found:
    article, span = hit.passage.article, hit.passage.span
    right = gold is not None and gold.is_in(article, span)
    return Found(article.id, article.title, span.start, span.end, hit.passage.text, right)


def _cited(citation: Citation, gold: Gold | None, archive: Articles) -> Cited:
    """Judged by the archive's own article, not by the one that the citation carries."""
    article, span = citation.article, citation.span
    stored = archive.article(article.id)
    return Cited(
        number=citation.number,
        article=article.id,
        title=article.title,
        start=span.start,
        end=span.end,
        quote=citation.quote,
        proven=citation.proven,
        exact=stored is not None and bool(citation.quote.strip()) and span.of(stored.text) == citation.quote,
        right=gold is not None and gold.is_in(article, span, citation.also_in),
        right_article=gold is not None and gold.is_from(article),
    )
