"""What one may rely on about how an answer looks, on any terminal and in a file."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Citation, Status
from bot.cli.bars import Bars
from bot.errors import Trouble
from bot.messages import Language
from bot.render import Screen, show_answer, show_articles, show_hits, show_source, shown
from vectorstore.article import Article, Genre, Hit, Passage, Published, Span

TEXT = (
    "Fergen begynte å gå i mars.\n\nDen tar 60 biler, sier reder Ola Nordmo. Overfarten tar 25 minutter.\n\n"
    "Kommunen betalte 180 millioner kroner."
)
QUOTE = "Den tar 60 biler, sier reder Ola Nordmo."
ARTICLE = Article(
    "ferge",
    "Ny ferge til Leka",
    TEXT,
    Published.parse("2019-04"),
    "Namdalsposten",
    Genre.NEWS,
    "https://avis.example/ferge",
)
ANSI = re.compile(r"\x1b\[([0-9;]*)m|\x1b\]8;([^\x1b]*)\x1b\\")
LINK = re.compile(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b\\")


def cited(article: Article = ARTICLE, quote: str = QUOTE, number: int = 1, **more: object) -> Citation:
    start = article.text.index(quote)
    return Citation(number, article, Span(start, start + len(quote)), **more)  # type: ignore[arg-type]


def answer(*citations: Citation, text: str = "", language: str = "nb", **more: object) -> Answer:
    text = text or " ".join(f"{each.quote} [{each.number}]" for each in citations)
    return Answer("Hvor mange?", Status.ANSWERED, text, 0.9, language, "quoting", citations, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)


def on_a_terminal(what: Answer, width: int = 80, color: str = "always") -> str:
    file = io.StringIO()
    show_answer(Screen(file, color=color, width=width), what)
    return file.getvalue()


def in_a_file(what: Answer) -> str:
    file = io.StringIO()
    show_answer(Screen(file), what)
    return file.getvalue()


def plain(text: str) -> str:
    return ANSI.sub("", text)


def test_an_answer_is_followed_by_its_sources_with_outlet_kind_and_date() -> None:
    assert plain(on_a_terminal(answer(cited()))) == (
        "Den tar 60 biler, sier reder Ola Nordmo. [1]\n\n[1] Ny ferge til Leka — Namdalsposten, nyhet, april 2019\n"
    )


@pytest.mark.parametrize(("language", "kind", "date"), [("nb", "nyhet", "april 2019"), ("en", "news", "April 2019")])
def test_sources_are_described_in_the_language_of_the_answer(language: str, kind: str, date: str) -> None:
    assert f"{kind}, {date}" in in_a_file(answer(cited(), language=language))


@pytest.mark.parametrize(
    ("genre", "label"), [(Genre.EDITORIAL, "LEDER"), (Genre.COMMENTARY, "KOMMENTAR"), (Genre.OPINION, "DEBATT")]
)
def test_an_opinion_stands_out_even_without_colours(genre: Genre, label: str) -> None:
    assert f", {label}, " in in_a_file(answer(cited(replace(ARTICLE, genre=genre))))


def test_what_is_not_known_of_an_article_is_left_out() -> None:
    assert "Ny ferge til Leka — udatert\n" in in_a_file(answer(cited(Article("a", "Ny ferge til Leka", TEXT))))


def test_an_untitled_article_goes_by_its_first_words() -> None:
    assert "[1] Fergen begynte å gå i mars. Den tar 60 biler, sier reder …" in in_a_file(
        answer(cited(Article("a", "", TEXT)))
    )


@pytest.mark.parametrize("file", ["/borte/ferge.txt", f"/{'x' * 300}.txt", "/a\0b.txt"])
def test_a_file_that_cannot_be_looked_at_is_no_link(file: str) -> None:
    assert not LINK.search(on_a_terminal(answer(cited(Article("a", "Ny ferge til Leka", TEXT, file=file)))))


def test_an_article_that_is_cited_twice_is_one_source() -> None:
    both = answer(cited(), cited(quote="Overfarten tar 25 minutter.", number=2))

    assert in_a_file(both).count("Ny ferge til Leka") == 1
    assert "[1][2] Ny ferge til Leka" in in_a_file(both)


def test_what_is_unproven_and_where_else_it_stands_is_said() -> None:
    copy = Article("b", "Leka får ferge", TEXT, outlet="Trønder-Avisa")

    output = in_a_file(answer(cited(proven=False, also_in=(copy,))))

    assert "ikke bekreftet i artikkelen" in output
    assert "også i Trønder-Avisa (udatert)" in output


def test_no_answer_names_the_nearest_articles() -> None:
    nothing = Answer(
        "Hvem?",
        Status.NOT_FOUND,
        "Artiklene sier ingenting om dette.",
        0.1,
        "nb",
        "quoting",
        nearest=(ARTICLE,),
    )

    assert "De nærmeste artiklene:\n– Ny ferge til Leka — Namdalsposten, nyhet, april 2019\n" in in_a_file(nothing)


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert "Svaret ble avbrutt" in in_a_file(replace(answer(cited()), status=Status.PARTIAL))


# Width


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_lines_are_wrapped_between_words_and_nothing_is_cut_off(width: int) -> None:
    long = Article("a", "Om en by " * 30, "Et langt sitat om fergen til Leka. " * 60)
    what = answer(cited(long, long.text.strip()))

    lines = plain(on_a_terminal(what, width)).splitlines()

    assert max(map(len, lines)) <= min(width, 100)
    words = " ".join(lines).split()
    assert words.count("Leka.") == 60
    assert words.count("by") == 30


@given(text=st.text(max_size=300), width=st.integers(40, 200))
def test_any_text_keeps_its_words_at_any_width(text: str, width: int) -> None:
    what = Answer("?", Status.ANSWERED, text, 0.9, "nb", "quoting")

    output = plain(on_a_terminal(what, width))

    assert "".join(output.split()) == "".join(shown(text).split())


@pytest.mark.parametrize("width", range(40, 100))
def test_the_last_word_does_not_stand_on_a_line_alone(width: int) -> None:
    text = (
        "Fergen Heilhorn begynte å gå til Leka i mars og tar 60 biler, sier reder Ola Nordmo, som har ventet i seks år."
    )

    lines = on_a_terminal(Answer("?", Status.ANSWERED, text, 0.9, "nb", "quoting"), width).splitlines()

    assert " ".join(lines) == text
    assert " " in lines[-1]


def test_a_word_that_must_stand_alone_does() -> None:
    lines = on_a_terminal(Answer("?", Status.ANSWERED, f"Her: {'x' * 35}", 0.9, "nb", "quoting"), 40).splitlines()

    assert lines == ["Her:", "x" * 35]


def test_in_a_file_a_paragraph_is_a_line() -> None:
    long = "Et langt sitat om fergen til Leka. " * 30

    assert f"{long.strip()}\n" in in_a_file(Answer("?", Status.ANSWERED, long.strip(), 0.9, "nb", "quoting"))


# Styles and links


def test_a_source_leads_to_its_sentence_on_the_publishers_page() -> None:
    links = set(LINK.findall(on_a_terminal(answer(cited()))))

    assert links == {"https://avis.example/ferge#:~:text=Den%20tar%2060%20biler%2C%20sier%20reder%20Ola%20Nordmo."}


def test_a_source_without_a_page_leads_to_the_file_it_was_read_from(tmp_path: Path) -> None:
    file = tmp_path / "ny ferge.md"
    file.write_text(TEXT)
    article = replace(ARTICLE, url="", file=str(file))

    assert set(LINK.findall(on_a_terminal(answer(cited(article))))) == {file.as_uri()}
    file.unlink()
    assert not LINK.findall(on_a_terminal(answer(cited(article))))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "ferge", "https://\x1b\\x"])
def test_only_a_web_address_in_plain_ascii_is_a_link(url: str) -> None:
    for link in LINK.findall(on_a_terminal(answer(cited(replace(ARTICLE, url=url))))):
        assert re.fullmatch(r"https://[!-~]+", link)


def test_where_there_can_be_no_links_the_address_is_written_out() -> None:
    assert in_a_file(answer(cited())).endswith("april 2019\n    https://avis.example/ferge\n")


@pytest.mark.parametrize("term", ["dumb", "linux", "vt100"])
def test_a_terminal_that_may_not_know_links_gets_none(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)

    output = on_a_terminal(answer(cited()))

    assert "\x1b]" not in output
    assert "https://avis.example/ferge" in output


def test_a_dumb_terminal_gets_no_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")

    assert "\x1b" not in on_a_terminal(answer(cited()))


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    codes = {code for found in ANSI.finditer(on_a_terminal(answer(cited()))) for code in (found[1] or "").split(";")}

    assert not {code for code in codes if code.startswith(("3", "4", "9", "10")) and len(code) > 1}
    assert "\x1b" not in on_a_terminal(answer(cited()), color="never")


def test_colours_are_readable_on_light_and_on_dark_backgrounds() -> None:
    """Only weights, the user's own magenta, and their own two colours exchanged: no white, black or yellow, no fixed shade."""
    doubtful = written("Den er blå [2?], og stor [?].", DOUBTFUL)
    output = on_a_terminal(answer(cited())) + on_a_terminal(doubtful) + in_context(cited(), color="always")

    codes = {code for found in ANSI.finditer(output) for code in (found[1] or "").split(";")}
    assert codes <= {"", "0", "1", "2", "4", "7", "35"}


