"""What one may rely on when an admin sends a document or a link: it is read as files are, stands in for what was sent before, and leaves no trace elsewhere."""

import json
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError, Obstacle, PageNotFetched
from bot.fetching import Fetched
from bot.messages import Language
from bot.render.links import link, place
from bot.telegram.intake import (
    CANDIDATES,
    DOCUMENTS,
    Report,
    _private_folder,
    _sent,
    find,
    remove,
    take_in,
    take_in_page,
    told,
    told_of_failure,
)
from bot.wiring import SAMPLES_ORIGIN, has_samples, take_in_samples
from vectorstore.archive import Archive, open_archive
from vectorstore.archive.lock import writer
from vectorstore.article import Article, Genre, Published
from vectorstore.embedding import SubwordEmbedder
from vectorstore.errors import ArchiveLocked, ArchiveUnusable, VectorstoreError
from vectorstore.reading import SUFFIXES, read
from vectorstore.reading.files import LARGEST
from vectorstore.search import Search

WOLF = b"""---
title: Ulv i Lierne
outlet: Namdalsavisa
date: 2019-04-25
genre: leder
---

En ulv tok elleve sauer i Lierne natt til tirsdag.
"""
SHOT = b"Ulven er skutt\n\nUlven i Lierne er skutt, sier lensmannen.\n"
FERRY = """<!doctype html><html lang="nb"><head><title>Fergen går igjen | Nordlys</title>
<meta property="og:site_name" content="Nordlys"><meta property="article:published_time" content="2019-04-12">
<link rel="canonical" href="https://stor-avis.example/forside"></head>
<body><nav>Meny</nav><article><h1>Fergen går igjen</h1><p>Fergen til Leka går igjen etter to døgn.</p></article></body></html>
""".encode()
ADDRESS = "https://nordlys.example/2019/ferge?side=2"


