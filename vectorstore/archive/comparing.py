"""The archive's embedder as questions meet it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vectorstore.embedding import Embedder, Vectors
from vectorstore.errors import EmbeddingFailed


@dataclass(frozen=True, slots=True)
class Comparing:
    """Gives a question a vector only where the archive has the embedder's own to compare it with: else nobody is asked, or paid.

    `other` names the embedder whose vectors the archive has instead; empty where there is none.
    """

    embedder: Embedder
    other: Callable[[], str]

    @property
    def name(self) -> str:
        return self.embedder.name

    @property
    def dimensions(self) -> int:
        return self.embedder.dimensions

    @property
    def titled(self) -> bool:
        return self.embedder.titled

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self.embedder.embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        if other := self.other():
            raise EmbeddingFailed(
                f"the archive's vectors are those of {other}, not of {self.name}", "run `kildebot ingest --reembed`"
            )
        return self.embedder.embed_question(text)
