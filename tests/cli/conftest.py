"""The command line, run in this process, over a small archive of made-up articles."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import program

Run = Callable[..., Result]

ARTICLES: tuple[dict[str, str], ...] = (
    {
        "id": "ferge",
        "title": "Ny ferge til Leka",
        "text": "Fergen Heilhorn begynte å gå til Leka i mars. Den tar 60 biler, sier reder Ola Nordmo.\n\n"
        "Overfarten tar 25 minutter. Kommunen betalte 180 millioner kroner for fergen.",
        "published": "2019-04-12",
        "outlet": "Namdalsposten",
        "genre": "news",
        "language": "nb",
        "url": "https://namdalsposten.example/ferge",
    },
    {
        "id": "skole",
        "title": "La skolen på Leka leve",
        "text": "Skolen på Leka har 41 elever. Rådmann Kari Holm vil legge den ned.\n\nDet er en dårlig idé, for "
        "barna får to timer på buss hver dag.",
        "published": "2021-09",
        "outlet": "Nordlys",
        "genre": "editorial",
        "language": "nb",
    },
    {
        "id": "whale",
        "title": "A whale in the harbour",
        "text": "A sperm whale swam into the harbour of Bodø on Sunday. Biologist Ann Reed measured it: it was 14 "
        "metres long.\n\nThe whale left after nine hours.",
        "outlet": "Barents Times",
        "genre": "news",
        "language": "en",
    },
)


@pytest.fixture(autouse=True)
def locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has said which language programs are to speak; so they speak English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run() -> Run:
    """Runs the program as the shell would, with what is given as its standard input."""

    def run(*arguments: str | Path, given: str | bytes = b"") -> Result:
        return CliRunner().invoke(program, [str(each) for each in arguments], input=given, prog_name="kildebot")

    return run


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the articles, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("kept")
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in ARTICLES), "utf-8")
    made = CliRunner().invoke(program, ["--home", str(folder / "home"), "ingest", str(source)], prog_name="kildebot")
    assert made.exit_code == 0, made.output
    return folder / "home"


@pytest.fixture
def archive(kept: Path, home: Path) -> Path:
    """The home of the program, with the articles in its archive."""
    shutil.copytree(kept, home / "kildebot")
    return home / "kildebot"


def objects(output: str) -> list[dict[str, Any]]:
    """The JSON objects of an output, which has one on each line and nothing else."""
    return [json.loads(line) for line in output.splitlines()]
