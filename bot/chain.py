"""From a question to an answer: retrieve, write, prove."""

import time
from typing import Protocol

from bot.answer import Answer, Draft, Status
from bot.citations import prove, unmarked
from bot.memory import Conversation
from bot.messages import Language, say
from vectorstore.article import Article
from vectorstore.fusion import Findings
from vectorstore.search import Search

_NEAREST = 3  # articles named where none answers


class Writer(Protocol):
    """Turns findings into a draft."""

    @property
    def name(self) -> str: ...

    def write(self, findings: Findings) -> Draft:
        """What the findings say to the question; a draft without citations where they say nothing."""


class AnswerChain:
    """Answers questions from what a search finds. May be used from any number of threads."""

    def __init__(self, search: Search, writer: Writer, language: Language | None = None) -> None:
        """`language` is that of the answers; without one, each question's own."""
        self._search = search
        self._writer = writer
        self._language = language

    def answer(self, question: str, conversation: Conversation = Conversation()) -> Answer:  # noqa: B008 - a frozen value
        """The answer to a question asked after what a conversation holds. Raises `VectorstoreError`."""
        began = time.perf_counter()
        findings = self._search.find(question, conversation.questions)
        language = self._language or Language.of(findings.query.language)
        draft = self._writer.write(findings)
        citations = prove(draft.citations)
        dropped = [each for each in draft.citations if each not in citations]
        found = bool(citations)
        return Answer(
            question=question,
            status=Status.ANSWERED if found else Status.NOT_FOUND,
            text=unmarked(draft.text, dropped) if found else say("not_found", language),
            confidence=draft.confidence,
            language=language,
            writer=self._writer.name,
            citations=citations,
            nearest=() if found else _nearest(findings),
            seconds=time.perf_counter() - began,
        )


def _nearest(findings: Findings) -> tuple[Article, ...]:
    articles = {candidate.passage.article.id: candidate.passage.article for candidate in findings.candidates}
    return tuple(articles.values())[:_NEAREST]
