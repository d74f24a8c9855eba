"""Text to vectors: the embedder that needs no model, and any embedding model that LangChain reaches."""

import logging
import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import EmbeddingFailed
from vectorstore.language import content_tokens, detect, fold, stems
from vectorstore.remote import (
    is_connection,
    is_out_of_credit,
    is_timeout,
    is_too_long,
    missing_package,
    openai_access,
    reason,
    status,
    wait_before_next,
)

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

Vectors = NDArray[np.float32]
"""One vector, or a row for each of many."""

BATCH = 128
"""Texts in one request; a portion of this size is kept as soon as it is there."""

TOKEN_BUDGET = 8_000
"""Tokens of one text; OpenAI's models take 8,191. A longer text is cut."""

REQUEST_TOKENS = 300_000
"""Tokens of all texts in one request; OpenAI takes no more (API reference, "Create embeddings")."""

# Estimates, for counting exactly takes a table that is downloaded. NorQuAD's 755 articles have 3.13 bytes a token (cl100k_base), the
# one with the fewest 2.44, Chinese and Japanese some 2.5, English more than 4.
_BYTES_PER_TOKEN = 3.1
_FEWEST_BYTES_PER_TOKEN = 2.5  # for what must not be exceeded

_FEWEST = 8  # texts in a request, below which it is not made smaller because of the time it takes
_UNREACHED_ATTEMPTS = 3  # where the server was never reached: that is no passing fault
_TOLD_WAIT = 10.0  # seconds; a wait that is told of
_REST = 30.0  # seconds in which a server that could not be reached is asked no further question
_RECENT = 256  # questions whose vectors are remembered: a conversation asks its earlier ones again
_SHORT = 100  # characters that every model takes
_UNIT = 0.01  # by which a unit vector's length may be off: ten times what half-precision numbers leave, and no model's raw length
_NO_LENGTH = 1e-9  # a vector no longer than this has no direction: its numbers are what rounding left

log = logging.getLogger(__name__)


class Embedder(Protocol):
    """Gives each text a direction; texts about the same thing point the same way.

    Raises `EmbeddingFailed` where no vector can be had.
    """

    @property
    def name(self) -> str:
        """Names the model and everything else that a vector depends on, for the fingerprint of an index."""

    @property
    def dimensions(self) -> int: ...

    @property
    def titled(self) -> bool:
        """Whether a passage is given to it under the title of its article, which may say what the passage does not."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text: shape `(len(texts), dimensions)`, float32, unit length."""

    def embed_question(self, text: str) -> Vectors:
        """Shape `(dimensions,)`, float32, unit length."""


def are_unit(vectors: Vectors) -> NDArray[np.bool_]:
    """Whether each row is finite and of unit length, as far as it matters for a cosine."""
    near: NDArray[np.bool_] = abs(np.linalg.norm(vectors, axis=1) - 1) <= _UNIT
    return near


def tokens_in(text: str) -> int:
    """About how many tokens a text is to a model, as one pays for them."""
    return int(_size(text) / _BYTES_PER_TOKEN) + 1


def portions(texts: Sequence[str], most: int = BATCH) -> Iterator[slice]:
    """Where the texts are cut into requests: up to `most` texts in each, and no more tokens than a request may have."""
    start, size = 0, 0
    for at, text in enumerate(texts):
        added = min(_size(text), _LONGEST)
        if at > start and (at - start == most or size + added > REQUEST_TOKENS * _FEWEST_BYTES_PER_TOKEN):
            yield slice(start, at)
            start, size = at, 0
        size += added
    if start < len(texts):
        yield slice(start, len(texts))


_LONGEST = int(TOKEN_BUDGET * _FEWEST_BYTES_PER_TOKEN)  # bytes of a text


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


_BUILT_IN = re.compile(r"subword-\d+( under titles)?")  # LangChain's names have a colon


def is_built_in(name: str) -> bool:
    """Whether an embedder of this name, of whatever version, was the built-in one: its vectors cost nothing but a moment."""
    return bool(_BUILT_IN.fullmatch(name))


