"""What the tests of the archive share: processes that are forked, limited and killed."""

from collections.abc import Iterator

import pytest

from tests.archive.forks import PARTS, Forks, forks


@pytest.fixture(scope="session")
def children() -> Iterator[Forks]:
    """Processes that find everything imported."""
    with forks([*PARTS, "chromadb.api.rust"]) as some:
        yield some
