"""The retrieval chain with a chat model, as a LangChain chain; and both ends for LangChain's users: the archive as a retriever, answers as a runnable.

    question, conversation ─→ standalone question ─→ passages ─→ prompt | chat model ─→ proof ─→ what was written

Each step is a run that LangChain's callbacks see, so that its users trace it as they are used to; by default nothing is sent anywhere.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, cast
from urllib.parse import urlsplit

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator, RunnableLambda
from pydantic import ConfigDict, Field

from bot.answer import Answer, Event, Stage, Written
from bot.chain import AnswerChain, Asked, Composed, Step
from bot.errors import ModelFailed, Trouble
from bot.memory import Conversation
from bot.messages import Language
from bot.portions import portions
from bot.proof.prover import Proof
from bot.proof.support import Support
from bot.writers.model import Again, ChatModel
from bot.writers.prompt import Filled, Prompt, answer_tokens
from vectorstore.article import Passage
from vectorstore.fusion import Findings
from vectorstore.search import Search

_SHARE_FOR_STANDALONE = (
    0.3  # of the time, at most, to make a question stand alone; it is searched for without that, too
)
_LONGEST_STANDALONE = 400  # characters; a model that answers instead is not followed
_SURE_TO_FAIL_AGAIN = {
    Trouble.RESTING,
    Trouble.LIMIT,
    Trouble.KEY_REFUSED,
    Trouble.NO_SUCH_MODEL,
    Trouble.NO_CREDIT,
    Trouble.UNUSABLE,
}
_LEAVE_SOMETHING = {Trouble.CUT_OFF, Trouble.LATE}


class ArchiveRetriever(BaseRetriever):
    """The archive as LangChain knows retrievers: the passages most likely to answer a question, best first.

    A document's `page_content` is a span of its article; its metadata has `article`, `title`, `outlet`, `published`, `genre`, `url`,
    `start`, `end` (of the span, counted in characters of the article) and `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: Search = Field(exclude=True)
    limit: int = 10
    earlier: tuple[str, ...] = ()
    found: Callable[[Findings], None] | None = Field(default=None, exclude=True)
    """Is told all that the search found, beside what documents hold of it."""

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        findings = self.search.find(query, self.earlier, self.limit)
        if self.found:
            self.found(findings)
        scores = map(float, findings.scores)
        return [_document(each.passage, score) for each, score in zip(findings.candidates, scores, strict=True)]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        return await asyncio.to_thread(self._get_relevant_documents, query, run_manager=run_manager.get_sync())


def _document(passage: Passage, score: float) -> Document:
    article = passage.article
    return Document(
        id=f"{article.id}#{passage.span.start}",
        page_content=passage.text,
        metadata={
            "article": article.id,
            "title": article.title,
            "outlet": article.outlet,
            "published": article.published.iso,
            "genre": article.genre or "",
            "url": article.url,
            "start": passage.span.start,
            "end": passage.span.end,
            "score": score,
        },
    )


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the conversation that it is asked in."""

    text: str
    conversation: Conversation = field(default_factory=Conversation)


class Answering(Runnable[str | Question, Event]):
    """An answer chain as LangChain knows chains: `invoke` and `ainvoke` give the answer, `astream` what there is of it, and it last.

    What the chain does for it are runs within its run, as far as LangChain does them: with a chat model, all of it.
    """

    def __init__(self, chain: AnswerChain) -> None:
        self.name = "kildebot"
        self._chain = chain

    def invoke(self, input: str | Question, config: RunnableConfig | None = None, **_: Any) -> Answer:  # noqa: A002 - LangChain's name
        return self._chain.run(lambda: self.ainvoke(input, config))

    async def ainvoke(self, input: str | Question, config: RunnableConfig | None = None, **_: Any) -> Answer:  # noqa: A002
        async with aclosing(self.astream(input, config)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise AssertionError("the last event is the answer")

    async def astream(
        self,
        input: str | Question,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,
    ) -> AsyncGenerator[Event, None]:
        async def asked() -> AsyncIterator[str | Question]:
            yield input

        async for event in self._atransform_stream_with_config(asked(), self._events, config):
            yield event

    async def _events(self, given: AsyncIterator[str | Question]) -> AsyncIterator[Event]:
        async for each in given:
            question = Question(each) if isinstance(each, str) else each
            async with aclosing(self._chain.astream(question.text, question.conversation)) as events:
                async for event in events:
                    yield event


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it can be understood alone; or as it was asked, after `earlier` ones, oldest first."""

    asked: Asked
    question: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retrieved:
    """A question, as it can be understood alone, and what was found for it."""

    asked: Asked
    standalone: str
    findings: Findings


class Writing:
    """The steps of the chain. May be used for any number of questions at once."""

    def __init__(self, search: Search, model: ChatModel, prompt: Prompt, support: Support, context_tokens: int) -> None:
        self._search = search
        self._model = model
        self._prompt = prompt
        self._support = support
        self._prompt_tokens = context_tokens - answer_tokens(context_tokens)
        self._chain = self.chain()

    @property
    def model(self) -> str:
        return self._model.name

    def chain(self) -> Runnable[Asked, Step]:
        """The chain. It raises `ModelFailed` where nothing was written that can be proven, and `VectorstoreError`."""
        stand_alone = RunnableLambda(self._stand_alone, name="standalone question")
        retrieve = RunnableLambda(self._retrieve, name="passages")
        # The types of LangChain do not know that a generator may take the run's configuration, which they look for.
        write = RunnableGenerator[Retrieved, Step](self._write, name="written answer")  # type: ignore[arg-type]
        return (stand_alone | retrieve | write).with_config(run_name="kildebot")

    def compose(self, asked: Asked) -> AsyncGenerator[Step, None]:
        """What the chain brings for a question."""
        return cast("AsyncGenerator[Step, None]", self._chain.astream(asked))

    def prepare(self) -> None:
        """Set the model up. Raises `ModelFailed`."""
        self._model.model()

    async def close(self) -> None:
        """Let go of what is held open."""
        await self._model.close()

    async def _stand_alone(self, asked: Asked, config: RunnableConfig) -> Understood:
        """The question as it can be understood without the conversation; where the model fails, as it goes on from those before it."""
        if not asked.conversation.is_leaned_on_by(asked.question):
            return Understood(asked, asked.question)
        until = _now() + _SHARE_FOR_STANDALONE * (asked.until - _now())
        values = self._prompt.to_stand_alone(asked.question, asked.conversation)
        reply = self._model.reply(self._prompt.standalone, values, until, config)
        said = ""
        try:
            async with aclosing(reply.pieces()) as pieces:
                async for piece in pieces:
                    said = "" if isinstance(piece, Again) else said + piece
        except ModelFailed as failure:
            if failure.trouble in _SURE_TO_FAIL_AGAIN:
                raise
            said = ""
        finally:
            asked.spent.append(reply.usage)
        line = " ".join(said.split()).strip('"«»“” ')
        if 0 < len(line) <= _LONGEST_STANDALONE:
            return Understood(asked, line)
        return Understood(asked, asked.question, asked.conversation.questions)

    async def _retrieve(self, understood: Understood, config: RunnableConfig) -> Retrieved:
        found: list[Findings] = []
        retriever = ArchiveRetriever(search=self._search, earlier=understood.earlier, found=found.append)
        await retriever.ainvoke(understood.question, config)
        return Retrieved(understood.asked, understood.question, found[0])

    async def _write(self, given: AsyncIterator[Retrieved], config: RunnableConfig) -> AsyncIterator[Step]:
        async for retrieved in given:
            if not retrieved.findings.candidates:
                yield Composed(retrieved.findings)
                return
            yield Stage.WRITING
            async with aclosing(self._composed(retrieved, config)) as events:
                async for event in events:
                    yield event

    async def _composed(self, retrieved: Retrieved, config: RunnableConfig) -> AsyncGenerator[Step, None]:
        """Ask for an answer, and with half the passages where they are too many for the model."""
        passages = [each.passage for each in retrieved.findings.candidates]
        while True:
            try:
                async with aclosing(self._answered(retrieved, passages, config)) as events:
                    async for event in events:
                        yield event
                return
            except ModelFailed as failure:
                if failure.trouble is not Trouble.TOO_LONG or len(passages) == 1:
                    raise
                passages = passages[: len(passages) // 2]

    async def _answered(
        self, retrieved: Retrieved, passages: Sequence[Passage], config: RunnableConfig
    ) -> AsyncGenerator[Step, None]:
        asked, findings = retrieved.asked, retrieved.findings
        language = asked.language or Language.of(findings.query.language)
        filled = self._prompt.to_answer(retrieved.standalone, passages, language, self._prompt_tokens)
        reply = self._model.reply(self._prompt.answer, filled.values, asked.until, config)
        proofs = [self._proof(filled)]
        trouble = None
        try:
            async with aclosing(portions(reply.pieces(), asked.pace)) as came:
                async for portion, is_last in came:
                    for text in _texts(portion):
                        if text is None:
                            proofs.append(self._proof(filled))
                        else:
                            await asyncio.to_thread(proofs[-1].feed, text)  # so that other answers are not held up
                    if not is_last and isinstance(portion[-1], str):
                        yield Written(proofs[-1].text, proofs[-1].pending, proofs[-1].citations)
            await asyncio.to_thread(proofs[-1].finish)
        except ModelFailed as failure:
            trouble = failure.trouble if failure.trouble in _LEAVE_SOMETHING else Trouble.CUT_OFF
            if not any(each.is_proven for each in proofs):
                raise
        finally:
            asked.spent.append(reply.usage)
        best = (
            proofs[-1] if trouble is None else max(proofs, key=lambda each: sum(claim.proven for claim in each.claims))
        )
        if best.claims and not best.is_proven:
            raise ModelFailed(Trouble.UNPROVEN)
        yield Composed(findings, best.text.strip(), best.citations, best.claims, trouble)

    def _proof(self, filled: Filled) -> Proof:
        return Proof(filled.passages, self._support, _hosts(filled.passages))


def _texts(portion: Sequence[str | Again]) -> Iterator[str | None]:
    """What stands together in a portion, in one; None where the model begins anew."""
    for is_again, pieces in groupby(portion, lambda piece: isinstance(piece, Again)):
        yield None if is_again else "".join(cast("Iterator[str]", pieces))


def _hosts(passages: Sequence[Passage]) -> set[str]:
    """Names that an answer may say although they look like addresses: those of the outlets, and of their pages."""
    articles = [passage.article for passage in passages]
    pages = {(urlsplit(each.url).hostname or "").removeprefix("www.") for each in articles}
    return {each.outlet.lower() for each in articles} | pages


def _now() -> float:
    return asyncio.get_running_loop().time()