@pytest.fixture
def archive(home: Path) -> Iterator[Archive]:
    with open_archive(home / "kildebot") as archive:
        yield archive


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive that tests may add to, and that others have added to before."""
    with open_archive(tmp_path_factory.mktemp("shared") / "kildebot") as archive:
        yield archive


def line(**fields: str) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def ids(archive: Archive) -> set[str]:
    return {article.id for article in archive.articles()}


def article(archive: Archive, id_: str) -> Article:
    found = archive.article(id_)
    assert found is not None
    return found


def did(report: Report) -> tuple[list[str], list[str], list[str], list[tuple[str, str]]]:
    return report.added, report.changed, report.unchanged, report.skipped


def incoming(archive: Archive) -> list[Path]:
    return list(archive.home.glob("incoming-*"))


# Documents


def test_a_document_is_read_as_a_file_is_and_known_by_its_name(archive: Archive) -> None:
    report = take_in(archive, "ulv.md", WOLF)

    wolf = article(archive, "telegram:ulv.md")
    assert did(report) == (["telegram:ulv.md"], [], [], [])
    assert (wolf.title, wolf.outlet, wolf.published.iso) == ("Ulv i Lierne", "Namdalsavisa", "2019-04-25")
    assert wolf.genre is Genre.EDITORIAL
    assert report.titles == {wolf.id: "Ulv i Lierne"}
    assert (report.articles, archive.article_count) == (1, 1)


def test_it_is_found_at_once(archive: Archive) -> None:
    take_in(archive, "ulv.md", WOLF)

    [hit] = Search(archive).hits("sauer i Lierne")
    assert "elleve sauer" in hit.passage.text


def test_nothing_leads_to_where_it_was_while_it_was_read(archive: Archive) -> None:
    take_in(archive, "ulv.md", WOLF)

    wolf = article(archive, "telegram:ulv.md")
    assert (wolf.file, link(wolf), place(wolf)) == ("", "", "")
    assert incoming(archive) == []


def test_the_same_again_changes_nothing(archive: Archive) -> None:
    take_in(archive, "ulv.md", WOLF)

    assert did(take_in(archive, "ulv.md", WOLF)) == ([], [], ["telegram:ulv.md"], [])
    assert archive.article_count == 1


def test_another_version_takes_the_place_of_the_one_before(archive: Archive) -> None:
    take_in(archive, "ulv.md", WOLF)
    report = take_in(archive, "ulv.md", SHOT)

    assert did(report) == ([], ["telegram:ulv.md"], [], [])
    assert report.displaced == []
    assert archive.article_count == 1
    assert "skutt" in article(archive, "telegram:ulv.md").text


def test_a_document_of_another_name_is_another_article(archive: Archive) -> None:
    take_in(archive, "ulv.md", WOLF)
    take_in(archive, "ulv.txt", SHOT)
    take_in(archive, "Ulv.md", SHOT)

    assert ids(archive) == {"telegram:ulv.md", "telegram:ulv.txt", "telegram:Ulv.md"}


def test_articles_in_json_have_the_ids_that_it_gives_them(archive: Archive) -> None:
    lines = [line(id="laks", title="Laksen", text="Laksen er tilbake i Namsen."), b"{ikke json\n"]
    lines += [line(id="elg", text="Elgen er her."), line(id="laks", text="En gang til.")]

    report = take_in(archive, "eksport.jsonl", b"".join(lines))

    assert ids(archive) == {"laks", "elg"} == set(report.added)
    [unread, double] = report.skipped
    assert unread[0] == "eksport.jsonl:2"
    assert unread[1].startswith("not JSON")
    assert double == ("eksport.jsonl:4", "its id laks is taken by eksport.jsonl:1")
    assert report.hints == {
        "eksport.jsonl:2": "Write one JSON object a line, in UTF-8.",
        "eksport.jsonl:4": "Rename one of the two, or remove it.",
    }
    assert article(archive, "laks").file == ""


def test_what_was_not_understood_is_remarked_on_by_the_documents_name(archive: Archive) -> None:
    report = take_in(archive, "ulv.md", WOLF.replace(b"leder", b"eventyr"))

    [remark] = report.remarks
    assert (remark.source, remark.text) == ("ulv.md", "genre: “eventyr” is no kind that is known")
    assert remark.hint


PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(64)
REFUSED = {
    "a PDF": ("ulv.pdf", b"%PDF-1.7\n", "not a kind of file that is read"),
    "a PDF by another name": ("ulv.md", b"%PDF-1.7\n", "not text but a PDF"),
    "a program": ("ulv.txt", PROGRAM, "not text but a program"),
    "an office document": ("ulv.html", b"PK\x03\x04" + bytes(64), "not text but a ZIP archive or an office document"),
    "nothing": ("ulv.txt", b"", "empty"),
    "blanks": ("ulv.md", b" \r\n\0", "empty"),
    "too much": ("ulv.txt", b"a" * 11_000_000, f"larger than {LARGEST // 1_000_000} MB, the limit for one file"),
    "bytes": ("ulv.txt", b"hei\0\x01" * 9, "not a text file: it holds zero bytes or control characters"),
    "a page without text": ("ulv.html", b"<script>alert(1)</script>", "no text in it"),
    "no suffix": ("ulv", WOLF, "not a kind of file that is read"),
    "two suffixes": ("ulv.md.exe", WOLF, "not a kind of file that is read"),
    "no name": ("", WOLF, "not a kind of file that is read"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_text_is_left_out_with_the_reason(what: str, shared: Archive) -> None:
    name, body, reason = REFUSED[what]
    before = shared.revision

    report = take_in(shared, name, body)

    assert (report.own, shared.revision) == (set(), before)
    assert report.skipped == [(name or "?", reason)]
    assert report.hints[name or "?"] or reason == "empty"
    assert incoming(shared) == []


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("../../etc/passwd\n.md", "telegram:passwd\\n.md"),
        ("/etc/cron.d/x.md", "telegram:x.md"),
        ("C:\\Users\\kari\\ulv.MD", "telegram:ulv.MD"),
        ("\\\\server\\share\\ulv.md", "telegram:ulv.md"),
        ("..\\..\\ulv.md", "telegram:ulv.md"),
        ("a\0b.md", "telegram:a\\x00b.md"),
        ("-rf.md", "telegram:-rf.md"),
        ("..md", "telegram:..md"),
        ("CON.md", "telegram:CON.md"),
        ("gpj\u202e.md", "telegram:gpj\\u202e.md"),
        ("bla\u030ab\xe6r.md", "telegram:blåbær.md"),
        ("\ud800.md", "telegram:\\ud800.md"),
        ("  ulv.md ", "telegram:ulv.md"),
        ("𝔲" * 255 + ".md", "telegram:" + "𝔲" * 255 + ".md"),
    ],
)
def test_a_name_is_a_name_and_never_a_path(name: str, id_: str) -> None:
    sent = _sent(name, "")

    assert (sent.id, sent.shown[:200]) == (id_, id_.removeprefix(DOCUMENTS)[:200])
    assert sent.suffix in (".md", "")


@settings(max_examples=50)
@given(
    name=st.text(max_size=300) | st.text("./\\\0\n md", max_size=30),
    suffix=st.sampled_from([".md", ".TXT", ".jsonl", ".exe", ""]),
)
def test_any_name_makes_an_id_that_can_be_shown_and_a_suffix_that_is_read(name: str, suffix: str) -> None:
    sent = _sent(name + suffix, "")

    assert sent.id.startswith(DOCUMENTS)
    assert sent.id.isprintable()
    assert len(sent.id) <= 1_000
    assert sent.shown.isprintable()
    assert sent.suffix in SUFFIXES | {""}


def test_a_document_that_is_named_like_a_path_is_written_nowhere_but_at_home(shared: Archive) -> None:
    around = shared.home.parent
    before = {path for path in around.rglob("*") if not path.is_relative_to(shared.home)}

    report = take_in(shared, "../../etc/passwd\n.md", SHOT)

    assert report.added == ["telegram:passwd\\n.md"]
    assert {path for path in around.rglob("*") if not path.is_relative_to(shared.home)} == before


def test_names_too_long_for_an_id_are_still_told_apart(archive: Archive) -> None:
    for end in "ab":
        assert len(take_in(archive, "a" * 2_000 + end + ".md", SHOT).added) == 1

    assert archive.article_count == 2


# Pages


def test_a_page_is_known_by_its_address_and_cited_by_it(archive: Archive) -> None:
    report = take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", FERRY))

    ferry = article(archive, ADDRESS)
    assert did(report) == ([ADDRESS], [], [], [])
    assert (ferry.title, ferry.outlet, ferry.published.iso) == ("Fergen går igjen", "Nordlys", "2019-04-12")
    assert (ferry.url, ferry.file, link(ferry)) == (ADDRESS, "", ADDRESS)


def test_a_page_cannot_take_the_place_of_another_sites_by_what_it_says_of_itself(archive: Archive) -> None:
    stolen = Fetched("https://stor-avis.example/forside", "text/html", "utf-8", FERRY)
    take_in_page(archive, stolen)

    report = take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", FERRY.replace(b"Leka", b"Rott")))

    assert report.added == [ADDRESS]
    assert "Leka" in article(archive, stolen.url).text


def test_a_page_fetched_again_is_replaced_if_it_has_changed(archive: Archive) -> None:
    take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", FERRY))

    same = take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", FERRY))
    other = take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", FERRY.replace(b"to d", b"tre d")))

    assert (same.unchanged, other.changed, archive.article_count) == ([ADDRESS], [ADDRESS], 1)


def test_addresses_too_long_for_an_id_are_still_told_apart(archive: Archive) -> None:
    for end in "ab":
        address = f"https://nordlys.example/{'a' * 1_500}{end}"
        [id_] = take_in_page(archive, Fetched(address, "text/plain", "", SHOT)).added
        assert article(archive, id_).url == address

    assert archive.article_count == 2


def test_the_encoding_that_the_server_states_is_believed(shared: Archive) -> None:
    page = Fetched("https://avis.example/a", "text/plain", "koi8-r", "Новость\n\nУ моста.".encode("koi8-r"))

    take_in_page(shared, page)

    assert "У моста." in article(shared, page.url).text


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "nonsense", "koi8-r"])
def test_a_page_in_utf8_is_read_as_that_whatever_the_server_states(charset: str, shared: Archive) -> None:
    take_in_page(shared, Fetched(ADDRESS, "text/html", charset, FERRY))

    assert article(shared, ADDRESS).title == "Fergen går igjen"


def test_a_page_that_holds_no_article_is_left_out_by_its_address(archive: Archive) -> None:
    report = take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", b"%PDF-1.7"))

    assert report.skipped == [(ADDRESS, "not text but a PDF")]
    assert archive.article_count == 0


# Beside what came from elsewhere


def test_what_was_sent_stays_when_a_folder_is_pruned_though_names_are_equal(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "ulv.md").write_bytes(WOLF)
    (tmp_path / "elg.txt").write_bytes(SHOT)
    archive.ingest(read(tmp_path), origin=str(tmp_path))
    take_in(archive, "ulv.md", SHOT)
    take_in(archive, "export.jsonl", line(id="laks", text="Laksen er tilbake i Namsen."))
    take_in_page(archive, Fetched(ADDRESS, "text/html", "utf-8", FERRY))
    (tmp_path / "ulv.md").unlink()

    pruned = archive.ingest(read(tmp_path), origin=str(tmp_path), prune=True)

    assert pruned.removed == ("ulv",)
    for origin in ("", str(archive.home), SAMPLES_ORIGIN):
        assert archive.ingest(read(tmp_path), origin=origin, prune=True).removed == ()
    assert ids(archive) == {"elg", "telegram:ulv.md", "laks", ADDRESS}


def test_an_article_from_elsewhere_that_loses_its_place_to_json_is_told_of(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "ulv.md").write_bytes(WOLF)
    archive.ingest(read(tmp_path), origin=str(tmp_path))

    report = take_in(archive, "x.json", line(id="ulv", text="Ulven er skutt."))

    assert (report.changed, report.displaced) == (["ulv"], ["ulv"])
    assert "ulv took the place of an article with the same id from elsewhere" in told(report, Language.ENGLISH)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sampled")
    with open_archive(home / "kildebot") as archive:
        take_in_samples(archive)
    return home / "kildebot"


def test_the_samples_leave_with_the_first_article_of_ones_own(sampled: Path) -> None:
    with open_archive(sampled) as archive:
        refused = take_in(archive, "ulv.pdf", b"%PDF-1.7")
        assert refused.samples_removed == []
        assert has_samples(archive)

        report = take_in(archive, "ulv.md", WOLF)

        assert len(report.samples_removed) == 5
        assert ids(archive) == {"telegram:ulv.md"}
        assert report.articles == 1
        assert any("example" in each or "sample" in each for each in told(report, Language.ENGLISH))
        assert SAMPLES_ORIGIN not in ids(archive)


# The archive's lock


def test_many_documents_sent_at_once_are_all_taken_in(archive: Archive) -> None:
    def send(number: int) -> Report:
        return take_in(archive, f"{number}.txt", f"Nyhet {number}\n\nDet var {number} sauer i fjellet.".encode())

    with ThreadPoolExecutor(4) as threads:
        reports = list(threads.map(send, range(4)))

    assert [report.added for report in reports] == [[f"telegram:{number}.txt"] for number in range(4)]
    assert archive.article_count == 4


def test_another_writer_is_waited_for(stocked: Archive) -> None:
    held, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with writer(stocked.home):
            held.set()
            go_on.wait(5)

    with ThreadPoolExecutor(3) as threads:
        threads.submit(write)
        held.wait(5)
        taken = threads.submit(take_in, stocked, "ulv.md", WOLF)
        removed = threads.submit(remove, stocked, ["telegram:a.md"])
        time.sleep(0.6)  # longer than the archive itself waits
        go_on.set()

    assert (taken.result().added, removed.result()) == (["telegram:ulv.md"], ["telegram:a.md"])


def test_a_writer_that_goes_on_is_named_and_nothing_is_done(archive: Archive) -> None:
    with writer(archive.home), pytest.raises(ArchiveLocked, match=f"process {os.getpid()}") as caught:
        take_in(archive, "ulv.md", WOLF, patience=0)

    assert (archive.article_count, incoming(archive)) == (0, [])
    for language in Language:
        [told] = told_of_failure(caught.value, language)
        assert f"process {os.getpid()}" in told


class Contested(Archive):
    """An archive that somebody else begins to write to as soon as an article is in."""

    tidied = 0

    def mend(self) -> None:
        self.tidied += 1
        raise ArchiveLocked("the archive is being written to by another process", "try again when it has finished")


def test_an_article_that_is_in_is_in_though_somebody_else_tidies_up_after_it(home: Path) -> None:
    (home / "kildebot").mkdir()
    with Contested(home / "kildebot", SubwordEmbedder()) as archive:
        report = take_in(archive, "ulv.md", WOLF)

        assert (report.added, report.articles, archive.tidied) == (["telegram:ulv.md"], 1, 1)


# The file that it is, for a moment


def test_nobody_else_can_look_into_the_folder_and_it_is_gone_in_the_end(archive: Archive) -> None:
    with _private_folder(archive.home) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.parent == archive.home

    assert incoming(archive) == []


def test_what_a_killed_process_has_left_is_erased_and_what_another_reads_is_not(archive: Archive) -> None:
    left, others = archive.home / "incoming-left", archive.home / "incoming-others"
    for folder in (left, others):
        folder.mkdir()
        (folder / "document.md").write_bytes(WOLF)
    os.utime(left, (time.time() - 3_600,) * 2)

    take_in(archive, "ulv.md", SHOT)

    assert incoming(archive) == [others]


def test_where_the_file_cannot_be_written_that_is_said(archive: Archive) -> None:
    moved = archive.home.rename(archive.home.parent / "moved")

    with pytest.raises(ArchiveUnusable, match="cannot be written to"):
        take_in(archive, "ulv.md", WOLF)

    moved.rename(archive.home)


# Finding and removing


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with three articles, closed: to be read or to be copied."""
    home = tmp_path_factory.mktemp("made") / "kildebot"
    titled = (
        ("a", "Ulv i Lierne", "2019-04-25"),
        ("b", "Ny ulv i Namsskogan", "2021"),
        ("c", "Blåbær i Lierne", "2020"),
    )
    with open_archive(home) as archive:
        archive.ingest(
            Article(f"{DOCUMENTS}{name}.md", title, f"{title}, sier folk.", Published.parse(date))
            for name, title, date in titled
        )
    return home


