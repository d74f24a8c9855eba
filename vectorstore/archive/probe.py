"""Opens one vector generation and lets go of it: work for a child process, which may die of it in its parent's stead."""

import sys
from pathlib import Path

from vectorstore import vectors

LARGEST_FILE = 2**33
"""Bytes; a damaged index once grew a file to 334 GB while it was opened."""


def main(folder: str) -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vectors.open_generation(Path(folder), vectors.verify(Path(folder))).close()
