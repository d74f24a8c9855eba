"""Text to vectors: the built-in embedder, and models reached over the network, here by a server on this machine."""

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests.archive.samples import articles
from vectorstore import EmbeddingFailed
from vectorstore.archive import open_archive
from vectorstore.chunking import passages
from vectorstore.embedding import BATCH, LangChainEmbedder, SubwordEmbedder, embedder_for

_SECRET = "sk-very-secret"
_MODEL = "openai:text-embedding-3-small"


@dataclass
class Server:
    """Speaks OpenAI's `/v1/embeddings`. `faults` are given out first, one a request: status, headers and body."""

    address: str = ""
    dimensions: int = 8
    faults: list[tuple[int, dict[str, str], object]] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    longest: int = 10**9
    answered: list[str] = field(default_factory=list)
    fail_after: int | None = None

    def answer(self, request: dict[str, object]) -> tuple[int, dict[str, str], object]:
        self.requests.append(request)
        if self.faults:
            return self.faults.pop(0)
        texts = request["input"]
        assert isinstance(texts, list), "texts are sent, never token numbers"
        assert all(isinstance(text, str) and text for text in texts)
        if self.fail_after is not None and len(self.answered) + len(texts) > self.fail_after:
            return _fault(500)
        if max(map(len, texts)) > self.longest:
            return _fault(400, message="maximum context length is 8192 tokens")
        self.answered += texts
        rows = [{"object": "embedding", "index": at, "embedding": self._vector(text)} for at, text in enumerate(texts)]
        return 200, {}, {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}

    def _vector(self, text: str) -> list[float]:
        return [1.0 + zlib.crc32(f"{at} {text}".encode()) % 100 for at in range(self.dimensions)]


def _fault(
    status: int, code: str = "", message: str = f"no, and your key is {_SECRET}", **headers: str
) -> tuple[int, dict[str, str], object]:
    return (
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        {"error": {"message": message, "code": code}},
    )


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/embeddings"
            served.keys.append(self.headers["Authorization"])
            status, headers, body = served.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                **headers,
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        served.address = f"http://127.0.0.1:{listening.server_address[1]}/v1"
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        yield served
        listening.shutdown()


def _embedder(
    server: Server, dimensions: int | None = None, sleep: Callable[[float], None] | None = None
) -> LangChainEmbedder:
    embedder = embedder_for(_MODEL, dimensions=dimensions, api_key=_SECRET, base_url=server.address, timeout=5)
    assert isinstance(embedder, LangChainEmbedder)
    embedder._sleep = sleep or (lambda _: None)
    return embedder


# The built-in one


def test_without_a_setting_the_built_in_embedder_is_used() -> None:
    assert isinstance(embedder_for(""), SubwordEmbedder)


def test_texts_about_the_same_point_the_same_way() -> None:
    embedder = SubwordEmbedder()
    rows = embedder.embed_passages(["atomvåpenprogrammet i Nord-Korea", "fiskeriene i Lofoten", "", "?!"])
    assert rows.shape == (4, embedder.dimensions)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1] * 4, abs=1e-5)
    question = embedder.embed_question("hva er atomvaapenprogramet?")
    assert rows[0] @ question > rows[1] @ question + 0.1


def test_no_texts_give_no_vectors() -> None:
    assert SubwordEmbedder().embed_passages([]).shape == (0, 1024)


# Over the network


def test_texts_are_sent_as_text_in_batches_and_vectors_come_back_at_unit_length(server: Server) -> None:
    texts = [f"tekst {number}" for number in range(BATCH + 5)]
    rows = _embedder(server).embed_passages(texts)
    assert [len(request["input"]) for request in server.requests] == [BATCH, 5]  # type: ignore[arg-type]
    assert server.answered == texts
    assert rows.shape == (BATCH + 5, 8)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1] * len(texts), abs=1e-5)
    assert {request["model"] for request in server.requests} == {"text-embedding-3-small"}
    assert set(server.keys) == {f"Bearer {_SECRET}"}


def test_a_question_and_a_passage_of_the_same_words_get_the_same_vector(server: Server) -> None:
    embedder = _embedder(server)
    assert embedder.embed_question("hei") == pytest.approx(embedder.embed_passages(["hei"])[0])
    assert embedder.embed_question("").shape == (8,)


def test_the_dimensions_asked_for_are_sent_and_named(server: Server) -> None:
    embedder = _embedder(server, dimensions=8)
    embedder.embed_question("hei")
    assert server.requests[0]["dimensions"] == 8
    assert embedder.name != _embedder(server).name
    assert _MODEL in embedder.name


def test_other_dimensions_than_those_asked_for_are_refused(server: Server) -> None:
    with pytest.raises(EmbeddingFailed, match="8 dimensions"):
        _embedder(server, dimensions=16).embed_question("hei")


def test_making_an_embedder_imports_and_asks_nothing(server: Server) -> None:
    _embedder(server)
    assert server.requests == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_again(server: Server, status: int) -> None:
    waits: list[float] = []
    server.faults = [_fault(status), _fault(status)]
    assert _embedder(server, sleep=waits.append).embed_passages(["a", "b"]).shape == (2, 8)
    assert len(waits) == 2
    assert waits == sorted(waits)


def test_the_wait_that_the_server_asks_for_is_kept(server: Server) -> None:
    waits: list[float] = []
    server.faults = [_fault(429, retry_after="7")]
    _embedder(server, sleep=waits.append).embed_passages(["a"])
    assert 7 <= waits[0] <= 8


