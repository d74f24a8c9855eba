"""The word index: what counts as a match, and how much."""

import math
from pathlib import Path

import pytest

from vectorstore import Article, Published, Span
from vectorstore.chunking import passages
from vectorstore.language import stems
from vectorstore.words import Alternatives, Entry, Words, WordsWithTail

_TEXTS = [
    "Statsministeren møtte fiskerne i Tromsø.",
    "Fiskerne i Bodø fikk nye kvoter. Kvotene gjelder torsk.",
    "Kongen åpnet broen. Broen er 200 meter lang.",
    "The prime minister opened the bridges in London.",
    "Været blir fint.",
]


def _entry(key: int, text: str, title: str = "", **known: object) -> Entry:
    article = Article(f"a{key}", title, text, **known)  # type: ignore[arg-type]
    return Entry(key, article, [(key * 10 + at, span) for at, span in enumerate(passages(text))])


@pytest.fixture
def words() -> Words:
    index = Words()
    index.rebuild([_entry(key, text) for key, text in enumerate(_TEXTS)], revision=3)
    return index


def _term(*ways: str) -> Alternatives:
    return [(stem, 1.0) for stem in ways]


FISHER = stems(["fiskerne"], "nb")[0]


def test_a_passage_is_found_by_any_form_of_its_words_in_its_own_language(words: Words) -> None:
    assert [key for key, _ in words.search_passages([_term("kvot")], 9)] == [10]
    assert [key for key, _ in words.search_passages([_term("bridg")], 9)] == [30]
    assert {key for key, _ in words.search_passages([_term(FISHER)], 9)} == {0, 10}


def test_the_passage_with_more_of_the_terms_comes_first(words: Words) -> None:
    found = words.search_passages([_term(FISHER), _term("torsk")], 9)
    assert [key for key, _ in found] == [10, 0]
    assert found == sorted(found, key=lambda hit: -hit[1])


def test_scores_are_those_of_bm25(words: Words) -> None:
    ((_, score),) = words.search_articles([_term("kong")], 9)
    lengths = [6, 9, 8, 8, 3]  # words of each text; tantivy keeps lengths of up to 40 exactly
    rarity = math.log(1 + (6 - 1 + 0.5) / (1 + 0.5))  # 5 articles and the record of the revision
    expected = rarity * 2.2 / (1 + 1.2 * (0.25 + 0.75 * lengths[2] / (sum(lengths) / 6)))
    assert score == pytest.approx(expected, rel=0.02)


def test_a_term_counts_once_by_the_best_of_its_alternatives(words: Words) -> None:
    ((_, alone),) = words.search_passages([_term("torsk")], 9)
    both = dict(words.search_passages([[("torsk", 1.0), ("kvot", 0.1)]], 9))
    assert both[10] == pytest.approx(alone)
    half = dict(words.search_passages([[("torsk", 0.5)]], 9))
    assert half[10] == pytest.approx(alone / 2)


def test_nothing_is_found_for_nothing(words: Words) -> None:
    nothing: list[list[Alternatives]] = [[], [[]], [_term("finnesikke")], [[("torsk", 0.0)]], [_term("")]]
    for terms in nothing:
        assert words.search_passages(terms, 9) == []
    assert words.search_passages([_term("torsk")], 0) == []


def test_the_title_the_outlet_and_the_date_of_an_article_find_its_passages() -> None:
    index = Words()
    known = {"outlet": "Nordlys", "published": Published.parse("2019-05-17")}
    index.rebuild(
        [_entry(1, "Det var fint vær.", "Festen i byen", **known), _entry(2, "Det var fint vær.", "Annet")], 1
    )
    for stem in ("fest", "nordly", "2019", "mai", "may"):
        assert [key for key, _ in index.search_passages([_term(stem)], 9)] == [10], stem
        assert [key for key, _ in index.search_articles([_term(stem)], 9)] == [1], stem
    text, title = index.search_passages([_term("vær")], 9), index.search_passages([_term("fest")], 9)
    assert len(text) == 2
    assert index.search_passages([_term("fest")], 9, title_boost=2)[0][1] > title[0][1]


def test_frequencies_and_vocabulary_count_articles_and_passages(words: Words) -> None:
    assert (words.passage_count, words.article_count) == (5, 5)
    assert words.passage_frequency(FISHER) == len(words.search_articles([_term(FISHER)], 9)) == 2
    assert words.passage_frequency("finnesikke") == 0
    assert words.vocabulary("fisk") == [("fiskerne", 2)]
    assert words.vocabulary("bro") == [("broen", 1)]


def test_an_article_taken_in_anew_replaces_the_old_one_and_a_removed_one_is_gone(words: Words) -> None:
    words.update([_entry(2, "Dronningen åpnet tunnelen.")], removed=[1], revision=4)
    assert words.revision == 4
    assert (words.passage_count, words.article_count) == (4, 4)
    assert words.search_passages([_term("bro")], 9) == []
    assert words.search_articles([_term("torsk")], 9) == []
    assert [key for key, _ in words.search_articles([_term("tunnel")], 9)] == [2]


def test_the_record_of_the_revision_is_no_article(words: Words) -> None:
    assert words.search_articles([_term("stems-1"), _term("3"), _term("stems-1 3")], 9) == []


def test_what_is_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    Words(tmp_path).update([_entry(1, "Kongen åpnet broen.")], [], 7)
    again = Words(tmp_path)
    assert again.revision == 7
    assert [key for key, _ in again.search_passages([_term("kong")], 9)] == [10]


def test_an_open_index_goes_over_to_a_newer_commit_when_told(tmp_path: Path) -> None:
    Words(tmp_path).update([_entry(1, "Kongen åpnet broen.")], [], 1)
    reader = Words(tmp_path)
    Words(tmp_path).update([_entry(2, "Kongen reiste.")], [], 2)
    assert reader.revision == 1
    reader.reload()
    assert reader.revision == 2
    assert len(reader.search_passages([_term("kong")], 9)) == 2


def test_an_index_with_a_tail_ranks_as_one_index_would() -> None:
    entries = [_entry(key, text) for key, text in enumerate(_TEXTS * 8)]
    whole, older, tail = Words(), Words(), Words()
    text = "Kongen møtte fiskerne i Bodø om torsk og kvoter."
    changed = Entry(
        0, Article("a0", "", text), [(999, Span(0, len(text)))]
    )  # a changed article's passages have new keys
    whole.rebuild([changed, *entries[1:]], 2)
    older.rebuild(entries[:30], 1)
    tail.rebuild([changed, *entries[30:]], 2)
    joined = WordsWithTail(older, tail, frozenset({0}))
    for terms in ([_term("kong"), _term("torsk")], [_term(FISHER)], [_term("bro", "bridg"), _term("kvot")]):
        expected, found = whole.search_passages(terms, 50), joined.search_passages(terms, 50)
        assert sorted(key for key, _ in found) == sorted(key for key, _ in expected)
        scores = dict(found)
        for key, score in expected:
            assert scores[key] == pytest.approx(score, rel=0.12), (
                "only the average length differs, and what is replaced is counted"
            )
    assert joined.vocabulary("fisk")[0][0] == "fiskerne"


def test_a_span_of_an_unknown_language_is_indexed_all_the_same() -> None:
    index = Words()
    article = Article("x", "", "Ein Brief aus Köln. 東京から", language="xx-YY")
    index.rebuild([Entry(1, article, [(1, Span(0, len(article.text)))])], 1)
    assert index.search_passages([_term("köln")], 9)
