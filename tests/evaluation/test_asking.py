"""What is made of an answer: whether it is right, and whether its quotes are the article's own."""

from dataclasses import replace

import pytest

from bot.answer import Answer, Claim, Status
from bot.errors import BotError
from bot.evaluation import Expected, Fitted, Outcome, Question, asked, failed, fitted, outcomes
from bot.memory import Conversation, Turn
from tests.evaluation.samples import COPY, FERRY, SCHOOL, Finder, Shelf, Speaker, cited, span_of
from vectorstore.article import Passage
from vectorstore.errors import VectorstoreError

SHELF = Shelf(FERRY, SCHOOL, COPY)
EARLIER = Conversation((Turn("Hvor er skolen?", "På Leka. [1]"),))


def question(expected: Expected | None) -> Fitted:
    [fit] = fitted([Question(3, "Hvor mange elever?", expected, EARLIER, "lett")], SHELF)
    return fit


def become(expected: Expected | None, speaker: Speaker, finder: Finder | None = None) -> Outcome:
    return asked(question(expected), finder or Finder(), speaker, SHELF)


def passage(text: str) -> Passage:
    article = SCHOOL if text in SCHOOL.text else FERRY
    return Passage(article, span_of(article, text))


def test_a_question_is_asked_and_searched_for_after_what_was_said_before() -> None:
    speaker, finder = Speaker(), Finder()

    become(Expected(("41 elever",)), speaker, finder)

    assert speaker.asked == [("Hvor mange elever?", EARLIER)]
    assert finder.asked == [("Hvor mange elever?", ("Hvor er skolen?",))]


def test_the_place_of_the_first_right_passage_is_kept() -> None:
    finder = Finder(passage("Den tar 41 biler"), passage("Rådmannen"), passage("41 elever"), passage("har 41 elever"))

    outcome = become(Expected(("41 elever",)), Speaker(), finder)

    assert [each.right for each in outcome.passages] == [False, False, True, True]
    assert outcome.rank == 3


def test_a_citation_is_right_if_its_quote_holds_the_answer() -> None:
    wrong, right = cited(SCHOOL, "Rådmannen vil legge den ned."), cited(SCHOOL, "Skolen på Leka har 41 elever.", 2)

    second = become(Expected(("41 elever",)), Speaker(wrong, right))
    first = become(Expected(("41 elever",)), Speaker(right, wrong))

    assert (second.right_first, second.right_any, second.is_well) == (False, True, False)
    assert (first.right_first, first.right_any, first.is_well) == (True, True, True)


def test_a_copy_that_is_cited_for_the_article_that_is_named_is_right() -> None:
    citation = cited(COPY, "Skolen på Leka har 41 elever.", also_in=(SCHOOL,))

    assert become(Expected(("41 elever",), ("skole",)), Speaker(citation)).right_first


def test_a_question_without_an_answer_goes_well_when_it_is_refused() -> None:
    refused = become(None, Speaker(status=Status.NOT_FOUND))
    answered = become(None, Speaker(cited(SCHOOL, "41 elever")))

    assert (refused.answerable, refused.refused, refused.is_well) == (False, True, True)
    assert (answered.answered, answered.right_first, answered.is_well) == (True, False, False)


def test_a_quote_is_held_against_the_archives_own_article() -> None:
    altered = replace(SCHOOL, text=SCHOOL.text.replace("41", "14"))
    gone = replace(SCHOOL, id="borte")

    outcome = become(
        None, Speaker(cited(SCHOOL, "41 elever"), cited(altered, "14 elever", 2), cited(gone, "41 elever", 3))
    )

    assert [each.exact for each in outcome.citations] == [True, False, False]


def test_a_quote_of_nothing_is_not_exact() -> None:
    blank = replace(cited(FERRY, "\n\n"))

    assert [each.exact for each in become(None, Speaker(blank)).citations] == [False]


def test_what_the_answer_claims_and_cost_is_kept() -> None:
    claims = [Claim("41 elever.", (1,), True), Claim("42 lærere.", (), False)]

    outcome = become(Expected(("41 elever",)), Speaker(cited(SCHOOL, "41 elever"), claims=claims))

    assert outcome.claims == tuple(claims)
    assert (outcome.usage.tokens, outcome.usage.dollars) == (110, None)
    assert outcome.ask_seconds > 0
    assert outcome.search_seconds > 0
    assert (outcome.number, outcome.sort, outcome.expected) == (3, "lett", ("41 elever",))


def test_a_question_that_failed_was_neither_answered_nor_refused() -> None:
    for expected in (None, Expected(("41 elever",))):
        outcome = failed(question(expected), "the archive is locked")

        assert (outcome.answered, outcome.refused, outcome.is_well) == (False, False, False)
        assert outcome.answerable is (expected is not None)


@pytest.mark.parametrize("error", [VectorstoreError("the archive is locked"), BotError("the archive is locked")])
def test_a_question_that_cannot_be_answered_is_told_of_and_the_others_go_on(error: Exception) -> None:
    class Failing(Speaker):
        def answer(self, question: str, conversation: Conversation) -> Answer:
            if len(self.asked) == 1:
                self.asked.append((question, conversation))
                raise error
            return super().answer(question, conversation)

    made = list(outcomes([question(None)] * 3, Finder(), Failing(status=Status.NOT_FOUND), SHELF))

    assert [each.error for each in made] == ["", "the archive is locked", ""]
    assert [each.refused for each in made] == [True, False, True]