@pytest.fixture
def stocked(made: Path, home: Path) -> Iterator[Archive]:
    shutil.copytree(made, home / "kildebot")
    with open_archive(home / "kildebot") as archive:
        yield archive


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("telegram:a.md", ["telegram:a.md"]),
        ("  telegram:a.md\n", ["telegram:a.md"]),
        ("ulv", ["telegram:b.md", "telegram:a.md"]),
        ("ULV lierne", ["telegram:a.md"]),
        ("lierne i ulv", ["telegram:a.md"]),
        ("lier", ["telegram:c.md", "telegram:a.md"]),
        ("bla\u030ab\xe6r", ["telegram:c.md"]),
        ("telegram:", ["telegram:b.md", "telegram:c.md", "telegram:a.md"]),
        ("ulv elg", []),
        ("folk", []),
        ("", []),
        (" \n", []),
        ("a\0b\ud800", []),
    ],
)
def test_an_article_is_found_by_its_id_or_by_words_of_its_headline(
    words: str, found: list[str], stocked: Archive
) -> None:
    assert [each.id for each in find(stocked, words)] == found


def test_a_whole_id_means_that_article_alone(stocked: Archive) -> None:
    take_in(stocked, "x.jsonl", line(id="ulv", text="Ulven er her.") + line(id="ulv/2", text="Ulven er borte."))

    assert [each.id for each in find(stocked, " ulv\n")] == ["ulv"]


