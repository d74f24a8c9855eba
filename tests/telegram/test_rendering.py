"""What one may rely on about how answers, sources and articles look on Telegram, whatever they hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Citation, Status, Written
from bot.errors import Trouble
from bot.messages import Language
from bot.render.safe import shown
from bot.telegram.rendering import (
    Message,
    answer_messages,
    articles_page,
    harmless,
    passage_messages,
    plain,
    preview,
    sources_messages,
)
from bot.telegram.rendering.harmless import says_something
from tests.telegram.rendering_reader import JOINER, check, found, links, read, unmeant_links
from vectorstore.article import Article, Genre, Published, Span

TEXT = (
    "Fergen begynte å gå i mars.\n\nDen tar 60 biler, sier reder Ola Nordmo. Overfarten tar 25 minutter.\n\n"
    "Kommunen betalte 180 millioner kroner.\n\nFergen går ennå."
)
QUOTE = "Den tar 60 biler, sier reder Ola Nordmo."
PAGE = "https://avis.example/ferge"
ARTICLE = Article(
    "ferge", "Ny ferge til Leka", TEXT, Published.parse("2019-04"), "Namdalsposten", Genre.NEWS, PAGE
)  # fmt: skip
LEADER = Article(
    "leder", "La skolen leve", "Skolen har 41 elever. Den må leve.", Published.parse("2021"), "", Genre.EDITORIAL
)  # fmt: skip
NORWEGIAN = Language.NORWEGIAN
_SURELY_SHOWN = 400  # characters of a quote


def link(citation: Citation) -> str:
    return citation.article.url and f"{citation.article.url}#{citation.number}"


def cited(article: Article = ARTICLE, quote: str = QUOTE, number: int = 1, **more: object) -> Citation:
    start = article.text.index(quote)
    return Citation(number, article, Span(start, start + len(quote)), **more)  # type: ignore[arg-type]


def quoting(*citations: Citation, **more: object) -> Answer:
    text = "\n\n".join(f"{each.quote} [{each.number}]" for each in citations)
    return replace(Answer("?", Status.ANSWERED, text, 0.9, "nb", "quoting", citations), **more)  # type: ignore[arg-type]


def written(text: str, *citations: Citation, **more: object) -> Answer:
    answer = Answer("?", Status.ANSWERED, text, 0.9, "nb", "model", citations, model="openai:gpt-6-luna")
    return replace(answer, **more)  # type: ignore[arg-type]


# An answer


def test_an_answer_is_followed_by_its_sources_and_every_number_is_a_link() -> None:
    messages = answer_messages(quoting(cited()), link)

    assert read(messages).startswith(
        f"{QUOTE} [1]\n\nKilder\n[1] Ny ferge til Leka\nNamdalsposten, nyhet, april 2019\n"
    )
    assert links(messages) == [("[1]", f"{PAGE}#1"), ("[1]", f"{PAGE}#1"), ("Ny ferge til Leka", f"{PAGE}#1")]


def test_what_a_model_wrote_stands_above_the_quotes_that_carry_it() -> None:
    messages = answer_messages(written("Fergen tar 60 biler. [1]", cited()), link)

    assert read(messages).endswith(f"Namdalsposten, nyhet, april 2019\n«{QUOTE}»")
    assert found(messages[0], "expandable_blockquote") == [f"«{QUOTE}»"]


def test_under_an_answer_that_is_made_of_quotes_each_stands_in_its_paragraph() -> None:
    answer = quoting(cited(), cited(quote="Overfarten tar 25 minutter.", number=2))

    message, *_ = answer_messages(answer, link)

    [block] = found(message, "expandable_blockquote")
    assert block.replace("\u2060", "") == f"{QUOTE} Overfarten tar 25 minutter."
    assert found(message, "bold") == ["Kilder", QUOTE]
    assert read(sources_messages(answer, link)) == (
        f"Kilder\n[1][2] Ny ferge til Leka\nNamdalsposten, nyhet, april 2019\n[1] «{QUOTE}»\n[2] «Overfarten tar 25 minutter.»"
    )


def test_an_article_that_is_cited_twice_is_one_source_with_two_quotes() -> None:
    other = "Overfarten tar 25 minutter."

    messages = answer_messages(written("A [1], b [2].", cited(), cited(quote=other, number=2)), link)

    assert read(messages).count("Ny ferge til Leka") == 1
    assert "[1][2] Ny ferge til Leka" in read(messages)
    assert found(messages[0], "expandable_blockquote") == [f"[1] «{QUOTE}»\n[2] «{other}»"]


def test_claims_that_nothing_carries_stand_out_and_are_explained() -> None:
    answer = written(
        "Den tar 60 [1]. Den er blå [2?]. Den er ny [?].", cited(), cited(LEADER, "Den må leve.", 2, proven=False)
    )

    message, *_ = answer_messages(answer, link)

    assert found(message, "bold") == ["[2?]", "[?]", "Kilder"]
    assert "[2?], [?]: artiklene bekrefter ikke det som står foran; det kan være feil." in found(message, "italic")
    assert "[2?] La skolen leve\nLEDER, 2021; ikke bekreftet i artikkelen" in read([message])
    assert found(message, "expandable_blockquote") == [f"«{QUOTE}»"]


def test_brackets_of_the_articles_own_are_no_marks() -> None:
    answer = replace(quoting(cited()), text="Hvem [?] tok den [1?] og den [7]? [1]")

    message, *_ = answer_messages(answer, link)

    assert [text for text, _ in links([message])] == ["[1]", "[1]", "Ny ferge til Leka"]
    assert found(message, "bold") == ["Kilder", QUOTE]


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        (quoting(cited(), trouble=Trouble.UNREACHABLE), "Språkmodellen kunne ikke nås; svaret er sitert."),
        (written("A [1].", cited(), status=Status.PARTIAL, trouble=Trouble.CUT_OFF), "Svaret ble avbrutt før det var ferdig: språkmodellen stoppet midt i."),
        (written("A [1].", cited(), status=Status.PARTIAL), "Svaret ble avbrutt før det var ferdig."),
    ],
)  # fmt: skip
def test_trouble_with_the_model_is_told_as_in_the_terminal(answer: Answer, remark: str) -> None:
    assert remark in found(answer_messages(answer, link)[0], "italic")


def test_what_only_the_operator_can_mend_is_not_told_to_everyone() -> None:
    answer = quoting(cited(), trouble=Trouble.KEY_REFUSED, model="openai:gpt-6-luna")

    assert "OPENAI_API_KEY" not in read(answer_messages(answer, link))


def test_no_answer_names_the_nearest_articles() -> None:
    nothing = Answer(
        "?",
        Status.NOT_FOUND,
        "Artiklene sier ingenting om dette.",
        0.1,
        "nb",
        "quoting",
        nearest=(ARTICLE, LEADER),
    )

    messages = answer_messages(nothing, link)

    assert read(messages) == (
        "Artiklene sier ingenting om dette.\n\nDe nærmeste artiklene:\n• Ny ferge til Leka\nNamdalsposten, nyhet, april 2019\n"
        "• La skolen leve\nLEDER, 2021"
    )
    assert links(messages) == [("Ny ferge til Leka", PAGE)]


def test_an_answer_is_in_its_own_language() -> None:
    text = read(answer_messages(quoting(cited(), language="en"), link))

    assert "Sources\n[1] Ny ferge til Leka\nNamdalsposten, news, April 2019" in text


def test_a_source_that_also_stands_elsewhere_says_where() -> None:
    copy = Article("b", "Leka får ferge", TEXT, outlet="Trønder-Avisa")

    assert "april 2019; også i Trønder-Avisa (udatert)" in read(answer_messages(quoting(cited(also_in=(copy,))), link))


def test_a_source_without_an_address_is_no_link() -> None:
    assert links(answer_messages(quoting(cited()), lambda _: "")) == []


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "tg://user?id=1", "file:///etc/passwd", "ftp://avis.example/x", "avis.example", ""),
        *(
            "http://",
            "http://localhost/x",
            "https://a b.no",
            "https://[x",
            "https://avis.no:x",
            "https://avis.no@evil.com/",
        ),
    ],
)
def test_nothing_but_the_web_is_linked_to(address: str) -> None:
    article = replace(ARTICLE, url=address)
    nothing = Answer("?", Status.NOT_FOUND, "Ingenting.", 0.1, "nb", "quoting", nearest=(article,))

    assert links(answer_messages(quoting(cited(article)), lambda _: address)) == []
    assert links([*answer_messages(nothing, link), articles_page([article], 1, 1, NORWEGIAN, link)]) == []


def test_the_sources_go_to_a_message_of_their_own_where_they_do_not_fit() -> None:
    long = written("\n\n".join(f"{'Fergen tar biler. ' * 30}[1]" for _ in range(9)), cited())

    messages = answer_messages(long, link)

    assert len(messages) == 2
    assert read(messages).count("Fergen tar biler.") == 270
    assert read(messages[-1:]).endswith(f"«{QUOTE}»")
    assert all(len(each.text) <= 4096 for each in messages)


def test_answers_without_sources_have_none_to_show() -> None:
    assert read(sources_messages(written("Hei."), link)) == "Det siste svaret har ingen kilder."


# While it is made


def test_what_was_not_looked_at_yet_stands_in_italics_behind_what_was() -> None:
    message = preview(Written("Den tar 60 biler [1].", "Overfarten tar", (cited(),)), link, NORWEGIAN)

    assert message.text == "Den tar 60 biler [1]. Overfarten tar …"
    assert found(message, "italic") == ["Overfarten tar"]
    assert links([message]) == [("[1]", f"{PAGE}#1")]


@pytest.mark.parametrize(
    ("text", "pending", "expected"),
    [
        ("", "", "Skriver …"),
        ("", "Fergen", "Fergen …"),
        ("En.\n\n", "To", "En.\n\nTo …"),
        ("• En.", "• To", "• En.\n• To …"),
        ("\u200b", "", "Skriver …"),
    ],
)
def test_there_is_always_something_to_see(text: str, pending: str, expected: str) -> None:
    assert preview(Written(text, pending), link, NORWEGIAN).text == expected


def test_of_a_long_text_the_latest_is_seen() -> None:
    text = "\n\n".join(f"Avsnitt {number}. " + "Fergen tar biler. " * 20 for number in range(30))

    message = preview(Written(text, "Til slutt"), link, NORWEGIAN)

    check(message)
    assert message.text.startswith("… Avsnitt")
    assert message.text.endswith("Til slutt …")
    assert len(message.text) > 3500


# Articles


def test_a_source_in_its_context_has_the_quote_in_bold() -> None:
    start = TEXT.index(QUOTE)

    messages = passage_messages(ARTICLE, Span(start, start + len(QUOTE)), NORWEGIAN, link)

    assert read(messages) == (
        "Ny ferge til Leka\nNamdalsposten, nyhet, april 2019\n\nFergen begynte å gå i mars.\n\n"
        f"{QUOTE} Overfarten tar 25 minutter.\n\nKommunen betalte 180 millioner kroner."
    )
    assert found(messages[0], "bold") == ["Ny ferge til Leka", QUOTE]
    assert links(messages) == [("Ny ferge til Leka", f"{PAGE}#1")]


def test_of_a_very_long_paragraph_what_is_near_the_quote_is_shown() -> None:
    article = Article("a", "Om en by", "Tidligere. " * 400 + QUOTE + " Etterpå." * 400)
    start = article.text.index(QUOTE)

    message, *more = passage_messages(article, Span(start, start + len(QUOTE)), NORWEGIAN, link)

    assert not more
    assert "\n\n… Tidligere. Tidligere." in message.text
    assert message.text.endswith("Etterpå. Etterpå. …")
    assert found(message, "bold") == ["Om en by", QUOTE]


def test_nothing_that_links_comes_about_at_the_ends_of_a_quote() -> None:
    article = Article("a", "Om en by", "Se evil.com/nå for mer.")

    assert [unmeant_links(each) for each in passage_messages(article, Span(3, 8), NORWEGIAN, link)] == [[]]


def test_articles_are_listed_by_pages() -> None:
    message = articles_page([ARTICLE, LEADER], 2, 3, NORWEGIAN, link)

    assert message.text.replace(JOINER, "") == (
        "• Ny ferge til Leka\nNamdalsposten, nyhet, april 2019\n• La skolen leve\nLEDER, 2021\n\nSide 2 av 3"
    )


def test_ten_articles_with_the_longest_of_headlines_fit_a_page() -> None:
    long = Article("a", "👨‍👩‍👧 Et ord " * 99, TEXT, outlet="Avisa 🙂 " * 99, genre=Genre.EDITORIAL, url=PAGE)

    message = articles_page([long] * 10, 1, 2, NORWEGIAN, link)

    check(message)
    assert message.text.endswith("Side 1 av 2")


def test_a_headline_that_is_cut_short_is_cut_at_a_word_or_a_grapheme() -> None:
    family = "👨\u200d👩\u200d👧"
    words, families = (replace(ARTICLE, title=title) for title in ("ord " * 60, family * 30))

    message = articles_page([words, families], 1, 1, NORWEGIAN, link)

    assert [text for text, _ in links([message])] == ["ord " * 48 + "ord …", family * 24 + " …"]


def test_an_article_without_a_page_leads_to_its_beginning() -> None:
    article = replace(ARTICLE, url="", text="\n\nFørste linje.\nAndre linje.")
    nothing = Answer("?", Status.NOT_FOUND, "Ingenting.", 0.1, "nb", "quoting", nearest=(article,))

    def place(citation: Citation) -> str:
        return f"https://t.me/bot?start={citation.quote.replace(' ', '_')}"

    for messages in ([articles_page([article], 1, 1, NORWEGIAN, place)], answer_messages(nothing, place)):
        assert links(messages) == [(article.title, "https://t.me/bot?start=Første_linje.")]


def test_an_archive_without_articles_says_so() -> None:
    assert articles_page([], 1, 1, NORWEGIAN, link).text == "Arkivet har ingen artikler."


@pytest.mark.parametrize("title", ["\u200b", "\u2060\ufeff", "\u2800"])
def test_a_headline_that_nobody_can_see_is_said_to_be_none(title: str) -> None:
    assert "• uten tittel" in articles_page([replace(ARTICLE, title=title)], 1, 1, NORWEGIAN, link).text


def test_our_own_words_keep_their_commands() -> None:
    assert plain("/help viser kommandoene.") == Message("/help viser kommandoene.")
    assert plain("").text == "…"


# What articles, models and names may hold


@pytest.mark.parametrize(
    "text",
    [
        *("https://evil.example/?q=1", "http://1.2.3.4/x", "HTTPS://Evil.Example", "ftp://evil.example", "tg://user?id=1", "ton://-x"),
        *("evil.com", "www.evil.com/x?y=z", "t.me/spam", "xn--80ak6aa92e.com", "пример.рф", "192.0.2.1", "1.2.3.41.2.3.4", "user:pw@evil.com", "a.b.c.evil.no"),
        *("@spammer", "(@spammer)", "a@evil.com", "mailto:a@evil.com", "#tag", "#ærlig", "$NOK", "/start", "se /start@bot", "-/ban", "<b>/x"),
        *("+4722334455", "[x](http://evil.com)", "<a href='http://evil.com'>x</a>", "![](http://evil.com/x.png)", "ord.Nytt", "a//evil.com"),
    ],
)  # fmt: skip
def test_what_would_link_by_itself_does_not_and_reads_the_same(text: str) -> None:
    for around in ("{}", "Se {} nå.", "«{}»", "[1]{}[1]"):
        safe = harmless(around.format(text))
        assert unmeant_links(Message(safe)) == []
        assert safe.replace(JOINER, "") == around.format(text)


@pytest.mark.parametrize(
    "text",
    ["12. september 2023 kl. 12.30", "km/t", "og/eller", "60,5 %", "#️⃣", "3.14", "E. Hansen", "10.000 kr", "#1", "a…b"],
)
def test_what_does_not_link_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A\u030alesund", "Ålesund"),
        ("ga\u0323\u030ar", "gạ\u030ar".replace("\u030a", "")),
        ("q\u030ax\u0333", "qx"),
        ("a\r\nb\u2028c\x0bd", "a\nb\nc\nd"),
        ("a\tb\x00c", "a b␀c"),
        ("\u202eevil\u2066\u200f", "evil"),
        ("\ud800", "\ufffd"),
    ],
)
def test_what_telegram_would_change_is_changed_before(text: str, expected: str) -> None:
    assert harmless(text) == expected


def test_names_from_right_to_left_leave_the_order_of_the_others_alone() -> None:
    text = read(answer_messages(quoting(cited(replace(ARTICLE, outlet="הארץ"))), link))

    assert "\n\u2068הארץ\u2069, nyhet, april 2019" in text


HOSTILE = st.sampled_from(
    [
        *("https://evil.com/?q=", "evil.com", "@spam", "#tag", "/ban", "a@evil.com", "+4722334455", "$NOK", "tg://user?id=1", "t.me/x"),
        *("[1]", "[2]", "[2?]", "[?]", "[9]", "[1](http://evil.com)", "<b>", "**", "`", "«", "»", "• ", "1.2.3.4"),
        *("👨\u200d👩\u200d👧", "🇳🇴", "e\u0301", "a\u030a", "\u030a", "क्षि", "שלום", "مرحبا", "\u202e", "\u2067", "\u200b", "\u2060", "\ufeff"),
        *("\ud83d", "\x00", "\x1b[31m", "\r\n", "\n\n", "\n", " ", "\u00a0", ".", "/", "@", "#", "ord", "Langt avsnitt. " * 40, "x" * 900),
    ]
)  # fmt: skip
ANYTHING = st.lists(HOSTILE | st.text(max_size=8), max_size=12).map("".join)
ARTICLES = st.builds(
    Article,
    id=st.sampled_from("abc"),
    title=ANYTHING,
    text=ANYTHING.map(lambda text: text + "Slutt."),
    published=st.sampled_from([Published(), Published.parse("2019-04")]),
    outlet=ANYTHING,
    genre=st.sampled_from([None, *Genre]),
    url=st.sampled_from(["", PAGE, "tg://user?id=1", "http://evil .com"]) | ANYTHING,
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    citations = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        article = draw(ARTICLES)
        start, end = sorted(draw(st.tuples(st.integers(0, len(article.text)), st.integers(0, len(article.text)))))
        also = draw(st.lists(ARTICLES, max_size=1))
        citations.append(Citation(number, article, Span(start, end), draw(st.booleans()), tuple(also)))
    return Answer(
        draw(ANYTHING),
        draw(st.sampled_from([*Status])),
        draw(ANYTHING),
        0.5,
        draw(st.sampled_from(["nb", "en"])),
        draw(st.sampled_from(["quoting", "model"])),
        tuple(citations),
        tuple(draw(st.lists(ARTICLES, max_size=2))),
        model=draw(ANYTHING),
        trouble=draw(st.sampled_from([None, *Trouble])),
    )


def address(citation: Citation) -> str:
    return f"https://t.me/kildebot?start={citation.number}" if citation.number % 2 else citation.article.url


def check_all(messages: Sequence[Message], allowed: set[str]) -> None:
    assert messages
    for each in messages:
        check(each)
        assert unmeant_links(each) == []
    assert {where for _, where in links(messages)} <= allowed


def visible(text: str) -> str:
    return "".join(each for each in text if says_something(each))


@settings(max_examples=100)
@given(answers())
def test_any_answer_becomes_messages_that_say_what_was_meant(answer: Answer) -> None:
    begun = [Citation(1, each, Span(0, 0)) for each in answer.nearest]
    allowed = {address(each) for each in answer.citations} | {each.article.url or address(each) for each in begun}

    messages = answer_messages(answer, address)

    check_all(messages, allowed)
    check_all(sources_messages(answer, address), allowed)
    said = visible("".join(each.text for each in messages))
    assert said.startswith(visible(harmless(answer.text)))
    numbers = {f"[{each.number}{'' if each.proven else '?'}]": address(each) for each in answer.citations}
    titles = {harmless(each.article.title).strip() for each in answer.citations}
    for text, where in links(messages):
        assert where == numbers.get(text, where) or text in titles
    quotes = "".join(each for message in messages for each in found(message, "expandable_blockquote"))
    for each in answer.citations if answer.writer == "model" else ():
        assert visible(harmless(each.quote))[:_SURELY_SHOWN] in visible(quotes) or not each.proven


@settings(max_examples=50)
@given(ANYTHING, ANYTHING, answers())
def test_anything_can_be_seen_while_it_is_made(text: str, pending: str, answer: Answer) -> None:
    message = preview(Written(text, pending, answer.citations), address, NORWEGIAN)

    check_all([message], {address(each) for each in answer.citations})


@settings(max_examples=50)
@given(st.lists(ARTICLES, min_size=1, max_size=10), st.integers(0, 50), st.integers(0, 50))
def test_any_article_can_be_listed_and_shown(articles: list[Article], start: int, length: int) -> None:
    article = articles[0]
    span = Span(min(start, len(article.text)), min(start + length, len(article.text)))

    check_all(passage_messages(article, span, NORWEGIAN, address), {address(Citation(1, article, span))})
    check_all([articles_page(articles, 1, 9, NORWEGIAN, lambda _: "")], {each.url for each in articles})


@given(ANYTHING)
def test_any_name_reads_as_it_did(name: str) -> None:
    assert visible(harmless(name).replace(JOINER, "")) == visible(shown(name).replace(JOINER, "")) or "\u030a" in name
