"""What files state about their articles: front matter and JSON."""

import json
from pathlib import Path

import pytest

from tests.reading.samples import BODY, article_in, outcomes_of, rejection_of
from vectorstore.article import Article, Genre, Provenance, Published
from vectorstore.reading import Overrides, Rejected, Remark, read

FRONT = """---
title: "Isen: gikk tidlig"
published: 2022-04
outlet: Fjordposten
genre: nyhet
language: nb
url: https://fjordposten.example/is?a=1#b
tags: [is, vann]
---
"""


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_states_everything_there_is_to_state(tmp_path: Path, name: str) -> None:
    article = article_in(tmp_path, name, FRONT + f"\nIsen: gikk tidlig\n\n{BODY}\n")

    assert (article.title, article.outlet, article.genre) == ("Isen: gikk tidlig", "Fjordposten", Genre.NEWS)
    assert article.published == Published(2022, 4, None, Provenance.STATED)
    assert (article.url, article.language) == ("https://fjordposten.example/is?a=1#b", "nb")
    assert article.text == BODY


def test_front_matter_wins_over_what_stands_around_the_text(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.md", f"{FRONT}\nLeder\n\nPublisert 1. mai 2020\n\n{BODY}\n\nMer fra Nordlys")

    assert (article.outlet, article.genre, article.published.iso, article.text) == (
        "Fjordposten",
        Genre.NEWS,
        "2022-04",
        BODY,
    )


@pytest.mark.parametrize(
    ("written", "iso"),
    [("2019", "2019"), ("2019-04", "2019-04"), ("2019-04-25", "2019-04-25"), ('"25. april 2019"', "2019-04-25"), ("2019-04-25 10:00:00", "2019-04-25"), ("", ""), ("null", ""), ("~", "")],
)  # fmt: skip
def test_dates_in_front_matter_keep_their_precision(tmp_path: Path, written: str, iso: str) -> None:
    assert article_in(tmp_path, "a.md", f"---\npublished: {written}\n---\n{BODY}").published.iso == iso


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("published: 2019-13", "published"), ("published: 2019-02-30", "published"), ("date: i fjor", "published"), ("published: [2019]", "published"), ("title: {a: b}", "title"), (f"title: {'x' * 1001}", "title"),
        ("url: javascript:alert(1)", "url"), ("url: data:text/html;base64,AAAA", "url"), ("url: /sak/1", "url"), ("url: https://ola:pw@x.example", "url"), ("url: 'https://x.example/a b'", "url"), ("title: 'x\ny: [", "YAML"), ("a b\n  c: d", "YAML"), ("a: &x\n  [*x, *y]", "YAML"),
        ("? [a]\n: b\ntitle: {", "YAML"), ("x: " + "[" * 5000, "YAML"),
    ],
)  # fmt: skip
def test_wrong_front_matter_rejects_the_article_and_names_the_field(tmp_path: Path, written: str, word: str) -> None:
    rejected = rejection_of(tmp_path, "a.md", f"---\ntitle: ok\n{written}\n---\n{BODY}")

    assert word.replace("published", "date") in rejected.reason.replace("published", "date")
    assert rejected.hint


def test_values_in_front_matter_are_read_as_they_are_written(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.md", f"---\nTitle: 007\noutlet: NO\nlanguage: no\n---\n{BODY}")

    assert (article.title, article.outlet, article.language) == ("007", "NO", "")


@pytest.mark.parametrize(
    "title",
    ["Kim: møtet", "Kim's møte: «nei»", '"Nei" sier Kim', "[Debatt] Kim til Putin: ja", "@kim", "*Kim*", "- Nei", "% av alt", "Hvorfor:", "Kim # en tittel", "Kim: møtet # 2", "Kim's # 1", "#metoo i Leka", "Nr. 1 #", "C# på timeplanen"],
)  # fmt: skip
def test_a_title_that_yaml_wants_in_quotation_marks_is_read_without(tmp_path: Path, title: str) -> None:
    front = f"---\ntags:\n  - a: b\ntitle: {title}\npublished: 2019-04\n---\n"

    article = article_in(tmp_path, "a.md", front + BODY)

    assert (article.title, article.published.iso) == (title, "2019-04")


def test_comments_in_front_matter_stand_on_lines_of_their_own_or_after_what_is_closed(tmp_path: Path) -> None:
    front = "---\n# om saken\ntitle: 'Kim' # en tittel\noutlet: # ikke kjent\ngenre: >- # en blokk\n  leder\n---\n"

    article = article_in(tmp_path, "a.md", front + BODY)

    assert (article.title, article.outlet, article.genre) == ("Kim", "", Genre.EDITORIAL)


def test_front_matter_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    rejected = rejection_of(tmp_path, "a.md", f"---\ntitle: Kim: møtet\noutlet\n  avis: VG\n---\n{BODY}")

    assert "line 4" in rejected.reason
    assert "quotation marks" in rejected.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", f"---\ngenre: eventyr\n---\n{BODY}"),
        ("a.txt", f"---\ngenre: eventyr\n---\n{BODY}"),
        ("a.jsonl", '{"id": "1", "text": "x", "genre": "eventyr"}'),
        ("a.json", '{"id": "1", "text": "x", "genre": "eventyr"}'),
    ],
)
def test_a_kind_that_is_not_known_is_remarked_on_and_the_article_is_read(
    tmp_path: Path, name: str, content: str
) -> None:
    remarks: list[Remark] = []
    (tmp_path / name).write_text(content)

    [article] = read(tmp_path / name, remark=remarks.append)

    assert isinstance(article, Article)
    assert article.genre is None
    [remark] = remarks
    assert remark.source.startswith(str(tmp_path / name))
    assert remark.text == "genre: “eventyr” is no kind that is known"
    assert "editorial" in remark.hint


