"""Paths → the files to read, each with the id its article gets. Folders are walked in the order of their names, always the same."""

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vectorstore.reading.characters import printable
from vectorstore.reading.outcome import Rejected


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. `path` is real: no link is left in its last part. `shown` is for people, `id` for the archive."""

    path: Path
    shown: str
    id: str
    suffix: str


def sources(path: Path, suffixes: frozenset[str]) -> Iterator[Source | Rejected]:
    """The file itself, or every file under the folder that has one of the suffixes; the others with the reason why not.

    An id is the path under the folder without suffix, with `/` between its parts; of a single file, its name without suffix. It is composed (NFC),
    and control characters in it are escaped. A path that is given is followed if it is a link; links found in a folder are not:
    what they lead to within the folder is read where it is, what is outside is not read.
    """
    shown = _printable(path)
    try:
        real = Path(os.path.realpath(path, strict=True))
        is_folder = real.is_dir()
    except (OSError, ValueError) as error:
        yield Rejected(shown, f"cannot be read: {getattr(error, 'strerror', None) or 'not a path'}", "Check the path.")
        return
    if is_folder:
        yield from _walk(real, shown, suffixes)
    else:
        source = Source(real, shown, _identity((path.name,)), path.suffix.lower())
        yield source if source.suffix in suffixes else _unsupported(shown, suffixes, expected=False)


def _walk(root: Path, shown: str, suffixes: frozenset[str]) -> Iterator[Source | Rejected]:
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        name = "/".join((shown.rstrip("/") or "/", *map(_printable, parts)))
        path = root.joinpath(*parts)
        try:
            mode = os.lstat(path).st_mode
            if parts and parts[-1].startswith("."):
                yield Rejected(name, "hidden", "", expected=True)
            elif stat.S_ISDIR(mode):
                waiting.extend(
                    (*parts, entry) for entry in sorted((each.name for each in path.iterdir()), reverse=True)
                )
            elif stat.S_ISLNK(mode):
                yield _linked(root, path, name)
            else:
                yield _file(path, name, parts, suffixes)
        except OSError as error:
            yield Rejected(
                name,
                f"cannot be read: {error.strerror or type(error).__name__}",
                "Check that it exists and may be read.",
            )


def _file(path: Path, name: str, parts: tuple[str, ...], suffixes: frozenset[str]) -> Source | Rejected:
    suffix = Path(parts[-1]).suffix.lower()
    return (
        Source(path, name, _identity(parts), suffix)
        if suffix in suffixes
        else _unsupported(name, suffixes, expected=True)
    )


def _linked(root: Path, path: Path, name: str) -> Rejected:
    try:
        target = Path(os.path.realpath(path, strict=True))
    except OSError as error:
        return Rejected(name, f"a link that leads nowhere: {error.strerror}", "Remove it.")
    if target.is_relative_to(root):
        return Rejected(name, "a link within the folder: what it leads to is read where it is", "", expected=True)
    return Rejected(
        name, "a link to outside of the folder", "Copy what it leads to into the folder, or name it itself."
    )


def _unsupported(name: str, suffixes: frozenset[str], expected: bool) -> Rejected:
    return Rejected(
        name, "not a kind of file that is read", f"Articles are {' '.join(sorted(suffixes))} files.", expected
    )


def _identity(parts: tuple[str, ...]) -> str:
    *folders, last = parts
    return "/".join(_printable(part) for part in (*folders, Path(last).stem))


def _printable(path: str | Path) -> str:
    return printable(unicodedata.normalize("NFC", str(path)), limit=10_000)
