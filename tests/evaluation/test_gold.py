"""What counts as the right passage."""

import pytest

from bot.evaluation import Expected, Gold, Misfit, Question, fitted, pattern
from tests.evaluation.samples import COPY, FERRY, SCHOOL, Shelf, span_of
from vectorstore.article import Article, Span

SHELF = Shelf(FERRY, SCHOOL, COPY)


def asked(*texts: str, articles: tuple[str, ...] = (), start: int | None = None, parts: bool = False) -> Question:
    return Question(1, "Hvor mange?", Expected(texts, articles, start, parts))


def gold(question: Question) -> Gold:
    [fit] = fitted([question], SHELF)
    assert fit.gold, fit.misfit
    return fit.gold


def misfit(question: Question, shelf: Shelf = SHELF) -> Misfit | None:
    [fit] = fitted([question], shelf)
    return fit.misfit


def whole(article: Article) -> Span:
    return Span(0, len(article.text))


def test_a_passage_is_right_that_has_the_answer_wherever_it_is() -> None:
    right = gold(asked("41 elever"))

    assert right.is_in(SCHOOL, whole(SCHOOL))
    assert right.is_in(COPY, whole(COPY))
    assert not right.is_in(SCHOOL, span_of(SCHOOL, "Rådmannen vil legge den ned."))
    assert not right.is_in(FERRY, whole(FERRY))


@pytest.mark.parametrize("named", ["skole", "La skolen leve", "la  SKOLEN leve"])
def test_only_the_article_that_is_named_counts_by_its_id_or_its_title(named: str) -> None:
    right = gold(asked("41 elever", articles=(named,)))

    assert right.is_in(SCHOOL, whole(SCHOOL))
    assert not right.is_in(COPY, whole(COPY))


def test_the_beginning_of_an_id_names_an_article_but_not_half_a_number() -> None:
    shelf = Shelf(Article("0041-mai", "Mai", "Det var i mai."), Article("004-april", "April", "Det var i april."))

    [fit] = fitted([asked(articles=("004",))], shelf)

    assert fit.gold
    assert fit.gold.articles == {"004-april"}


def test_a_copy_of_the_article_that_is_named_is_as_good() -> None:
    right = gold(asked("41 elever", articles=("skole",)))

    assert right.is_in(COPY, whole(COPY), copies=(SCHOOL,))
    assert not right.is_in(COPY, span_of(COPY, "NTB:"), copies=(SCHOOL,))


def test_where_a_place_is_given_the_same_words_elsewhere_do_not_count() -> None:
    second = span_of(FERRY, "41", FERRY.text.index("fredager"))
    right = gold(asked("41", articles=("2019/ferge",), start=second.start))

    assert right.is_in(FERRY, Span(second.start - 10, second.end))
    assert not right.is_in(FERRY, span_of(FERRY, "Den tar 41 biler"))


def test_where_the_text_has_moved_the_words_count() -> None:
    right = gold(asked("41 biler", articles=("2019/ferge",), start=3))

    assert right.is_in(FERRY, span_of(FERRY, "Den tar 41 biler"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("41", "i år 41 kom"),
        ("den er rask - og trygg", "Den  er\nrask – og trygg"),
        ('"Vi vant"', "«Vi vant»"),
        ("O'Brien", "James O’Brien"),
        ("10 000", "10\N{NO-BREAK SPACE}000 soldater"),
        ("a.b (c", "et a.b (c) her"),
    ],
)
def test_an_answer_is_found_as_people_type_it(text: str, said: str) -> None:
    assert pattern([text]).search(said)


@pytest.mark.parametrize(("text", "said"), [("41", "i 1941"), ("41", "412 biler"), ("fem", "femti"), ("a.b", "axb")])
def test_a_part_of_a_word_is_no_answer(text: str, said: str) -> None:
    assert not pattern([text]).search(said)


def test_needles_may_be_parts_of_words() -> None:
    assert gold(asked("41 elev", parts=True)).is_in(SCHOOL, whole(SCHOOL))
    assert misfit(asked("41 elev")) is Misfit.IN_NO_ARTICLE


def test_any_passage_of_an_article_will_do_where_only_that_is_named() -> None:
    right = gold(asked(articles=("skole",)))

    assert right.is_in(SCHOOL, Span(0, 1))
    assert not right.is_in(FERRY, whole(FERRY))


def test_a_question_whose_answer_is_not_in_the_archive_does_not_fit_it() -> None:
    assert misfit(asked("42 elever")) is Misfit.IN_NO_ARTICLE
    assert misfit(asked("42 elever", articles=("skole",))) is Misfit.NOT_IN_ARTICLE
    assert misfit(asked("41 elever", articles=("borte",))) is Misfit.NO_SUCH_ARTICLE
    assert misfit(Question(1, "Hva koster en Tesla?", None)) is None


def test_an_archive_is_not_read_through_for_articles_named_by_their_ids() -> None:
    shelf = Shelf(FERRY, SCHOOL)

    assert misfit(asked("41 elever", articles=("skole",)), shelf) is None
    assert misfit(asked("42 elever", articles=("skole",)), shelf) is Misfit.NOT_IN_ARTICLE
    assert shelf.times_read == 0


def test_each_question_keeps_its_place() -> None:
    questions = [
        Question(n, "?", Expected((text,))) for n, text in enumerate(("41 elever", "42 elever", "Ola Nordmo"), 1)
    ]

    fits = fitted(questions, SHELF)

    assert [(each.question.number, each.misfit is None) for each in fits] == [(1, True), (2, False), (3, True)]