def test_bars_have_no_colour_but_ours() -> None:
    file = io.StringIO()
    screen = Screen(file, color="always", width=80)
    with Bars(screen).over("articles", lambda: 3, then="making the indexes") as progress:
        assert progress
        for done in range(4):
            progress(done)
    codes = {code for found in ANSI.finditer(file.getvalue()) for code in (found[1] or "").split(";")}
    assert "making the indexes" in file.getvalue()
    assert codes <= {"", "0", "1", "2", "4", "7", "35"}


def test_what_an_article_holds_cannot_act_on_the_terminal() -> None:
    evil = "\x1b]0;eid\x07 \x9b31m \u202e \r\n"
    article = Article("a", f"T{evil}", f"Sitat {evil} slutt.", outlet=f"O{evil}", url=f"https://x.example/{evil}")
    what = answer(cited(article, article.text), text=f"{article.text} [1]")

    assert not set(in_a_file(what)) & {"\x1b", "\x07", "\x9b", "\u202e", "\ud800", "\r"}
    assert not set(plain(on_a_terminal(what))) & {"\x1b", "\x07", "\x9b", "\u202e", "\ud800", "\r"}


# A source in its context


def in_context(citation: Citation, color: str = "auto", width: int = 80) -> str:
    file = io.StringIO()
    show_source(Screen(file, color=color, width=width), answer(citation), citation.number)
    return file.getvalue()