class SubwordEmbedder:
    """Hashes stems and the character n-grams within words into a fixed number of dimensions.

    No model, no download: texts are near each other that share words, parts of compounds, or words spelt alike. The
    hashing trick with signs is that of Weinberger et al. (2009); the n-grams within words are those of Bojanowski et al.
    (2017), n = 3 and 4.
    """

    name = "subword-2"
    dimensions = 1024
    titled = False

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._embed(text) for text in texts]) if texts else np.zeros((0, self.dimensions), np.float32)

    def embed_question(self, text: str) -> Vectors:
        return self._embed(text)

    def _embed(self, text: str) -> Vectors:
        counted = Counter(content_tokens(text))
        vector = np.zeros(self.dimensions, np.float64)
        if counted:
            words = list(counted)
            for word, stem in zip(words, stems(words, detect(text)), strict=True):
                at, weights = _hashed(word, stem, self.dimensions)
                vector[at] += weights * (1 + np.log(counted[word]))
        length = float(np.linalg.norm(vector))
        if length == 0:  # a text without a letter or digit: any fixed direction, for a zero vector has none
            vector[0] = length = 1.0
        unit: Vectors = (vector / length).astype(np.float32)
        return unit


@lru_cache(maxsize=100_000)
def _hashed(word: str, stem: str, dimensions: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The dimensions that a word touches and its weight in each; a word weighs 1, half for its stem, half for its n-grams."""
    marked = f"<{fold(word)}>"
    grams = [marked[i : i + n] for n in (3, 4) for i in range(len(marked) - n + 1)]
    weights: Counter[int] = Counter()
    for feature, weight in [(f"={fold(stem)}", 0.5**0.5)] + [(gram, (0.5 / len(grams)) ** 0.5) for gram in grams]:
        digest = zlib.crc32(feature.encode())
        weights[digest % dimensions] += weight if digest >> 31 else -weight
    return np.fromiter(weights.keys(), np.intp), np.fromiter(weights.values(), np.float64)


Make = Callable[[float], "Embeddings"]
"""Gives the LangChain model, whose requests may each take so many seconds."""


class LangChainEmbedder:
    """Any embedding model that LangChain reaches. Nothing is imported, and nobody asked, before the first text.

    Requests hold up to `BATCH` texts and `REQUEST_TOKENS` tokens; a text too long for the model is cut, first by an estimate, then,
    where the server still refuses, by halves. What may pass is tried again with growing waits, or after the wait that the server
    asks for; a question is given up on sooner, and after that for a moment at once. May be used from several threads. Error messages
    never carry the server's words, which may hold a key.
    """

    titled = True

    def __init__(
        self,
        name: str,
        make: Make,
        dimensions: int | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`name` is `provider:model`; `dimensions` are those that it was asked to give, if any."""
        self.name = f"{name}/{dimensions}" if dimensions else name
        self._make = make
        self._dimensions = dimensions or 0
        self._sleep = sleep
        self._clock = clock
        self._made: dict[float, Embeddings] = {}
        self._lock = threading.Lock()
        self._most = BATCH
        self._reached = False
        self._rests_until = float("-inf")
        self._recent = lru_cache(_RECENT)(self._ask_question)

    @property
    def dimensions(self) -> int:
        """As configured or last seen; if neither, the model is asked."""
        if not self._dimensions:
            self.embed_question("kilde")
        return self._dimensions

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        def ask(some: Sequence[str]) -> list[list[float]]:
            model = self._model(_FOR_PASSAGES.timeout)
            return self._try(lambda: model.embed_documents(list(some)), some, _FOR_PASSAGES)

        rows: list[list[float]] = []
        while len(rows) < len(texts):  # one request at a time, for a slow server makes the next one smaller
            left = [_cut(text) for text in texts[len(rows) : len(rows) + self._most]]
            rows += self._shortened(left[next(portions(left))], ask)
        return self._unit(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def embed_question(self, text: str) -> Vectors:
        return self._recent(_cut(text) or " ")

    def _ask_question(self, text: str) -> Vectors:
        def ask(some: Sequence[str]) -> list[list[float]]:
            model = self._model(_FOR_QUESTION.timeout)
            return self._try(lambda: [model.embed_query(some[0])], some, _FOR_QUESTION)

        if self._clock() < self._rests_until:
            raise EmbeddingFailed(f"{self.name} did not answer a moment ago", "try again in half a minute")
        row: Vectors = self._unit(self._shortened([text], ask))[0]
        row.flags.writeable = False  # for it is remembered
        return row

    def _shortened(self, texts: Sequence[str], ask: Callable[[Sequence[str]], list[list[float]]]) -> list[list[float]]:
        """What is given for the texts: for half of them at a time, then for half of a text, where that is too much."""
        try:
            return ask(texts)
        except _TooLongError:
            if len(texts) > 1:
                half = len(texts) // 2
                return self._shortened(texts[:half], ask) + self._shortened(texts[half:], ask)
            if len(texts[0]) < _SHORT:
                raise EmbeddingFailed(
                    f"{self.name} refuses even a short text as too long", "check the model's name"
                ) from None
            return self._shortened([texts[0][: len(texts[0]) // 2]], ask)

    def _try(
        self, ask: Callable[[], list[list[float]]], texts: Sequence[str], patience: "_Patience"
    ) -> list[list[float]]:
        for attempt in range(1, patience.attempts + 1):
            try:
                given = ask()
                if len(given) != len(texts):
                    raise EmbeddingFailed(
                        f"{self.name} gave {len(given)} vectors for {len(texts)} texts", "check the model's server"
                    )
            except EmbeddingFailed:
                raise
            except Exception as error:  # each provider has errors of its own
                self._divide(error, texts, patience)
                wait = self._wait(error, attempt, patience)
                if wait is None:
                    raise EmbeddingFailed(f"{self.name} gave no vectors: {reason(error)}", _hint(error)) from error
                level = logging.WARNING if wait >= _TOLD_WAIT else logging.INFO
                log.log(level, "%s: %s; trying again in %.0f s", self.name, reason(error), wait)
                self._sleep(wait)
            else:
                self._reached = True
                return given
        raise AssertionError("the last attempt returns or raises")

    def _divide(self, error: Exception, texts: Sequence[str], patience: "_Patience") -> None:
        """Raises `_TooLongError` where less should be sent at a time: it is too much for the server, or takes it too long."""
        if is_too_long(error):
            raise _TooLongError from error
        if is_timeout(error) and len(texts) > _FEWEST:
            self._most = len(texts) // 2
            log.info("%s: %d texts took longer than %.0f s", self.name, len(texts), patience.timeout)
            raise _TooLongError from error

    def _wait(self, error: Exception, attempt: int, patience: "_Patience") -> float | None:
        """Seconds until the next attempt; None where there is to be none."""
        attempts = patience.attempts
        if is_timeout(error):
            attempts = patience.timeouts
        elif is_connection(error) and not self._reached:
            attempts = min(attempts, _UNREACHED_ATTEMPTS)
        wait = wait_before_next(error, attempt)
        if attempt < attempts and wait is not None and wait <= patience.longest_wait:
            return wait
        if is_connection(error):
            self._rests_until = self._clock() + _REST
        return None

    def _model(self, timeout: float) -> "Embeddings":
        with self._lock:
            if timeout not in self._made:
                self._made[timeout] = self._make(timeout)
            return self._made[timeout]

    def _unit(self, rows: Sequence[Sequence[float]]) -> Vectors:
        try:
            vectors = np.asarray(rows, np.float64)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        except (ValueError, TypeError) as error:
            raise EmbeddingFailed(f"{self.name} gave vectors of different lengths", "check the model") from error
        if not np.isfinite(lengths).all() or (lengths < _NO_LENGTH).any():
            raise EmbeddingFailed(f"{self.name} gave a vector without a direction", "check the model")
        if self._dimensions not in (0, vectors.shape[1]):
            wanted = f"{vectors.shape[1]} dimensions where {self._dimensions} were due"
            raise EmbeddingFailed(f"{self.name} gave vectors of {wanted}", "check KILDEBOT_EMBEDDING_DIMENSIONS")
        self._dimensions = int(vectors.shape[1])
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit


def embedder_for(
    model: str,
    *,
    dimensions: int | None = None,
    api_key: str = "",
    base_url: str = "",
) -> Embedder:
    """The embedder of a setting: the built-in one for none, else LangChain's for `provider:model`.

    `api_key` and `base_url` are OpenAI's; other providers read their own from the environment, as LangChain documents.
    `dimensions` can be chosen where the provider lets one.
    """
    if not model:
        return SubwordEmbedder()

    def make(timeout: float) -> "Embeddings":
        return _langchain(model, dimensions, api_key, base_url, timeout)

    return LangChainEmbedder(model, make, dimensions)


def _langchain(model: str, dimensions: int | None, api_key: str, base_url: str, timeout: float) -> "Embeddings":
    provider = model.partition(":")[0]
    options: dict[str, Any] = {}
    if provider in ("openai", "azure_openai"):
        # Else token numbers are sent instead of text, which only OpenAI's own server understands, and a table of tokens is downloaded.
        options = {"check_embedding_ctx_length": False, "timeout": timeout, "max_retries": 0, "chunk_size": BATCH}
        options |= {"dimensions": dimensions} if dimensions else {}
        options |= openai_access(api_key, base_url) if provider == "openai" else {}
    elif dimensions:
        raise EmbeddingFailed(
            f"{model} cannot be asked for a number of dimensions", "leave KILDEBOT_EMBEDDING_DIMENSIONS empty"
        )
    elif provider == "ollama":
        options = {"client_kwargs": {"timeout": timeout}}  # its client would wait for ever
    return _set_up(model, provider, options)


def _set_up(model: str, provider: str, options: dict[str, Any]) -> "Embeddings":
    try:
        from langchain.embeddings import init_embeddings

        return init_embeddings(model, **options)
    except ImportError as error:
        name = missing_package(error)
        raise EmbeddingFailed(f"{model} needs the package {name}", f"pip install {name}") from error
    except ValueError as error:
        if "not supported" in str(error):
            raise EmbeddingFailed(
                f"LangChain knows no embedding provider {provider}", "write it as openai:text-embedding-3-small"
            ) from error
        raise EmbeddingFailed(f"{model} cannot be set up", "check its name and its key") from error
    except Exception as error:  # each provider checks its settings in its own way
        raise EmbeddingFailed(
            f"{model} cannot be set up ({type(error).__name__})", "check its name and its key"
        ) from error


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long vectors are waited for."""

    timeout: float  # seconds for one request
    attempts: int
    timeouts: int  # attempts that may run into the time limit
    longest_wait: (
        float  # seconds between attempts, asked for by the server or not; a server that asks for more is given up on
    )


# The waits between 7 attempts add up to more than the minute for which limits on tokens are counted.
_FOR_PASSAGES = _Patience(60, 7, 2, 120)
_FOR_QUESTION = _Patience(10, 2, 1, 2)  # somebody is waiting


class _TooLongError(Exception):
    """A text, or all of them together, are too long for the server, or take it too long."""


def _cut(text: str) -> str:
    """A text of at most the budget's tokens, by estimate."""
    if len(text) * 4 <= _LONGEST:
        return text
    return text.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")


def _hint(error: Exception) -> str:
    if is_out_of_credit(error):
        return "top up the account; what is embedded so far is kept"
    known = {
        400: "check KILDEBOT_EMBEDDING and KILDEBOT_EMBEDDING_DIMENSIONS",
        401: "check the key, OPENAI_API_KEY",
        403: "check the key's rights",
        404: "check the name in KILDEBOT_EMBEDDING",
    }
    return known.get(status(error), "try again later; what is embedded so far is kept, and not paid for twice")
