"""What a question asks for, and what its words may stand for."""

from collections.abc import Sequence
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.glossary import synonyms, translations
from vectorstore.kinds import Kind, asked, shows
from vectorstore.language import ENGLISH, NORWEGIAN, NYNORSK, detect, fold, stems
from vectorstore.lexicon import Lexicon
from vectorstore.query import analyse, language_of


class Words:
    """A vocabulary of the words given, each in one of a hundred passages. Written as a word index answers."""

    passage_count = 100

    def __init__(self, words: str, *languages: str) -> None:
        self.languages = languages or (NORWEGIAN,)
        self._words = words.split()
        self._stems = {stem for language in self.languages for stem in stems(self._words, language)}

    def passage_frequency(self, stem: str) -> int:
        return int(stem in self._stems)

    def vocabulary(self, prefix: str) -> Sequence[tuple[str, int]]:
        return [(word, 1) for word in self._words if word.startswith(prefix)]


def alternatives(word: str, words: Words, language: str = NORWEGIAN) -> dict[str, float]:
    return dict(Lexicon(words).meaning(word, language).alternatives)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Hvem er sjef?", Kind.PERSON),
        ("Kven er sjef?", Kind.PERSON),
        ("Når skjedde det?", Kind.TIME),
        ("I hvilket år skjedde det?", Kind.TIME),
        ("Hvor mange kom?", Kind.QUANTITY),
        ("Hvor lenge varte det?", Kind.DURATION),
        ("How long did it last?", Kind.DURATION),
        ("Hvor stor andel går til forsvaret?", Kind.SHARE),
        ("Hva kostet det?", Kind.MONEY),
        ("Hvor møttes de?", Kind.PLACE),
        ("Hvor gammel er han?", Kind.AGE),
        ("How old is he?", Kind.AGE),
        ("Hvor langt er det til Moskva?", Kind.MEASURE),
        ("Hvor høy er renta?", Kind.MEASURE),
        ("Kvar møttest dei?", Kind.PLACE),
        ("Kva heiter ho?", Kind.PERSON),
        ("Kor mange veker varte det?", Kind.DURATION),
        ("Hvor viktig er avtalen?", Kind.OTHER),
        ("How long is the bridge?", Kind.MEASURE),
        ("Hvorfor spurte hun hvor mange som kom?", Kind.REASON),
        ("Hvorfor reiste han?", Kind.REASON),
        ("Why did he go?", Kind.REASON),
        ("Fortell om toget", Kind.OTHER),
    ],
)
def test_a_question_is_known_by_what_it_asks_for(question: str, kind: Kind) -> None:
    assert asked(question)[0] is kind


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("De møttes i april 2019.", Kind.TIME),
        ("Samtalen tok to timer.", Kind.DURATION),
        ("Han fikk fire måneders fengsel.", Kind.DURATION),
        ("Kontrakten varer ut 2026-sesongen.", Kind.DURATION),
        ("Det skjedde ved 21.30-tiden.", Kind.TIME),
        ("Om lag 25 prosent går til forsvaret.", Kind.SHARE),
        ("Det kostet tre millioner kroner.", Kind.MONEY),
        ("Han kom fordi han måtte.", Kind.REASON),
        ("41-åringen ville ikke svare.", Kind.AGE),
        ("Broen er 12 km lang.", Kind.MEASURE),
        ("Renta er 3,5 prosent.", Kind.MEASURE),
        ("Dei kom frå Noreg.", Kind.PLACE),
        ("Det tok tre veker.", Kind.DURATION),
        ("Han satt fengslet i to år før han slapp ut.", Kind.DURATION),
    ],
)
def test_a_sentence_shows_what_it_could_answer(sentence: str, kind: Kind) -> None:
    assert shows(kind, sentence, NORWEGIAN)