def test_a_source_is_shown_between_the_paragraphs_around_it() -> None:
    output = in_context(cited())

    assert "Fergen begynte å gå i mars." in output
    assert f">>{QUOTE}<< Overfarten tar 25 minutter." in output
    assert "Kommunen betalte 180 millioner kroner." in output


@pytest.mark.parametrize("width", [40, 60, 120])
def test_exactly_the_quote_is_highlighted(width: int) -> None:
    highlighted = re.findall(r"\x1b\[1;4m(.*?)\x1b\[0m", in_context(cited(), "always", width), re.DOTALL)

    assert " ".join(" ".join(highlighted).split()) == QUOTE


@given(data=st.data())
def test_any_quote_is_highlighted_whole(data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from("ab c.\n"), min_size=1, max_size=200).filter(str.strip))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    citation = Citation(1, Article("a", "T", text), Span(start, end))

    marked = re.findall(r">>(.*?)<<", in_context(citation), re.DOTALL)

    assert "".join("".join(marked).split()) == "".join(citation.quote.split())


def test_of_a_very_long_paragraph_only_what_is_near_is_shown() -> None:
    filler = "Om noe helt annet ble det sagt mye. " * 400
    article = Article("a", "Langt", f"{filler}{QUOTE} {filler}")

    output = in_context(cited(article))

    assert f">>{QUOTE}<<" in output
    assert output.count("…") == 2
    assert len(output) < 2_000


def test_a_source_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        show_source(Screen(io.StringIO()), answer(cited()), 2)


# Lists


def test_articles_and_hits_are_listed_with_outlet_kind_and_date() -> None:
    file = io.StringIO()
    screen = Screen(file)

    show_articles(screen, [ARTICLE], Language.NORWEGIAN)
    show_hits(screen, [Hit(Passage(ARTICLE, Span(0, 27)), 1.0)], Language.ENGLISH)

    assert file.getvalue() == (
        "– Ny ferge til Leka — Namdalsposten, nyhet, april 2019\n"
        "1. Ny ferge til Leka — Namdalsposten, news, April 2019\n"
        "   https://avis.example/ferge\n"
        "   Fergen begynte å gå i mars.\n"
    )


# What a chat model wrote


def written(text: str, *citations: Citation, **more: object) -> Answer:
    found = {"status": Status.ANSWERED, "model": "openai:gpt-6-luna", "language": "nb", **more}
    return Answer("Hva?", text=text, confidence=0.9, writer="model", citations=citations, **found)  # type: ignore[arg-type]


DOUBTFUL = cited(quote="Overfarten tar 25 minutter.", number=2, proven=False)


def test_what_is_not_confirmed_stands_out_and_is_explained_once() -> None:
    what = written("Den tar 60 biler [1]. Den er blå [2?]. Den er stor [?], og ny [?].", cited(), DOUBTFUL)

    output = on_a_terminal(what)

    assert re.search(r"\x1b\[1;7m(?:\x1b\]8;[^\x1b]*\x1b\\)?\[2\?\]", output)
    assert output.count("\x1b[1;7m[?]\x1b[0m") == 2
    assert "\x1b[1;35m[1]" in re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", output)
    assert plain(output).count("artiklene bekrefter ikke det som står foran") == 1
    assert "\n[2?], [?]: artiklene" in plain(output)


def test_what_is_not_confirmed_can_be_told_without_colours() -> None:
    output = in_a_file(written("Den er blå [2?], og stor [?].", DOUBTFUL, language="en"))

    assert output.startswith("Den er blå [2?], og stor [?].\n[2?], [?]: the articles do not confirm")
    assert "[2?] Ny ferge til Leka — Namdalsposten, news, April 2019; not confirmed in the article" in output


