"""Chat models, by LangChain: the only home of them. A model is asked within a deadline, again where that may help, and within what may be spent.

template | chat model ─→ chunks ─→ pieces of text
             └ errors of every provider's client ─→ ModelFailed, which says what the trouble is
"""

import asyncio
import logging
import re
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bot.answer import Usage
from bot.breaker import Breaker
from bot.errors import ModelFailed, Trouble
from bot.spending import Budget
from bot.writers.prompt import Template, estimated_tokens
from vectorstore.remote import (
    is_connection,
    is_out_of_credit,
    is_timeout,
    is_too_long,
    missing_package,
    openai_access,
    status,
    wait_before_next,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk
    from langchain_core.runnables import RunnableConfig

_ATTEMPTS = 3
_CONNECTING = 5.0  # seconds until the server has to be reached
_FIRST_WAIT = 0.5  # seconds before the second attempt, where the server asks for no other; doubled before the third
_STALL = 10.0  # seconds without a word, once the first one has come
_LONGEST = 12_000  # characters of an answer; some servers do not heed the most tokens
# Under these names the providers say why an answer ended; who says nothing broke off.
_ENDED_BY = ("finish_reason", "stop_reason", "done_reason", "finishReason", "stopReason", "completion_reason")
_TOO_SHORT = {"length", "max_tokens", "max_output_tokens", "model_length"}
_FILTERED = {
    "content_filter",
    "refusal",
    "safety",
    "recitation",
    "prohibited_content",
    "blocklist",
    "guardrail_intervened",
}
_POLICY = re.compile(r"content.?(?:filter|policy|management)|safety|moderation|responsible.?ai", re.IGNORECASE)

_NO_FAULT_OF_THE_MODEL = {Trouble.REFUSED, Trouble.TOO_LONG, Trouble.LIMIT, Trouble.EMPTY}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Again:
    """The model is asked once more: what it said so far does not count."""


class ChatModel:
    """A chat model that LangChain reaches. Nothing is imported, and nobody asked, before the first question."""

    def __init__(
        self,
        name: str,
        make: "Callable[[], BaseChatModel]",
        budget: Budget,
        breaker: Breaker,
        *,
        answer_tokens: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        stall: float = _STALL,
    ) -> None:
        """`name` is `provider:model`, `make` gives LangChain's model; `stall` is how many seconds may pass between two words."""
        self.name = name
        self.answer_tokens = answer_tokens
        self.budget = budget
        self.breaker = breaker
        self.sleep = sleep
        self.stall = stall
        self._make = make
        self._making = threading.Lock()
        self._made: BaseChatModel | None = None

    def reply(
        self, template: Template, values: dict[str, str], until: float, config: "RunnableConfig | None" = None
    ) -> "Reply":
        """What the model says to a template, filled in, until a time of the running loop's clock."""
        return Reply(self, template, values, until, config)

    def model(self) -> "BaseChatModel":
        """LangChain's own. Raises `ModelFailed`."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    async def close(self) -> None:
        """Let go of what the model's client holds open, and write down what was spent."""
        client = getattr(self._made, "root_async_client", None)
        if client is not None:
            await client.close()
        self.budget.close()


class Reply:
    """One reply while it comes: pieces of text, and `Again` where the model has to begin anew. `usage` counts every attempt."""

    def __init__(
        self,
        model: ChatModel,
        template: Template,
        values: dict[str, str],
        until: float,
        config: "RunnableConfig | None",
    ) -> None:
        self.usage = Usage()
        self._model = model
        self._template = template
        self._values = values
        self._until = until
        self._config = config

    async def pieces(self) -> AsyncGenerator[str | Again, None]:
        """What comes, in order. Raises `ModelFailed` where there is no whole reply; what came before that may be of use."""
        breaker = self._model.breaker
        if not breaker.allows():
            raise ModelFailed(Trouble.RESTING)
        tell = breaker.undecided  # unless it answers or fails: whoever asked may go
        try:
            async with aclosing(self._attempts()) as pieces:
                async for piece in pieces:
                    yield piece
            tell = breaker.succeeded
        except ModelFailed as failure:
            tell = breaker.undecided if failure.trouble in _NO_FAULT_OF_THE_MODEL else breaker.failed
            raise
        finally:
            tell()

    async def _attempts(self) -> AsyncGenerator[str | Again, None]:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with aclosing(self._attempt()) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except ModelFailed as failure:
                wait = _wait(failure, attempt)
                if attempt == _ATTEMPTS or wait is None or _now() + wait >= self._until:
                    raise
                log.info("%s: %s; trying again in %.1f s", self._model.name, failure.trouble, wait)
            await self._model.sleep(wait)
            yield Again()

    async def _attempt(self) -> AsyncGenerator[str, None]:
        sent = self._template.tokens(self._values)
        reservation = self._model.budget.reserve(self._model.name, sent, self._model.answer_tokens)
        if reservation is None:
            raise ModelFailed(Trouble.LIMIT)
        come = _Come(sent)
        try:
            async with aclosing(self._texts(come)) as texts:
                async for text in texts:
                    yield text
        finally:
            self.usage += reservation.settle(*come.tokens)

    async def _texts(self, come: "_Come") -> AsyncGenerator[str, None]:
        try:
            async with aclosing(self._stream()) as stream:
                async for chunk in self._in_time(stream):
                    if text := come.take(chunk):
                        yield text
                    if come.is_babble:
                        raise ModelFailed(Trouble.CUT_OFF)
        except (ModelFailed, GeneratorExit):
            raise
        except Exception as error:  # each provider has errors of its own
            come.unheard = bool(status(error)) or (is_connection(error) and not is_timeout(error))
            raise _translated(error, began=bool(come.said)) from error
        come.check()

    async def _in_time(self, stream: "AsyncGenerator[BaseMessageChunk, None]") -> "AsyncIterator[BaseMessageChunk]":
        """The chunks. Raises `ModelFailed` where the next one is late, or does not come soon enough after the one before."""
        stall = float("inf")
        while True:
            if _now() >= self._until:  # which nothing else tells, where all that is to come has come already
                raise ModelFailed(Trouble.LATE)
            try:
                # Not around the whole: while whoever reads this does something else, nothing may be cancelled.
                async with asyncio.timeout(max(0.0, min(stall, self._until - _now()))):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                late = _now() >= self._until
                raise ModelFailed(Trouble.LATE if late else Trouble.CUT_OFF, again=not late) from error
            yield chunk
            stall = self._model.stall

    def _stream(self) -> "AsyncGenerator[BaseMessageChunk, None]":
        from langchain_core.prompts import ChatPromptTemplate

        messages = [("system", self._template.system), ("human", self._template.human)]
        chain = ChatPromptTemplate.from_messages(messages) | self._model.model()
        return cast("AsyncGenerator[BaseMessageChunk, None]", chain.astream(self._values, self._config))


class _Come:
    """What has come of a reply."""

    def __init__(self, sent: int) -> None:
        self.said = 0
        self.unheard = False  # the server refused, or was not reached: then nothing is to be paid
        self._sent = sent
        self._received = 0
        self._counted: tuple[int, int] | None = None
        self._ended_by = ""

    @property
    def tokens(self) -> tuple[int, int]:
        """Sent and received, as the server counted them, else by estimate; nothing where it did not hear, or would not."""
        return self._counted or ((0, 0) if self.unheard and not self.said else (self._sent, self._received))

    @property
    def is_babble(self) -> bool:
        return self.said > _LONGEST

    def take(self, chunk: "BaseMessageChunk") -> str:
        """The text of a chunk."""
        text = chunk.text
        self.said += len(text)
        self._received += estimated_tokens(text) if text else 0
        if usage := getattr(chunk, "usage_metadata", None):
            self._count(usage["input_tokens"], usage["output_tokens"])
        for name in _ENDED_BY:
            if isinstance(why := chunk.response_metadata.get(name), str) and why:
                self._ended_by = why.lower()
        return text

    def _count(self, sent: int, received: int) -> None:
        """Count what a chunk tells: all so far; or, where it tells nothing of what was sent, what has come since (Anthropic, Google)."""
        if self._counted and not sent:
            self._counted = (self._counted[0], self._counted[1] + received)
        else:
            self._counted = (sent, received)

    def check(self) -> None:
        """Raises `ModelFailed` unless this was a whole answer."""
        if self._ended_by in _FILTERED:
            raise ModelFailed(Trouble.REFUSED)
        if self._ended_by in _TOO_SHORT:
            raise ModelFailed(Trouble.CUT_OFF)
        if not self._ended_by:
            raise ModelFailed(Trouble.CUT_OFF if self.said else Trouble.GARBLED, again=True)
        if not self.said:
            raise ModelFailed(Trouble.EMPTY)  # it has been paid for, and would be again


def _translated(error: Exception, *, began: bool) -> ModelFailed:
    """What an error of a provider's client means; `began` says that some text had come before it."""
    if isinstance(error, ValueError) and not status(
        error
    ):  # json.JSONDecodeError, pydantic's: nothing that can be read
        return ModelFailed(Trouble.CUT_OFF if began else Trouble.GARBLED, again=True)
    trouble = _trouble(error)
    if began and trouble in (Trouble.UNREACHABLE, Trouble.BUSY):
        trouble = Trouble.CUT_OFF
    return ModelFailed(trouble, again=_is_told_in_the_stream(error) or wait_before_next(error, 1) is not None)


def _is_told_in_the_stream(error: Exception) -> bool:
    """Whether the server told of a fault after it had begun to answer: openai's error for that has no status."""
    return type(error).__name__ == "APIError" and not status(error) and not is_out_of_credit(error)


def _wait(failure: ModelFailed, attempt: int) -> float | None:
    """Seconds to wait before the model is asked again; None where that is of no use."""
    if isinstance(failure.__cause__, Exception) and (wait := wait_before_next(failure.__cause__, attempt)) is not None:
        return wait
    return _FIRST_WAIT * 2.0 ** (attempt - 1) if failure.again else None


def _trouble(error: Exception) -> Trouble:
    code = status(error)
    if is_out_of_credit(error) or code == 402:
        return Trouble.NO_CREDIT
    if code in (400, 403, 422, 451) and _POLICY.search(str(error)):
        return Trouble.REFUSED
    if is_too_long(error) or type(error).__name__ == "ContextOverflowError":
        return Trouble.TOO_LONG
    known = {401: Trouble.KEY_REFUSED, 403: Trouble.KEY_REFUSED, 404: Trouble.NO_SUCH_MODEL}
    if code in known:
        return known[code]
    if code in (408, 409, 425, 429) or code >= 500 or _is_told_in_the_stream(error):
        return Trouble.BUSY
    return Trouble.UNREACHABLE if not code and is_connection(error) else Trouble.UNUSABLE


def _now() -> float:
    return asyncio.get_running_loop().time()


def chat_model(name: str, *, answer_tokens: int, api_key: str = "", base_url: str = "") -> "BaseChatModel":
    """LangChain's model for `provider:model`; `api_key` and `base_url` are OpenAI's, other providers read their own from the environment.

    Raises `ModelFailed` where a package is missing or the model cannot be set up; what to do about it is its `hint`.
    """
    provider = name.partition(":")[0]
    options: dict[str, Any] = {}
    if provider in ("openai", "azure_openai"):
        from openai import Timeout

        # Not retried by the client, which would wait for as long as the server asks; a stream's chunks are waited for by us.
        timeout = Timeout(None, connect=_CONNECTING)
        options = {"timeout": timeout, "max_retries": 0, "max_tokens": answer_tokens, "stream_usage": True}
    if provider == "openai":
        options |= openai_access(api_key, base_url)
    if "base_url" in options:
        options["use_responses_api"] = False
    try:
        from langchain.chat_models import init_chat_model

        made: BaseChatModel = init_chat_model(name, **options)
        return made
    except ImportError as error:
        raise ModelFailed(Trouble.UNUSABLE, hint=f"pip install {missing_package(error)}") from error
    except Exception as error:  # each provider checks its settings in its own way
        raise ModelFailed(Trouble.UNUSABLE, hint="check KILDEBOT_MODEL and the provider's key") from error
