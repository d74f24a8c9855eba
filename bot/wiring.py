"""The only chooser: from the settings to the parts that answer.

    settings ─→ embedder ─→ Archive ─→ Search ─→ Composer (where there is a chat model) ┐
                                         └────→ Writer (quotes) ──────────────────────┴→ AnswerChain

Whoever wants an answer takes `open_chain`; whoever works on the articles takes `open_articles`. Nobody else constructs a part.
"""

import threading
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.breaker import Breaker
from bot.chain import AnswerChain, Asked, Composer, Step
from bot.errors import ModelFailed
from bot.messages import Language
from bot.samples import sample_articles_folder
from bot.settings import Settings, locale_name
from bot.spending import Budget, Limits
from bot.writers.quoting import QuotingWriter
from vectorstore.archive import Archive, open_archive
from vectorstore.article import Article
from vectorstore.embedding import Embedder, embedder_for
from vectorstore.errors import ArchiveLocked, ArchiveUnusable
from vectorstore.reading import Rejected, read
from vectorstore.search import Search

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SAMPLES_ORIGIN = "samples"
"""The origin of the sample articles in an archive that nobody has put an article into."""

_SAMPLES_NOTE = "samples.txt"  # in the home, while samples are in the archive: fingerprint and id of each, one a line
_SAMPLES_UNFINISHED = "samples.unfinished"  # in the home, from before the first sample is taken in until after the last
_SPENDING = "spending.sqlite3"  # in the home: what models were asked for, by day
_REST = 30.0  # seconds, at least, that a chat model is left alone after it has failed several times in a row
_PATIENCE = 20.0  # seconds that a second process waits while a first one takes the samples in
_BETWEEN_LOOKS = 0.1


@contextmanager
def open_chain(settings: Settings) -> Iterator[AnswerChain]:
    """Everything that answers questions, over the archive of the settings. Raises `VectorstoreError`."""
    with open_articles(settings) as archive, closing(chain_over(archive, settings)) as chain:
        yield chain


@contextmanager
def open_articles(settings: Settings) -> Iterator[Archive]:
    """The archive of the settings, with their embedder. Raises `VectorstoreError`."""
    with open_archive(settings.home, embedder_of(settings)) as archive:
        yield archive


def embedder_of(settings: Settings) -> Embedder:
    """The embedder of the settings; nobody is asked before the first text."""
    return embedder_for(
        settings.embedding,
        dimensions=settings.embedding_dimensions,
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
    )


def chain_over(archive: Archive, settings: Settings) -> AnswerChain:
    """What answers from an archive, in the language of the settings or else in each question's own; to be closed."""
    search = search_over(archive)
    composer = _Later(settings.chat_model, lambda: _composer(search, settings)) if settings.chat_model else None
    return AnswerChain(
        search, QuotingWriter(), spoken_language(settings), composer=composer, deadline=settings.deadline
    )


class _Later:
    """A composer that is made when it is first needed: LangChain takes a second or two to import."""

    def __init__(self, model: str, make: Callable[[], Composer]) -> None:
        self.model = model
        self._make = make
        self._making = threading.Lock()
        self._made: Composer | None = None

    def compose(self, asked: Asked) -> AsyncGenerator[Step, None]:
        return self._composer().compose(asked)

    def prepare(self) -> None:
        with suppress(ModelFailed):  # the first question will tell
            self._composer().prepare()

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()

    def _composer(self) -> Composer:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made


def _composer(search: Search, settings: Settings) -> Composer:
    from bot.proof.support import Support
    from bot.writers.model import ChatModel
    from bot.writers.prompt import answer_tokens, prompt
    from bot.written import Writing

    model = ChatModel(
        settings.chat_model,
        lambda: chat_model_of(settings),
        budget_of(settings),
        Breaker(rest=max(_REST, settings.deadline)),
        answer_tokens=answer_tokens(settings.context_tokens),
    )
    return Writing(search, model, prompt(), Support(), settings.context_tokens)


def chat_model_of(settings: Settings) -> "BaseChatModel":
    """LangChain's model of the settings, which is asked nothing. Raises `ModelFailed`."""
    from bot.writers.model import chat_model
    from bot.writers.prompt import answer_tokens

    return chat_model(
        settings.chat_model,
        answer_tokens=answer_tokens(settings.context_tokens),
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
    )


def budget_of(settings: Settings) -> Budget:
    """What models may still cost today."""
    limits = Limits(settings.daily_dollars, settings.daily_tokens)
    return Budget(settings.home / _SPENDING, settings.price_table, limits)


def search_over(archive: Archive) -> Search:
    return Search(archive)


def spoken_language(settings: Settings) -> Language | None:
    """The language that was chosen; None where each question decides."""
    return None if settings.language == "auto" else Language(settings.language)


def language_of_keeping(settings: Settings) -> Language:
    """The language to tell in of what is done to the archive: the one that was chosen, else that of the locale."""
    return spoken_language(settings) or Language.of_locale(locale_name())


def needs_samples(archive: Archive) -> bool:
    """Whether nobody has ever put an article into the archive, or the samples were interrupted on their way in."""
    return archive.revision == 0 or (archive.home / _SAMPLES_UNFINISHED).exists()


def take_in_samples(archive: Archive) -> None:
    """Take the sample articles in, so that there is something to ask about. Another process may be doing the same: it is waited for.

    Raises `VectorstoreError`.
    """
    items = list(read(sample_articles_folder()))
    deadline = time.monotonic() + _PATIENCE
    while needs_samples(archive):
        try:
            archive.ingest(_noting(items, archive.home), origin=SAMPLES_ORIGIN)
            (archive.home / _SAMPLES_UNFINISHED).unlink(missing_ok=True)
            return
        except ArchiveLocked:
            if time.monotonic() > deadline:
                raise
            time.sleep(_BETWEEN_LOOKS)


def has_samples(archive: Archive) -> bool:
    """Whether the archive holds the sample articles that were taken in unasked."""
    return bool(_samples_in(archive))


def remove_samples(archive: Archive, own: Collection[str]) -> list[str]:
    """Remove the sample articles after an ingest of one's own, but for those that came with it (by their ids); gives the ids.

    Only those that `take_in_samples` took in are meant, as they were then, and this happens once. Raises `VectorstoreError`.
    """
    note = archive.home / _SAMPLES_NOTE
    if not own or not note.exists():
        return []
    (archive.home / _SAMPLES_UNFINISHED).unlink(missing_ok=True)
    removed = archive.remove(each for each in _samples_in(archive) if each not in own)
    note.unlink(missing_ok=True)
    return removed


def _samples_in(archive: Archive) -> list[str]:
    """The ids of the samples that the archive holds; an article of one's own with the id of a sample is none."""
    try:
        noted = (archive.home / _SAMPLES_NOTE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    fingerprints = {id_: fingerprint for fingerprint, _, id_ in (line.partition(" ") for line in noted)}
    held = filter(None, map(archive.article, fingerprints))
    return [article.id for article in held if article.fingerprint == fingerprints[article.id]]


def _noting(items: list[Article | Rejected], home: Path) -> Iterator[Article | Rejected]:
    """The items. Once the first is asked for, which is when the archive's lock is held, the articles are noted."""
    lines = [f"{item.fingerprint} {item.id}\n" for item in items if isinstance(item, Article)]
    try:
        (home / _SAMPLES_NOTE).write_text("".join(lines), "utf-8")
        (home / _SAMPLES_UNFINISHED).touch()
    except OSError as error:
        raise ArchiveUnusable(
            f"{home} cannot be written to: {error.strerror}", "choose another folder with --home"
        ) from error
    yield from items
