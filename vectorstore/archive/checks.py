"""What `kildebot doctor` asks of an archive: one finding for each thing that was looked at."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator

from vectorstore.archive import rows
from vectorstore.archive.generations import Generations
from vectorstore.archive.nearness import Nearness
from vectorstore.archive.upkeep import TAIL_SHARE
from vectorstore.archive.values import Finding, Grade
from vectorstore.archive.wording import Wording
from vectorstore.chunking import CHUNKING
from vectorstore.database import Connection, Database
from vectorstore.embedding import is_built_in
from vectorstore.errors import VectorstoreError

_MEND = "run `kildebot ingest` once more; it mends what it finds"
_FULL_SYNCHRONOUS = 2
_NAMED = 5  # articles that a finding names


def check(
    database: Database, generations: Generations, wording: Wording, nearness: Nearness, fingerprint: str
) -> list[Finding]:
    """Look at everything. A thing that cannot be looked at is a finding too; nothing is raised."""

    def reading(look: Callable[[Connection], Iterable[Finding]]) -> Iterator[Finding]:
        with database.reading() as connection:
            yield from look(connection)

    return [
        *_looked("folder", lambda: _folder(database)),
        *_looked("database", lambda: _database(database)),
        *_looked("articles", lambda: reading(_articles)),
        *_looked("vectors", lambda: reading(lambda connection: _vectors(connection, fingerprint))),
        *_looked("vector index", lambda: reading(lambda c: _generation(c, generations, nearness, fingerprint))),
        *_looked("word index", lambda: _words(database, wording)),
    ]


def _looked(name: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What is found by looking at one thing, or that it cannot be looked at."""
    try:
        return list(look())
    except VectorstoreError as error:
        return [Finding(name, Grade.ERROR, error.message, error.hint)]
    except OSError as error:
        text = f"{error.filename or 'the disk'} cannot be read: {error.strerror or error}"
        return [Finding(name, Grade.ERROR, text, "check the disk and the folder's rights")]


def _folder(database: Database) -> Iterator[Finding]:
    home = database.path.parent
    if database.read_only:
        yield Finding(
            "folder",
            Grade.WARNING,
            f"{home} is read-only",
            "nothing can be added or removed, and indexes are not kept up",
        )
    elif os.name == "posix" and stat.S_IMODE(database.path.stat().st_mode) & 0o077:
        yield Finding(
            "folder", Grade.WARNING, f"others on this computer may read {database.path}", f"chmod 600 {database.path}"
        )
    else:
        yield Finding("folder", Grade.OK, str(home))


def _database(database: Database) -> Iterator[Finding]:
    wrong = database.integrity()
    if wrong:
        yield Finding("database", Grade.ERROR, f"{database.path} is damaged: {wrong[0]}", database.if_damaged)
    elif database.synchronous != _FULL_SYNCHRONOUS:
        yield Finding("database", Grade.ERROR, "SQLite does not force commits to the disk", "report this")
    else:
        yield Finding("database", Grade.OK, f"{database.path} is sound")


def _articles(connection: Connection) -> Iterator[Finding]:
    articles, passages = rows.counts(connection)
    damaged = [row["id"] for row in rows.all_article_rows(connection) if rows.read_article(row) is None]
    if damaged:
        names = ", ".join(map(str, damaged[:_NAMED])) + (" …" if len(damaged) > _NAMED else "")
        text = f"{len(damaged)} of {articles} articles are not as they were written and are withheld: {names}"
        yield Finding("articles", Grade.ERROR, text, "ingest them again")
    else:
        yield Finding("articles", Grade.OK, f"{articles} articles in {passages} passages")
    outdated = rows.cut_otherwise(connection, CHUNKING)
    if outdated:
        yield Finding(
            "passages", Grade.WARNING, f"{outdated} articles were cut by an older version", "ingest them again"
        )
    if rows.value(connection, "erasing"):
        yield Finding("erasing", Grade.WARNING, "bytes of removed articles may still be on the disk", _MEND)


