"""A chat model that says what is in a script, about passages that were really found; run as a program, kildebot with it.

python -m tests.terminal.scripted chat
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator

from bot.answer import Citation, Claim, Stage, Usage, Written
from bot.chain import AnswerChain, Asked, Composed, Step
from bot.errors import ModelFailed, Trouble
from bot.settings import Settings
from bot.writers.quoting import QuotingWriter
from vectorstore.archive import Archive
from vectorstore.search import Search

MODEL = "openai:scripted"
LOG = "asked.jsonl"  # in the home: what was asked after what, and what became of it

SENTENCES = ("Fergen Heilhorn begynte å gå til Leka i mars", "Den er malt blå", "Overfarten er gratis")
MARKS = ("[1]", "[2?]", "[?]")
_BETWEEN_WORDS = 0.01  # seconds
_BEFORE_THE_FIRST = 0.4
_FOR_EVER = 3600.0


class Scripted:
    """Writes three sentences, the first of which is confirmed. A question with «lenge» in it is not answered to its end, one with
    «feil» not at all.
    """

    model = MODEL

    def __init__(self, search: Search, home: str = "") -> None:
        self._search = search
        self._log = f"{home}/{LOG}" if home else ""
        self.is_closed = False

    async def compose(self, asked: Asked) -> AsyncGenerator[Step, None]:
        self._note({"question": asked.question, "after": [turn.answer for turn in asked.conversation.turns]})
        try:
            async for step in self._steps(asked):
                yield step
            self._note({"ended": "whole"})
        except (asyncio.CancelledError, GeneratorExit):
            self._note({"ended": "stopped"})
            raise

    def prepare(self) -> None:
        pass

    async def close(self) -> None:
        self.is_closed = True
        self._note({"ended": "closed"})

    async def _steps(self, asked: Asked) -> AsyncIterator[Step]:
        findings = await asyncio.to_thread(self._search.find, asked.question, asked.conversation.questions)
        yield Stage.WRITING
        await asyncio.sleep(_BEFORE_THE_FIRST)
        asked.spent.append(Usage(900, 60, 0.0001))
        if "feil" in asked.question:
            raise ModelFailed(Trouble.KEY_REFUSED)
        passages = [each.passage for each in findings.candidates]
        citations = tuple(
            Citation(number, each.article, each.span, proven=number == 1)
            for number, each in enumerate((passages[0], passages[-1]), start=1)
        )
        text, claims = "", []
        for at, sentence in enumerate(SENTENCES):
            said = ""
            for word in sentence.split():
                said = f"{said} {word}".strip()
                yield Written(text, said, citations[:at])
                await asyncio.sleep(_BETWEEN_WORDS)
            text = f"{text} {sentence} {MARKS[at]}.".strip()
            claims.append(Claim(sentence, (at + 1,) if at < len(citations) else (), proven=at == 0))
            yield Written(text, "", citations[: at + 1])
            if "lenge" in asked.question:
                yield Written(text, "Og så", citations[: at + 1])
                await asyncio.sleep(_FOR_EVER)
        yield Composed(findings, text, citations, tuple(claims))

    def _note(self, what: object) -> None:
        if self._log:
            with open(self._log, "a", encoding="utf-8") as log:  # noqa: PTH123
                log.write(json.dumps(what) + "\n")


def scripted_chain(archive: Archive, settings: Settings) -> AnswerChain:
    search = Search(archive)
    return AnswerChain(search, QuotingWriter(), composer=Scripted(search, str(settings.home)))


if __name__ == "__main__":
    from bot import wiring

    wiring.chain_over = scripted_chain  # the one chooser, before anybody looks there

    from bot.cli import program

    program(sys.argv[1:], prog_name="kildebot")
