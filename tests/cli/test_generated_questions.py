"""Whatever is asked, there is an answer: the questions are generated."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.chain import AnswerChain
from bot.cli.questions import parse
from bot.render import Screen, answer_line, show_answer
from bot.settings import Settings
from bot.wiring import open_chain

QUESTIONS = 10_000
"""So many must be answered; a tenth of them are made of words that the articles hold, which takes most of the time."""

WORDS = [
    "hvem",
    "hva",
    "når",
    "hvor",
    "how",
    "who",
    "fergen",
    "Leka",
    "Heilhorn",
    "reder",
    "skolen",
    "41",
    "elever",
    "whale",
    "Bodø",
    "ikke",
    "og",
    "NEAR(",
    "*",
    '"',
    "'",
    "{x}",
    "%s",
]
WILD = st.text(st.characters(exclude_categories=()), max_size=80)
KNOWN = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def chain(kept: Path) -> Iterator[AnswerChain]:
    with open_chain(Settings(home=kept)) as chain:
        yield chain


def answered(chain: AnswerChain, line: bytes) -> None:
    """Parses a line, answers it, and shows the answer in both ways, as the program does."""
    asked = parse(line)
    if asked.error:
        return
    answer = chain.answer(asked.question, asked.conversation)
    object_ = json.loads(answer_line(answer))
    assert object_["status"] in {"answered", "not_found"}
    assert bool(object_["citations"]) is (object_["status"] == "answered")
    file = io.StringIO()
    show_answer(Screen(file, color="never", width=60), answer)
    assert not set(file.getvalue()) & {"\x1b", "\x9b", "\x07", "\u202e"}


@settings(max_examples=QUESTIONS * 9 // 10, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(question=WILD)
def test_any_text_at_all_is_answered(chain: AnswerChain, question: str) -> None:
    answered(chain, question.encode("utf-8", "surrogatepass"))


@settings(max_examples=QUESTIONS // 10, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(question=KNOWN)
def test_any_order_of_words_is_answered(chain: AnswerChain, question: str) -> None:
    answered(chain, question.encode("utf-8", "surrogatepass"))


@settings(max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
@given(line=st.one_of(st.binary(max_size=60), st.binary(max_size=40).map(lambda some: b'{"question": ' + some)))
def test_any_bytes_make_a_line(line: bytes) -> None:
    asked = parse(line)
    assert asked.error or asked.question.strip()


@settings(max_examples=500)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["question", "history", "answer"]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_makes_a_line(value: object) -> None:
    asked = parse(json.dumps({"question": "Hvem?", "history": value}).encode())
    assert asked.error or asked.question == "Hvem?"
