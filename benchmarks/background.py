"""Count how common words are in general text, for vectorstore/background.tsv.

python -m benchmarks.background nb=articles.jsonl en=articles.jsonl > vectorstore/background.tsv
"""

import sys
from collections import Counter
from pathlib import Path

from vectorstore import Article
from vectorstore.background import COMMON_FROM
from vectorstore.chunking import passages
from vectorstore.language import stems, tokens
from vectorstore.reading import read


def main() -> None:
    print("# How common words are in general: language, stem, share of passages of some 600 characters that hold it.")
    for given in sys.argv[1:]:
        language, _, path = given.partition("=")
        counted, count = _counted(Path(path), language)
        for stem, found in sorted(counted.items()):
            if found / count > COMMON_FROM and not stem.isdigit():
                print(f"{language}\t{stem}\t{found / count:.4f}")


def _counted(path: Path, language: str) -> tuple[Counter[str], int]:
    counted: Counter[str] = Counter()
    count = 0
    for article in read(path):
        if isinstance(article, Article):
            for span in passages(article.text):
                count += 1
                counted.update(set(stems(tokens(span.of(article.text)), language)))
    return counted, count


if __name__ == "__main__":
    main()
