"""Written answers from question to proof: what is asked of the model, and what becomes of what it says. Over real HTTP."""

import asyncio
import itertools
import re
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler

from bot.answer import Answer, Stage, Status, Written
from bot.memory import Conversation, Turn
from bot.settings import Settings
from bot.wiring import open_articles, search_over
from bot.written import Answering, ArchiveRetriever, Question
from tests.written.conftest import MakeChain, Speak
from tests.written.speaker import Saying, _events, failing, in_turn, saying

QUESTION = "Hvor mange biler tar fergen Heilhorn?"
ANSWER = "Fergen Heilhorn tar 60 biler [1]. Overfarten tar 25 minutter [1]."


def test_an_answer_is_seen_while_it_is_written(speak: Speak, make_chain: MakeChain) -> None:
    chain = make_chain(speak(saying(ANSWER, by=3, pause=0.01)).address)
    events = list(chain.stream(QUESTION))
    written = [event for event in events if isinstance(event, Written)]

    assert [event for event in events if isinstance(event, Stage)] == [Stage.SEARCHING, Stage.WRITING]
    assert written[0].pending.startswith("Fer")
    assert not written[0].text
    assert all(later.text.startswith(earlier.text) for earlier, later in itertools.pairwise(written))
    assert written[-1].text == "Fergen Heilhorn tar 60 biler [1]."
    assert all("[" not in event.pending for event in written), "marks are shown when they are proven"
    assert isinstance(events[-1], Answer)
    assert events[-1].text == "Fergen Heilhorn tar 60 biler [1]. Overfarten tar 25 minutter [2]."


def test_the_model_is_given_the_passages_with_what_is_known_of_them(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(ANSWER))
    make_chain(speaker.address).answer("Hva skjer med skolen på Leka?")
    prompt = speaker.prompt()

    assert re.search(r"^\[\d\] “La skolen på Leka leve”, Nordlys, editorial, September 2021$", prompt, re.MULTILINE)
    assert "Skolen på Leka har 41 elever. Rådmann Kari Holm vil legge den ned." in prompt
    assert "Norwegian (bokmål)" in prompt
    assert "sk-test" not in prompt


def unfenced(prompt: str) -> str:
    return re.sub(r"passages-\w+", "", prompt)


def test_the_fence_around_the_passages_is_another_each_time(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(ANSWER))
    chain = make_chain(speaker.address)
    chain.answer(QUESTION)
    chain.answer(QUESTION)

    fences = [re.findall(r"</?(passages-\w+)>", speaker.prompt(at)) for at in (0, 1)]
    assert [len(set(each)) for each in fences] == [1, 1]
    assert fences[0] != fences[1]


