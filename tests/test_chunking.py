"""Sentences and passages."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.chunking import TARGET, passages, sentences

PROSE = "Toget forlot Pyongyang søndag. " * 60


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Han kom kl. 12.30. Hun gikk.", ["Han kom kl. 12.30.", "Hun gikk."]),
        ("Den 12. september 2023 kom han. Så dro han.", ["Den 12. september 2023 kom han.", "Så dro han."]),
        (
            "Det var Putin som kom. Kim ventet i et par. De var to.",
            ["Det var Putin som kom.", "Kim ventet i et par.", "De var to."],
        ),
        ("– Hvorfor? spurte han. Ingen svarte.", ["– Hvorfor? spurte han.", "Ingen svarte."]),
        ("Det gjelder f.eks. USA. Slik er det.", ["Det gjelder f.eks. USA.", "Slik er det."]),
        ("U.S. President Biden met Mr. Putin. They spoke.", ["U.S. President Biden met Mr. Putin.", "They spoke."]),
        (
            "Strømmen gikk ut. Laget var med. Ola sa det. Slik er det.",
            ["Strømmen gikk ut.", "Laget var med.", "Ola sa det.", "Slik er det."],
        ),
        ("«Dette er bra!» sa hun. Han nikket.", ["«Dette er bra!» sa hun.", "Han nikket."]),
        ("En overskrift\n\nEn setning uten slutt", ["En overskrift", "En setning uten slutt"]),
        ("• Første punkt\n• Andre punkt", ["• Første punkt", "• Andre punkt"]),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, expected: list[str]) -> None:
    assert [span.of(text) for span in sentences(text)] == expected


def test_a_paragraph_wrapped_to_a_width_is_read_as_one() -> None:
    text = "Kim Jong-un har reist i sitt pansrede tog til Vladivostok for å møte\nPutin. Toppmøtet er viktig.\n\nTittel\nNy tekst"
    assert [span.of(text).replace("\n", " ") for span in sentences(text)] == [
        "Kim Jong-un har reist i sitt pansrede tog til Vladivostok for å møte Putin.",
        "Toppmøtet er viktig.",
        "Tittel",
        "Ny tekst",
    ]


def test_a_text_without_full_stops_is_still_cut() -> None:
    assert max(len(span) for span in sentences("ord " * 5_000)) <= 1_000


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_no_visible_character_is_lost_and_none_is_told_twice(text: str) -> None:
    for spans in (sentences(text), passages(text)):
        assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
        outside = "".join(
            text[a:b] for a, b in zip([0, *(s.end for s in spans)], [*(s.start for s in spans), None], strict=True)
        )
        assert not outside.strip()


def test_a_passage_is_made_of_whole_sentences_of_about_the_target_length() -> None:
    ends = {span.end for span in sentences(PROSE)}
    cut = passages(PROSE)
    assert all(span.end in ends and len(span) <= TARGET * 1.1 for span in cut)
    assert len(cut) < len(PROSE) / TARGET * 1.3
