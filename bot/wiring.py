"""The only chooser: from the settings to the parts that answer.

    settings ─→ embedder ─→ Archive ─→ Search ┐
                                      Writer ┴→ AnswerChain

Whoever wants an answer takes `open_chain`; whoever works on the articles takes `open_articles`. Nobody else constructs a part.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.chain import AnswerChain
from bot.messages import Language
from bot.samples import sample_articles_folder
from bot.settings import Settings
from bot.writers.quoting import QuotingWriter
from vectorstore.archive import Archive, Ingested, open_archive
from vectorstore.article import Article
from vectorstore.embedding import embedder_for
from vectorstore.errors import ArchiveLocked, ArchiveUnusable
from vectorstore.reading import Rejected, read
from vectorstore.search import Search

SAMPLES_ORIGIN = "samples"
"""The origin of the sample articles in an archive that nobody has put an article into."""

_SAMPLES_NOTE = "samples.txt"  # in the home, while samples are in the archive: their ids, one a line
_PATIENCE = 20.0  # seconds that a second process waits while a first one takes the samples in
_BETWEEN_LOOKS = 0.1


@contextmanager
def open_chain(settings: Settings) -> Iterator[AnswerChain]:
    """Everything that answers questions, over the archive of the settings. Raises `VectorstoreError`."""
    with open_articles(settings) as archive:
        yield chain_over(archive, settings)


@contextmanager
def open_articles(settings: Settings) -> Iterator[Archive]:
    """The archive of the settings, with their embedder. Raises `VectorstoreError`."""
    embedder = embedder_for(
        settings.embedding,
        dimensions=settings.embedding_dimensions,
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
    )
    with open_archive(settings.home, embedder) as archive:
        yield archive


def chain_over(archive: Archive, settings: Settings) -> AnswerChain:
    """What answers from an archive, in the language of the settings or else in each question's own."""
    return AnswerChain(search_over(archive), QuotingWriter(), spoken_language(settings))


def search_over(archive: Archive) -> Search:
    return Search(archive)


def spoken_language(settings: Settings) -> Language | None:
    """The language that was chosen; None where each question decides."""
    return None if settings.language == "auto" else Language(settings.language)


def needs_samples(archive: Archive) -> bool:
    """Whether nobody has ever put an article into the archive."""
    return archive.revision == 0


def take_in_samples(archive: Archive) -> None:
    """Take the sample articles in, so that there is something to ask about. Another process may be doing the same: it is waited for.

    Raises `VectorstoreError`.
    """
    items = list(read(sample_articles_folder()))
    deadline = time.monotonic() + _PATIENCE
    while needs_samples(archive):
        try:
            archive.ingest(_noting(items, archive.home), origin=SAMPLES_ORIGIN)
        except ArchiveLocked:
            if time.monotonic() > deadline:
                raise
            time.sleep(_BETWEEN_LOOKS)


def has_samples(archive: Archive) -> bool:
    """Whether the archive holds the sample articles that were taken in unasked."""
    return any(archive.article(each) for each in _noted(archive.home))


def remove_samples(archive: Archive, ingested: Ingested) -> list[str]:
    """Remove the sample articles after an ingest of one's own, but for those that came with it; gives the ids.

    Only those that `take_in_samples` took in are meant, and this happens once. Raises `VectorstoreError`.
    """
    own = {*ingested.added, *ingested.changed, *ingested.unchanged}
    samples = _noted(archive.home)
    if not samples or not own:
        return []
    removed = archive.remove(each for each in samples if each not in own)
    (archive.home / _SAMPLES_NOTE).unlink(missing_ok=True)
    return removed


def _noted(home: Path) -> list[str]:
    try:
        return (home / _SAMPLES_NOTE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _noting(items: list[Article | Rejected], home: Path) -> Iterator[Article | Rejected]:
    """The items. Once the first is asked for, which is when the archive's lock is held, their ids are noted."""
    ids = [item.id for item in items if isinstance(item, Article)]
    try:
        (home / _SAMPLES_NOTE).write_text("".join(f"{each}\n" for each in ids), "utf-8")
    except OSError as error:
        raise ArchiveUnusable(
            f"{home} cannot be written to: {error.strerror}", "choose another folder with --home"
        ) from error
    yield from items
