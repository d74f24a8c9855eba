"""Time whole commands: `make bench`.

    python -m benchmarks [--runs 5] [--articles ARTICLES.jsonl --questions QUESTIONS.jsonl]

Start-up is measured on the sample articles. With articles and questions (JSON lines with a `question` each) ingest and
answering are measured too. Times are wall-clock seconds of a whole process; say the machine's load beside them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.samples import sample_articles_folder

QUESTION = "Hvor lenge varte det første møtet mellom Kim og Putin?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--questions", type=Path)
    given = parser.parse_args()
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, Python {sys.version.split()[0]}, {given.runs} runs each"
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "samples"
        show("kildebot --help", [timed(["--help"]) for _ in range(given.runs)])
        show("first ingest of the samples", [first_ingest(sample_articles_folder()) for _ in range(given.runs)])
        timed(["--home", str(home), "ingest", str(sample_articles_folder())])
        show("a cold ask on the samples", [timed(["--home", str(home), "ask", QUESTION]) for _ in range(given.runs)])
        if given.articles and given.questions:
            measure_corpus(Path(folder) / "corpus", given.articles, given.questions)


def measure_corpus(home: Path, articles: Path, questions: Path) -> None:
    seconds = timed(["--home", str(home), "ingest", str(articles)])
    count = len(articles.read_text(encoding="utf-8").splitlines())
    print(f"{'ingest':32} {seconds:7.2f} s  {count / seconds:8.1f} articles a second ({count})")
    asked = [json.loads(line)["question"] for line in questions.read_text(encoding="utf-8").splitlines()]
    lines = "".join(f"{' '.join(each.split())}\n" for each in asked)
    for command in ("search", "ask"):
        seconds = timed(["--home", str(home), command, "--json", "-"], lines)
        print(
            f"{command + ', start included':32} {seconds:7.2f} s  {len(asked) / seconds:8.1f} questions a second ({len(asked)})"
        )


def first_ingest(path: Path) -> float:
    with tempfile.TemporaryDirectory() as home:
        return timed(["--home", home, "ingest", str(path)])


def timed(arguments: list[str], given: str = "") -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=given,
        text=True,
        encoding="utf-8",
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began


def show(name: str, seconds: list[float]) -> None:
    print(f"{name:32} {statistics.median(seconds):7.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")


if __name__ == "__main__":
    main()
