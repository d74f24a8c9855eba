"""A shelf of articles, answers said in advance, and outcomes made by hand."""

from collections.abc import Iterator, Sequence

from bot.answer import Answer, Citation, Claim, Status, Usage
from bot.evaluation import Circumstances, Cited, Found, Outcome, Run
from bot.memory import Conversation
from vectorstore.article import Article, Hit, Passage, Span

FERRY = Article(
    "2019/ferge",
    "Ny ferge til Leka",
    "Fergen Heilhorn begynte å gå i 1941. Den tar 41 biler, og på fredager 41 sykler.\n\nReder Ola Nordmo sa: «Den er rask – og trygg.»",
)
SCHOOL = Article("skole", "La skolen leve", "Skolen på Leka har 41 elever. Rådmannen vil legge den ned.")
COPY = Article("kopi", "Skolen på Leka", "NTB: Skolen på Leka har 41 elever. Rådmannen vil legge den ned.")


class Shelf:
    """An archive of a few articles."""

    def __init__(self, *articles: Article) -> None:
        self._articles = {each.id: each for each in articles}
        self.times_read = 0

    def article(self, article_id: str) -> Article | None:
        return self._articles.get(article_id)

    def articles(self) -> Iterator[Article]:
        self.times_read += 1
        yield from self._articles.values()


class Finder:
    """Finds what it was given, whatever is asked."""

    def __init__(self, *passages: Passage) -> None:
        self._passages = passages
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def hits(self, question: str, earlier: Sequence[str], limit: int) -> list[Hit]:
        self.asked.append((question, tuple(earlier)))
        return [Hit(each, 1.0) for each in self._passages[:limit]]


class Speaker:
    """Answers with what it was given, whatever is asked."""

    def __init__(self, *citations: Citation, status: Status = Status.ANSWERED, claims: Sequence[Claim] = ()) -> None:
        self._citations = citations
        self._status = status
        self._claims = tuple(claims)
        self.asked: list[tuple[str, Conversation]] = []

    def answer(self, question: str, conversation: Conversation) -> Answer:
        self.asked.append((question, conversation))
        return Answer(
            question,
            self._status,
            "Et svar. [1]",
            confidence=0.75,
            language="nb",
            writer="quoting",
            citations=self._citations,
            claims=self._claims,
            usage=Usage(100, 10, None),
        )


def span_of(article: Article, text: str, at: int = 0) -> Span:
    """Where a text stands in an article, the first time from a place on."""
    start = article.text.index(text, at)
    return Span(start, start + len(text))


def cited(article: Article, text: str, number: int = 1, also_in: tuple[Article, ...] = ()) -> Citation:
    return Citation(number, article, span_of(article, text), also_in=also_in)


def found(*, right: bool) -> Found:
    return Found("skole", "La skolen leve", 0, 29, "Skolen på Leka har 41 elever.", right)


def quoted(*, right: bool, number: int = 1, exact: bool = True) -> Cited:
    return Cited(number, "skole", "La skolen leve", 0, 29, "Skolen på Leka har 41 elever.", True, exact, right, right)


def outcome(question: str = "Hvor mange?", **values: object) -> Outcome:
    """One that went right, but for the values."""
    usual: dict[str, object] = {
        "number": 1,
        "question": question,
        "answerable": True,
        "expected": ("41 elever",),
        "expected_in": ("skole",),
        "passages": (found(right=True),),
        "status": Status.ANSWERED,
        "text": "Skolen på Leka har 41 elever. [1]",
        "confidence": 0.9,
        "writer": "quoting",
        "citations": (quoted(right=True),),
        "claims": (Claim("Skolen på Leka har 41 elever.", (1,), True),),
        "search_seconds": 0.01,
        "ask_seconds": 0.02,
    }
    return Outcome(**{**usual, **values})  # type: ignore[arg-type]


def missed(question: str = "Hvor mange?", **values: object) -> Outcome:
    """One that search found second, and the answer cited something else."""
    passages = (found(right=False), found(right=True))
    return outcome(question, **{"passages": passages, "citations": (quoted(right=False),), **values})


def refused(question: str = "Hva koster en Tesla?", *, answerable: bool = False, **values: object) -> Outcome:
    nothing: dict[str, object] = {"expected": (), "expected_in": (), "passages": (), "citations": (), "claims": ()}
    return outcome(question, **{**nothing, "answerable": answerable, "status": Status.NOT_FOUND, **values})


def run_of(*outcomes: Outcome, planned: int | None = None, **settings: str | int) -> Run:
    usual: dict[str, object] = {
        "version": "1.0",
        "began": "2026-11-23T12:00:00",
        "questions": "spm.jsonl",
        "model": "",
        "embedding": "subword-2",
        "language": "auto",
        "articles": 3,
        "passages": 5,
        "revision": 7,
    }
    made = Circumstances(**{**usual, **settings})  # type: ignore[arg-type]
    return Run(made, outcomes, planned=len(outcomes) if planned is None else planned, seconds=1.5)