def test_a_time_before_something_is_no_duration() -> None:
    assert not shows(Kind.DURATION, "To måneder før møtet var han i Hanoi.", NORWEGIAN)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Hva er DPRK?", NORWEGIAN),
        ("Kva er DPRK?", NYNORSK),
        ("What is DPRK?", ENGLISH),
        ("Hvem skrev boka A brief history of time?", NORWEGIAN),
    ],
)
def test_the_question_word_tells_the_language(question: str, language: str) -> None:
    assert language_of(question) == language


def test_running_text_is_told_by_its_small_words() -> None:
    assert detect("Eg veit ikkje kva dei seier, men det er ikkje rett.") == NYNORSK
    assert detect("The leaders met for two hours and they were pleased.") == ENGLISH
    assert detect("Kim Jong-un") == NORWEGIAN


def test_irregular_forms_are_one_word() -> None:
    assert len(set(stems(["møttes", "møte", "møtte"], NORWEGIAN))) == 1
    assert len(set(stems(["went", "go", "goes"], ENGLISH))) == 1


def test_a_word_typed_without_its_letters_is_understood() -> None:
    assert fold("blåbær") == "blabaer"
    assert stems(["våpen"], NORWEGIAN)[0] in alternatives("vapen", Words("våpen tog"))


def test_a_misspelt_word_is_taken_for_the_nearest_one_there_is() -> None:
    assert stems(["panser"], NORWEGIAN)[0] in alternatives("pasner", Words("panser penger"))
    assert stems(["penger"], NORWEGIAN)[0] not in alternatives("pasner", Words("panser penger"))


def test_a_name_that_no_article_has_is_not_taken_for_a_common_word() -> None:
    lexicon = Lexicon(Words("rektor putin"))
    alike = {term.word: len(term.alternatives) for term in analyse("Hva med Rektorn og Puttin?", lexicon).terms}
    assert alike == {"rektorn": 1, "puttin": 2}
    assert len(alternatives("rektorn", Words("rektor"))) == 2


def test_a_word_that_the_articles_have_is_not_corrected() -> None:
    assert list(alternatives("hval", Words("hval hvaler kval"))) == stems(["hval"], NORWEGIAN)


def test_the_genitive_of_a_name_is_the_name() -> None:
    assert alternatives("uns", Words("kim jong un"))["un"] == 1.0


def test_an_english_question_finds_norwegian_words_and_the_other_way() -> None:
    assert stems(["soldat"], NORWEGIAN)[0] in alternatives("soldiers", Words("soldat tog"), ENGLISH)
    assert stems(["soldier"], ENGLISH)[0] in alternatives("soldat", Words("soldiers train", ENGLISH))


def test_another_word_for_the_same_is_looked_for_and_counts_less() -> None:
    found = alternatives("lege", Words("doktor tog"))
    assert 0 < found[stems(["doktor"], NORWEGIAN)[0]] < 1
    assert stems(["begin"], ENGLISH)[0] in alternatives("start", Words("begin", ENGLISH), ENGLISH)


def test_a_word_common_to_two_languages_of_questions_is_looked_for() -> None:
    assert [term.word for term in analyse("Who won the election?", Lexicon(Words("won election", ENGLISH))).terms] == [
        "won",
        "election",
    ]


def test_a_name_stands_for_itself() -> None:
    words = Words("kjøretøy bil")
    (vehicle,) = stems(["kjøretøy"], NORWEGIAN)
    for question, meant in (("Hva er en bil?", True), ("Biler i Oslo: hvor mange?", True), ("Hva sier Bil?", False)):
        terms = analyse(question, Lexicon(words)).terms
        assert any(vehicle in dict(term.alternatives) for term in terms) is meant, question


