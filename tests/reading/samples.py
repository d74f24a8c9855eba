"""How tests put files down and read them again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vectorstore.article import Article
from vectorstore.reading import Overrides, Rejected, read

BODY = "Havnearbeiderne gikk tilbake på jobb tirsdag morgen. Partene er enige om et tillegg på 3,5 prosent."


MOST_SECONDS = 10.0
"""Of processor time, far more than a linear reading of what the tests give takes, and far less than a quadratic one."""


@contextmanager
def in_linear_time() -> Iterator[None]:
    """Fails where what is done within takes longer than it should."""
    before = time.process_time()
    yield
    assert time.process_time() - before < MOST_SECONDS


def article_in(folder: Path, name: str, content: str | bytes, overrides: Overrides | None = None) -> Article:
    """The one article that a file of this name and content gives."""
    outcome = outcome_of(folder, name, content, overrides)
    assert isinstance(outcome, Article), outcome
    return outcome


def rejection_of(folder: Path, name: str, content: str | bytes) -> Rejected:
    """Why a file of this name and content gives no article; one printable line."""
    outcome = outcome_of(folder, name, content)
    assert isinstance(outcome, Rejected), outcome
    assert outcome.reason.isprintable()
    assert outcome.source.isprintable()
    return outcome


def outcome_of(folder: Path, name: str, content: str | bytes, overrides: Overrides | None = None) -> Article | Rejected:
    (outcome,) = outcomes_of(folder, name, content, overrides)
    return outcome


def outcomes_of(
    folder: Path, name: str, content: str | bytes, overrides: Overrides | None = None
) -> list[Article | Rejected]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read(path, overrides or Overrides()))
