"""Time written answers: what kildebot adds to a chat model's own time.

    python -m benchmarks.writing [--articles ARTICLES.jsonl --questions QUESTIONS.jsonl] [--most 200]

Without arguments the sample articles are asked about. The model is simulated by a server in a process of its own: its first token comes
after 300 ms, the others at 50 a second, and it says when the question reached it and when it began to speak, by the clock that all
processes of a machine share. Measured are

    to the model      from the question to the request: retrieval, prompt, and the client's own work
    first token       from the model's first token to the first text that a reader sees
    at once           how much longer 16 questions at once take each than the model itself

Say the machine's load beside the numbers.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.episodes import read_articles
from bot.answer import Answer, Written
from bot.chain import AnswerChain
from bot.samples import sample_articles_folder
from bot.settings import Settings
from bot.wiring import chain_over, open_articles
from vectorstore.archive import open_archive
from vectorstore.reading import read

FIRST_TOKEN, BETWEEN = 0.3, 0.02  # seconds
AT_ONCE = 16
QUESTIONS = (
    "Hvor lenge varte det første møtet mellom Kim og Putin?", "Når møttes Kim og Putin i Vladivostok?", "Hva vil Kim ha av Putin?",
    "Hvordan reiste Kim til Russland?", "What did Kim and Putin talk about?", "Hvorfor er Vesten bekymret?",
)  # fmt: skip
_CLOCKS = re.compile(r"(\d{9,}) (\d{9,})")
_LAST_QUESTION = "The last question: "
_PASSAGE = re.compile(r"^\[(\d+)\] .*\n(.*?[.!?])(?:\s|$)", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--most", type=int, default=200, help="questions, at most")
    given = parser.parse_args()
    asked = questions(given.questions)[: given.most] if given.questions else [*QUESTIONS] * 10
    with tempfile.TemporaryDirectory() as folder, model() as address:
        home = Path(folder)
        with open_archive(home) as archive:
            archive.ingest(read_articles(given.articles) if given.articles else read(sample_articles_folder()))
        settings = Settings.model_validate(
            {"home": home, "model": "openai:simulated", "openai_base_url": address, "daily_tokens": 0}
        )
        with open_articles(settings) as archive, closing(chain_over(archive, settings)) as chain:
            chain.answer(asked[0])  # imports and caches are not what is measured
            measure(chain, asked)


def questions(path: Path) -> list[str]:
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]


def measure(chain: AnswerChain, asked: Sequence[str]) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, {len(asked)} questions")
    timed = [asyncio.run(one(chain, question)) for question in asked]
    show("to the model", [each[0] for each in timed])
    show("first token", [each[1] for each in timed])
    batches = [asked[at : at + AT_ONCE] for at in range(0, len(asked) - AT_ONCE + 1, AT_ONCE)]
    together = [each for batch in batches for each in asyncio.run(all_of(chain, batch))]
    show(f"{AT_ONCE} at once: to the model", [each[0] for each in together])
    show(f"{AT_ONCE} at once: first token", [each[1] for each in together])
    show(f"{AT_ONCE} at once: more than the model", [each[2] for each in together])


async def all_of(chain: AnswerChain, asked: Sequence[str]) -> list[tuple[float, float, float]]:
    return await asyncio.gather(*(one(chain, question) for question in asked))


async def one(chain: AnswerChain, question: str) -> tuple[float, float, float]:
    """Seconds to the model, from its first token to ours, and of the whole beyond the model's own time."""
    began, arrived, spoke, seen, tokens = time.monotonic(), 0.0, 0.0, 0.0, 0
    async for event in chain.astream(question):
        if isinstance(event, Written):
            seen = seen or time.monotonic()
            tokens += 1
            if found := _CLOCKS.search(event.text + event.pending):
                arrived, spoke = (int(each) / 1e6 for each in found.groups())
        elif isinstance(event, Answer):
            own = FIRST_TOKEN + BETWEEN * (tokens - 1)
            return arrived - began, seen - spoke, time.monotonic() - began - own
    raise AssertionError("the last event is the answer")


def show(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    at95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{name:34} p50 {1000 * statistics.median(ordered):7.1f} ms   p95 {1000 * at95:7.1f} ms   most {1000 * ordered[-1]:7.1f} ms"
    )


@contextmanager
def model(*, clocks: bool = True) -> Iterator[str]:
    """The address of a simulated model in a process of its own. It says a sentence of each of three passages, after the time if `clocks`."""
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(its, clocks), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1"
    finally:
        process.terminate()
        process.join()


def _serve(pipe: "multiprocessing.connection.Connection", clocks: bool) -> None:
    async def serve() -> None:
        server = await asyncio.start_server(partial(_respond, clocks), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


async def _respond(clocks: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = re.search(r"content-length: (\d+)", head)
    body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
    arrived = time.monotonic()
    asked = body["messages"][-1]["content"]
    found = _PASSAGE.findall(asked)[:3]
    said = " ".join(f"{sentence[:-1]} [{number}]{sentence[-1]}" for number, sentence in found)
    said = said or asked.rpartition(_LAST_QUESTION)[2]  # a question that leans on others stands alone as it is
    await asyncio.sleep(FIRST_TOKEN)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    words = re.findall(r"\S+\s*", said)
    if clocks:
        words = [f"{arrived * 1e6:.0f} {time.monotonic() * 1e6:.0f} ", *words]
    for at, word in enumerate(words):
        if at:
            await asyncio.sleep(BETWEEN)
        writer.write(_event({"content": word}, None))
        await writer.drain()
    writer.write(_event({}, "stop") + b"data: [DONE]\n\n")
    await writer.drain()
    writer.close()


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    value = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "simulated", "choices": [choice]}
    return f"data: {json.dumps(value)}\n\n".encode()


if __name__ == "__main__":
    main()
