"""What one may rely on before articles are sent to an embedding model that may cost money."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, objects
from tests.embedding_server import Server, embedding_server, fault

ROOT = Path(__file__).parent.parent.parent
TITLE = "Kommunestyret i Leka vedtok budsjettet for neste år. " * 17  # is embedded with each passage
PASSAGE = "Rådmann Kari Holm sier at saken er avgjort, og at ingen kan gjøre noe med det før til neste år. " * 6
FEW, MANY, PASSAGES = 10, 70, 8


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with embedding_server() as served:
        monkeypatch.setenv("OPENAI_BASE_URL", served.address)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
        monkeypatch.setenv("KILDEBOT_MODEL", "none")
        monkeypatch.setenv("KILDEBOT_EMBEDDING", "openai:text-embedding-3-small")
        yield served


def _articles(home: Path, count: int) -> Path:
    """A file of as many articles, of eight passages and some 3,800 tokens each."""
    source = home / f"{count}.jsonl"
    texts = ("\n".join(f"Sak {at} punkt {number}. {PASSAGE}" for number in range(PASSAGES)) for at in range(count))
    lines = (json.dumps({"id": str(at), "title": TITLE, "text": text}) for at, text in enumerate(texts))
    source.write_text("\n".join(lines), "utf-8")
    return source


def _told(output: str) -> list[str]:
    return [line for line in output.splitlines() if "token" in line]


def test_what_a_large_ingest_sends_and_costs_is_told_before_anything_is_sent(
    home: Path, server: Server, run: Run
) -> None:
    server.faults = [fault(401)]

    ended = run("ingest", "--json", _articles(home, MANY))

    (told,) = _told(ended.stderr)
    assert (
        told
        == "560 texts, about 280,000 tokens, are to be sent to openai:text-embedding-3-small. That costs less than a cent."
    )
    assert ended.stderr.index(told) < ended.stderr.index("the key was refused")
    assert ended.stdout == ""
    assert len(server.requests) == 1


def test_the_cost_is_that_of_the_price_list_and_told_in_the_language_of_the_locale(
    home: Path, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_PRICES", "text-embedding-3-small=20")
    monkeypatch.setenv("LANG", "nb_NO.UTF-8")
    server.faults = [fault(401)]

    (told,) = _told(run("ingest", _articles(home, MANY)).stderr)

    assert told == (
        "560 tekster, omtrent 280\N{NO-BREAK SPACE}000 tokens, skal sendes til openai:text-embedding-3-small. "
        "Det koster omtrent 5,54 dollar."
    )


def test_of_a_model_without_a_known_price_the_tokens_are_told(
    home: Path, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILDEBOT_EMBEDDING", "openai:my-own-model")
    server.faults = [fault(401)]

    (told,) = _told(run("ingest", _articles(home, MANY)).stderr)

    assert told == "560 texts, about 280,000 tokens, are to be sent to openai:my-own-model."


def test_only_what_is_not_embedded_yet_is_counted_and_a_small_ingest_says_nothing(
    home: Path, server: Server, run: Run
) -> None:
    small = run("ingest", "--json", _articles(home, FEW))
    sent = len(server.answered)
    server.faults = [fault(401)]
    more = run("ingest", _articles(home, MANY))

    assert len(objects(small.stdout)[0]["added"]) == FEW
    assert _told(small.stderr) == []
    assert _told(more.stderr)[0].startswith("480 texts, about 240,000 tokens")
    assert sent + 480 == MANY * PASSAGES


def test_a_large_switch_is_told_of_before_anything_is_sent_and_the_built_in_embedder_never(
    home: Path, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setenv("KILDEBOT_EMBEDDING", "")
        assert _told(run("ingest", _articles(home, 2 * MANY)).stderr) == []
    server.faults = [fault(401)]

    assert _told(run("ingest", "--reembed").stderr)[0].startswith("1,120 texts, about 550,000 tokens")
    assert _told(run("ingest", _articles(home, 2 * MANY)).stderr) == [], "without --reembed nothing is sent"
    assert len(server.requests) == 1


def test_a_switch_is_one_command_and_until_it_is_done_answers_are_found_by_words(
    archive: Path, home: Path, server: Server, run: Run
) -> None:
    refused = run("ingest", _articles(home, 1))
    server.faults = [fault(401)]
    broken = run("ingest", "--reembed")
    found = run("ask", "Hvor mange biler tar fergen Heilhorn?")
    switched = run("ingest", "--reembed", _articles(home, 1))

    assert (refused.exit_code, broken.exit_code) == (1, 1)
    assert "--reembed" in refused.stderr
    assert "answering by words alone: the archive's vectors are those of subword" in found.stderr
    assert "60 biler" in found.stdout
    assert switched.stdout.startswith("1 added. ")
    assert len(server.answered) == len(set(server.answered))
    assert "passages have vectors by openai:text-embedding-3-small" in run("doctor").stdout


@pytest.mark.parametrize(
    ("arguments", "keys", "locale", "sent"),
    [
        ((), "\r", "nb_NO.UTF-8", False),
        ((), "yes\r", "en_GB.UTF-8", True),
        (("--yes",), "", "en_GB.UTF-8", True),
    ],
)
def test_on_a_terminal_it_is_asked_whether_to_go_on(
    arguments: tuple[str, ...], keys: str, locale: str, sent: bool, home: Path, server: Server
) -> None:
    pexpect = pytest.importorskip("pexpect")
    server.faults = [fault(401)]
    environment = {**os.environ, "LANG": locale, "LC_ALL": locale, "TERM": "dumb", "PYTHONPATH": str(ROOT)}
    program = ["-c", "from bot.cli import main; main()", "ingest", *arguments, str(_articles(home, MANY))]
    child = pexpect.spawn(sys.executable, program, env=environment, encoding="utf-8", timeout=20, dimensions=(24, 200))
    if keys:
        child.expect(r"\[[yj]/N\]")
        assert server.requests == []
        child.send(keys)
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 1
    assert bool(server.requests) == sent
    assert ("the key was refused" in child.before) == sent
    assert ("nothing was sent, and nothing has changed" in child.before) != sent
