"""Draw the answer in the README, as the program gives it: `python -m benchmarks.picture > docs/answer.svg`."""

import io
import re
import sys
import tempfile
from pathlib import Path

from bot.chain import AnswerChain
from bot.render import Screen, show_answer
from bot.samples import sample_articles_folder
from bot.writers.quoting import QuotingWriter
from vectorstore.archive import open_archive
from vectorstore.reading import read
from vectorstore.search import Search

QUESTION = "Hvor lenge varte det første møtet mellom Kim og Putin?"


def main() -> None:
    screen = Screen(io.StringIO(), color="always", width=88)
    screen.console.record = True
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        archive.ingest(read(sample_articles_folder()))
        screen.line(f"$ kildebot ask {QUESTION}")
        screen.line()
        show_answer(screen, AnswerChain(Search(archive), QuotingWriter()).answer(QUESTION))
    picture = screen.console.export_svg(title="kildebot", unique_id="kildebot")
    # Fonts would be fetched from elsewhere, and links would lead into a folder of this machine.
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    sys.stdout.write(re.sub(r'href="file:[^"]*"', 'href="#"', picture))


if __name__ == "__main__":
    main()
