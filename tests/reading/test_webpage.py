"""Web pages: what a visitor sees of the article, what the page states about it, and nothing else."""

from pathlib import Path

import pytest

from tests.reading.samples import BODY, article_in, in_linear_time, outcome_of, rejection_of
from vectorstore.article import Genre, Provenance, Published

MORE = "Nå venter de på at ferga går igjen."

PAGE = """<!doctype html><html lang="nb-NO"><head><meta charset="utf-8"><title>Broen åpner | Elveavisa</title>
<meta property="og:site_name" content="Elveavisa"><meta property="og:title" content="Broen åpner i mai">
<link rel="canonical" href="https://elveavisa.example/broen"><base href="javascript:alert(1)">
<meta http-equiv="refresh" content="0;url=http://ond.example">
<style>/* .synlig {display:none} */ .skjult, #borte { color: red; display: none } @media print { p { margin: 0 } .synlig { display: none } }</style>
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"},
 {"@type": ["OpinionNewsArticle"], "headline": "Broen åpner i mai", "datePublished": "2023-04-02T08:00:00+02:00"}]}</script>
</head><body><div id="cookie-banner"><p>Vi bruker informasjonskapsler. Godta?</p></div>
<nav><ul><li><a href="/">Forside</a></li><li>Sport</li></ul></nav><header><h1>Elveavisa</h1></header>
<main><article><div class="label">Kommentar</div><h1>Broen &aring;pner i mai</h1>
<p class="byline">Av Eva Vik</p><time datetime="2023-04-03">oppdatert 3. april</time>
<p class="synlig">Ingressen st&aring;r her&nbsp;og er synlig.</p>
<p>Broen over elva &mdash; den <b>nye</b> &ndash; &aring;p<wbr>ner i&shy; m<i>ai</i>.<br>Den kostet 10&nbsp;000 kroner.</p>
<div class="share-buttons">Del p&aring; Facebook</div>
<figure><img src="data:image/png;base64,AAAA" alt="alternativ"><figcaption>Broen sett fra sør. Foto: Eva Vik</figcaption></figure>
<h2>Lang vei</h2><ul><li>Punkt en</li><li>Punkt to</li></ul>
<blockquote>– Endelig, sier hun.</blockquote><p>Slutt.</p>
<section class="related"><h3>Les også</h3><a href="x">Annen sak</a></section>
</article><aside><p>Mest lest</p></aside></main><footer>Ansvarlig redaktør: Per</footer></body></html>"""


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><article><h1>Tittel</h1><p>{BODY}</p>{body}<p>{MORE}</p></article></body></html>"


def test_a_page_gives_its_article_as_a_visitor_reads_it(tmp_path: Path) -> None:
    assert article_in(tmp_path, "a.html", PAGE).text == (
        "Ingressen står her og er synlig.\n\nBroen over elva — den nye – åpner i mai.\nDen kostet 10 000 kroner.\n\n"
        "Broen sett fra sør.\n\nLang vei\n\nPunkt en\nPunkt to\n\n– Endelig, sier hun.\n\nSlutt."
    )


def test_a_page_states_title_outlet_date_address_language_and_kind(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.html", PAGE)

    assert (article.title, article.outlet, article.genre) == ("Broen åpner i mai", "Elveavisa", Genre.COMMENTARY)
    assert article.published == Published(2023, 4, 2, Provenance.STATED)
    assert (article.url, article.language) == ("https://elveavisa.example/broen", "nb")


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>hemmelig</script>", "<style>.hemmelig{}</style>", "<noscript>hemmelig</noscript>", "<template>hemmelig</template>", "<!-- hemmelig -->", "<p hidden>hemmelig</p>", "<p hidden=''>hemmelig</p>", "<p aria-hidden='true'>hemmelig</p>",
        "<p style='display:none'>hemmelig</p>", "<p style='DISPLAY : NONE !important'>hemmelig</p>", "<p style='visibility:hidden'>hemmelig</p>", "<span style='font-size:0'>hemmelig</span>", "<span style='font-size:0px;'>hemmelig</span>", "<p style='opacity: 0'>hemmelig</p>",
        "<p style='position:absolute;left:-9999px'>hemmelig</p>", "<p style='text-indent:-5000px'>hemmelig</p>", "<p class='sr-only'>hemmelig</p>", "<p class='a skjult'>hemmelig</p>", "<div hidden><div><p>hemmelig</p></div></div>", "<img alt='hemmelig'>", "<input value='hemmelig'>",
        "<textarea>hemmelig</textarea>", "<iframe src='x'>hemmelig</iframe>", "<svg><text>hemmelig</text></svg>", "<a href='data:text/html,hemmelig' title='hemmelig'></a>", "<select><option>hemmelig</select>", "<object>hemmelig</object>", "<dialog open>hemmelig</dialog>", "<?php hemmelig ?>",
    ],
)  # fmt: skip
def test_what_is_hidden_is_not_read_and_what_stands_beside_it_is(tmp_path: Path, hidden: str) -> None:
    article = article_in(
        tmp_path, "a.html", page(f"<div>Før {hidden} etter.</div>", "<style>.skjult{display:none}</style>")
    )

    assert "hemmelig" not in repr(article)
    assert "Før" in article.text
    assert "etter." in article.text
    assert BODY in article.text
    assert MORE in article.text


