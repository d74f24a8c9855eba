"""The vector index: a sealed generation of vectors, searched approximately (HNSW, by Chroma).

A generation is built once from vectors that stand elsewhere, checked, and never written again. Chroma holds keys and vectors
only, and no vector twice: of hundreds of equal ones the graph (HNSW) keeps so many together that others can no longer be reached.
Its files are maps into memory that it trusts: a flipped bit ends the process, a missing file loses every vector in silence. So a
manifest holds the hash of each, and nothing is opened that differs from it. `chroma.sqlite3` alone changes by being opened; of
that the keys are compared.
"""

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.embedding import Vectors
from vectorstore.errors import ArchiveUnusable, IndexBroken

MANIFEST = "manifest.json"
_PORTION = 2_000  # vectors in memory at once while an index is built
_COLLECTION = "passages"
_CHROMA_FILE = "chroma.sqlite3"
# HNSW's parameters. Of the 100 nearest of 8,000 passages these miss none (100 passages as questions, 400 candidates, 6 ms); ef 500
# and 16 neighbours miss 0.3 % of NorQuAD's 3,280, Chroma's defaults (100 and 16) about 4 %. Building takes 1 ms a passage and more.
_HNSW = {"space": "cosine", "ef_search": 1_000, "ef_construction": 200, "max_neighbors": 32}
_LEAST = 2  # the least threshold that Chroma takes
_CHECK_ALL = 1_000  # up to so many vectors, each is looked for by itself
_CHECK_SOME = 250  # of more than that, so many, evenly spread
_CHECK_AT_OPEN = 20
_CHECK_NEAREST = 10  # asked for in each check: the search is then as wide as it always is, `ef_search`
_SAME = 0.999  # the cosine of a vector with itself, as float32 and Chroma have it, or more


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was sealed as: whose vectors, how many, and the hash of every file that does not change."""

    fingerprint: str
    count: int
    keys_hash: str
    files: dict[str, str]


class Generation:
    """A sealed vector index, open for reading. Searches may come from any thread."""

    def __init__(self, client: Any, collection: Any, manifest: Manifest) -> None:
        self._client = client
        self._collection = collection
        self.manifest = manifest

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """The nearest keys and their cosines (float32, approximate), best first. Raises `IndexBroken`."""
        limit = min(limit, self.manifest.count)
        if limit < 1:
            return []
        with _translated("the vector index"):
            found = self._collection.query(query_embeddings=vector[None, :], n_results=limit, include=["distances"])
        return [
            (int(key), 1.0 - float(distance))
            for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def keys(self) -> list[int]:
        with _translated("the vector index"):
            return [int(key) for key in self._collection.get(include=[])["ids"]]

    def close(self) -> None:
        with _translated("the vector index"):
            self._client.close()


_HEADER = struct.Struct("<iQQQQ")  # version, offset of level 0, room for elements, elements, bytes of each
_LENGTH_BYTES = 4


def build(folder: Path, keys: Sequence[int], vectors_of: Callable[[Sequence[int]], Vectors], fingerprint: str) -> None:
    """Make a generation in a folder that does not exist yet, check it, and force it to the disk.

    `vectors_of` gives a row of unit length for each key asked for, a portion at a time; no two of them may be equal. Raises
    `IndexBroken` where a vector is not found by itself, `ArchiveUnusable` where the disk is full.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    with _translated(str(folder)):
        client = _client(folder)
        try:
            # With the least thresholds there are, every vector reaches the index's own files: else the last ones stay in
            # chroma.sqlite3, which has no hash.
            hnsw = _HNSW | {"batch_size": _LEAST, "sync_threshold": _LEAST}
            collection = client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": hnsw})
            step = min(client.get_max_batch_size(), _PORTION)
            for start in range(0, len(keys), step):
                some = keys[start : start + step]
                collection.add(ids=[str(key) for key in some], embeddings=vectors_of(some))
            manifest = Manifest(fingerprint, len(keys), _keys_hash(keys), {})
            sample = keys if len(keys) <= _CHECK_ALL else keys[:: len(keys) // _CHECK_SOME]
            _check(Generation(client, collection, manifest), sample, vectors_of(sample))
        finally:
            client.close()
    for header in folder.rglob("header.bin"):
        _blank_unused(header)
    files = {path.relative_to(folder).as_posix(): _hash(path) for path in _files(folder) if path.name != _CHROMA_FILE}
    content = {"fingerprint": fingerprint, "count": len(keys), "keys": manifest.keys_hash, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1), "utf-8")
    sync(folder)