def test_no_more_are_found_than_can_be_named(stocked: Archive) -> None:
    body = b"".join(line(id=f"u{number}", title="Ulv igjen", text="Ulven er her.") for number in range(CANDIDATES + 5))
    take_in(stocked, "u.jsonl", body)

    assert len(find(stocked, "ulv")) == CANDIDATES
    assert len(find(stocked, "ulv", 2)) == 2


def test_what_is_removed_is_gone_and_what_there_was_is_told(stocked: Archive) -> None:
    assert remove(stocked, ["telegram:a.md", "nothing", "telegram:c.md"]) == ["telegram:a.md", "telegram:c.md"]
    assert ids(stocked) == {"telegram:b.md"}
    assert "Lierne" not in "".join(
        path.read_bytes().decode("latin-1") for path in stocked.home.rglob("*") if path.is_file()
    )


# What is told


def test_a_report_names_what_was_taken_in_and_ends_with_the_sum(archive: Archive) -> None:
    first = told(take_in(archive, "ulv.md", WOLF), Language.NORWEGIAN)
    second = told(take_in(archive, "ulv.md", SHOT), Language.ENGLISH)

    assert first[0] == "Lagt inn: Ulv i Lierne"
    assert first[-1].startswith("1 lagt til. Arkivet har 1 artikkel.")
    assert second[0] == "Replaced: Ulven er skutt"
    assert second[-1].startswith("1 changed. The archive")


