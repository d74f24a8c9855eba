"""The text of a passage, with what was looked for in it marked."""

from collections.abc import Sequence

from bot.evaluation import pattern
from bot.render.evaluation.markup import Inside, el


def marked(text: str, sought: Sequence[str]) -> list[Inside]:
    """The text in pieces; those that are one of the texts that are sought are marked."""
    pieces: list[Inside] = []
    done = 0
    for found in pattern(sought, parts=True).finditer(text) if sought else ():
        pieces += [text[done : found.start()], el("mark", found[0])]
        done = found.end()
    return [*pieces, text[done:]]