@pytest.mark.parametrize(
    "style", ["font-size:0.9em", "opacity:0.5", "left:-3px", "display:block", "max-height:0.5em", "margin-left:-10px"]
)
def test_what_is_merely_styled_is_read(tmp_path: Path, style: str) -> None:
    assert "synlig" in article_in(tmp_path, "a.html", page(f"<p style='{style}'>Dette er synlig.</p>")).text


@pytest.mark.parametrize(
    "around",
    [
        "<nav>støy</nav>", "<div role='dialog'>støy</div>", "<div class='cookie-consent'><p>støy</p></div>", "<form><p>støy</p></form>", "<div id='CookieBar'>støy</div>", "<div class='newsletterSignup'>støy</div>", "<div class='ad'>støy</div>", "<aside>støy</aside>",
        "<footer>støy</footer>", "<button>støy</button>", "<section class='related-articles'><p>støy</p></section>", "<p>Annonse</p><p>Les også: støy</p>",
    ],
)  # fmt: skip
def test_what_is_around_the_article_is_left_out(tmp_path: Path, around: str) -> None:
    assert article_in(tmp_path, "a.html", page(around)).text == f"{BODY}\n\n{MORE}"


def test_an_article_is_kept_whatever_its_wrapping_is_called(tmp_path: Path) -> None:
    body = f"<body class='no-ads menu-open'><div class='sidebar-left paywall banner'><form><div id='share'><h1>Tittel</h1><p>{BODY}</p></div></form></div></body>"

    assert article_in(tmp_path, "a.html", body).text == BODY


def test_a_page_without_an_article_element_is_read_whole(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.htm", f"<h2>Under</h2><div>{BODY}<br><br>{MORE}</div>")

    assert (article.title, article.text) == ("Under", f"{BODY}\n{MORE}")


def test_short_articles_beside_the_article_are_not_taken_for_it(tmp_path: Path) -> None:
    teasers = "".join(f"<article><h2>Sak {number}</h2><p>Les om den.</p></article>" for number in range(5))

    assert article_in(tmp_path, "a.html", f"<body><h1>Avisa</h1>{page('')}{teasers}</body>").text == f"{BODY}\n\n{MORE}"


def test_a_repeated_block_is_read_once(tmp_path: Path) -> None:
    assert article_in(tmp_path, "a.html", page("<p>Bildetekst.</p><p>Bildetekst.</p>")).text.count("Bildetekst.") == 1


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta property="article:published_time" content="2023-04-02T08:00:00Z">', Published.parse("2023-04-02")),
        ('<meta name="date" content="2. april 2023">', Published.parse("2023-04-02")),
        ('<meta property="article:modified_time" content="2023-04-02">', Published()),
        ('<meta property="article:published_time" content="2023-02-31">', Published()),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2023-04"}</script>',
            Published.parse("2023-04"),
        ),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2023-04"}</script>',
            Published(),
        ),
        ('<script type="application/ld+json">{not json</script>', Published()),
        (
            '<link rel="canonical" href="https://x.example/2023/04/02/sak">',
            Published.parse("2023-04-02", Provenance.INFERRED),
        ),
    ],
)
def test_the_date_of_publication_is_the_one_that_the_page_states(
    tmp_path: Path, head: str, published: Published
) -> None:
    assert article_in(tmp_path, "a.html", page("", head)).published == published


@pytest.mark.parametrize(
    ("markup", "iso"),
    [
        ('<time datetime="2023-04-02T08:00">2. april</time>', "2023-04-02"),
        (
            '<time datetime="2023-04-05" class="updated">x</time><time datetime="2023-04-02" class="published">y</time>',
            "2023-04-02",
        ),
        ('<span>Oppdatert <time datetime="2023-04-05">x</time></span>', ""),
        ("<p>Publisert 2. april 2023 kl. 10:00</p>", "2023-04-02"),
        ("<p>3 hours ago</p>", ""),
    ],
)
def test_a_time_above_the_text_is_its_date_unless_it_is_an_update(tmp_path: Path, markup: str, iso: str) -> None:
    article = article_in(
        tmp_path, "a.html", f"<article><h1>Tittel</h1><header>{markup}</header><p>{BODY * 3}</p></article>"
    )

    assert article.published.iso == iso


