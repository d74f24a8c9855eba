"""Text to vectors: the built-in embedder, and models reached over the network, here by a server on this machine."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from tests.archive.samples import articles
from tests.embedding_server import SECRET, Server, embedding_server, fault
from vectorstore import EmbeddingFailed
from vectorstore.archive import open_archive
from vectorstore.chunking import passages
from vectorstore.embedding import BATCH, REQUEST_TOKENS, LangChainEmbedder, SubwordEmbedder, embedder_for, tokens_in

_MODEL = "openai:text-embedding-3-small"


@pytest.fixture
def server() -> Iterator[Server]:
    with embedding_server() as served:
        yield served


def _embedder(
    server: Server, dimensions: int | None = None, sleep: Callable[[float], None] | None = None
) -> LangChainEmbedder:
    embedder = embedder_for(_MODEL, dimensions=dimensions, api_key=SECRET, base_url=server.address)
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
    assert set(server.keys) == {f"Bearer {SECRET}"}


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
    server.faults = [fault(status), fault(status)]
    assert _embedder(server, sleep=waits.append).embed_passages(["a", "b"]).shape == (2, 8)
    assert len(waits) == 2
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7, 8),
        ({"retry_after": "60"}, 60, 66),
        ({"retry_after_ms": "7000", "retry_after": "1"}, 7, 8),
        ({"retry_after": "nan"}, 1, 2),
        ({"retry_after": "-5"}, 1, 2),
        ({"retry_after": "soon"}, 1, 2),
    ],
)
def test_the_wait_that_the_server_asks_for_is_kept(
    server: Server, headers: dict[str, str], least: float, most: float
) -> None:
    waits: list[float] = []
    server.faults = [fault(429, **headers)]
    _embedder(server, sleep=waits.append).embed_passages(["a"])
    assert least <= waits[0] <= most


def test_the_date_that_the_server_asks_one_to_wait_for_is_kept(server: Server) -> None:
    waits: list[float] = []
    server.faults = [fault(429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))]
    _embedder(server, sleep=waits.append).embed_passages(["a"])
    assert 40 <= waits[0] <= 66


def test_a_limit_on_tokens_a_minute_is_waited_out(server: Server) -> None:
    waits: list[float] = []
    server.faults = [fault(429)] * 6
    assert _embedder(server, sleep=waits.append).embed_passages(["a"]).shape == (1, 8)
    assert sum(waits) > 60


@pytest.mark.parametrize(
    ("fault", "said", "requests"),
    [
        (fault(401), "key was refused", 1),
        (fault(404), "no such model", 1),
        (fault(429, code="insufficient_quota"), "no credit", 1),
        (fault(429, retry_after="999"), "too many", 1),
        (fault(400, message="this model gives no choice of dimensions"), "refused", 1),
        (fault(503), "503", 7),
    ],
)
def test_a_lasting_fault_is_told_in_one_line_without_the_servers_words(
    server: Server, fault: tuple[int, dict[str, str], object], said: str, requests: int
) -> None:
    server.faults = [fault] * 20
    with pytest.raises(EmbeddingFailed, match=said) as raised:
        _embedder(server).embed_passages(["a"])
    assert SECRET not in raised.value.message + raised.value.hint
    assert raised.value.hint
    assert "\n" not in raised.value.message
    assert len(server.requests) == requests


def test_somebody_who_asks_is_not_kept_waiting_for_long(server: Server) -> None:
    waits: list[float] = []
    server.faults = [fault(503)] * 20
    with pytest.raises(EmbeddingFailed):
        _embedder(server, sleep=waits.append).embed_question("hei")
    assert sum(waits) < 3


def _absent(sleep: Callable[[float], None], clock: Callable[[], float] = lambda: 0.0) -> LangChainEmbedder:
    embedder = embedder_for(_MODEL, api_key="x", base_url="http://127.0.0.1:9/v1")
    assert isinstance(embedder, LangChainEmbedder)
    embedder._sleep, embedder._clock = sleep, clock
    return embedder


def test_a_server_that_was_never_there_is_not_waited_for_as_one_that_went_away(server: Server) -> None:
    waits: list[float] = []
    with pytest.raises(EmbeddingFailed, match="could not be reached"):
        _absent(waits.append).embed_passages(["a"])
    assert sum(waits) < 5


def test_a_server_that_cannot_be_reached_is_left_alone_for_a_moment_and_then_asked_again() -> None:
    waits: list[float] = []
    now = [100.0]
    embedder = _absent(waits.append, lambda: now[0])
    for said in ("could not be reached", "did not answer a moment ago"):
        with pytest.raises(EmbeddingFailed, match=said):
            embedder.embed_question("hei")
    assert len(waits) == 1, "the second question is not kept waiting"
    now[0] += 31
    with pytest.raises(EmbeddingFailed):
        embedder.embed_question("hei")
    assert len(waits) == 2


def test_an_earlier_question_of_a_conversation_is_not_paid_for_again(server: Server) -> None:
    embedder = _embedder(server)
    first = embedder.embed_question("hvem?")
    embedder.embed_question("og når?")
    assert embedder.embed_question("hvem?") == pytest.approx(first)
    assert len(server.requests) == 2


class SlowModel(Embeddings):
    """Times out on more texts than it manages in time."""

    def __init__(self, manages: int) -> None:
        self.manages = manages
        self.asked: list[int] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked.append(len(texts))
        if len(texts) > self.manages:
            raise TimeoutError
        return [[float(len(text)), 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def _slow(manages: int) -> tuple[SlowModel, LangChainEmbedder]:
    model = SlowModel(manages)
    return model, LangChainEmbedder("local:slow", lambda _: model, sleep=lambda _: None)


def test_a_model_that_is_slow_is_sent_less_at_a_time() -> None:
    model, embedder = _slow(manages=40)
    texts = ["x" * length for length in range(1, 2 * BATCH + 1)]
    rows = embedder.embed_passages(texts)
    assert rows == pytest.approx(np.array([[n, 1] / np.hypot(n, 1) for n in range(1, len(texts) + 1)]), abs=1e-6)
    assert sum(asked > 40 for asked in model.asked) == 3, "128 once, and each half of it: then no more"
    assert model.asked[-1] == 32


def test_a_model_that_never_answers_is_given_up_on() -> None:
    model, embedder = _slow(manages=0)
    with pytest.raises(EmbeddingFailed, match="not answer in time"):
        embedder.embed_passages(["a"] * BATCH)
    assert len(model.asked) < 10


def test_a_question_waits_for_a_slow_model_once() -> None:
    model, embedder = _slow(manages=0)
    with pytest.raises(EmbeddingFailed, match="not answer in time"):
        embedder.embed_question("hei")
    assert model.asked == [1]


def test_no_request_has_more_tokens_than_one_may_have(server: Server) -> None:
    texts = [f"{number} " + "atomvåpenprogrammet " * 900 for number in range(100)]
    assert _embedder(server).embed_passages(texts).shape == (100, 8)
    assert server.answered == texts
    for request in server.requests:
        given = request["input"]
        assert isinstance(given, list)
        assert sum(len(text.encode()) for text in given) / 2.5 <= REQUEST_TOKENS
    assert len(server.requests) < 10


@pytest.mark.parametrize(
    ("text", "tokens"),  # by OpenAI's own table, cl100k_base
    [
        ("Moss lufthavn Rygge har vært stengt siden 2016. Nå forsøker nye eiere å gjenåpne flyplassen.", 38),
        ("Mens de fleste av oss har nytt sommerferien, har RSL jobbet iherdig med å overbevise flyselskaper.", 35),
    ],
)
def test_tokens_are_estimated_to_a_fifth(text: str, tokens: int) -> None:
    assert tokens_in(text) == pytest.approx(tokens, rel=0.2)


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


@pytest.mark.parametrize("count", [1, 3])
def test_vectors_that_are_fewer_or_more_than_the_texts_are_refused(server: Server, count: int) -> None:
    rows = [{"object": "embedding", "index": at, "embedding": [1.0] * 8} for at in range(count)]
    body = {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    server.faults = [(200, {}, body)]
    with pytest.raises(EmbeddingFailed, match=f"{count} vectors for 2 texts"):
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
    server.fail_after, server.faults = None, [fault(429)]
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
        ("ollama:nomic-embed-text", "langchain-ollama", "pip install langchain-ollama"),
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
