"""From a question to an answer: retrieve, write, prove.

question ─→ Composer (a chat model, streamed and proven) ─→ Answer
               └ where there is none, or it fails: Search ─→ Writer (quotes) ─→ Answer
"""

import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.answer import Answer, Citation, Claim, Draft, Event, Stage, Status, Usage, Written
from bot.citations import prove, unmarked
from bot.errors import ModelFailed, Trouble
from bot.loop import Loop, Result
from bot.memory import Conversation
from bot.messages import Language, say
from vectorstore.article import Article
from vectorstore.fusion import Findings
from vectorstore.search import Search

DEADLINE = 30.0
"""Seconds that a question may take, unless it is said otherwise."""

_NEAREST = 3  # articles named where none answers
_TO_QUOTE = 0.5  # seconds of the deadline that are kept for quoting, should the model be late


class Writer(Protocol):
    """Turns findings into a draft."""

    @property
    def name(self) -> str: ...

    def write(self, findings: Findings) -> Draft:
        """What the findings say to the question; a draft without citations where they say nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the chain is given. `until` is when it has to be done, by the clock of the running loop.

    `spent` is added to with each call of the model, whatever becomes of it. Every `pace` seconds what was written is looked at, at most;
    0 for every word.
    """

    question: str
    conversation: Conversation
    until: float
    language: Language | None = None
    spent: list[Usage] = field(default_factory=list)
    pace: float = 0.0


@dataclass(frozen=True)
class Composed:
    """What was written, proven claim by claim. Without a claim, the model says that the articles do not tell.

    `trouble` says why it did not get to the end; then `text` ends with the last whole sentence.
    """

    findings: Findings
    text: str = ""
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    trouble: Trouble | None = None


Step = Stage | Written | Composed
"""What the chain brings, in order; the last is what was composed."""


class Composer(Protocol):
    """Writes answers with a chat model, and proves them."""

    @property
    def model(self) -> str: ...

    def compose(self, asked: Asked) -> AsyncGenerator[Step, None]:
        """What there is of an answer, as it comes; last what was composed. Raises `ModelFailed`, and `VectorstoreError`."""

    def prepare(self) -> None:
        """Import what is needed, and set it up."""

    async def close(self) -> None:
        """Let go of what is held open."""