def test_the_answer_is_asked_for_in_the_language_of_the_question_or_of_the_settings(
    speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(saying("The ferry carries 60 cars [1]."))
    answer = make_chain(speaker.address).answer("How many cars does the ferry Heilhorn take?")
    make_chain(speaker.address, language="nb").answer("How many cars does the ferry Heilhorn take?")

    assert answer.language == "en"
    assert "Write in English" in speaker.prompt(0)
    assert "Write in Norwegian" in speaker.prompt(1)


def test_no_more_is_sent_than_the_model_takes_and_no_sentence_is_cut(
    speak: Speak, make_chain: MakeChain, tmp_path: Path
) -> None:
    from vectorstore.archive import open_archive
    from vectorstore.article import Article

    text = " ".join(f"Fergen Heilhorn tok {n} biler og bussen tok {n + 1} reisende den dagen." for n in range(100, 400))
    with open_archive(tmp_path / "long") as archive:
        archive.ingest([Article("long", "Fergen", text, language="nb")], origin="test")
    speaker = speak(saying(ANSWER))
    sizes = []
    for tokens in (4_000, 3_000, 2_000):
        make_chain(speaker.address, tmp_path / "long", context_tokens=tokens).answer(QUESTION)
        prompt = speaker.prompt()
        sizes.append(len(prompt))
        assert len(prompt.encode()) / 4 < tokens * 3 / 4, "room is left for the answer"
        told = prompt.partition("[1] ")[2].rpartition("</passages")[0]
        assert all(each.rstrip().endswith("dagen.") for each in re.split(r"\n\n\[\d+\] ", told))
    assert sizes == sorted(sizes, reverse=True)


def test_a_question_that_leans_on_the_conversation_is_made_to_stand_alone(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(
        in_turn(saying("Hvor lang tid tar overfarten med fergen Heilhorn?"), saying("Overfarten tar 25 minutter [1]."))
    )
    before = Conversation((Turn(QUESTION, "Fergen Heilhorn tar 60 biler [1]."),))
    answer = make_chain(speaker.address).answer("Og hvor lang tid tar den?", before)

    assert "Fergen Heilhorn tar 60 biler" in speaker.prompt(0)
    assert "Question: Hvor lang tid tar overfarten med fergen Heilhorn?" in speaker.prompt(1)
    assert (answer.question, answer.text) == ("Og hvor lang tid tar den?", "Overfarten tar 25 minutter [1].")
    assert answer.usage.tokens > 0


def test_a_question_that_stands_alone_is_asked_as_if_nothing_had_been_asked_before(
    speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(saying(ANSWER))
    chain = make_chain(speaker.address)
    chain.answer(QUESTION)
    chain.answer(QUESTION, Conversation((Turn("Hva er en spermhval?", "En hval."),)))
    assert len(speaker.requests) == 2
    assert unfenced(speaker.prompt(1)) == unfenced(speaker.prompt(0))


def test_a_question_that_the_model_leaves_as_it_is_stands_alone(speak: Speak, make_chain: MakeChain) -> None:
    question = "Hvor mange biler tar fergen da?"
    speaker = speak(in_turn(saying(ANSWER), saying(question), saying(ANSWER)))
    chain = make_chain(speaker.address)
    chain.answer(question)
    chain.answer(question, Conversation((Turn("Hva er en spermhval?", "En hval."),)))
    assert unfenced(speaker.prompt(2)) == unfenced(speaker.prompt(0))


def test_where_a_question_cannot_be_made_to_stand_alone_the_conversation_is_searched_with_it(
    speak: Speak, make_chain: MakeChain
) -> None:
    speaker = speak(in_turn(failing(500, **{"Retry-After": "99"}), saying("Overfarten tar 25 minutter [1].")))
    answer = make_chain(speaker.address).answer("Og hvor lang tid tar overfarten?", Conversation((Turn(QUESTION),)))

    assert answer.text == "Overfarten tar 25 minutter [1]."


@pytest.mark.parametrize(
    "said",
    [
        "NOT_IN_ARTICLES",
        "**NOT_IN_ARTICLES**",
        "NOT_IN_ARTICLES.",
        "Artiklene sier ingenting om dette.",
        "The articles do not mention this.",
    ],
)
def test_a_model_that_finds_nothing_says_so_and_the_nearest_articles_are_named(
    said: str, speak: Speak, make_chain: MakeChain
) -> None:
    events = list(
        make_chain(speak(saying(said, by=1)).address).stream("Hvor mange elever har skolen på Leka i Namdalen?")
    )
    answer = events[-1]

    assert isinstance(answer, Answer)
    assert (answer.status, answer.text, answer.citations) == (
        Status.NOT_FOUND,
        "Artiklene sier ingenting om dette.",
        (),
    )
    assert answer.nearest
    assert not any("NOT" in event.pending + event.text for event in events if isinstance(event, Written))


def test_nothing_is_asked_where_nothing_was_found(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(ANSWER))
    answer = make_chain(speaker.address).answer("xyzzy?")

    assert (answer.status, len(speaker.requests)) == (Status.NOT_FOUND, 0)


def test_sixteen_questions_at_once_go_at_the_models_own_pace(speak: Speak, make_chain: MakeChain) -> None:
    speaker = speak(saying(ANSWER, by=12, pause=0.06))
    chain = make_chain(speaker.address)
    alone = chain.answer(QUESTION).seconds

    async def all_at_once() -> list[Answer]:
        async def one() -> Answer:
            *_, last = [event async for event in chain.astream(QUESTION)]
            assert isinstance(last, Answer)
            return last

        return await asyncio.gather(*(one() for _ in range(16)))

    began = time.perf_counter()
    answers = asyncio.run(all_at_once())
    assert {each.text for each in answers} == {"Fergen Heilhorn tar 60 biler [1]. Overfarten tar 25 minutter [2]."}
    assert time.perf_counter() - began < 8 * alone, "they do not wait for each other"


# LangChain's users


class Recording(BaseCallbackHandler):
    """Remembers the runs that it is told of, each with the run that it is a part of."""

    def __init__(self) -> None:
        self.runs: dict[UUID, tuple[str, UUID | None]] = {}

    def on_chain_start(
        self,
        serialized: Any,
        *_: Any,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        name: str | None = None,
        **__: Any,
    ) -> None:
        self.runs[run_id] = (name or serialized["name"], parent_run_id)

    on_retriever_start = on_chat_model_start = on_chain_start

    def above(self, name: str) -> list[str]:
        """The names of the runs that the first run of a name is a part of, from within."""
        at = next(run for run, (each, _) in self.runs.items() if each == name)
        found = []
        while (above := self.runs[at][1]) is not None:
            found.append(self.runs[above][0])
            at = above
        return found


def test_langchain_traces_every_step_as_its_users_are_used_to(speak: Speak, make_chain: MakeChain) -> None:
    recording = Recording()
    runnable = Answering(make_chain(speak(saying(ANSWER)).address))
    answer = runnable.invoke(QUESTION, {"callbacks": [recording]})

    assert isinstance(answer, Answer)
    assert answer.writer == "model"
    assert "kildebot" in recording.above("ArchiveRetriever")
    assert "kildebot" in recording.above("ChatOpenAI")
    assert {"standalone question", "passages", "written answer", "ChatPromptTemplate"} <= {
        name for name, _ in recording.runs.values()
    }


def test_langchains_users_stream_an_answer(speak: Speak, make_chain: MakeChain) -> None:
    async def events() -> list[object]:
        runnable = Answering(make_chain(speak(saying(ANSWER)).address))
        return [event async for event in runnable.astream(Question(QUESTION, Conversation((Turn("Hei?"),))))]

    come = asyncio.run(events())
    assert isinstance(come[-1], Answer)
    assert any(isinstance(each, Written) for each in come)


def test_langchains_users_have_the_archive_as_a_retriever(archive: Path) -> None:
    with open_articles(Settings(home=archive)) as articles:
        retriever = ArchiveRetriever(search=search_over(articles), limit=2)
        documents = retriever.invoke(QUESTION)
        again = asyncio.run(retriever.ainvoke(QUESTION))
        article = articles.article(documents[0].metadata["article"])

    assert documents == again
    assert len(documents) == 2
    assert article is not None
    found = documents[0].metadata
    assert (found["title"], found["outlet"], found["published"], found["genre"]) == (
        "Ny ferge til Leka",
        "Namdalsposten",
        "2019-04-12",
        "news",
    )
    assert article.text[found["start"] : found["end"]] == documents[0].page_content
    assert documents[0].metadata["score"] >= documents[1].metadata["score"]


def test_what_is_said_is_heard_whatever_the_chunks(speak: Speak, make_chain: MakeChain) -> None:
    texts = set()
    for by in (1, 2, 7, 500):
        speaker = speak(saying(f"{ANSWER} Skolen har 41 elever【2】.", by=by))
        texts.add(
            make_chain(speaker.address)
            .answer("Hvor mange biler tar fergen, og hvor mange elever har skolen på Leka?")
            .text
        )
    assert len(texts) == 1


def test_a_chunk_without_text_is_no_trouble(speak: Speak, make_chain: MakeChain) -> None:
    answer = make_chain(speak(lambda _, __: Saying(["", ANSWER[:9], "", ANSWER[9:], ""])).address).answer(QUESTION)
    assert answer.status is Status.ANSWERED


def test_one_who_does_not_await_may_ask_again_over_a_connection_that_was_kept(
    speak: Speak, make_chain: MakeChain
) -> None:
    body = b"".join(_events(Saying([ANSWER])))
    runnable = Answering(make_chain(speak(lambda _, __: Saying(body=body, keeps=True)).address))
    assert [runnable.invoke(QUESTION).writer for _ in range(3)] == ["model"] * 3
    assert [isinstance(each, Answer) and each.writer for each in runnable.batch([QUESTION] * 3)] == ["model"] * 3
