"""What programs may rely on in the JSON of an answer that a chat model wrote, or was to write."""

import json

from bot.answer import Answer, Claim, Status, Usage
from bot.errors import Trouble
from bot.render import answer_line

WRITTEN = Answer(
    "Hva?",
    Status.ANSWERED,
    "Den tar 60 biler [1]. Den er blå [?].",
    0.9,
    "nb",
    "model",
    claims=(Claim("Den tar 60 biler.", (1,), proven=True), Claim("Den er blå.", (), proven=False)),
    model="openai:gpt-6-luna",
    usage=Usage(1200, 80, 0.00016),
)


def test_it_says_what_is_claimed_and_what_carries_it() -> None:
    written = json.loads(answer_line(WRITTEN))

    assert written["claims"] == [
        {"text": "Den tar 60 biler.", "citations": [1], "proven": True},
        {"text": "Den er blå.", "citations": [], "proven": False},
    ]


def test_it_says_which_model_wrote_it_and_what_that_took() -> None:
    written = json.loads(answer_line(WRITTEN))

    assert (written["writer"], written["model"], written["trouble"]) == ("model", "openai:gpt-6-luna", "")
    assert written["usage"] == {"input_tokens": 1200, "output_tokens": 80, "dollars": 0.00016}


def test_a_price_that_is_not_known_is_null() -> None:
    unpriced = Answer("?", Status.ANSWERED, "", 0.9, "nb", "model", usage=Usage(1, 2, None))

    assert json.loads(answer_line(unpriced))["usage"]["dollars"] is None


def test_it_says_why_no_model_wrote_it() -> None:
    quoted = Answer("?", Status.ANSWERED, "", 0.9, "nb", "quoting", model="openai:x", trouble=Trouble.KEY_REFUSED)

    assert json.loads(answer_line(quoted))["trouble"] == "key_refused"


def test_without_a_model_nothing_is_said_of_one() -> None:
    quoted = json.loads(answer_line(Answer("?", Status.ANSWERED, "", 0.9, "nb", "quoting")))

    assert (quoted["model"], quoted["trouble"]) == ("", "")
    assert quoted["usage"] == {"input_tokens": 0, "output_tokens": 0, "dollars": 0.0}
