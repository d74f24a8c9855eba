"""One tantivy index, and what can go wrong with its files."""

import json
import math
import shutil
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vectorstore.errors import ArchiveUnusable, IndexBroken
from vectorstore.lexicon import Alternative
from vectorstore.words.analysis import WORDS

_ATTEMPTS = (
    5  # at reading an index that another process commits to meanwhile; two are enough unless it commits all the time
)
_FOOTER_ENDS = 8  # bytes: the footer's length and the magic number
_FOOTER_MAGIC = 1337  # `FOOTER_MAGIC_NUMBER` in tantivy's directory/footer.rs
_HEAP = 48_000_000  # bytes that a writer gathers before it writes a segment; tantivy asks for 15 MB at least


def inverse_frequency(total: int, frequency: int) -> float:
    """BM25's weight of a term, as tantivy computes it."""
    return math.log(1 + (max(total - frequency, 0) + 0.5) / (frequency + 0.5))


class Index:
    """One tantivy index whose documents belong to articles, and the newest commit of it that was loaded."""

    def __init__(self, folder: Path | None, schema: Callable[[], Any]) -> None:
        self._folder = folder
        self._verified: set[str] = set()
        with _translated(folder):
            import tantivy

            self._schema = schema()
            if folder is None:
                self._index = tantivy.Index(self._schema)
            else:
                if not (folder / "meta.json").exists():
                    for each in (folder.parent, folder):  # the mode is not that of parents made on the way
                        each.mkdir(mode=0o700, parents=True, exist_ok=True)
                else:
                    self._verify(folder)
                self._index = tantivy.Index(self._schema, str(folder))
            self._index.config_reader("manual")
        self.reload()

    def reload(self) -> None:
        with _translated(self._folder):
            if self._folder is not None:
                self._verify(self._folder)
            self._index.reload()
            searcher = self._index.searcher()
            states = [term for term, _ in searcher.terms_with_prefix("state", "") if self._stands(searcher, term)]
        if len(states) > 1 or any(state.rpartition(" ")[0] != WORDS for state in states):
            raise IndexBroken(f"{self._folder} was made by another version")
        self.revision = int(states[0].rpartition(" ")[2]) if states else 0
        self._searcher = searcher
        self.count = searcher.num_docs - len(states)

    def search(
        self,
        terms: Sequence[Sequence[Alternative]],
        fields: Mapping[str, float],
        limit: int,
        *,
        hidden: frozenset[int] = frozenset(),
        rarity: Callable[[str, str], float] | None = None,
    ) -> list[tuple[int, float]]:
        searcher = self._searcher
        if limit < 1:
            return []
        with _translated(self._folder):
            query = self._query(terms, fields, rarity)
            if query is None:
                return []
            if hidden:
                query = self._without(query, hidden)
            hits = searcher.search(query, limit, count=False).hits
            keys: list[Any] = searcher.fast_field_values("key", [address for _, address in hits])
        found = [(int(key), float(score)) for key, (score, _) in zip(keys, hits, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def frequency(self, field: str, stem: str) -> int:
        with _translated(self._folder):
            return int(self._searcher.doc_freq(field, stem))

    def terms(self, field: str, prefix: str) -> list[tuple[str, int]]:
        """The terms of a field that begin so and in how many documents each stands, the commonest first; those of deleted ones may linger."""
        with _translated(self._folder):
            return [(term, int(count)) for term, count in self._searcher.terms_with_prefix(field, prefix)]

    @contextmanager
    def writing(self, revision: int, afresh: bool) -> "Iterator[_Batch]":
        """Collect changes, commit them together with the revision, and load the commit."""
        with _translated(self._folder):
            writer = self._index.writer(_HEAP, 1)
        batch = _Batch(writer, self._schema, self._folder)
        try:
            with _translated(self._folder):
                if afresh:
                    writer.delete_all_documents()
            yield batch
            with _translated(self._folder):
                batch.record(f"{WORDS} {self.revision}", f"{WORDS} {revision}")
                writer.commit()
                writer.garbage_collect_files()
        except BaseException:
            with _translated(self._folder):
                writer.rollback()
            raise
        finally:
            with _translated(self._folder):
                writer.wait_merging_threads()
        self.reload()

    def sweep(self) -> None:
        """Delete what no segment in use owns."""
        if self._folder is None:
            return
        with _translated(self._folder):
            used = _segments(self._folder)
            for path in self._folder.iterdir():
                if (
                    not path.name.startswith(".")
                    and path.name != "meta.json"
                    and path.name.partition(".")[0] not in used
                ):
                    path.unlink(missing_ok=True)

    def _query(
        self,
        terms: Sequence[Sequence[Alternative]],
        fields: Mapping[str, float],
        rarity: Callable[[str, str], float] | None,
    ) -> Any:
        from tantivy import Occur, Query

        every = []
        for term in terms:
            ways = []
            for stem, weight in term:
                for field, boost in fields.items():
                    scale = weight * boost
                    if rarity is not None:
                        scale *= rarity(field, stem) / inverse_frequency(self.count, self.frequency(field, stem))
                    if scale > 0:
                        ways.append(Query.boost_query(Query.term_query(self._schema, field, stem, "freq"), scale))
            if ways:
                every.append((Occur.Should, Query.disjunction_max_query(ways)))
        return Query.boolean_query(every) if every else None

    def _without(self, query: Any, hidden: frozenset[int]) -> Any:
        from tantivy import Occur, Query

        dropped = [(Occur.Should, Query.term_query(self._schema, "article", key)) for key in hidden]
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, Query.boolean_query(dropped))])

    def _stands(self, searcher: Any, state: str) -> bool:
        """Whether a document says so still; the term dictionary names deleted documents' terms too."""
        from tantivy import Query

        return bool(searcher.search(Query.term_query(self._schema, "state", state, "basic"), 1, count=False).hits)

    def _verify(self, folder: Path) -> None:
        """Read every file of the segments in use against the checksum that tantivy wrote at its end.

        tantivy maps its files into memory and trusts them: a shortened file would end the process, a flipped bit would go unseen.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                before = (folder / "meta.json").read_bytes()
                for segment in _segments(folder):
                    self._verify_segment(folder, segment)
                return
            except (OSError, IndexBroken):
                if attempt == _ATTEMPTS or (folder / "meta.json").read_bytes() == before:
                    raise

    def _verify_segment(self, folder: Path, segment: str) -> None:
        files = {path.name: path for path in folder.glob(f"{segment}.*")}
        missing = [kind for kind in _SEGMENT_FILES if f"{segment}.{kind}" not in files]
        if missing:
            raise IndexBroken(f"{folder / segment}.{missing[0]} is missing")
        for name, path in files.items():
            if name not in self._verified:
                if not _sound(path.read_bytes()):
                    raise IndexBroken(f"{path} is damaged")
                self._verified.add(name)


class _Batch:
    """Changes to one tantivy index that will be committed together."""

    def __init__(self, writer: Any, schema: Any, folder: Path | None) -> None:
        self._writer = writer
        self._schema = schema
        self._folder = folder

    def drop(self, article: int) -> None:
        import tantivy

        with _translated(self._folder):
            # by query, for a deletion by term makes a signed number of the key and matches nothing
            self._writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "article", article))

    def replace(self, article: int, documents: Iterable[Mapping[str, Any]]) -> None:
        import tantivy

        self.drop(article)
        with _translated(self._folder):
            for fields in documents:
                document = tantivy.Document()
                for name, value in fields.items():
                    if isinstance(value, int):
                        document.add_unsigned(name, value)
                    else:
                        document.add_text(name, value)
                self._writer.add_document(document)

    def record(self, before: str, after: str) -> None:
        import tantivy

        self._writer.delete_documents_by_term("state", before)
        document = tantivy.Document()
        document.add_text("state", after)
        self._writer.add_document(document)


_SEGMENT_FILES = ("idx", "term", "store", "fast", "fieldnorm", "pos")


def _segments(folder: Path) -> set[str]:
    """The names of the segments in use, as their files begin with them."""
    meta = json.loads((folder / "meta.json").read_bytes())
    return {segment["segment_id"].replace("-", "") for segment in meta["segments"]}


def _sound(content: bytes) -> bool:
    """Whether a file of tantivy's is as it was written.

    It ends with a JSON footer that holds a CRC-32 of what comes before, the footer's length, and a magic number (tantivy's
    `directory/footer.rs`).
    """
    if len(content) < _FOOTER_ENDS:
        return False
    length, magic = struct.unpack("<II", content[-_FOOTER_ENDS:])
    body = len(content) - _FOOTER_ENDS - length
    if magic != _FOOTER_MAGIC or body < 0:
        return False
    footer = json.loads(content[body:-_FOOTER_ENDS])
    return bool(footer["crc"] == zlib.crc32(memoryview(content)[:body]))


def passage_schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("article", indexed=True)
    builder.add_text_field("state", tokenizer_name="raw", index_option="basic")
    for name in ("body", "title"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def article_schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("article", indexed=True)
    builder.add_text_field("state", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("surface", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    return builder.build()


def erase(folder: Path) -> None:
    """Remove a word index from the disk, sound or not."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ArchiveUnusable(f"{folder} cannot be removed", "check who owns the folder")


@contextmanager
def _translated(folder: Path | None) -> Iterator[None]:
    """Errors of tantivy's as ours. It has no classes of its own: `ValueError`, `OSError`, and for a bug a panic, which is no `Exception`."""
    try:
        yield
    except IndexBroken:
        raise
    except Exception as error:
        if "No space left" in str(error):
            raise ArchiveUnusable("the disk is full", "make room and try again") from error
        raise IndexBroken(f"the word index {folder or 'in memory'} cannot be used: {error}") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexBroken(f"the word index {folder or 'in memory'} cannot be used") from error
        raise
