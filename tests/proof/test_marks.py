"""Marks are read in every form that models write them in, and nothing else is taken for one."""

import itertools

import pytest

from bot.proof.claims import said, with_marks


def claims(line: str, passages: int = 9) -> list[tuple[str, tuple[int, ...]]]:
    """What a whole line says, each claim with the passages that it names."""
    return [(each.text, each.numbers) for sentence in said(line, passages, whole=True).sentences for each in sentence]


@pytest.mark.parametrize(
    "mark",
    [
        "[1]", " [1]", "[[1]]", "\\[1\\]", "[^1]", "【1】", "【1†source】", "[kilde 1]", "[Kilde 1]", "[source 1]", "(1)", "<sup>1</sup>", "¹",
        "[1](https://evil.example/?q=x)", "[1](#fn1)", "[ 1 ]", "[nr. 1]",
    ],
)  # fmt: skip
def test_a_mark_is_known_in_the_forms_that_models_write(mark: str) -> None:
    assert claims(f"Fergen tar seksti biler{mark}.") == [("Fergen tar seksti biler.", (1,))]


@pytest.mark.parametrize(
    "marks",
    [
        "[1, 3]",
        "[1,3]",
        "[1][3]",
        "[1] [3]",
        "[1; 3]",
        "[1 og 3]",
        "[1 and 3]",
        "【1】【3】",
        "[^1][^3]",
        "(1, 3)",
        "[kilde 1, kilde 3]",
    ],
)
def test_several_marks_are_known_in_the_forms_that_models_write(marks: str) -> None:
    assert claims(f"Fergen tar seksti biler {marks}.") == [("Fergen tar seksti biler.", (1, 3))]


@pytest.mark.parametrize("marks", ["[1-3]", "[1–3]", "[1 til 3]"])
def test_a_range_names_all_that_is_in_it(marks: str) -> None:
    assert claims(f"Fergen tar seksti biler {marks}.") == [("Fergen tar seksti biler.", (1, 2, 3))]


@pytest.mark.parametrize("text", ["Fergen tar seksti biler [1]. Ola vinket [2].", "Fergen tar seksti biler. [1] Ola vinket. [2]",
                                  "Fergen tar seksti biler.[1] Ola vinket.[2]", "[1] Fergen tar seksti biler. [2] Ola vinket."])  # fmt: skip
def test_a_mark_belongs_to_its_sentence_before_or_after_the_full_stop_or_at_its_beginning(text: str) -> None:
    assert claims(text) == [("Fergen tar seksti biler.", (1,)), ("Ola vinket.", (2,))]


def test_each_part_of_a_sentence_with_a_mark_of_its_own_is_a_claim() -> None:
    assert claims("Fergen tar seksti biler [1], og overfarten varer en halvtime [2].") == [
        ("Fergen tar seksti biler", (1,)),
        (", og overfarten varer en halvtime.", (2,)),
    ]


def test_one_mark_in_the_middle_of_a_sentence_stands_for_all_of_it() -> None:
    assert claims("Ifølge reder Nordmo [2] tar fergen seksti biler.") == [
        ("Ifølge reder Nordmo tar fergen seksti biler.", (2,))
    ]


@pytest.mark.parametrize("mark", ["[12]", "[99]", "[0]", "[-1]", "[1a]", "[2019]"])
def test_a_mark_that_names_no_passage_is_dropped(mark: str) -> None:
    assert claims(f"Fergen tar seksti biler {mark}.") == [("Fergen tar seksti biler.", ())]


@pytest.mark.parametrize("text", ["Haaland (23) vant kampen.", "Huset er på 80 m².", "Han sa at det [skipet] sank.", "I 2019 (året før) kom Kim.",
                                  "Tallet er 5 (fem).", "Det gjelder § 3 (2) i loven.", "Laget vant (3–1) i går."])  # fmt: skip
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert claims(text) == [(text, ())]


@pytest.mark.parametrize("by", [1, 2, 3, 7])
def test_a_mark_may_come_in_pieces(by: int) -> None:
    text = "Fergen tar seksti biler [1, 2]. Ola vinket.【3】 Siste setning"
    known = [said(text[:end], 9, whole=False) for end in range(0, len(text) + by, by)]
    told = [[each.text for sentence in line.sentences for each in sentence] for line in known]

    assert told[-1] == ["Fergen tar seksti biler.", "Ola vinket."]
    assert all(later[: len(earlier)] == earlier for earlier, later in itertools.pairwise(told)), (
        "what was told stays told"
    )
    assert not any("[" in line.rest or "【" in line.rest for line in known), "half a mark is not shown"


def test_marks_stand_before_the_full_stop() -> None:
    assert with_marks("Fergen tar 60 biler.", "[1]") == "Fergen tar 60 biler [1]."
    assert with_marks("Han sa: «Vi kommer.»", "[1]") == "Han sa: «Vi kommer.» [1]"
    assert with_marks("Fergen tar 60 biler", "") == "Fergen tar 60 biler"


def test_a_very_long_row_of_raised_digits_is_read() -> None:
    assert claims("Fergen tar seksti biler" + "¹" * 5_000 + ".") == [("Fergen tar seksti biler.", (1,))]


def test_a_mark_that_goes_with_an_address_leaves_the_others_where_they_are() -> None:
    assert claims("Se https://evil.example/a[3]b for mer. Fergen tar seksti biler [1].")[-1] == (
        "Fergen tar seksti biler.",
        (1,),
    )
