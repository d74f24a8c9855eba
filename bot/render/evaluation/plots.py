"""Plots as SVG within a page: they take its colours by the classes of its style sheet, and need nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from xml.etree.ElementTree import Element

from bot.evaluation import Ratio
from bot.render.evaluation.markup import el

_WIDTH, _HEIGHT = 640, 120  # of a histogram, in its own units
_LEFT, _TOP, _BOTTOM = 8, 24, 26  # around it
_GAP = 2  # between bars
_BINS_A_DECADE = 6


@dataclass(frozen=True)
class Histogram:
    """How many there are in each bin, and what is written under it: places from 0 to 1 along the axis, and their text."""

    counts: tuple[int, ...]
    ticks: tuple[tuple[float, str], ...]
    median: float | None = None


def bar(ratio: Ratio) -> Element:
    """A share as a bar, with its interval as a line over it."""
    value, (low, high) = ratio.value or 0.0, ratio.interval or (0.0, 0.0)
    return el(
        "svg",
        el("rect", class_="track", x=0, y=2, width=100, height=4),
        el("rect", class_="value", x=0, y=2, width=_number(100 * value), height=4),
        el("line", class_="interval", x1=_number(100 * low), x2=_number(100 * high), y1=4, y2=4),
        class_="bar",
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def histogram(plotted: Histogram, css: str, described: str, highest: int) -> Element:
    """Bars from left to right; `highest` is the count that is as high as the plot, so that several can be compared."""
    inner = _WIDTH - 2 * _LEFT
    base = _HEIGHT - _BOTTOM
    width = inner / len(plotted.counts)
    made = el("svg", class_="histogram", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=described)
    made.append(el("line", class_="axis", x1=_LEFT, x2=_LEFT + inner, y1=base, y2=base))
    for at, count in enumerate(plotted.counts):
        if count:
            height = max(1.0, (base - _TOP) * count / max(1, highest))
            x = _LEFT + at * width
            sizes = {"width": _number(width - _GAP), "height": _number(height)}
            made.append(el("rect", class_=css, x=_number(x + _GAP / 2), y=_number(base - height), **sizes))
            middle = _number(x + width / 2)
            made.append(el("text", str(count), class_="count", x=middle, y=_number(base - height - 4)))
    for place, text in plotted.ticks:
        css_of_tick = "first" if place <= 0 else "last" if place >= 1 else "tick"
        made.append(el("text", text, class_=css_of_tick, x=_number(_LEFT + place * inner), y=_HEIGHT - 6))
    if plotted.median is not None:
        at_median = _number(_LEFT + plotted.median * inner)
        made.append(el("line", class_="median", x1=at_median, x2=at_median, y1=_TOP - 8, y2=base))
    return made


def of_probabilities(values: Sequence[float], bins: int = 10) -> Histogram:
    """How many values there are in each tenth from 0 to 1."""
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, max(0, floor(value * bins)))] += 1
    return Histogram(tuple(counts), tuple((at / 4, f"{25 * at} %") for at in range(5)))


def of_times(values: Sequence[float], shortest: float, longest: float, median: float) -> Histogram:
    """How many times there are in each bin, on a logarithmic axis whose ends hold the shortest and the longest."""
    first, last = (floor(log10(max(each, 1e-4))) for each in (shortest, longest))
    decades = last + 1 - first
    counts = [0] * (decades * _BINS_A_DECADE)
    for value in values:
        counts[min(len(counts) - 1, max(0, floor(_place(value, first, decades) * len(counts))))] += 1
    ticks = tuple((at / decades, _seconds(first + at)) for at in range(decades + 1))
    return Histogram(tuple(counts), ticks, _place(median, first, decades))


def _seconds(exponent: int) -> str:
    return f"{10**exponent} s" if exponent >= 0 else f"{10.0 ** (exponent + 3):g} ms"


def _place(value: float, first: int, decades: int) -> float:
    return (log10(max(value, 1e-4)) - first) / decades


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
