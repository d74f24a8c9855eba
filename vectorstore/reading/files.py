"""Opening a file that someone else wrote: only regular files, only of a size that an article has, only what is text by its content."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vectorstore.errors import ArticleRejected

# A book as text has 1 MB, the largest web pages have a few; within this, the worst file we could think of takes 20 s and 500 MB.
LARGEST = 10_000_000
# First bytes of what is not text, whatever the name says (https://en.wikipedia.org/wiki/List_of_file_signatures). No article may begin
# so: «Rar! sa han.» and «RIFF er en festival.» are Norwegian.
SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"GIF87a", "a picture"),
    (b"GIF89a", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"OggS\0", "a recording"),
    (b"ID3\x02", "a recording"),
    (b"ID3\x03", "a recording"),
    (b"ID3\x04", "a recording"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh9", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "a rich text document"),
    (b"SQLite format 3\0", "a database"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\0asm", "a program"),
    (b"bplist0", "a property list"),
)
_RIFF = re.compile(rb"RIFF.{4}(?:WAVE|WEBP|AVI )", re.DOTALL)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open for reading, at its beginning. Nothing but a regular file is opened, and never waited for; links are not followed.

    Raises `ArticleRejected` for anything else, and for a file that cannot be read, or can no longer.
    """
    flags = (
        os.O_RDONLY
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_NONBLOCK", 0)
        | getattr(os, "O_BINARY", 0)
        | getattr(os, "O_NOCTTY", 0)
    )
    try:
        _refuse_irregular(os.lstat(path))
        with os.fdopen(os.open(path, flags), "rb") as file:
            _refuse_irregular(os.fstat(file.fileno()))
            _refuse_signature(file.read(16))
            file.seek(0)
            yield file
    except OSError as error:
        raise ArticleRejected(
            f"cannot be read: {error.strerror or type(error).__name__}", "Check that it exists and may be read."
        ) from error


def whole(path: Path) -> bytes:
    """All bytes of the file. Raises `ArticleRejected` as `opened` does, and for a file beyond the limit."""
    with opened(path) as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ArticleRejected(
            f"larger than {LARGEST // 1_000_000} MB, the limit for one file", "Split it, or write JSON lines."
        )
    if not raw.strip(b"\0 \t\r\n"):
        raise ArticleRejected("empty", "")
    return raw


def _refuse_irregular(status: os.stat_result) -> None:
    mode = status.st_mode
    kinds = (
        (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"), (stat.S_ISLNK, "a link"),
    )  # fmt: skip
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in kinds if test(mode)), "something else")
        raise ArticleRejected(f"not a file but {kind}", "Only regular files are read.")


def _refuse_signature(beginning: bytes) -> None:
    kind = next((kind for signature, kind in SIGNATURES if beginning.startswith(signature)), "")
    if not kind and _RIFF.match(beginning):
        kind = "a picture or a recording"
    if kind:
        raise ArticleRejected(f"not text but {kind}", "Export it as .txt, .md or .html.")
