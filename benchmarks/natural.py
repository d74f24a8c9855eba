"""Ask natural questions and tell how many are answered rightly, by sort.

    python -m benchmarks.natural --articles articles.jsonl [--questions benchmarks/natural.jsonl]

NorQuAD's questions were written beside the article and mostly use its words; people on a phone do not. The questions in
natural.jsonl are in words of the asker's own: `plain` bokmål, `english`, `nynorsk`, `terse` (typed in a hurry), `follow`
(a follow-up), and `absent` ones that the article does not answer though it holds most of their words. Nothing is fitted on them;
natural_train.jsonl has more, about other articles, for fitting.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.episodes import Gold, read_articles, read_questions
from bot.answer import Answer, Status
from bot.chain import AnswerChain
from bot.memory import Conversation, Turn
from bot.writers.quoting import QuotingWriter
from vectorstore.archive import open_archive
from vectorstore.search import Search

QUESTIONS = Path(__file__).parent / "natural.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    given = parser.parse_args()
    by_sort: dict[str, list[tuple[Gold, Answer]]] = defaultdict(list)
    for gold, answer in asked(given.articles, given.questions):
        by_sort[gold.sort].append((gold, answer))
        by_sort["all with an answer" if gold.answer else "all without"].append((gold, answer))
    print(f"{'':20} {'n':>5} {'answered':>9} {'right first':>12} {'right':>6} {'right article':>14}")
    for sort, pairs in sorted(by_sort.items(), key=lambda each: (each[0].startswith("all"), each[0])):
        shares = [sum(each) / len(pairs) for each in zip(*(marks(*pair) for pair in pairs), strict=True)]
        print(f"{sort:20} {len(pairs):5} {shares[0]:9.3f} {shares[1]:12.3f} {shares[2]:6.3f} {shares[3]:14.3f}")


def asked(articles: Path, questions: Path) -> Iterator[tuple[Gold, Answer]]:
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        archive.ingest(read_articles(articles))
        chain = AnswerChain(Search(archive), QuotingWriter())
        for gold in read_questions(questions):
            yield gold, chain.answer(gold.question, Conversation(tuple(map(Turn, gold.earlier))))


def marks(gold: Gold, answer: Answer) -> tuple[bool, bool, bool, bool]:
    """Was it answered; does the first quote hold the answer; does any; is the first from the right article?"""
    right = [
        gold.answer is not None and each.article.id == gold.article and each.span.contains(gold.answer)
        for each in answer.citations
    ]
    article = bool(answer.citations) and answer.citations[0].article.id == gold.article
    return answer.status is Status.ANSWERED, right[:1] == [True], any(right), article


if __name__ == "__main__":
    main()
