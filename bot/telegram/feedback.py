"""What people thought of answers, as a set of questions that `kildebot eval` puts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.telegram.store import FILE, Given, Store, open_store
from vectorstore.archive import Archive
from vectorstore.article import Span


def feedback(home: Path, archive: Archive) -> Iterator[dict[str, Any]]:
    """The questions whose answers were judged, oldest first. Nobody is named in it. Raises `VectorstoreError`.

    What was found good is expected again: one of its quotes, or that no article answers. What was not has no answer yet: whoever knows
    it writes it in.
    """
    if not (home / FILE).exists():
        return
    with open_store(home) as store:
        for given in store.answers.judged():
            yield _question(given, store, archive)


def _question(given: Given, store: Store, archive: Archive) -> dict[str, Any]:
    earlier = store.answers.conversation(given).turns[:-1]
    question: dict[str, Any] = {"question": given.question}
    if earlier:
        question["history"] = [{"question": each.question, "answer": each.answer} for each in earlier]
    question["sort"] = "up" if given.feedback == 1 else "down"
    quotes = dict(_quotes(given, archive))
    if given.feedback == 1:
        question["answer"] = list(quotes) or None
        if quotes:
            question["article"] = sorted(set(quotes.values()))
    question["given"] = given.text
    question["status"] = given.status
    question["citations"] = [{"article": article, "quote": quote} for quote, article in quotes.items()]
    question["asked"] = datetime.fromtimestamp(given.asked, UTC).date().isoformat()
    return question


def _quotes(given: Given, archive: Archive) -> Iterator[tuple[str, str]]:
    """The quotes that were shown, as the archive has them now, and their articles."""
    for each in given.citations:
        article = archive.article(each.article)
        if article is not None and each.end <= len(article.text):
            yield Span(each.start, each.end).of(article.text), each.article