def test_what_was_left_out_is_told_with_what_to_do(archive: Archive) -> None:
    lines = told(take_in(archive, "ulv.txt", PROGRAM), Language.NORWEGIAN)

    assert lines[:2] == ["Hoppet over ulv.txt: not text but a program", "Export it as .txt, .md or .html."]


def test_of_many_articles_and_faults_some_are_named(archive: Archive) -> None:
    lines = [line(id=f"u{number}", title="Ulv igjen", text="Ulven er her.") for number in range(20)]

    report = take_in(archive, "u.jsonl", b"".join([*lines, *[b"{\n"] * 20]))

    lines_told = told(report, Language.ENGLISH)
    assert lines_told.count("Taken in: Ulv igjen") == 5
    assert "… and 15 more" in lines_told
    assert len(lines_told) < 20
    assert (len(report.added), len(report.skipped)) == (20, 20)


def test_a_line_is_short_and_does_nothing_to_what_stands_around_it(archive: Archive) -> None:
    body = line(id="x\u2066", text="y") + line(id="t", text="\u202e\u001b[31m" + "Rødt er rødt. " * 5)
    body += line(id="lang", title="lang " * 190, text="Lang.")

    for language in Language:
        for each in told(take_in(archive, "a\u202eb.jsonl", body), language):
            assert each.isprintable()
            assert len(each) <= 300


@pytest.mark.parametrize("obstacle", Obstacle)
@pytest.mark.parametrize("language", Language)
def test_why_a_page_did_not_come_is_told_in_the_readers_language(obstacle: Obstacle, language: Language) -> None:
    lines = told_of_failure(PageNotFetched(obstacle, "in English", "and so on", detail="text/\u202ex"), language)

    assert all(each and each.isprintable() and "in English" not in each for each in lines)


@pytest.mark.parametrize(
    "error", [ArchiveUnusable("the disk is full", "make room"), BotError("the disk is full", "make room")]
)
def test_any_other_failure_is_told_with_what_to_do(error: BotError | VectorstoreError) -> None:
    assert told_of_failure(error, Language.ENGLISH) == ["That did not work: the disk is full", "make room"]
