"""An evaluation as one web page: it needs no other file, no network and no script, and is as dark as its reader likes it."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element

from bot.evaluation import Change, Cited, Comparison, Found, Outcome, Run, percentile
from bot.messages import Language, decimal, say
from bot.render.evaluation import plots, wording
from bot.render.evaluation.markup import el, html
from bot.render.evaluation.passages import marked

# Whatever slipped into the page, a browser would neither run nor fetch it (Content Security Policy Level 3).
_NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'"


_COLUMNS = 4  # of the table of a run


def run_page(run: Run, language: Language) -> str:
    """The page of a run: what was counted, how confident and how fast it was, and all that went wrong with what was found for it."""
    missed = wording.missed(run)
    heading = say("eval_missed", language, number=len(missed)) if missed else say("eval_all_right", language)
    return _page(
        say("eval_title", language),
        language,
        *_circumstances(run, language),
        _counted(run, language),
        *_confidence(run.questions, language),
        *_latency(run.questions, language),
        el("h2", _sentence(heading)),
        *(_told(each, language, wording.miss(each, language)) for each in missed),
        el("footer", _made(run, language)),
    )


def comparison_page(runs: tuple[Run, Run], comparison: Comparison, language: Language) -> str:
    """The page of two runs: what differs, and each question that changed sides with what became of it in both."""
    names = [say(key, language) for key in ("eval_before", "eval_after")]
    counts = {"before": comparison.only_before, "after": comparison.only_after}
    changed = ((say("eval_lost", language, number=len(comparison.lost)), comparison.lost),
               (say("eval_won", language, number=len(comparison.won)), comparison.won))  # fmt: skip
    return _page(
        say("eval_title_compared", language),
        language,
        *(each for name, run in zip(names, runs, strict=True) for each in (el("h3", name), *_circumstances(run, language))),
        el("p", say("eval_compared", language, number=len(comparison.pairs), **counts)),
        _changes(comparison.changes, names, language),
        el("p", say("eval_chance_note", language), class_="note"),
        _costs_of_both(runs, names, language),
        *(part for heading, pairs in changed if pairs for part in (
            el("h2", _sentence(heading)), *(_told_twice(pair, names, language) for pair in pairs))),
        el("footer", *(el("p", f"{name}: {_made(run, language)}") for name, run in zip(names, runs, strict=True))),
    )  # fmt: skip


def _page(title: str, language: Language, *inside: Element) -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_NOTHING_ELSE),
        el("title", title),
        _style(),
    )
    return html(el("html", head, el("body", el("h1", title), *inside), lang=str(language)))


@cache
def _css() -> str:
    return files("bot.render.evaluation").joinpath("page.css").read_text("utf-8")


def _style() -> Element:
    """The style sheet, which is ours and stands in the page as it is."""
    style = Element("style")
    style.text = _css()
    return style


def _sentence(heading: str) -> str:
    """A heading of the table, which is in capitals there."""
    return heading[:1] + heading[1:].lower() if heading.isupper() else heading


def _circumstances(run: Run, language: Language) -> Iterator[Element]:
    for line in wording.circumstances(run, language):
        yield el("p", line, class_="faint")


def _made(run: Run, language: Language) -> str:
    return say("eval_made", language, version=run.settings.version, began=run.settings.began.replace("T", " "))


def _counted(run: Run, language: Language) -> Element:
    body = el("tbody")
    for heading, rows in wording.groups(run, language):
        if rows:
            body.append(_heading(heading, _COLUMNS))
        for row in rows:
            label = el("td", row.label, plots.bar(row.ratio) if row.value else None)
            numbers = [el("td", text, class_="number") for text in (row.count, row.value, row.interval)]
            body.append(el("tr", label, *numbers))
    _add_costs(body, run.questions, language)
    return el("section", el("table", body, class_="counted"), el("p", say("eval_wilson_note", language), class_="note"))


def _add_costs(body: Element, outcomes: Sequence[Outcome], language: Language, first: str = "") -> None:
    heading = say("eval_costs", language)
    body.append(_heading(f"{heading} {first}".rstrip(), _COLUMNS))
    for name, text in wording.costs(outcomes, language):
        body.append(el("tr", el("td", name), el("td", text, colspan=_COLUMNS - 1, class_="number span")))


def _heading(text: str, columns: int) -> Element:
    return el("tr", el("th", text, colspan=columns, scope="rowgroup"), class_="heading")


def _confidence(outcomes: Sequence[Outcome], language: Language) -> Iterator[Element]:
    """How confident the answers were: those that were right, those that were not, and those to questions without an answer."""
    asked = [each for each in outcomes if not each.error]
    sides = {
        "confidence_right": [each.confidence for each in asked if each.answerable and each.right_first],
        "confidence_wrong": [each.confidence for each in asked if each.answerable and not each.right_first],
        "confidence_unanswerable": [each.confidence for each in asked if not each.answerable],
    }
    plotted = {name: plots.of_probabilities(values) for name, values in sides.items() if values}
    yield el("h2", say("eval_confidence", language))
    yield el("p", say("eval_confidence_note", language), class_="note")
    for name, each in plotted.items():
        yield _figure(say(f"eval_{name}", language), each, name.partition("_")[2], _highest(plotted), language)


def _latency(outcomes: Sequence[Outcome], language: Language) -> Iterator[Element]:
    times = {name: wording.seconds(outcomes, name) for name in ("search_seconds", "ask_seconds")}
    every = [each for values in times.values() for each in values]
    if not every:
        return
    plotted = {
        name: plots.of_times(values, min(every), max(every), percentile(values, 0.5)) for name, values in times.items()
    }
    yield el("h2", say("eval_latency", language))
    yield el("p", say("eval_latency_note", language), class_="note")
    for name, each in plotted.items():
        yield _figure(say(f"eval_{name}", language), each, "time", _highest(plotted), language)


def _highest(plotted: dict[str, plots.Histogram]) -> int:
    return max((max(each.counts) for each in plotted.values()), default=0)


def _figure(name: str, plotted: plots.Histogram, css: str, highest: int, language: Language) -> Element:
    described = say("eval_chart", language, name=name, numbers=", ".join(map(str, plotted.counts)))
    caption = el("figcaption", el("span", class_=f"key {css}"), f"{name} ({sum(plotted.counts)})")
    return el("figure", caption, plots.histogram(plotted, css, described, highest))


def _changes(changes: Sequence[Change], names: Sequence[str], language: Language) -> Element:
    headings = [*names, say("eval_difference", language)]
    head = el("tr", el("th"), *(el("th", each, class_="number") for each in headings), el("th"))
    body = el("tbody")
    for change in changes:
        if wording.is_telling(change.measure, change.before, change.after):
            values = [wording.value_of(change.measure, side.value, language) for side in (change.before, change.after)]
            numbers = (el("td", each, class_="number") for each in (*values, wording.difference_of(change, language)))
            verdict = el("td", wording.verdict_of(change, language), class_=str(change.verdict))
            body.append(el("tr", el("td", say(f"eval_{change.measure.name}", language)), *numbers, verdict))
    return el("table", el("thead", head), body, class_="changed")


def _costs_of_both(runs: tuple[Run, Run], names: Sequence[str], language: Language) -> Element:
    body = el("tbody")
    for name, run in zip(names, runs, strict=True):
        _add_costs(body, run.questions, language, name)
    return el("table", body, class_="counted")


def _told(outcome: Outcome, language: Language, remark: str) -> Element:
    """A question, what was expected, what was answered, and what was found."""
    return el("article", *_asked(outcome, language), el("p", remark, class_="faint"), _what_became(outcome, language))


def _told_twice(pair: tuple[Outcome, Outcome], names: Sequence[str], language: Language) -> Element:
    card = el("article", *_asked(pair[0], language))
    for name, outcome in zip(names, pair, strict=True):
        remark = wording.miss(outcome, language) or say("eval_confidence_right", language)
        card.append(el("details", el("summary", f"{name}: {remark}"), _what_became(outcome, language)))
    return card


def _asked(outcome: Outcome, language: Language) -> Iterator[Element]:
    yield el("h3", el("span", f"{outcome.number}. ", class_="number"), outcome.question)
    if outcome.earlier:
        before = say("eval_earlier", language)
        yield el("p", f"{before}: {' / '.join(outcome.earlier)}", class_="faint")


def _what_became(outcome: Outcome, language: Language) -> Element:
    told = el("dl", el("dt", say("eval_expected", language)), el("dd", _expected(outcome, language)))
    if outcome.text:
        confidence = say("eval_confidence_is", language, value=decimal(outcome.confidence, 2, language))
        by = ", ".join(each for each in (outcome.model, wording.trouble_of(outcome, language), confidence) if each)
        told.extend((el("dt", say("eval_answer", language)), el("dd", outcome.text, el("p", by, class_="faint"))))
    if outcome.citations:
        quotes = el("ol", *(_cited(each, outcome, language) for each in outcome.citations))
        told.extend((el("dt", say("eval_cited", language)), el("dd", quotes)))
    if not outcome.error:
        told.extend((el("dt", say("eval_found", language)), el("dd", _passages(outcome, language))))
    return told


def _expected(outcome: Outcome, language: Language) -> str:
    if not outcome.answerable:
        return say("eval_no_answer_expected", language)
    named = ", ".join(outcome.expected_in)
    if not outcome.expected:
        return say("eval_any_passage_of", language, named=named)
    texts = " / ".join(outcome.expected)
    where = say("eval_in", language, named=named)
    return f"{texts} ({where})" if named else texts


def _cited(cited: Cited, outcome: Outcome, language: Language) -> Element:
    badges = [_badge(say("eval_holds_it", language), "")] if cited.right else []
    badges += [] if cited.proven else [_badge(say("eval_unproven", language), " bad")]
    quote = el("blockquote", *marked(cited.quote, outcome.expected))
    heading = el("div", f"[{cited.number}] {cited.title or cited.article}", *badges, class_="faint")
    return el("li", heading, quote, class_="holds" if cited.right else None)


def _passages(outcome: Outcome, language: Language) -> Element:
    if not outcome.passages:
        return el("span", say("eval_nothing_found", language))
    numbers = " ".join(f"{at}{'✓' if each.right else ''}" for at, each in enumerate(outcome.passages, start=1))
    listed = (_found(at, each, outcome, language) for at, each in enumerate(outcome.passages, start=1))
    return el("details", el("summary", numbers), el("ol", *listed))


def _found(place: int, found: Found, outcome: Outcome, language: Language) -> Element:
    badge = _badge(say("eval_holds_it", language), "") if found.right else None
    heading = el("div", f"{place}. {found.title or found.article}", badge, class_="faint")
    text = marked(found.text, outcome.expected) if found.right else [found.text]
    return el("li", heading, el("blockquote", *text), class_="holds" if found.right else None)


def _badge(text: str, css: str) -> Element:
    return el("span", text, class_=f"badge{css}")
