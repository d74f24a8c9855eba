"""What the tests of the archive share: processes that are forked, limited and killed, and archives that are made once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.archive.forks import PARTS, Forks, forks


@pytest.fixture(scope="session")
def children() -> Iterator[Forks]:
    """Processes that find everything imported."""
    with forks([*PARTS, "chromadb.api.rust"]) as some:
        yield some


MadeOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Makes a folder once for all processes that run tests, and gives it. It is to be copied, never to be opened."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, build: Callable[[Path], None]) -> Path:
        with FileLock(shared / f"{name}.lock"):
            if not (shared / name).exists():
                build(shared / f"{name}.building")
                (shared / f"{name}.building").rename(shared / name)
        return shared / name

    return make