def test_where_an_article_confirms_one_thing_and_not_another_it_is_said_which() -> None:
    output = in_a_file(written("Den tar 60 biler [1]. Den er blå [2?].", cited(), DOUBTFUL))

    assert "[1][2?] Ny ferge til Leka — Namdalsposten, nyhet, april 2019; [2?] ikke bekreftet i artikkelen" in output


def test_a_source_that_does_not_confirm_says_so_in_its_context_too() -> None:
    assert "[2?] Ny ferge til Leka — Namdalsposten, nyhet, april 2019; ikke bekreftet" in in_context(DOUBTFUL)


def test_where_all_is_confirmed_nothing_is_explained() -> None:
    assert "bekrefter" not in in_a_file(written("Den tar 60 biler [1].", cited()))


def test_brackets_of_an_article_are_no_marks() -> None:
    quote = "Han sa [?] og [1?] og [7]."
    what = answer(cited(Article("a", "Ordrett", quote), quote))

    assert "bekrefter" not in in_a_file(what)
    assert "\x1b[1;7m" not in on_a_terminal(what)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("trouble", Trouble)
def test_why_no_model_wrote_the_answer_is_said_on_one_faint_line(trouble: Trouble, language: Language) -> None:
    what = answer(cited(), language=language, model="openai:x", trouble=trouble)

    note = in_a_file(what).splitlines()[1]

    assert note.partition(".")[0].endswith({"nb": "; svaret er sitert", "en": "; the answer is quoted"}[language])
    assert note[0].isupper()
    assert f"\x1b[2m{note[:20]}" in on_a_terminal(what)


@pytest.mark.parametrize(
    ("trouble", "model", "what_to_do"),
    [
        (Trouble.KEY_REFUSED, "openai:x", "OPENAI_API_KEY"),
        (Trouble.KEY_REFUSED, "anthropic:x", "anthropic"),
        (Trouble.NO_SUCH_MODEL, "openai:x", "KILDEBOT_MODEL"),
        (Trouble.NO_CREDIT, "openai:x", "Fyll på kontoen"),
        (Trouble.LIMIT, "openai:x", "KILDEBOT_DAILY_DOLLARS og KILDEBOT_DAILY_TOKENS"),
        (Trouble.UNUSABLE, "openai:x", "kildebot doctor"),
        (Trouble.LATE, "openai:x", "KILDEBOT_DEADLINE"),
    ],
)
def test_what_the_operator_can_do_is_said(trouble: Trouble, model: str, what_to_do: str) -> None:
    note = in_a_file(answer(cited(), model=model, trouble=trouble)).splitlines()[1]

    assert what_to_do in note
    assert ("OPENAI" in note) == (what_to_do == "OPENAI_API_KEY")


def test_a_model_that_there_is_not_is_named() -> None:
    output = in_a_file(answer(cited(), model="openai:gpt-9", trouble=Trouble.NO_SUCH_MODEL))

    assert "Språkmodellen openai:gpt-9 finnes ikke; svaret er sitert." in output


def test_where_nothing_could_be_quoted_either_it_is_not_called_a_quote() -> None:
    nothing = replace(answer(trouble=Trouble.BUSY, text="Ingenting."), status=Status.NOT_FOUND)

    assert "det ble lett etter sitater i stedet." in in_a_file(nothing)
    assert "sitert" not in in_a_file(nothing)


def test_an_answer_that_was_cut_off_says_why() -> None:
    what = written("Den tar 60 biler [1].", cited(), status=Status.PARTIAL, trouble=Trouble.CUT_OFF)

    assert "\nSvaret ble avbrutt før det var ferdig: språkmodellen stoppet midt i.\n" in in_a_file(what)


@pytest.mark.parametrize("width", [40, 60, 120])
def test_items_of_a_list_hang(width: int) -> None:
    item = "• Overfarten tar 25 minutter, og det er lenge nok til en kopp kaffe og en vaffel i kafeen [1]."

    lines = plain(on_a_terminal(written(f"Dette vet vi:\n{item}\n{item}", cited()), width)).splitlines()
    listed = lines[1 : lines.index("")]

    assert [line[:2] for line in listed if not line.startswith("  ")] == ["• ", "• "]
    assert max(map(len, lines)) < width
    assert " ".join(" ".join(listed).split()) == f"{item} {item}"


def test_a_quote_of_several_sentences_is_highlighted_whole() -> None:
    quote = f"{QUOTE} Overfarten tar 25 minutter.\n\nKommunen betalte"

    assert "".join(re.findall(r">>(.*?)<<", in_context(cited(quote=quote)))) == quote.replace("\n\n", "")
