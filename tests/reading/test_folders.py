"""Folders and files: ids, order, what is passed over, what is refused."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reading.samples import BODY, article_in, rejection_of
from vectorstore.article import Article, Genre, Provenance, Published
from vectorstore.reading import Overrides, Rejected, files, read

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="links, pipes and such names are POSIX's")


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Sak {name}\n\n{BODY}\n", encoding="utf-8")
    return folder


def ids(outcomes: Iterator[Article | Rejected]) -> list[str]:
    return [each.id for each in outcomes if isinstance(each, Article)]


def rejections(outcomes: Iterator[Article | Rejected]) -> dict[str, Rejected]:
    return {Path(each.source).name: each for each in outcomes if isinstance(each, Rejected)}


def test_an_id_is_the_path_under_the_folder_without_suffix(tmp_path: Path) -> None:
    put(tmp_path, "b.md", "a/2019.04/sak.txt", "a/x.HTML", "c.tar.txt")

    assert ids(read(tmp_path)) == ["a/2019.04/sak", "a/x", "b", "c.tar"]


def test_the_id_of_a_single_file_is_its_name_without_suffix(tmp_path: Path) -> None:
    put(tmp_path, "under/Ærlig sak.txt")

    assert ids(read(str(tmp_path / "under" / "Ærlig sak.txt"))) == ["Ærlig sak"]


def test_an_article_knows_the_file_it_is_from(tmp_path: Path) -> None:
    put(tmp_path, "under/sak.txt")

    (article,) = read(tmp_path)

    assert isinstance(article, Article)
    assert Path(article.file).samefile(tmp_path / "under" / "sak.txt")


def test_a_name_in_decomposed_letters_gives_the_same_id_as_in_composed_ones(tmp_path: Path) -> None:
    put(tmp_path, "bla\u030abær.txt")

    assert ids(read(tmp_path)) == ["blåbær"]


def test_the_order_is_that_of_the_names_every_time(tmp_path: Path) -> None:
    put(tmp_path, *(f"{name}.txt" for name in "qwertyuiop"), "a/z.txt", "a/b.txt")

    first, second = ids(read(tmp_path)), ids(read(tmp_path))

    assert first == second == ["a/b", "a/z", *sorted("qwertyuiop")]


def test_reading_is_lazy(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "b.txt")
    outcomes = read(tmp_path)

    assert ids(iter([next(outcomes)])) == ["a"]
    (tmp_path / "b.txt").unlink()

    assert "cannot be read" in rejections(outcomes)["b.txt"].reason


def test_several_paths_are_read_one_after_the_other(tmp_path: Path) -> None:
    put(tmp_path, "one/a.txt", "two/b.txt", "c.md")

    assert ids(read([tmp_path / "two", tmp_path / "c.md", tmp_path / "one"])) == ["b", "c", "a"]


def test_of_two_files_with_one_id_the_second_is_rejected_and_told_of_the_first(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "a.txt", "b.txt")

    outcomes = list(read(tmp_path))

    assert ids(iter(outcomes)) == ["a", "b"]
    rejected = rejections(iter(outcomes))["a.txt"]
    assert "a.md" in rejected.reason
    assert rejected.hint
    assert not rejected.expected


def test_hidden_and_foreign_files_in_a_folder_are_passed_over_as_expected(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", ".env", ".git/config.txt", "bilde.png", "uten-endelse")

    outcomes = list(read(tmp_path))

    assert ids(iter(outcomes)) == ["a"]
    passed = rejections(iter(outcomes))
    assert passed.keys() == {".env", ".git", "bilde.png", "uten-endelse"}
    assert all(each.expected for each in passed.values())
    assert ".txt" in passed["bilde.png"].hint


def test_a_foreign_file_that_is_named_itself_is_a_fault(tmp_path: Path) -> None:
    rejected = rejection_of(tmp_path, "bilde.png", b"\x89PNG")

    assert not rejected.expected
    assert ".txt" in rejected.hint


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    (rejected,) = read(tmp_path / "borte")

    assert isinstance(rejected, Rejected)
    assert "No such file" in rejected.reason


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x7fELF\x02\x01", "program"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"PK\x03\x04\x14", "ZIP archive or an office document"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"\xd0\xcf\x11\xe0\xa1", "office document"),
        (b"RIFF\x24\x08\x00\x00WAVE", "recording"),
        (b"Rar!\x1a\x07\x01\x00", "archive"),
    ],
)
@pytest.mark.parametrize("name", ["sak.txt", "sak.md", "sak.html", "sak.jsonl", "sak.pdf.txt"])
def test_what_is_not_text_by_its_content_is_refused_whatever_its_name(
    tmp_path: Path, name: str, beginning: bytes, kind: str
) -> None:
    assert kind in rejection_of(tmp_path, name, beginning + b" tekst" * 50).reason


@pytest.mark.parametrize(
    "text", ["Rar! sa han. Det var en rar dag.", "RIFF er en filmfestival i Reykjavik.", "GIF8 betyr lite."]
)
def test_an_article_may_begin_with_any_word(text: str, tmp_path: Path) -> None:
    (tmp_path / "sak.txt").write_text(text, "utf-8")

    (article,) = read(tmp_path / "sak.txt")

    assert isinstance(article, Article)
    assert article.text == text


@POSIX
def test_pipes_sockets_and_devices_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("sokkel.txt")
        refused = rejections(read("."))

    assert refused["pipe.txt"].reason == "not a file but a pipe"
    assert refused["sokkel.txt"].reason == "not a file but a socket"


@POSIX
def test_links_out_of_the_folder_are_refused_and_links_within_it_change_nothing(tmp_path: Path) -> None:
    put(tmp_path, "hemmelig.txt", "arkiv/a.txt", "arkiv/under/b.txt")
    folder = tmp_path / "arkiv"
    (folder / "ut.txt").symlink_to(tmp_path / "hemmelig.txt")
    (folder / "ut").symlink_to(tmp_path)
    (folder / "under" / "opp").symlink_to(folder)
    (folder / "inn.txt").symlink_to("a.txt")
    (folder / "ring.txt").symlink_to("ring.txt")

    outcomes = list(read(folder))

    assert ids(iter(outcomes)) == ["a", "under/b"]
    refused = rejections(iter(outcomes))
    assert {name for name, each in refused.items() if "outside" in each.reason} == {"ut", "ut.txt"}
    assert "nowhere" in refused["ring.txt"].reason
    assert {name for name, each in refused.items() if each.expected} == {"opp", "inn.txt"}


@POSIX
def test_a_folder_or_file_that_is_named_itself_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path, "arkiv/a.txt")
    (tmp_path / "snarvei").symlink_to("arkiv")
    (tmp_path / "b.txt").symlink_to("arkiv/a.txt")

    assert ids(read([tmp_path / "snarvei", tmp_path / "b.txt"])) == ["a", "b"]


@POSIX
def test_control_characters_in_a_name_are_shown_escaped(tmp_path: Path) -> None:
    put(tmp_path, "ny\nlinje\x1b[31m.txt")
    (tmp_path / "tom\r.txt").touch()

    outcomes = list(read(tmp_path))

    assert ids(iter(outcomes)) == ["ny\\nlinje\\x1b[31m"]
    assert "tom\\r.txt" in rejections(iter(outcomes))


@POSIX
def test_a_name_that_is_no_text_still_gives_a_storable_article(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"bl\xe5.txt")).write_text(BODY)
    except OSError:
        pytest.skip("this file system takes only Unicode names")

    (article,) = read(tmp_path)

    assert isinstance(article, Article)
    (article.id + article.file).encode()


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "b.txt", "lukket/c.txt")
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "lukket").chmod(0)

    outcomes = list(read(tmp_path))
    (tmp_path / "lukket").chmod(0o700)

    assert ids(iter(outcomes)) == ["b"]
    assert rejections(iter(outcomes)).keys() == {"a.txt", "lukket"}


def test_a_file_beyond_the_limit_is_refused_and_the_limit_stated(tmp_path: Path) -> None:
    assert "10 MB" in rejection_of(tmp_path, "stor.txt", b"x" * (files.LARGEST + 1)).reason
    assert "2 MB" in rejection_of(tmp_path, "stor.md", b"x" * 2_000_001).reason


@pytest.mark.parametrize("content", [b"", b" \n\r\n\t ", b"\xef\xbb\xbf", "\u200b\u2060\n".encode()])
@pytest.mark.parametrize("name", ["tom.txt", "tom.md", "tom.html", "tom.json"])
def test_an_empty_file_is_said_to_be(tmp_path: Path, name: str, content: bytes) -> None:
    assert rejection_of(tmp_path, name, content).reason


def test_what_the_caller_states_wins_over_the_file(tmp_path: Path) -> None:
    stated = Overrides(
        published=Published(2019, 4, None, Provenance.STATED), outlet="Vår avis", genre=Genre.OPINION,
        language="nn", url="https://avis.example/1", title="Vår tittel",
    )  # fmt: skip
    content = f"---\ntitle: Filens\noutlet: Filavisen\ngenre: leder\npublished: 2001\nlanguage: en\n---\n{BODY}"

    article = article_in(tmp_path, "a.md", content, stated)

    assert (article.title, article.outlet, article.genre) == ("Vår tittel", "Vår avis", Genre.OPINION)
    assert (article.published.iso, article.language, article.url) == ("2019-04", "nn", "https://avis.example/1")


def test_what_the_caller_leaves_open_is_the_files_to_say(tmp_path: Path) -> None:
    article = article_in(tmp_path, "a.md", f"---\noutlet: Filavisen\n---\n{BODY}", Overrides(title="Vår"))

    assert (article.title, article.outlet) == ("Vår", "Filavisen")


def test_nothing_heavy_is_loaded_before_a_file_needs_it() -> None:
    heavy = ["lxml", "yaml", "charset_normalizer", "markdown_it"]
    code = f"import sys, vectorstore.reading; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