@pytest.mark.parametrize("front", ["genre: leder", "genre:", "genre: null", "title: Uten"])
def test_a_kind_that_is_known_or_not_stated_is_not_remarked_on(tmp_path: Path, front: str) -> None:
    remarks: list[Remark] = []
    (tmp_path / "a.md").write_text(f"---\n{front}\n---\n{BODY}")

    assert list(read(tmp_path, remark=remarks.append))
    assert not remarks


def test_a_kind_that_the_caller_states_leaves_nothing_to_remark_on(tmp_path: Path) -> None:
    remarks: list[Remark] = []
    (tmp_path / "a.md").write_text(f"---\ngenre: eventyr\n---\n{BODY}")

    [article] = read(tmp_path, Overrides(genre=Genre.NEWS), remarks.append)

    assert isinstance(article, Article)
    assert (article.genre, remarks) == (Genre.NEWS, [])


@pytest.mark.parametrize("text", [f"---\n{BODY}", f"---\n\n{BODY}\n\n---\n\nSlutt.", f"--- ikke slik\n{BODY}"])
def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path, text: str) -> None:
    assert BODY in article_in(tmp_path, "a.txt", text).text


def test_front_matter_without_an_article_is_rejected(tmp_path: Path) -> None:
    assert "no text" in rejection_of(tmp_path, "a.md", FRONT).reason


def test_a_flood_of_aliases_takes_no_time_and_no_room(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))

    assert article_in(tmp_path, "a.md", f"---\n{bomb}title: ok\n---\n{BODY}").title == "ok"
    assert "front matter" in rejection_of(tmp_path, "b.md", f"---\ntitle: {'x' * 1_000_000}\n---\n{BODY}").reason


def line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


EXACT = "  Tittel \u00a0her\r\n\r\nLeder\nFoto: A / NTB\u2028bla\u030abær\u200b\u00ad\u202e 3 hours ago\x1b[31m\n\nMer fra Dagsavisen\n "


def test_text_from_json_lines_is_kept_exactly(tmp_path: Path) -> None:
    assert article_in(tmp_path, "a.jsonl", line(id="news-1", text=EXACT)).text == EXACT


def test_an_article_from_json_lines_has_the_id_and_the_fields_it_is_given(tmp_path: Path) -> None:
    article = article_in(
        tmp_path, "a.jsonl",
        line(id="a/b c#1", text=BODY, title="T", url="http://x.example/", outlet="O", published="2019-04", genre="commentary", language="nn", extra=[1]),
    )  # fmt: skip

    assert article == Article(
        "a/b c#1", "T", BODY, Published.parse("2019-04"), "O", Genre.COMMENTARY, "http://x.example/", "nn"
    )