def test_nynorsk_and_bokmaal_find_each_other() -> None:
    assert alternatives("løner", Words("lønn"), NYNORSK)[stems(["lønn"], NORWEGIAN)[0]] > 0.9
    assert alternatives("lønn", Words("løn", NYNORSK))[stems(["løn"], NYNORSK)[0]] > 0.9
    assert stems(["salary"], ENGLISH)[0] in alternatives("løna", Words("salary", ENGLISH), NYNORSK)
    assert stems(["løn"], NYNORSK)[0] in alternatives("salaries", Words("løn", NYNORSK), ENGLISH)


def test_a_compound_that_no_article_has_is_looked_for_by_its_parts() -> None:
    assert set(stems(["tog", "reise"], NORWEGIAN)) <= alternatives("togreise", Words("toget reiste")).keys()
    assert set(stems(["fred", "samtale"], NORWEGIAN)) <= alternatives("fredssamtale", Words("freden samtalen")).keys()
    assert "fred" not in alternatives("fredssamtale", Words("freden samtalen fredssamtale"))
    for whole, part, parts in (("vedtak", "tak", "ved tak"), ("150000", "150", "150 000")):
        assert part not in alternatives(whole, Words(parts)), "small words and numbers make no compounds"
    terms = analyse("Hva mener Solberg?", Lexicon(Words("sol berg"))).terms
    assert [len(term.alternatives) for term in terms if term.name] == [1], "a name is not made of words"


def test_a_form_of_a_word_is_looked_up_as_that_word() -> None:
    assert "klode" not in synonyms("planen", NORWEGIAN), "a plan is no planet, though the two have one stem"
    assert "rimelig" not in synonyms("biler", NORWEGIAN), "cars are not cheap, though the two have one stem"
    assert synonyms("biler", NORWEGIAN) == synonyms("bil", NORWEGIAN) != ()
    assert translations("companies", ENGLISH, NORWEGIAN) == translations("company", ENGLISH, NORWEGIAN) != ()


@pytest.mark.parametrize("name", ["glossary.tsv", "synonyms.tsv", "irregular.tsv"])
def test_the_word_lists_are_sorted_and_say_everything_once(name: str) -> None:
    lines = files("vectorstore").joinpath(name).read_text("utf-8").splitlines()
    rows = [tuple(line.split("\t")) for line in lines if not line.startswith("#")]
    assert rows == sorted(set(rows))
    assert all(all(cells) and "".join(cells) == "".join(cells).lower() for cells in rows)


def test_words_that_only_ask_are_not_looked_for() -> None:
    query = analyse("Hvor mange soldater har Nord-Korea?", Lexicon(Words("soldater nord korea mange")))
    assert [term.word for term in query.terms] == ["soldater", "nord", "korea"]
    assert [term.word for term in query.terms if term.name] == ["nord", "korea"]


def test_earlier_turns_count_at_falling_weight() -> None:
    lexicon = Lexicon(Words("kim putin tog sverd"))
    query = analyse("Hva med toget?", lexicon, ["Hvem møtte Putin?", "Hadde Kim et sverd?"])
    weights = {term.word: term.weight for term in query.terms}
    assert weights["toget"] == 1
    assert weights["kim"] == weights["sverd"] == 0.5
    assert weights["putin"] == 0.25


def test_words_of_earlier_turns_that_no_article_has_are_forgotten() -> None:
    query = analyse("Hvem er reder?", Lexicon(Words("reder ferge")), ["Hva med fergen og xyzzy?"])
    assert [term.word for term in query.terms] == ["reder", "fergen"]


def test_a_common_word_tells_less_than_a_rare_one() -> None:
    lexicon = Lexicon(Words("første sverd"))
    terms = {term.word: term.idf for term in analyse("Hva var det første sverdet?", lexicon).terms}
    assert terms["første"] < terms["sverdet"]


@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=3))
def test_any_text_can_be_asked(question: str, earlier: list[str]) -> None:
    query = analyse(question, Lexicon(Words("kim putin", NORWEGIAN, ENGLISH)), earlier)
    assert all(term.idf >= 0 and term.alternatives for term in query.terms)
