"""What becomes of an answer when the chat model fails, in each way in which servers do. Over real HTTP."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from llmock.pytest_plugin import LLMock

from bot.answer import Answer, Status, Written
from bot.errors import Trouble
from bot.writers.model import _Come
from tests.written.conftest import MakeChain, Speak
from tests.written.speaker import Saying, Script, failing, in_turn, saying

QUESTION = "Hvor mange biler tar fergen Heilhorn?"
WHOLE = "Fergen Heilhorn tar 60 biler [1]."
LONGER = "Fergen Heilhorn tar 60 biler [1]. Overfarten tar 25 minutter [2]. Kommunen betalte 180 millioner kroner for fergen [3]."


def is_quoted(answer: Answer, trouble: Trouble) -> bool:
    """Whether the answer is made of quotes, says why, and is right."""
    return (answer.writer, answer.trouble, answer.status) == ("quoting", trouble, Status.ANSWERED) and (
        "60 biler" in answer.text
    )


def test_a_whole_answer_is_given_with_what_it_cost(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(WHOLE, usage={"prompt_tokens": 900, "completion_tokens": 12, "total_tokens": 912}))
    answer = make_chain(speaker.address, prices="speaker=1/2").answer(QUESTION)

    assert (answer.status, answer.writer, answer.model) == (Status.ANSWERED, "model", "openai:speaker")
    assert answer.text == WHOLE
    assert [(each.number, each.proven, each.article.id) for each in answer.citations] == [(1, True, "ferge")]
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (900, 12)
    assert answer.usage.dollars == pytest.approx(900e-6 + 24e-6)


FAILURES: dict[str, tuple[Script, Trouble]] = {
    "401": (failing(401), Trouble.KEY_REFUSED),
    "403": (failing(403), Trouble.KEY_REFUSED),
    "404": (failing(404), Trouble.NO_SUCH_MODEL),
    "no credit": (failing(429, "insufficient_quota"), Trouble.NO_CREDIT),
    "429 that asks for too long": (failing(429, **{"Retry-After": "99"}), Trouble.BUSY),
    "503 that asks for too long": (failing(503, **{"Retry-After": "99"}), Trouble.BUSY),
    "policy": (failing(400, "content_policy_violation", "content policy"), Trouble.REFUSED),
    "unsupported": (failing(400, "unsupported_parameter", "temperature is not supported"), Trouble.UNUSABLE),
    "filtered": (saying("Det kan jeg ikke.", finish="content_filter"), Trouble.REFUSED),
    "refused without a word": (saying("", refusal="No."), Trouble.EMPTY),
    "a page of HTML": (lambda _, __: Saying(body=b"<html>hei</html>"), Trouble.GARBLED),
    "JSON of another kind": (lambda _, __: Saying(body=b'{"choices": "?"}'), Trouble.GARBLED),
    "nothing": (saying(""), Trouble.EMPTY),
    "nothing of it proven": (
        saying("Paris er hovedstaden i Frankrike [1]. Der bor det to millioner mennesker."),
        Trouble.UNPROVEN,
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_each_failure_ends_in_quotes_and_says_why(failure: str, speak: Speak, make_chain: MakeChain) -> None:
    script, trouble = FAILURES[failure]
    chain = make_chain(speak(script).address, deadline=1.5)
    began = time.monotonic()
    assert is_quoted(chain.answer(QUESTION), trouble)
    assert time.monotonic() - began < 4


def test_a_server_that_is_not_there_ends_in_quotes(make_chain: MakeChain) -> None:
    assert is_quoted(make_chain("http://127.0.0.1:9/v1", deadline=2.0).answer(QUESTION), Trouble.UNREACHABLE)


def test_a_model_that_says_nothing_in_time_ends_in_quotes_within_the_deadline(
    speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(saying(WHOLE, by=40, pause=3.0))
    began = time.monotonic()
    assert is_quoted(make_chain(speaker.address, deadline=1.5).answer(QUESTION), Trouble.LATE)
    assert time.monotonic() - began < 2.5


def test_a_model_that_is_late_with_the_rest_leaves_what_is_proven(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(lambda _, __: Saying([WHOLE, " Overfarten tar", " 25"] + [" "] * 99, pause=0.2))
    answer = make_chain(speaker.address, deadline=2.0).answer(QUESTION)

    assert (answer.status, answer.trouble, answer.text) == (Status.PARTIAL, Trouble.LATE, WHOLE)


@pytest.mark.parametrize("finish", [None, "length"])
def test_an_answer_that_breaks_off_is_partial_and_ends_with_a_whole_sentence(
    finish: str | None, speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(saying(f"{WHOLE} Overfarten tar 25 min", finish=finish))
    answer = make_chain(speaker.address, deadline=3.5).answer(QUESTION)

    assert (answer.status, answer.trouble, answer.text) == (Status.PARTIAL, Trouble.CUT_OFF, WHOLE)
    assert len(speaker.requests) == (3 if finish is None else 1), "only what may go better is tried again"


def test_an_answer_that_never_ends_is_cut_off(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(lambda _, __: Saying([WHOLE + "\n"] + ["Fergen er fin og fin. " * 50] * 100))
    answer = make_chain(speaker.address).answer(QUESTION)

    assert (answer.status, answer.trouble) == (Status.PARTIAL, Trouble.CUT_OFF)
    assert len(answer.text) < 20_000


def test_too_many_passages_are_halved_until_the_model_takes_them(speak: Speak, make_chain: MakeChain) -> None:
    too_long = failing(400, "context_length_exceeded", "maximum context length is 512 tokens")
    speaker = speak(in_turn(too_long, saying(f"Skolen på Leka har 41 elever [1]. {WHOLE}")))
    answer = make_chain(speaker.address).answer("Hvor mange biler tar fergen, og hvor mange elever har skolen på Leka?")

    assert answer.writer == "model"
    assert len(speaker.prompt(1)) < len(speaker.prompt(0))


def test_a_model_that_takes_no_passage_at_all_ends_in_quotes(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(failing(413))
    assert is_quoted(make_chain(speaker.address).answer(QUESTION), Trouble.TOO_LONG)


def test_after_several_failures_a_model_is_left_alone_for_a_while(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(failing(401))
    chain = make_chain(speaker.address)
    answers = [chain.answer(QUESTION) for _ in range(7)]

    assert [each.trouble for each in answers] == [Trouble.KEY_REFUSED] * 5 + [Trouble.RESTING] * 2
    assert len(speaker.requests) == 5


@pytest.mark.parametrize("limit", [{"daily_tokens": 5_000}, {"daily_dollars": 0.005, "prices": "speaker=1/1"}])
def test_what_may_be_spent_in_a_day_is_not_exceeded(
    limit: dict[str, object], archive: Path, speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(saying(WHOLE, usage={"prompt_tokens": 2_000, "completion_tokens": 10, "total_tokens": 2_010}))
    chain = make_chain(speaker.address, **limit)
    troubles = [chain.answer(QUESTION).trouble for _ in range(4)]

    assert troubles[0] is None
    assert troubles[-1] is Trouble.LIMIT
    assert len(speaker.requests) * 2_010 <= 5_000
    another = make_chain(speaker.address, **limit)
    assert another.answer(QUESTION).trouble is Trouble.LIMIT, "the day's spending outlives the process"


def test_nothing_of_a_secret_or_of_a_question_stands_in_a_log(
    speak: Speak, make_chain: MakeChain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "bot")
    caplog.set_level("DEBUG", "vectorstore")
    for script in (failing(500), failing(401, message="bad key sk-canary"), saying(WHOLE, finish=None)):
        make_chain(speak(script).address, openai_api_key="sk-canary", deadline=1.5).answer(QUESTION)

    assert "sk-canary" not in caplog.text
    assert "Heilhorn" not in caplog.text


Break = Callable[[LLMock], object]

# llmock breaks the stream in every way it knows, and judges how the client took it.

FAULTS: dict[str, Break] = {
    "429": lambda mock: mock.rate_limit(times=1, retry_after=0.6),
    "429 twice": lambda mock: mock.rate_limit(times=2, retry_after=0.4),
    "500": lambda mock: mock.fail(500),
    "502": lambda mock: mock.fail(502),
    "529": lambda mock: mock.fail(529),
    "disconnect": lambda mock: mock.disconnect(after_chunks=3),
    "truncate": lambda mock: mock.truncate(after_chunks=3),
    # Word by word: else all is sent before it can be seen to be broken, and llmock takes it for accepted.
    "corrupt": lambda mock: mock.pace(20).corrupt(after_chunks=3),
    "corrupt at once": lambda mock: mock.pace(20).corrupt(after_chunks=1),
    "slow first token": lambda mock: mock.slow_first_token(0.7),
    "delay": lambda mock: mock.delay(0.7),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_not_noticed_in_the_answer(fault: str, llmock: LLMock, make_chain: MakeChain) -> None:
    FAULTS[fault](llmock.reply(LONGER, times=None))
    answer = make_chain(llmock.base_url(), deadline=12.0).answer(QUESTION)

    assert (answer.status, answer.trouble, answer.text) == (Status.ANSWERED, None, LONGER)
    llmock.assert_resilient(strict=True)


LASTING: dict[str, tuple[Break, Trouble]] = {
    "429": (lambda mock: mock.rate_limit(times=None, retry_after=0.3), Trouble.BUSY),
    "outage": (lambda mock: mock.outage(), Trouble.BUSY),
    "disconnect": (lambda mock: mock.disconnect(after_chunks=1, times=None), Trouble.UNREACHABLE),
    "401": (lambda mock: mock.fail(401, times=None), Trouble.KEY_REFUSED),
    "context": (lambda mock: mock.context_overflow(times=None), Trouble.TOO_LONG),
}


@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_lasts_ends_in_quotes_and_a_clean_verdict(
    fault: str, llmock: LLMock, make_chain: MakeChain
) -> None:
    breaking, trouble = LASTING[fault]
    breaking(llmock.reply(LONGER, times=None))
    assert is_quoted(make_chain(llmock.base_url(), deadline=3.0).answer(QUESTION), trouble)
    llmock.assert_resilient()


def test_a_stream_that_stalls_is_left_and_asked_again(llmock: LLMock, make_chain: MakeChain, speak: Speak) -> None:
    llmock.reply(LONGER, times=None).stall(after_chunks=3, seconds=30)
    chain = make_chain(llmock.base_url(), deadline=2.5)
    began = time.monotonic()
    answer = chain.answer(QUESTION)

    assert is_quoted(answer, Trouble.LATE)
    assert time.monotonic() - began < 4
    llmock.assert_resilient()


def test_who_stops_an_answer_ends_the_request(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(LONGER, by=6, pause=0.1))
    events = make_chain(speaker.address).stream(QUESTION)
    for event in events:
        if isinstance(event, Written) and event.text:
            break
    events.close()
    until = time.monotonic() + 3
    while not speaker.left_early and time.monotonic() < until:
        time.sleep(0.05)

    assert speaker.left_early == 1


def test_a_fault_that_is_told_in_the_stream_passes_when_the_model_is_asked_again(
    speak: Speak, make_chain: MakeChain
) -> None:
    fault = b'data: {"error": {"message": "overloaded", "type": "server_error", "code": "server_error"}}\n\n'
    speaker = speak(in_turn(lambda _, __: Saying(body=fault), saying(WHOLE)))
    answer = make_chain(speaker.address, deadline=6.0).answer(QUESTION)
    assert (answer.writer, answer.text, len(speaker.requests)) == ("model", WHOLE, 2)


def test_what_providers_tell_in_several_chunks_is_all_counted() -> None:
    def told(*counts: tuple[int, int]) -> tuple[int, int]:
        come = _Come(1)
        for sent, received in counts:
            usage = UsageMetadata(input_tokens=sent, output_tokens=received, total_tokens=sent + received)
            come.take(AIMessageChunk(content="x", usage_metadata=usage))
        return come.tokens

    assert told((900, 12)) == (900, 12)
    assert told((900, 1), (0, 11)) == (900, 12)  # Anthropic, Google: what is new
    assert told((900, 1), (900, 7), (900, 12)) == (900, 12)  # others: all so far


def test_a_model_that_was_asked_and_never_answered_is_paid_for(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(WHOLE, by=40, pause=3.0))
    assert make_chain(speaker.address, deadline=1.5).answer(QUESTION).usage.input_tokens > 0
    assert make_chain("http://127.0.0.1:9/v1", deadline=1.5).answer(QUESTION).usage.tokens == 0


def test_an_answer_may_be_no_longer_than_what_the_model_takes_beside_the_question(
    speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(saying(WHOLE))
    make_chain(speaker.address, context_tokens=2_000).answer(QUESTION)
    assert speaker.requests[0]["max_completion_tokens"] == 500