@pytest.mark.parametrize(
    ("fault", "said", "requests"),
    [
        (_fault(401), "key was refused", 1),
        (_fault(404), "no such model", 1),
        (_fault(429, code="insufficient_quota"), "no credit", 1),
        (_fault(429, retry_after="999"), "too many", 1),
        (_fault(400), "refused", 1),
        (_fault(503), "503", 6),
    ],
)
def test_a_lasting_fault_is_told_in_one_line_without_the_servers_words(
    server: Server, fault: tuple[int, dict[str, str], object], said: str, requests: int
) -> None:
    server.faults = [fault] * 20
    with pytest.raises(EmbeddingFailed, match=said) as raised:
        _embedder(server).embed_passages(["a"])
    assert _SECRET not in raised.value.message + raised.value.hint
    assert raised.value.hint
    assert "\n" not in raised.value.message
    assert len(server.requests) == requests


def test_somebody_who_asks_is_not_kept_waiting_for_long(server: Server) -> None:
    waits: list[float] = []
    server.faults = [_fault(503)] * 20
    with pytest.raises(EmbeddingFailed):
        _embedder(server, sleep=waits.append).embed_question("hei")
    assert sum(waits) < 3


def test_a_server_that_is_not_there_is_told() -> None:
    embedder = embedder_for(_MODEL, api_key="x", base_url="http://127.0.0.1:9/v1", timeout=2)
    assert isinstance(embedder, LangChainEmbedder)
    embedder._sleep = lambda _: None
    with pytest.raises(EmbeddingFailed, match="could not be reached"):
        embedder.embed_passages(["a"])


def test_a_text_too_long_for_the_model_is_cut_and_the_others_are_not(server: Server) -> None:
    server.longest = 1_000
    rows = _embedder(server).embed_passages(["kort", "lang " * 1_000, "kort igjen"])
    assert rows.shape == (3, 8)
    assert {"kort", "kort igjen"} <= set(server.answered)
    assert max(map(len, server.answered)) <= 1_000


def test_a_question_too_long_for_the_model_is_cut(server: Server) -> None:
    server.longest = 1_000
    assert _embedder(server).embed_question("hva sier de om dette " * 200).shape == (8,)
    assert len(server.answered[0]) <= 1_000


def test_a_text_far_beyond_any_model_is_cut_before_it_is_sent(server: Server) -> None:
    _embedder(server).embed_passages(["ord " * 100_000])
    assert len(server.answered[0]) <= 24_000


@pytest.mark.parametrize("body", [{"data": []}, {"nonsense": 1}, [], "text"])
def test_an_answer_that_is_none_is_told(server: Server, body: object) -> None:
    server.faults = [(200, {}, body)] * 20
    with pytest.raises(EmbeddingFailed):
        _embedder(server).embed_passages(["a", "b"])


@pytest.mark.parametrize("row", [[0.0] * 8, [float("nan")] * 8])
def test_a_vector_without_direction_is_refused(server: Server, row: list[float]) -> None:
    rows = [{"object": "embedding", "index": 0, "embedding": row}]
    server.faults = [
        (200, {}, {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}})
    ]
    with pytest.raises(EmbeddingFailed, match="direction"):
        _embedder(server).embed_passages(["a"])


def test_an_ingest_that_breaks_off_pays_for_no_text_twice(server: Server, tmp_path: Path) -> None:
    given = articles(70)
    server.fail_after = 150
    with open_archive(tmp_path, _embedder(server)) as archive, pytest.raises(EmbeddingFailed):
        archive.ingest(given)
    paid = len(server.answered)
    assert 0 < paid <= 150
    server.fail_after, server.faults = None, [_fault(429)]
    with open_archive(tmp_path, _embedder(server)) as archive:
        done = archive.ingest(given)
        assert len(done.added) + len(done.unchanged) == 70
        assert archive.open_vectors()
        assert len(archive.nearest(archive.embedder.embed_question(server.answered[0]), 3)) == 3
    passages_given = [text for text in server.answered if text.startswith("Sak ")]
    assert len(passages_given) - 1 == len(set(passages_given)) == sum(len(passages(each.text)) for each in given)


def test_opening_an_archive_asks_nobody(server: Server, tmp_path: Path) -> None:
    with open_archive(tmp_path, _embedder(server)) as archive:
        assert archive.words.article_count == 0
        archive.check()
    assert server.requests == []


@pytest.mark.parametrize(
    ("model", "said", "hint"),
    [
        ("cohere:embed-v4", "langchain-cohere", "pip install langchain-cohere"),
        ("nonsense:model", "knows no embedding provider nonsense", "openai:"),
        ("openai:", "cannot be set up", "name"),
    ],
)
def test_a_model_that_cannot_be_had_is_told_with_what_to_do(model: str, said: str, hint: str) -> None:
    with pytest.raises(EmbeddingFailed, match=said) as raised:
        embedder_for(model, api_key="x").embed_question("hei")
    assert hint in raised.value.hint
    assert "\n" not in raised.value.message


def test_a_missing_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbeddingFailed, match="cannot be set up") as raised:
        embedder_for(_MODEL).embed_question("hei")
    assert "key" in raised.value.hint


def test_dimensions_are_not_asked_of_a_provider_that_gives_no_choice() -> None:
    with pytest.raises(EmbeddingFailed, match="dimensions"):
        embedder_for("ollama:nomic-embed-text", dimensions=256).embed_question("hei")