def _vectors(connection: Connection, fingerprint: str) -> Iterator[Finding]:
    active = rows.value(connection, "embedder")
    passages = rows.counts(connection)[1]
    if active and active != rows.embedder_key(connection, fingerprint) and passages:
        yield _others(connection, active, passages, fingerprint)
        return
    have = len(rows.passage_keys_with_vector(connection, active))
    spoilt = len(rows.spoilt_vectors(connection, active))
    if have < passages or spoilt:
        text = f"{passages - have} passages have no vector, {spoilt} have a damaged one"
        yield Finding("vectors", Grade.ERROR, text, "run `kildebot ingest --reembed`")
    else:
        yield Finding("vectors", Grade.OK, f"{have} passages have vectors by {fingerprint}")
    for other, made in rows.switches_begun(connection):
        text = f"a switch to {other} was begun: {made} of {passages} passages have its vectors"
        hint = "to go on, set KILDEBOT_EMBEDDING to it and run `kildebot ingest --reembed`; else they are of no use"
        yield Finding("switch", Grade.WARNING, text, hint)


def _others(connection: Connection, active: int, passages: int, fingerprint: str) -> Finding:
    """What to say where the vectors are another embedder's: whether a switch to this one was begun, and how far it came."""
    before = rows.embedder_fingerprint(connection, active)
    text = f"the vectors are those of {before}, not of {fingerprint}; answers are found by words alone"
    made = dict(rows.switches_begun(connection)).get(fingerprint, 0)
    if made:
        text = f"{text}; a switch was begun: {made} of {passages} passages have the new ones"
        return Finding("vectors", Grade.ERROR, text, "run `kildebot ingest --reembed`; it goes on where it was")
    hint = "run `kildebot ingest --reembed`"
    if is_built_in(before) and is_built_in(fingerprint):
        return Finding("vectors", Grade.WARNING, text, f"{hint}; the next ingest does it by itself")
    return Finding("vectors", Grade.ERROR, text, f"{hint}, or set KILDEBOT_EMBEDDING back")


def _generation(
    connection: Connection, generations: Generations, nearness: Nearness, fingerprint: str
) -> Iterator[Finding]:
    found, refused = rows.sealed(connection), rows.refused(connection)
    if refused is not None:
        text = f"it could not be made of {refused.passages} passages: {refused.reason}"
        hint = (
            f"when {TAIL_SHARE:.0%} of the passages are new it is tried again, at once with `kildebot ingest --reembed`"
        )
        yield Finding("vector index", Grade.WARNING, f"{text}; every passage after it is compared instead", hint)
        return
    if found is None:
        if rows.counts(connection)[1]:
            yield Finding("vector index", Grade.WARNING, "there is none; every passage is compared instead", _MEND)
        return
    if found.embedder != rows.embedder_key(connection, fingerprint):
        return
    trouble = generations.trouble(found.folder, fingerprint, found.count) or nearness.trouble
    if trouble:
        yield Finding("vector index", Grade.WARNING, f"{trouble}; every passage is compared instead", _MEND)
    else:
        tail = rows.counts(connection)[1] - rows.passages_until(connection, found.last_passage)
        yield Finding("vector index", Grade.OK, f"{found.passages} passages sealed, {tail} after them")


def _words(database: Database, wording: Wording) -> Iterator[Finding]:
    index = wording.view()
    with database.reading() as connection:
        wanted = rows.counts(connection)
    have = (index.article_count, index.passage_count)
    if wording.trouble:
        yield Finding("word index", Grade.WARNING, f"{wording.trouble}; the words are indexed in memory instead", _MEND)
    elif have != wanted:
        text = f"it holds {have[0]} articles and {have[1]} passages of {wanted[0]} and {wanted[1]}"
        yield Finding("word index", Grade.WARNING, text, _MEND)
    else:
        yield Finding("word index", Grade.OK, f"{have[0]} articles, {have[1]} passages")
