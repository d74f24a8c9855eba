"""Ask natural questions and tell how many are answered rightly, by sort.

    python -m benchmarks.natural --articles articles.jsonl [--questions benchmarks/natural.jsonl] [--changing]

NorQuAD's questions were written beside the article and mostly use its words; people on a phone do not. The questions in
natural.jsonl are in words of the asker's own: `plain` bokmål, `english`, `nynorsk`, `terse` (typed in a hurry), `follow`
(a follow-up), and `absent` ones that the article does not answer though it holds most of their words. Nothing is fitted on them;
natural_train.jsonl has more, about other articles, for fitting. With `--changing`, each is asked after one about another article, as
by somebody who changes the subject.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.episodes import read_articles
from bot.chain import AnswerChain
from bot.evaluation import Outcome, Question, by_sort, fitted, outcomes, read_questions
from bot.memory import Conversation, Turn
from bot.writers.quoting import QuotingWriter
from vectorstore.archive import open_archive
from vectorstore.search import Search

QUESTIONS = Path(__file__).parent / "natural.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--changing", action="store_true", help="ask each after one about another article")
    given = parser.parse_args()
    every = list(asked_of(given.articles, given.questions, changing=given.changing))
    sorts = {
        **by_sort(every),
        "all with an answer": [each for each in every if each.answerable],
        "all without": [each for each in every if not each.answerable],
    }
    print(f"{'':20} {'n':>5} {'answered':>9} {'right first':>12} {'right':>6} {'right article':>14}")
    for sort, those in sorts.items():
        answered, first, right, article = shares(those)
        print(f"{sort:20} {len(those):5} {answered:9.3f} {first:12.3f} {right:6.3f} {article:14.3f}")


def asked_of(articles: Path, questions: Path, *, changing: bool = False) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        archive.ingest(read_articles(articles))
        search = Search(archive)
        chain = AnswerChain(search, QuotingWriter())
        lines = [each for each in read_questions(questions) if isinstance(each, Question)]
        asked = changed(lines) if changing else lines
        yield from outcomes(fitted(asked, archive), search, chain, archive)


def changed(questions: Sequence[Question]) -> list[Question]:
    """The questions that go on from nothing, each after another one of them about another article."""
    alone = [each for each in questions if not each.conversation.turns]
    rng, asked = random.Random(1), []
    for question in alone:
        others = [each for each in alone if each.expected and _article(each) != _article(question)]
        asked.append(replace(question, conversation=Conversation((Turn(rng.choice(others).text),))))
    return asked


def _article(question: Question) -> tuple[str, ...]:
    return question.expected.articles if question.expected else ()


def shares(those: Sequence[Outcome]) -> list[float]:
    """How many were answered; whose first quote holds the answer; any of whose quotes does; whose first is from the right article."""
    marks = [
        (each.answered, each.right_first, each.right_any, any(cited.right_article for cited in each.citations[:1]))
        for each in those
    ]
    return [sum(each) / max(1, len(marks)) for each in zip(*marks, strict=True)] or [0.0] * 4


if __name__ == "__main__":
    main()
