"""What one may rely on about the page and the table: nothing in an article or a question is anything but text there."""

import io
import re
from html.parser import HTMLParser

import pytest

from bot.answer import Claim, Status, Usage
from bot.errors import Trouble
from bot.evaluation import Cited, Found, Outcome, compared
from bot.messages import Language
from bot.render import Screen
from bot.render.evaluation import comparison_page, run_page, show_comparison, show_run
from tests.evaluation.samples import found, missed, outcome, quoted, refused, run_of

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</title><base href=//evil.example>",
    "&lt;script&gt; &amp; <!-- ]]>",
    "javascript:alert(1) \x1b]8;;http://evil.example\x07x \x00 \x9b31m \u202eexe.txt",
)


class Elements(HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(text: str) -> Outcome:
    """A miss that holds the text wherever there can be one."""
    return missed(
        text,
        earlier=(text,),
        sort=text,
        expected=(text,),
        expected_in=(text,),
        passages=(Found(text, text, 0, 9, text, False), Found(text, text, 0, 9, f"før {text} etter", True)),
        text=text,
        model=text,
        citations=(Cited(1, text, text, 0, 9, text, False, True, False),),
        claims=(Claim(text, (1,), False),),
    )


def pages(*outcomes: Outcome, named: str = "spm.jsonl") -> list[str]:
    settings = {"questions": named, "model": named, "embedding": named}
    run = run_of(*outcomes, planned=None, **settings)
    better = run_of(*(outcome_like(each) for each in outcomes), planned=None, **settings)
    comparison = compared(run.questions, better.questions)
    return [run_page(run, Language.ENGLISH), comparison_page((run, better), comparison, Language.ENGLISH)]


def outcome_like(each: Outcome) -> Outcome:
    return outcome(
        each.question,
        earlier=each.earlier,
        answerable=each.answerable,
        expected=each.expected,
        expected_in=each.expected_in,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_what_articles_and_questions_hold_is_text_on_the_page(text: str) -> None:
    usual = Elements(pages(hostile("vanlig"))[0])
    for page, plain in zip(pages(hostile(text), named=text), pages(hostile("vanlig")), strict=True):
        elements = Elements(page)

        assert set(elements.names) == set(Elements(plain).names)
        assert not {"script", "img", "base", "iframe", "link", "a", "form"} & set(elements.names)
        assert {name for name, _ in elements.attributes} <= {name for name, _ in usual.attributes} | {"class"}
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)
        assert elements.names.count("style") == 1


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_it_is_shown_as_it_is_written(text: str) -> None:
    assert Elements(run_page(run_of(hostile(text)), Language.ENGLISH)).text.count(text) >= 8


@pytest.mark.parametrize("text", HOSTILE)
def test_what_they_hold_does_nothing_to_a_terminal(text: str) -> None:
    file = io.StringIO()
    run = run_of(hostile(text), questions=text, model=text)
    show_run(Screen(file, color="never", width=80), run, Language.ENGLISH)
    show_comparison(Screen(file, color="never"), (run, run), compared(run.questions, run.questions), Language.ENGLISH)

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", file.getvalue())


def test_a_page_needs_nothing_but_itself() -> None:
    for page in pages(outcome(), missed(), refused()):
        elements = Elements(page)

        assert page.startswith("<!doctype html>\n<html lang=")
        assert not {"src", "href", "srcset", "action", "data"} & {name for name, _ in elements.attributes}
        assert not re.search(r"https?://|url\(|@import", page)
        assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in elements.attributes
        assert "prefers-color-scheme: dark" in page
        assert "width=device-width" in page


def test_every_miss_is_on_the_page_with_what_was_expected_answered_and_found() -> None:
    rights, misses = [outcome(f"Riktig {n}?") for n in range(3)], [missed(f"Galt {n}?", number=n) for n in range(30)]

    page = run_page(run_of(*rights, *misses), Language.ENGLISH)
    elements = Elements(page)

    assert elements.names.count("article") == 30
    assert all(f"{n}. Galt {n}?" in elements.text for n in range(30))
    assert "Riktig" not in elements.text
    assert "Expected41 elever (in skole)" in elements.text
    assert page.count('<li class="holds">') == 30
    assert "<mark>41 elever</mark>" in page
    assert "Not right (30)" in elements.text


def test_the_page_draws_the_shares_the_confidence_and_the_times() -> None:
    elements = Elements(
        run_page(run_of(outcome(), missed(confidence=0.31), refused(confidence=0.05)), Language.ENGLISH)
    )

    labels = [value for name, value in elements.attributes if name == "aria-label"]

    assert labels[:3] == [
        "right: 0, 0, 0, 0, 0, 0, 0, 0, 0, 1",
        "not right: 0, 0, 0, 1, 0, 0, 0, 0, 0, 0",
        "there is no answer: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0",
    ]
    assert len(labels) == 5
    assert ("class", "interval") in elements.attributes


@pytest.mark.parametrize(
    "outcomes",
    [
        (),
        (outcome(error="x", citations=(), passages=(), claims=(), text="", ask_seconds=0.0, search_seconds=0.0),),
        (outcome(ask_seconds=0.0, search_seconds=0.0, confidence=1.0),),
        (outcome(ask_seconds=70.0, search_seconds=0.00001),),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_there_is_a_page_and_a_table_for_any_run(outcomes: tuple[Outcome, ...], language: Language) -> None:
    run = run_of(*outcomes)
    comparison = compared(run.questions, run.questions)
    screen = Screen(io.StringIO(), width=60)

    show_run(screen, run, language)
    show_comparison(screen, (run, run), comparison, language)
    assert "</html>" in run_page(run, language)
    assert "</html>" in comparison_page((run, run), comparison, language)


def table(
    *outcomes: Outcome, language: Language = Language.ENGLISH, width: int = 100, planned: int | None = None
) -> str:
    file = io.StringIO()
    show_run(Screen(file, color="never", width=width), run_of(*outcomes, planned=planned), language)
    return file.getvalue()


def row(label: str, text: str) -> str:
    """The rest of a row of the table, with single spaces."""
    [line] = [each for each in text.splitlines() if each.strip().startswith(label)]
    return " ".join(line.replace("\N{NO-BREAK SPACE}", " ").split()).removeprefix(label).strip()


def test_the_table_has_each_share_with_its_number_and_its_interval() -> None:
    text = table(outcome("A?"), missed("B?"), missed("C?"), refused())

    assert row("the first passage holds it", text) == "1 of 3 33% 6–79%"
    assert row("MRR (mean of 1/place)", text) == "0.67 0.50–1.00"
    assert row("refused, as it should be", text) == "1 of 1 100% 21–100%"
    assert row("quotes word for word", text) == "3 of 3 100% 44–100%"
    assert "the model failed" not in text


def test_the_table_is_norwegian_for_who_speaks_it() -> None:
    text = table(outcome("A?"), missed("B?"), language=Language.NORWEGIAN)

    assert row("MRR (snitt av 1/plassering)", text) == "0,75 0,50–1,00"
    assert row("første treff har svaret", text) == "1 av 2 50 % 9–91 %"
    assert "IKKE RIKTIG (1)" in text


def test_only_all_is_a_hundred_per_cent() -> None:
    quotes = tuple(quoted(right=True, number=n, exact=n > 0) for n in range(1_000))

    text = table(outcome(citations=quotes))

    assert row("quotes word for word", text).startswith("999 of 1000 99.9%")
    assert "That must not happen" in text


def test_what_was_asked_of_a_model_is_told_with_its_price_or_that_it_is_not_known() -> None:
    assert "tokens sent + received: 1\N{NO-BREAK SPACE}200 + 34" in table(outcome(usage=Usage(1_200, 34, 0.01234)))
    assert "cost: $0.0123" in table(outcome(usage=Usage(1_200, 34, 0.01234)))
    assert "cost: price unknown" in table(outcome(usage=Usage(1_200, 34, None)))
    assert "cost" not in table(outcome())


def test_a_model_that_failed_is_told_of_with_what_went_wrong_and_how_often() -> None:
    text = table(
        missed(trouble=Trouble.LATE), outcome(trouble=Trouble.KEY_REFUSED), missed(trouble=Trouble.LATE), outcome()
    )

    assert row("the model failed", text).startswith("3 of 4")
    assert re.search(r"was not done in\s.*2 of 4.*\n(?s:.*)did not accept\s.*1 of 4", text)
    assert "was not done in time" in run_page(run_of(missed(trouble=Trouble.LATE)), Language.ENGLISH)


@pytest.mark.parametrize(
    ("miss", "told"),
    [
        (outcome(passages=(found(right=False),), citations=()), "search did not find it"),
        (
            refused(answerable=True, passages=(found(right=False), found(right=True))),
            "refused, though passage 2 holds it",
        ),
        (missed(), "cited something else than passage 2, which holds it"),
        (missed(citations=(quoted(right=False), quoted(right=True, number=2))), "citation 2 is right, not the first"),
        (refused(status=Status.ANSWERED), "answered, though it has no answer"),
        (outcome(error="the archive is locked"), "failed: the archive is locked"),
    ],
)
def test_a_miss_is_told_with_where_it_went_wrong(miss: Outcome, told: str) -> None:
    assert told in table(miss, width=200)


def test_the_first_ten_misses_are_listed_and_the_others_counted() -> None:
    text = table(*(missed(f"Nummer {n}?") for n in range(14)))

    assert (text.count("Nummer"), "… and 4 more" in text) == (10, True)
    assert "All went right." in table(outcome())


def test_a_run_that_was_interrupted_says_how_far_it_came() -> None:
    assert "the first 2 of 30 asked" in table(outcome("A?"), outcome("B?"), planned=30)


def test_a_comparison_shows_both_the_difference_and_what_may_be_said_of_it() -> None:
    before = run_of(*(missed(f"Nummer {n}?") for n in range(8)), outcome("Ni?"))
    after = run_of(*(outcome(f"Nummer {n}?") for n in range(8)), missed("Ni?"))
    file = io.StringIO()

    show_comparison(
        Screen(file, color="never", width=100),
        (before, after),
        compared(before.questions, after.questions),
        Language.ENGLISH,
    )
    text = file.getvalue()

    assert row("the first citation is right", text) == "11% 89% +77.8 better, p = 0.039"
    assert row("quotes word for word", text) == "100% 100% 0.0 same"
    assert "FROM RIGHT TO WRONG (1)" in text
    assert "FROM WRONG TO RIGHT (8)" in text