class AnswerChain:
    """Answers questions from what a search finds. May be used from any number of threads and tasks."""

    def __init__(
        self,
        search: Search,
        writer: Writer,
        language: Language | None = None,
        *,
        composer: Composer | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        """`language` is that of the answers; without one, each question's own. Without a `composer`, answers are the `writer`'s."""
        self._search = search
        self._writer = writer
        self._language = language
        self._composer = composer
        self._deadline = deadline
        self._loop = Loop()

    @property
    def model(self) -> str:
        """The chat model that writes, as `provider:model`; empty where answers are quoted."""
        return self._composer.model if self._composer else ""

    def answer(self, question: str, conversation: Conversation = Conversation()) -> Answer:  # noqa: B008 - a frozen value
        """The answer to a question asked after what a conversation holds. Raises `VectorstoreError`."""
        for event in self.stream(question, conversation):
            if isinstance(event, Answer):
                return event
        raise AssertionError("the last event is the answer")

    def stream(self, question: str, conversation: Conversation = Conversation()) -> Generator[Event, None, None]:  # noqa: B008
        """What there is of the answer, as it comes, and last the answer. Who closes it ends the asking. Raises `VectorstoreError`."""
        if self._composer is None:
            yield Stage.SEARCHING
            yield self.quote(question, conversation)
        else:
            yield from self._loop.iterate(lambda: self.astream(question, conversation))

    async def astream(
        self,
        question: str,
        conversation: Conversation = Conversation(),  # noqa: B008 - a frozen value
        *,
        language: Language | None = None,
        quoted: bool = False,
        pace: float = 0.0,
    ) -> AsyncGenerator[Event, None]:
        """The same for those who await; in a language for this one answer, or `quoted`, as where what may be spent is.

        Who shows what is written only now and then says so by the `pace`, in seconds: to look at every word takes its time.
        """
        import asyncio  # takes 30 ms, which quoted answers do without

        began, trouble = time.perf_counter(), Trouble.LIMIT if quoted and self._composer else None
        spent: list[Usage] = []
        yield Stage.SEARCHING
        language = language or self._language
        if self._composer is not None and not quoted:
            await asyncio.to_thread(self._composer.prepare)  # imports, the first time; no fault of the model
            until = asyncio.get_running_loop().time() + max(self._deadline - _TO_QUOTE, _TO_QUOTE)
            asked = Asked(question, conversation, until, language, spent, pace)
            try:
                async with aclosing(self._composer.compose(asked)) as steps:
                    async for step in steps:
                        yield self._composed(asked, step, began) if isinstance(step, Composed) else step
                return
            except ModelFailed as failure:
                trouble = failure.trouble
        answer = await asyncio.to_thread(self.quote, question, conversation, language)
        seconds = time.perf_counter() - began
        yield replace(answer, model=self.model, trouble=trouble, usage=sum(spent, Usage()), seconds=seconds)

    def run(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """What some work with `astream` gives, for those who do not await: a chat model's client lives in one loop, and this is it."""
        return self._loop.run(work)

    def prepare(self) -> None:
        """Import what a chat model needs, which takes a second or two, before the first question; nobody is asked."""
        if self._composer is not None:
            self._composer.prepare()

    def close(self) -> None:
        """Let go of what a chat model's client holds open, and end what is still being asked."""
        if self._composer is not None:
            self._loop.run(self._composer.close)
        self._loop.close()

    def quote(
        self,
        question: str,
        conversation: Conversation = Conversation(),  # noqa: B008 - a frozen value
        language: Language | None = None,
    ) -> Answer:
        """The answer as the `writer` gives it: no model is asked. Raises `VectorstoreError`."""
        began = time.perf_counter()
        findings, draft = self._read(question, conversation)
        citations = prove(draft.citations)
        dropped = [each for each in draft.citations if each not in citations]
        return self._answer(
            question,
            findings,
            began,
            language,
            Status.ANSWERED if citations else Status.NOT_FOUND,
            text=unmarked(draft.text, dropped),
            confidence=draft.confidence,
            writer=self._writer.name,
            citations=citations,
            claims=tuple(Claim(each.quote, (each.number,), proven=True) for each in citations),
        )

    def find(self, question: str, conversation: Conversation) -> Findings:
        """The passages that `quote` answers from. Raises `VectorstoreError`."""
        return self._read(question, conversation)[0]

    def _read(self, question: str, conversation: Conversation) -> tuple[Findings, Draft]:
        """What is found and said for a question as it goes on from those before it, or for it alone: whichever is likelier to answer.

        Nobody says that they change the subject. Where words of the question point back, it is read alone only if there is no answer
        otherwise. Chosen on questions for fitting; benchmarks/README.md tells what it does for others.
        """
        if not conversation.questions:
            return self._found(question)
        going_on, draft = self._found(question, conversation.questions)
        if draft.citations and conversation.is_pointed_at_by(question):
            return going_on, draft
        alone, other = self._found(question)
        is_likelier = other.citations and other.confidence >= draft.confidence
        return (alone, other) if is_likelier else (going_on, draft)

    def _found(self, question: str, earlier: Sequence[str] = ()) -> tuple[Findings, Draft]:
        findings = self._search.find(question, earlier)
        return findings, self._writer.write(findings)

    def _composed(self, asked: Asked, composed: Composed, began: float) -> Answer:
        """What a model wrote, as an answer; one in which it claims nothing says that the articles do not tell."""
        status = Status.PARTIAL if composed.trouble else Status.ANSWERED
        return self._answer(
            asked.question,
            composed.findings,
            began,
            asked.language,
            status if composed.claims else Status.NOT_FOUND,
            text=composed.text,
            confidence=self._writer.write(composed.findings).confidence,
            writer="model",
            citations=composed.citations,
            claims=composed.claims,
            model=self.model,
            trouble=composed.trouble,
            usage=sum(asked.spent, Usage()),
        )

    def _answer(
        self,
        question: str,
        findings: Findings,
        began: float,
        language: Language | None,
        status: Status,
        *,
        text: str,
        confidence: float,
        writer: str,
        citations: tuple[Citation, ...],
        claims: tuple[Claim, ...],
        model: str = "",
        trouble: Trouble | None = None,
        usage: Usage = Usage(),  # noqa: B008 - a frozen value
    ) -> Answer:
        language = language or self._language or Language.of(findings.query.language)
        found = status is not Status.NOT_FOUND
        return Answer(
            question=question,
            status=status,
            text=text if found else say("not_found", language),
            confidence=confidence,
            language=language,
            writer=writer,
            citations=citations,
            nearest=() if found else _nearest(findings),
            seconds=time.perf_counter() - began,
            claims=claims,
            model=model,
            trouble=trouble,
            usage=usage,
        )


def _nearest(findings: Findings) -> tuple[Article, ...]:
    articles = {candidate.passage.article.id: candidate.passage.article for candidate in findings.candidates}
    return tuple(articles.values())[:_NEAREST]
