"""From a question to a cited answer, over a real archive with real indexes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.answer import Answer, Citation, Draft, Status
from bot.chain import AnswerChain
from bot.citations import prove, sentence_link, unmarked, without_list_sign
from bot.memory import Conversation, Turn
from bot.messages import Language, say
from bot.samples import sample_articles_folder
from bot.writers.evidence import answer_features, sentence_features
from bot.writers.quoting import QuotingWriter
from vectorstore import Article, Genre, Published, Span
from vectorstore.archive import Archive, open_archive
from vectorstore.fusion import Findings, features, match
from vectorstore.reading import read
from vectorstore.search import Search
from vectorstore.trees import Trees

ENGLISH_ARTICLE = Article(
    "harbour",
    "Ferry stops for the winter",
    "The ferry between Moss and Horten stopped on Monday. The company lacks spare parts for the engine. It will sail again in March.",
    Published.parse("2024-01"),
    "Fjord Times",
    Genre.NEWS,
    "https://example.org/ferry",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with open_archive(tmp_path_factory.mktemp("answering")) as opened:
        opened.ingest([*read(sample_articles_folder()), ENGLISH_ARTICLE])
        yield opened


@pytest.fixture(scope="module")
def search(archive: Archive) -> Search:
    return Search(archive)


@pytest.fixture(scope="module")
def chain(search: Search) -> AnswerChain:
    return AnswerChain(search, QuotingWriter())


def first_quote(answer: Answer) -> str:
    return answer.citations[0].quote if answer.citations else ""


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Hvilken gave hadde Kim med til Putin?", "sverd"),
        ("Hvilke bombefly fikk Kim inspisere?", "Tu-160"),
        ("Hvor mange reservesoldater har Nord-Korea?", "7,6 millioner"),
        ("How many reserve soldiers does North Korea have?", "7,6 millioner"),
        ("When will the ferry sail again?", "March"),
        ("hvilken gave hadd kim med til puttin", "sverd"),
        ("Hvor møttes Kim og Putin?", "Vladivostok"),
        ("Kva gåve hadde Kim med seg til Putin?", "sverd"),
    ],
)
def test_the_first_quote_answers_the_question(chain: AnswerChain, question: str, quoted: str) -> None:
    answer = chain.answer(question)
    assert answer.status is Status.ANSWERED
    assert quoted in first_quote(answer)


@pytest.mark.parametrize(
    "question",
    ["Hva koster en Tesla Model 3?", "What is the capital of Australia?", "xyzzy", "?", "", "hva", "og i på det"],
)
def test_what_no_article_tells_is_not_answered(chain: AnswerChain, question: str) -> None:
    answer = chain.answer(question)
    assert (answer.status, answer.citations) == (Status.NOT_FOUND, ())
    assert answer.text == say("not_found", Language(answer.language))


def test_every_quote_is_the_article_word_for_word(chain: AnswerChain, archive: Archive) -> None:
    for question in ("Hva ønsker Kim?", "Hvem er John Park?", "Hva skjedde i Vladivostok?"):
        for citation in chain.answer(question).citations:
            stored = archive.article(citation.article.id)
            assert stored is not None
            assert citation.quote == stored.text[citation.span.start : citation.span.end]


def test_an_answer_has_one_to_three_quotes_each_with_its_mark(chain: AnswerChain) -> None:
    answer = chain.answer("Hva ønsker Kim av Russland?")
    assert 1 <= len(answer.citations) <= 3
    assert all(f"{each.quote} [{each.number}]" in answer.text for each in answer.citations)
    assert len({each.quote for each in answer.citations}) == len(answer.citations)


def test_the_answer_is_in_the_language_of_the_question_unless_told_otherwise(search: Search) -> None:
    assert AnswerChain(search, QuotingWriter()).answer("What does a Tesla cost?").language == "en"
    assert AnswerChain(search, QuotingWriter()).answer("Kva kostar ein Tesla?").language == "nb"
    assert AnswerChain(search, QuotingWriter(), Language.NORWEGIAN).answer("What does a Tesla cost?").language == "nb"


def test_a_follow_up_is_about_what_was_asked_before(chain: AnswerChain) -> None:
    conversation = Conversation(
        (Turn("Hvorfor har fergen mellom Moss og Horten stanset?", "The company lacks spare parts."),)
    )
    assert first_quote(chain.answer("When will it sail again?", conversation)).startswith("It will sail")


@pytest.mark.parametrize(
    ("before", "question", "quoted"),
    [
        ("Hvilken gave hadde Kim med til Putin?", "Which company lacks spare parts for its ferry?", "spare parts"),
        ("Hvorfor har fergen mellom Moss og Horten stanset?", "Hvilken gave hadde Kim med?", "sverd"),
        ("Hvilke bombefly fikk Kim inspisere?", "Hvor lang er verneplikten i Nord-Korea?", "ti år"),
    ],
)
def test_who_changes_the_subject_is_answered_as_if_they_had_asked_nothing_before(
    before: str, question: str, quoted: str, chain: AnswerChain
) -> None:
    conversation = Conversation((Turn(before, chain.answer(before).text),))
    answer = chain.answer(question, conversation)
    assert answer.citations == chain.answer(question).citations
    assert quoted in first_quote(answer)


def test_who_asks_about_two_people_is_not_answered_with_one_of_them(tmp_path: Path) -> None:
    """Where every article is about Ada, her name tells nothing apart; but Bo is asked for too, who stands in nearly as many."""
    rounds = [
        f"Ada møtte {name} i {place} i mai." for name, place in (("Bo", "Bergen"), ("Cy", "Moss"), ("Di", "Voss"))
    ]
    with open_archive(tmp_path) as archive:
        archive.ingest(
            Article(f"a{n}", f"Ada på reise {n}", " ".join([*rounds[n % 3 :], *rounds[: n % 3], "Bo ventet."]))
            for n in range(6)
        )
        answer = AnswerChain(Search(archive), QuotingWriter()).answer("Hvor møtte Ada Bo?")
    assert "Bergen" in first_quote(answer)


def test_what_was_asked_before_does_not_answer_what_no_article_tells(chain: AnswerChain) -> None:
    conversation = Conversation((Turn("Hvilken gave hadde Kim med til Putin?", "Et sverd."),))
    assert chain.answer("Hva heter Kim Jong-uns datter?", conversation).status is Status.NOT_FOUND


def test_where_nothing_answers_the_nearest_articles_are_named(chain: AnswerChain) -> None:
    answer = chain.answer("Hva heter Kim Jong-uns datter?")
    assert answer.status is Status.NOT_FOUND
    assert answer.nearest


class Inventing:
    """A writer that cites what is not there. Doubles as any writer that goes wrong."""

    name = "inventing"

    def write(self, findings: Findings) -> Draft:
        article = ENGLISH_ARTICLE
        return Draft("The ferry sank. [1]", (Citation(1, article, Span(10_000, 10_020)),), 1.0)


def test_an_answer_that_cites_nothing_we_have_is_not_given(search: Search) -> None:
    answer = AnswerChain(search, Inventing()).answer("What happened to the ferry?")
    assert (answer.status, answer.citations) == (Status.NOT_FOUND, ())
    assert "sank" not in answer.text


def test_a_citation_of_nothing_visible_is_dropped() -> None:
    article = Article("a", "", "Ja.   Nei.")
    kept = prove(
        [Citation(1, article, Span(0, 3)), Citation(2, article, Span(3, 6)), Citation(3, article, Span(6, 99))]
    )
    assert [each.number for each in kept] == [1]


def test_a_mark_with_nothing_behind_it_is_not_shown() -> None:
    article = Article("a", "", "Ja.")
    assert unmarked("Ja. [1] Nei [7]. [2]", [Citation(2, article, Span(0, 3))]) == "Ja. [1] Nei [7]."


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("Kim kom.", "Kim%20kom."),
        ("Jong-un, leder & sjef", "Jong%2Dun%2C%20leder%20%26%20sjef"),
        (
            "En to tre fire fem " + "og så videre " * 20 + "seks sju åtte ni ti",
            "En%20to%20tre%20fire%20fem,seks%20sju%20%C3%A5tte%20ni%20ti",
        ),
    ],
)
def test_a_link_opens_the_page_at_the_sentence(text: str, fragment: str) -> None:
    article = Article("a", "", text, url="https://example.org/a#top")
    assert sentence_link(article, text) == f"https://example.org/a#:~:text={fragment}"


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("- Kim sender soldater.", "Kim sender soldater."),
        ("•\u00a0Kim sender soldater.", "Kim sender soldater."),
        ("* Kim", "Kim"),
        ("– Vi er glade, sier Kim.", "– Vi er glade, sier Kim."),
        ("-20 grader", "-20 grader"),
        ("Kim - og Putin", "Kim - og Putin"),
        ("- ", "- "),
    ],
)
def test_a_quote_begins_after_the_sign_of_a_list(sentence: str, quote: str) -> None:
    article = Article("a", "Kort sagt", f"Først dette.\n{sentence}\nSå dette.")
    start = article.text.index(sentence)

    assert without_list_sign(article, Span(start, start + len(sentence))).of(article.text) == quote


def test_an_article_without_a_page_has_no_link() -> None:
    assert sentence_link(Article("a", "", "Text"), "Text") == ""


def test_an_article_that_was_removed_is_never_cited_again(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.ingest([ENGLISH_ARTICLE])
        chain = AnswerChain(Search(archive), QuotingWriter())
        assert chain.answer("When will the ferry sail again?").citations
        archive.remove(["harbour"])
        answer = chain.answer("When will the ferry sail again?")
        assert (answer.citations, answer.nearest) == ((), ())


def test_an_article_that_changed_is_quoted_as_it_is_now(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.ingest([ENGLISH_ARTICLE])
        chain = AnswerChain(Search(archive), QuotingWriter())
        chain.answer("When will the ferry sail again?")
        archive.ingest([Article("harbour", "Ferry", "The ferry between Moss and Horten will sail again in May.")])
        assert "May" in first_quote(chain.answer("When will the ferry sail again?"))


def test_every_feature_has_a_finite_value_for_each_thing(search: Search) -> None:
    for question in ("Hva ønsker Kim av Putin?", "How long did it last?", "10 000", "Kim"):
        query, candidates = search.candidates(question)
        findings = search.find(question)
        told = sentence_features(findings)
        count = sum(len(each.sentences) for each in findings.candidates)
        answered = answer_features(findings, told, np.zeros(count))
        for columns, length in (
            (features(query, candidates, match(query, candidates)), len(candidates)),
            (told, count),
            (answered, 1),
        ):
            assert all(column.shape == (length,) and np.isfinite(column).all() for column in columns.values())


def test_hits_are_best_first_and_no_more_than_asked_for(search: Search) -> None:
    hits = search.hits("Hva ønsker Kim av Putin?", limit=4)
    assert len(hits) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_trees_give_the_sum_of_their_leaves(tmp_path: Path) -> None:
    feature, left, right = ([np.array(row, np.int32)] * 2 for row in ([0, 0, 0], [1, 1, 2], [2, 1, 2]))
    threshold, value = ([np.array(row)] * 2 for row in ([0.5, 0.0, 0.0], [0.0, -1.0, 3.0]))
    trees = Trees(
        ("height",), np.stack(feature), np.stack(threshold), np.stack(left), np.stack(right), np.stack(value), depth=1
    )
    assert trees.scores({"age": np.zeros(2), "height": np.array([0.5, 0.6])}).tolist() == [-2.0, 6.0]
    trees.write(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        assert stored["threshold"].tolist() == trees.threshold.tolist()