def verify(folder: Path) -> Manifest:
    """Compare every file that does not change with the manifest, without opening the index. Raises `IndexBroken`."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        manifest = Manifest(content["fingerprint"], content["count"], content["keys"], content["files"])
        if not (folder / _CHROMA_FILE).is_file():
            raise IndexBroken(f"{folder / _CHROMA_FILE} is missing")
        for name, wanted in manifest.files.items():
            if _hash(folder / name) != wanted:
                raise IndexBroken(f"{folder / name} is damaged")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexBroken(f"the vector index {folder} is damaged: {error}") from error
    return manifest


def _blank_unused(header: Path) -> None:
    """Overwrite what hnswlib has written beyond its last element: room for more, filled with whatever was in memory there before.

    That can be the vector of an article that was just removed. The header begins as in hnswlib's `saveIndex`, after a version.
    """
    _, _, room, used, size = _HEADER.unpack(header.read_bytes()[: _HEADER.size])
    for name, each in (("data_level0.bin", size), ("length.bin", _LENGTH_BYTES)):
        path = header.with_name(name)
        if path.stat().st_size == room * each:
            with path.open("r+b") as file:
                file.seek(used * each)
                file.write(bytes((room - used) * each))


def load_engine() -> None:
    """Import Chroma, which takes a second, and most of the time of a first opening. Raises `IndexBroken` where it cannot be."""
    with _translated("Chroma"):  # as where the program is about to end: then no thread can be registered any more
        import chromadb.api.rust  # noqa: F401 - the part that opening would import by name


def open_generation(folder: Path, manifest: Manifest) -> Generation:
    """Open a generation whose files were verified and ask it something. Raises `IndexBroken`.

    A file damaged in a way that escapes the hashes can end or hang the process: open after a crash in a child first.
    """
    with _translated(str(folder)):
        client = _client(folder)
        try:
            collection = client.get_collection(_COLLECTION, embedding_function=None)
            generation = Generation(client, collection, manifest)
            keys = sorted(generation.keys())
            if _keys_hash(keys) != manifest.keys_hash:
                raise IndexBroken(f"{folder / _CHROMA_FILE} is damaged: it does not hold the keys it was sealed with")
            sample = keys[:: max(1, len(keys) // _CHECK_AT_OPEN)]
            vectors = collection.get(ids=[str(key) for key in sample], include=["embeddings"])
            rows = {int(key): row for key, row in zip(vectors["ids"], vectors["embeddings"], strict=True)}
            _check(generation, sample, np.array([rows[key] for key in sample], np.float32))
        except BaseException:
            client.close()
            raise
    return generation


def sync(folder: Path) -> None:
    """Force a folder and all that is in it to the disk."""
    for path in [*_files(folder), *(path for path in folder.rglob("*") if path.is_dir()), folder]:
        if os.name == "posix" or path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def erase(folder: Path) -> None:
    """Remove a generation from the disk, sound or not. Raises `ArchiveUnusable` where something of it is left."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ArchiveUnusable(f"{folder} cannot be removed", "check who owns it, and which programs have it open")


def _check(generation: Generation, keys: Sequence[int], vectors: Vectors) -> None:
    """Look for vectors by themselves: one that does not find itself, or its equal, tells of a broken index."""
    for key, vector in zip(keys, vectors, strict=True):
        nearest = generation.search(vector, _CHECK_NEAREST)
        if not nearest or nearest[0][1] < _SAME:
            raise IndexBroken(f"the vector index does not find vector {key} by itself")


def _keys_hash(keys: Sequence[int]) -> str:
    return hashlib.sha256(",".join(map(str, sorted(keys))).encode()).hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _client(folder: Path) -> Any:
    """Chroma in this process, on this folder.

    It would read its settings from the environment and from any `.env` in the working directory, where a line may send it to
    another host; so those that decide are given, and no file is read.
    """
    import chromadb
    from chromadb.config import Settings

    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        chroma_otel_collection_endpoint="",
        anonymized_telemetry=False,
        allow_reset=False,
    )
    return chromadb.PersistentClient(path=str(folder), settings=settings)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except IndexBroken:
        raise
    except Exception as error:
        if "disk is full" in str(error) or "No space left" in str(error):
            raise ArchiveUnusable("the disk is full", "make room and try again") from error
        raise IndexBroken(f"{name} cannot be used: {error}") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexBroken(f"{name} cannot be used") from error
        raise