def test_a_date_that_was_inferred_is_not_made_a_stated_one(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.jsonl", line(id="1", text=BODY, published="2019", published_from="inferred"))

    assert article.published == Published(2019, provenance=Provenance.INFERRED)


@pytest.mark.parametrize(
    ("text", "title"),
    [(f"Broen må bygges\n{BODY}", "Broen må bygges"), (f"\n Broen?\n{BODY}", "Broen?"), (BODY, ""), (f"En setning.\n{BODY}", ""), ("x" * 121 + f"\n{BODY}", ""), ("Bare en linje", "")],
)  # fmt: skip
def test_a_first_line_like_a_headline_is_the_title_and_stays_in_the_text(tmp_path: Path, text: str, title: str) -> None:
    article = article_in(tmp_path, "a.jsonl", line(id=1, text=text))

    assert (article.id, article.title, article.text) == ("1", title, text)


BAD_LINES = {
    "{": "not JSON",
    "[1, 2]": "not a JSON object",
    '{"text": "uten id"}': "no id",
    '{"id": null, "text": "x"}': "no id",
    '{"id": "", "text": "x"}': "no id",
    '{"id": true, "text": "x"}': "id",
    '{"id": ["a"], "text": "x"}': "id",
    '{"id": "a\\nb", "text": "x"}': "id",
    '{"id": "1"}': "no text",
    '{"id": "1", "text": "  \\n"}': "no text",
    '{"id": "1", "text": ["x"]}': "text",
    '{"id": "1", "text": "a\\u0000b"}': "text",
    '{"id": "1", "text": "a\\ud83d"}': "text",
    '{"id": "1", "text": "x", "title": NaN}': "NaN",
    '{"id": "1", "text": "x", "title": 7}': "title",
    '{"id": "1", "text": "x", "title": "%s"}' % ("x" * 1_000_000): "title",
    '{"id": "1", "text": "x", "published": "2019-02-30"}': "published",
    '{"id": "1", "text": "x", "published": {"year": 1}}': "published",
    '{"id": "1", "text": "x", "published": 12345}': "published",
    '{"id": "1", "text": "x", "published": 1.5}': "published",
    '{"id": "1", "text": "x", "url": "javascript:alert(1)"}': "url",
    '{"id": "1", "text": "x", "url": "data:text/html,x"}': "url",
    '{"id": "1", "text": "x", "url": "ftp://x.example/"}': "url",
    '{"id": "1", "text": "x", "url": "https://[x"}': "url",
    '{"id": "1", "text": "x", "outlet": [[["x"]]]}': "outlet",
    "[" * 100_000: "JSON",
    '{"id": "1", "text": "x", "n": %s}' % ("1" * 10_000): "JSON",
    "x" * 5_000_001: "5 MB",
}


@pytest.mark.parametrize(("bad", "word"), BAD_LINES.items(), ids=range(len(BAD_LINES)))
def test_a_bad_line_is_rejected_with_its_number_and_the_rest_goes_in(tmp_path: Path, bad: str, word: str) -> None:
    good = line(id="først", text=BODY), line(id="sist", text=BODY)

    first, rejected, last = outcomes_of(tmp_path, "a.jsonl", f"{good[0]}\n{bad}\n{good[1]}")

    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert (first.id, last.id) == ("først", "sist")
    assert isinstance(rejected, Rejected)
    assert rejected.source.endswith("a.jsonl:3")
    assert word in rejected.reason
    assert len(rejected.reason) < 320
    assert rejected.reason.isprintable()


def test_a_line_that_is_not_utf8_is_rejected_and_the_rest_goes_in(tmp_path: Path) -> None:
    raw = b'\xef\xbb\xbf{"id": 1, "text": "p\xc3\xa5"}\r\n{"id": 2, "text": "p\xe5"}\n{"id": 3, "text": "x"}'

    outcomes = outcomes_of(tmp_path, "a.jsonl", raw)

    assert [each.id if isinstance(each, Article) else each.reason for each in outcomes] == [
        "1",
        "cannot decode: JSON is written in UTF-8",
        "3",
    ]


def test_the_second_of_two_articles_with_one_id_is_rejected(tmp_path: Path) -> None:
    _, second, third = outcomes_of(
        tmp_path, "a.jsonl", line(id="1", text="en") + line(id="1", text="to") + line(id="2", text="tre")
    )

    assert isinstance(second, Rejected)
    assert "a.jsonl:1" in second.reason
    assert isinstance(third, Article)


@pytest.mark.parametrize(
    "content",
    [line(id="1", text=EXACT), "[" + line(id="1", text=EXACT) + "]", json.dumps({"id": "1", "text": EXACT}, indent=2), line(id="1", text=EXACT) + line(id="2", text="x")],
)  # fmt: skip
def test_a_json_file_holds_one_article_a_list_of_them_or_lines(tmp_path: Path, content: str) -> None:
    first, *rest = outcomes_of(tmp_path, "a.json", content)

    assert isinstance(first, Article)
    assert (first.id, first.text, len(rest)) == ("1", EXACT, content.count('"id": "2"'))


def test_a_broken_json_file_is_rejected_once(tmp_path: Path) -> None:
    assert "not JSON" in rejection_of(tmp_path, "a.json", '{"id": 1,\n"text": "x"\n').reason
