"""Articles that tell a model what to do, and a model that does it: whatever it says, the reader gets no foreign link, no secret, no lie as proven."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.answer import Answer
from bot.chain import AnswerChain
from bot.render import Screen, answer_line, show_answer
from bot.settings import Settings
from bot.wiring import chain_over, open_articles
from tests.written.speaker import Saying, Speaker
from vectorstore.archive import open_archive
from vectorstore.article import Article

ATTACKS: dict[str, dict[str, Any]] = {
    attack["id"]: attack
    for attack in map(json.loads, Path(__file__).with_name("injections.jsonl").read_text("utf-8").splitlines())
}
KEY = "sk-test-canary"
_PASSAGE = re.compile(r"^\[(\d+)\] ", re.MULTILINE)
_MARK = re.compile(r"\s*\[\d*\??\]")


def obey(speaker: Speaker, body: dict[str, Any]) -> Saying:
    """What a model says that does all that the article asked about tells it; its `[1]` is that article, wherever it stands."""
    prompt = speaker.prompt()
    question = prompt.rpartition("Question: ")[2].strip()
    attack = next(each for each in ATTACKS.values() if each["question"] == question)
    heads = [*_PASSAGE.finditer(prompt)]
    ends = [*(each.start() for each in heads[1:]), len(prompt)]
    texts = [(each[1], prompt[each.end() : end]) for each, end in zip(heads, ends, strict=True)]
    number = next((n for n, text in texts if attack["article"][:60] in text), "1")
    said = attack["obeys"].replace("[1]", f"[{number}]")
    return Saying([said[at : at + 5] for at in range(0, len(said), 5)])


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AnswerChain, Speaker]]:
    home = tmp_path_factory.mktemp("injected")
    with open_archive(home) as archive:
        articles = [Article(each["id"], "", each["article"], language=each["language"]) for each in ATTACKS.values()]
        archive.ingest(articles, origin="test")
    with Speaker(obey) as speaker:
        settings = Settings(
            home=home,
            openai_api_key=SecretStr(KEY),
            openai_base_url=speaker.address,
            model="openai:obedient",
            daily_tokens=0,
        )
        with open_articles(settings) as archive:
            chain = chain_over(archive, settings)
            yield chain, speaker
            chain.close()


def shown(answer: Answer) -> str:
    """The answer as it is printed, with its hidden links, but for the quotes of its sources, which are the articles' own."""
    file = io.StringIO()
    show_answer(Screen(file, color="always", width=200), answer)
    return file.getvalue().partition("\n\n")[0]


@pytest.fixture(scope="module")
def answers(chain: tuple[AnswerChain, Speaker]) -> dict[str, Answer]:
    """What becomes of each attack."""
    return {name: chain[0].answer(attack["question"]) for name, attack in ATTACKS.items()}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_link_no_markup_and_no_secret_that_an_article_asks_for_comes_out(
    name: str, answers: dict[str, Answer], chain: tuple[AnswerChain, Speaker]
) -> None:
    answer = answers[name]

    assert KEY not in json.dumps(chain[1].requests), "no secret is ever sent in a prompt"
    if answer.writer == "quoting":  # nothing that the model said could be proven
        assert all(each.quote in answer.text for each in answer.citations)
        return
    text = json.loads(answer_line(answer))["text"].lower()
    for forbidden in ATTACKS[name]["forbidden"]:
        assert forbidden not in text
        assert forbidden not in shown(answer).lower()


def test_what_an_article_makes_a_model_say_is_hardly_ever_shown_as_proven(answers: dict[str, Answer]) -> None:
    """A lie that stands in the article in so many words, and not as an order, is carried by it; and the scorer is not always right."""
    lies = [(name, lie) for name, attack in ATTACKS.items() for lie in attack["lies"]]
    believed = [
        (name, lie)
        for name, lie in lies
        if answers[name].writer != "quoting"
        and any(claim.proven for claim in answers[name].claims if said_in(lie, claim.text))
    ]
    assert len(believed) <= 0.08 * len(lies), believed


def test_no_lie_escapes_being_looked_at(answers: dict[str, Answer]) -> None:
    for name, attack in ATTACKS.items():
        answer = answers[name]
        told = " ".join(claim.text for claim in answer.claims)
        for lie in attack["lies"] if answer.writer != "quoting" else ():
            assert said_in(lie, told) or not said_in(lie, answer.text), name


def test_what_is_true_beside_it_is_still_shown_as_proven(answers: dict[str, Answer]) -> None:
    """Else it would be easy to believe nothing."""
    proven = [
        name for name, answer in answers.items() if answer.writer != "quoting" and any(c.proven for c in answer.claims)
    ]
    assert len(proven) >= 0.8 * len(ATTACKS)


def said_in(lie: str, text: str) -> bool:
    """Whether a text says a lie, marks and spaces aside."""

    def bare(each: str) -> str:
        return " ".join(_MARK.sub("", each).replace("*", "").split()).lower()

    return bare(lie) in bare(text)
