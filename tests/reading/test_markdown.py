"""Markdown becomes the text that one reads when it is rendered."""

from pathlib import Path

import pytest

from tests.reading.samples import BODY, article_in, in_linear_time


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Fet**, *kursiv*, `kode`, ~~ikke~~ og \\*stjerne\\*", "Fet, kursiv, kode, ~~ikke~~ og *stjerne*"),
        ("Se [lenken](https://x.example 'tittel') og <https://y.example>.", "Se lenken og https://y.example."),
        ("Med ![alt](bilde.png) bilde", "Med bilde"),
        ("## Mellomtittel\nEn linje til", "Mellomtittel\n\nEn linje til"),
        ("> Sitat\n> mer", "Sitat\nmer"),
        ("AT&amp;T &lt;3 &aring;", "AT&T <3 å"),
        ("12. september 2023 gikk isen", "12. september 2023 gikk isen"),
        ("- Vi er glade, sier hun.\n- Vi også.", "- Vi er glade, sier hun.\n- Vi også."),
        ("* en\n* to\n+ tre", "• en\n• to\n• tre"),
        ("3. tre\n7. sju", "3. tre\n7. sju"),
        ("    innrykket som et sitat", "innrykket som et sitat"),
        ("```\nkode her\nmer\n```", "kode her\nmer"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b\n1 2"),
        ("snake_case_navn og 2*3*4", "snake_case_navn og 234"),
    ],
)
def test_markup_goes_and_words_stay(tmp_path: Path, markdown: str, text: str) -> None:
    assert (
        article_in(tmp_path, "a.md", f"# Tittel\n\n{BODY}\n\n{markdown}\n\n{BODY}").text
        == f"{BODY}\n\n{text}\n\n{BODY}"
    )


@pytest.mark.parametrize(
    "hidden",
    ["<!-- hemmelig -->", "<div style='display: none'>hemmelig</div>", "Ja <span hidden>hemmelig</span> nei", "<script>hemmelig()</script>", "[ref]: https://x.example 'hemmelig'", "<details hidden>\nhemmelig\n</details>"],
)  # fmt: skip
def test_what_a_page_would_hide_is_not_read(tmp_path: Path, hidden: str) -> None:
    assert "hemmelig" not in article_in(tmp_path, "a.md", f"{BODY}\n\n{hidden}\n\n{BODY}").text


def test_the_first_heading_is_the_title_and_not_repeated(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.md", f"# *Broen* må bygges.\n\n{BODY}\n\n# Senere\n\n{BODY}")

    assert article.title == "Broen må bygges."
    assert article.text == f"{BODY}\n\nSenere\n\n{BODY}"


def test_a_label_may_stand_above_the_heading(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.md", f"Leder\n\n# Broen må bygges\n\n{BODY}")

    assert (article.title, article.genre, article.text) == ("Broen må bygges", "editorial", BODY)


def test_a_heading_that_is_not_the_stated_title_stays(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.md", f"---\ntitle: Et\n---\n# Annet\n\n{BODY}")

    assert (article.title, article.text) == ("Et", f"Annet\n\n{BODY}")


@pytest.mark.parametrize(
    "unit", ["[", "![[", "*a **b ", "`a", ">", "<", "<!--", "_a", "&", "[a](<b", "a\n", "| a ", "# ", "- "]
)
def test_no_markup_takes_more_than_linear_time(tmp_path: Path, unit: str) -> None:
    with in_linear_time():
        article_in(tmp_path, "a.md", f"{BODY}\n\n{unit * 8_000}\n\n{BODY}")
