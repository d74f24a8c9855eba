"""Before a large ingest with an embedding model that may cost money: how much there is to embed, what it costs, and whether to go on."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.bars import Bars
from bot.cli.shared import FAILED, Interrupted, tell
from bot.messages import Language, say
from vectorstore.article import Article
from vectorstore.embedding import is_built_in
from vectorstore.reading import Overrides, Rejected, read

if TYPE_CHECKING:
    from bot.settings import Settings
    from vectorstore.archive import Archive, Unembedded

LARGE = 200_000
"""Tokens. What has more is told of before it is embedded: some 270 news articles, 0.4 to 2.6 cents with OpenAI's models of 2026."""

_CENT = 0.01


def announce(
    archive: "Archive",
    paths: tuple[Path, ...],
    overrides: Overrides,
    settings: "Settings",
    language: Language,
    bars: Bars,
    *,
    reembed: bool,
    yes: bool,
) -> None:
    """Say what is to be embedded where it is much. On a terminal it is asked whether to go on, unless that was said with `--yes`.

    Only what has no vector yet is counted. Raises `Interrupted` where one does not want it.
    """
    if is_built_in(archive.embedder.name) or (archive.other_embedder() and not reembed):  # free, or about to be refused
        return
    with bars.over(say("counting_texts", language), lambda: 0):
        work = archive.unembedded(_all_there_is(archive, paths, overrides, reembed=reembed))
    if work.tokens <= LARGE:
        return
    tell(_told(work, settings, language))
    if not yes and sys.stdin.isatty() and sys.stderr.isatty() and not _agreed(language):
        raise Interrupted("nothing was sent, and nothing has changed", code=FAILED)


def _all_there_is(
    archive: "Archive", paths: tuple[Path, ...], overrides: Overrides, *, reembed: bool
) -> Iterable[Article | Rejected]:
    if reembed:
        yield from archive.articles()
    for path in paths:
        yield from read(path, overrides, lambda _: None)


def _told(work: "Unembedded", settings: "Settings", language: Language) -> str:
    dollars = settings.price_table.dollars(settings.embedding, work.tokens)
    counts = {"texts": _grouped(work.texts, language), "tokens": _grouped(_rounded(work.tokens), language)}
    told = say("to_embed", language, model=settings.embedding, **counts)
    if dollars is None:
        return told
    amount = f"{dollars:.2f}".replace(".", "," if language is Language.NORWEGIAN else ".")
    cost = say("costs_about", language, dollars=amount) if dollars >= _CENT else say("costs_next_to_nothing", language)
    return f"{told} {cost}"


def _rounded(number: int) -> int:
    """To two digits, for it is an estimate."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return round(number / unit) * unit


def _grouped(number: int, language: Language) -> str:
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}" if language is Language.NORWEGIAN else ",")


def _agreed(language: Language) -> bool:
    """Whether the answer is yes, in whichever language; no answer is a no."""
    sys.stderr.write(say("go_on", language) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower().startswith(("j", "y"))