@pytest.mark.parametrize(
    ("kind", "genre"),
    [("OpinionNewsArticle", Genre.OPINION), ("AnalysisNewsArticle", Genre.ANALYSIS), ("ReportageNewsArticle", Genre.NEWS), ("NewsArticle", Genre.NEWS), ("Recipe", None)],
)  # fmt: skip
def test_the_kind_is_the_one_that_the_page_states(tmp_path: Path, kind: str, genre: Genre | None) -> None:
    assert (
        article_in(
            tmp_path, "a.html", page("", f'<script type="application/ld+json">[{{"@type": "{kind}"}}]</script>')
        ).genre
        is genre
    )


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "/sak", "https://", "http://x.example/\u202e", "https://a@x.example"],
)
def test_an_address_that_is_no_link_is_not_taken(tmp_path: Path, address: str) -> None:
    assert (
        article_in(
            tmp_path,
            "a.html",
            page("", f'<link rel="canonical" href="{address}"><meta property="og:url" content="{address}">'),
        ).url
        == ""
    )


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "cp1252"), ("<meta http-equiv='Content-Type' content='text/html; charset=windows-1252'>", "cp1252"), ('<?xml version="1.0" encoding="ISO-8859-1"?>', "latin-1"), ('<meta charset="koi8-r">', "koi8-r"),
        ('<meta charset="iso-8859-1">', "utf-8"), ('<meta charset="unicode_escape">', "utf-8"), ('<meta charset="utf-7">', "utf-8"), ("", "cp1252"), ("", "utf-16"), ('<meta charset="utf-16">', "utf-8"),
    ],
)  # fmt: skip
def test_the_declared_encoding_is_respected(tmp_path: Path, head: str, encoding: str) -> None:
    text = "Встреча прошла во Владивостоке." if encoding == "koi8-r" else "Blåbær på øya, sier Åse."

    assert article_in(tmp_path, "a.html", f"{head}<body><p>{text}</p></body>".encode(encoding)).text == text


@pytest.mark.parametrize(
    "markup",
    ["<p>Uten slutt", "<b><p>Feil <i>rekke</b>følge</i>", "<p <p>> x", "&#0;&#x110000;&#xd800;&nei;&amp", "<table><p>x<tr>y", "<html><html><body><body>", "</p></article></body></html><p>Etter.", "<" * 999, "<a " * 999, "<![CDATA[x]]>", "\x01\x02<script></script>&#1;&#xffff;<script></script>", "<p>" + "&nbsp;" * 999],
)  # fmt: skip
def test_malformed_pages_do_not_lose_the_article(tmp_path: Path, markup: str) -> None:
    assert BODY in article_in(tmp_path, "a.html", page(markup)).text


@pytest.mark.parametrize("tag", ["div", "b", "p", "h1", "article", "li", "table", "font"])
def test_deep_nesting_neither_crashes_nor_hangs(tmp_path: Path, tag: str) -> None:
    outcome_of(tmp_path, "a.html", f"<article><p>{BODY}</p>" + f"<{tag}>" * 100_000 + BODY)


@pytest.mark.parametrize(
    "unit",
    [
        "<p>x</p>",
        "<p class='ad'>x</p>",
        "<time>x</time>",
        "<h1>x</h1>",
        "<style>/*</style>",
        "<style>a{</style>",
        "<article><p>x</p></article>",
        "<a href=x>y</a> ",
        "<br>",
        "&lt;",
        "<li>x",
        "<script type=application/ld+json>[[[[</script>",
        "<meta name=x>",
    ],
)
def test_long_pages_take_linear_time(tmp_path: Path, unit: str) -> None:
    with in_linear_time():
        outcome_of(tmp_path, "a.html", f"<body><p>{BODY}</p>{unit * 6_000}</body>")


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<html></html>",
        "<p> </p>",
        "<script>x</script>",
        "<p hidden>x</p>",
        "<nav>Meny</nav>",
        "<frameset><frame src='x'></frameset>",
    ],
)
def test_a_page_that_shows_nothing_is_rejected(tmp_path: Path, markup: str) -> None:
    assert "no text" in rejection_of(tmp_path, "a.html", markup + " <!-- -->").reason


def test_a_page_under_a_text_files_name_is_read_as_a_page(tmp_path: Path) -> None:
    assert article_in(tmp_path, "a.txt", PAGE).title == "Broen åpner i mai"
