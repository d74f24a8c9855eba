"""Paths → articles: finds the files, reads each by its suffix, and says of everything else why it was left out."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from vectorstore.article import Article
from vectorstore.errors import ArticleRejected
from vectorstore.reading import jsonlines, markdown, plain, webpage
from vectorstore.reading.characters import printable
from vectorstore.reading.files import opened, whole
from vectorstore.reading.folders import Source, sources
from vectorstore.reading.outcome import Overrides, Reading, Rejected, Remark

TEXTS: dict[str, Callable[[str, bytes], Reading]] = {
    ".txt": plain.reading,
    ".md": markdown.reading,
    ".html": webpage.reading,
    ".htm": webpage.reading,
}
SUFFIXES = frozenset((*TEXTS, ".json", ".jsonl"))
NOTHING_STATED = Overrides()

Located = tuple[str, Reading | ArticleRejected]


def read(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    overrides: Overrides = NOTHING_STATED,
    remark: Callable[[Remark], object] = lambda _: None,
) -> Iterator[Article | Rejected]:
    """The articles in files and folders (`.txt .md .html .htm .json .jsonl`), one after the other as they are read, and what was not taken in.

    An article that has a file of its own knows that file; of one from JSON, `file` is empty. Order and ids depend on the paths and names only. Of two articles with one id the first is given. Nothing is raised for what the files hold or are:
    each fault is a `Rejected`, and the rest goes on. `remark` is given what was not understood, before the article that it is about; what `overrides`
    states needed no understanding.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    seen: dict[str, str] = {}
    for path in given:
        for source in sources(Path(path), SUFFIXES):
            if isinstance(source, Rejected):
                yield source
                continue
            for shown, outcome in _located(source):
                admitted = _admitted(shown, outcome, overrides, seen)
                if isinstance(outcome, Reading) and isinstance(admitted, Article) and overrides.genre is None:
                    for text, hint in outcome.doubts:
                        remark(Remark(shown, text, hint))
                yield admitted


def _located(source: Source) -> Iterator[Located]:
    """The outcomes of one file, each with the place it is from."""
    try:
        if source.suffix == ".jsonl":
            with opened(source.path) as file:
                yield from _numbered(source, jsonlines.in_lines(file))
        elif source.suffix == ".json":
            yield from _numbered(source, jsonlines.in_document(whole(source.path)))
        else:
            article, doubts = TEXTS[source.suffix](source.id, whole(source.path))
            yield source.shown, Reading(replace(article, file=_storable(source.path)), doubts)
    except ArticleRejected as rejected:
        yield source.shown, rejected


def _storable(path: Path) -> str:
    """The path, unless its name cannot be written as UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return ""
    return str(path)


def _numbered(source: Source, entries: Iterable[jsonlines.Entry]) -> Iterator[Located]:
    for number, outcome in entries:
        yield f"{source.shown}:{number}", outcome


def _admitted(
    shown: str, outcome: Reading | ArticleRejected, overrides: Overrides, seen: dict[str, str]
) -> Article | Rejected:
    if isinstance(outcome, ArticleRejected):
        return Rejected(shown, printable(outcome.message, 300), outcome.hint)
    article = outcome.article
    first = seen.setdefault(article.id, shown)
    if first != shown:
        return Rejected(
            shown, f"its id {printable(article.id)} is taken by {first}", "Rename one of the two, or remove it."
        )
    return overrides.applied_to(article)
