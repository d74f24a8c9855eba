"""What one may rely on in a chat, whatever it is typed on. The chat runs in this process, on a real archive."""

import io
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.answer import Answer, Event, Status
from bot.chain import AnswerChain
from bot.memory import Conversation
from bot.messages import Language
from bot.render import Screen
from bot.settings import Settings, load_settings
from bot.small_talk import small_talk
from bot.terminal import place_of, warm_chain
from bot.terminal.chat import Answers, Chat, in_background, wait_for_background
from bot.wiring import chain_over, open_articles
from bot.writers.quoting import QuotingWriter
from tests.cli.conftest import Run
from tests.terminal.scripted import Scripted
from vectorstore.archive import Archive, open_archive
from vectorstore.article import Article
from vectorstore.embedding import Vectors
from vectorstore.errors import EmbeddingFailed
from vectorstore.search import Search

Spoken = tuple[Chat, io.StringIO]


class Recording:
    """Answers nothing, and remembers what it was asked after what."""

    model = ""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def answer(self, question: str, conversation: Conversation = Conversation()) -> Answer:  # noqa: B008 - a frozen value
        self.asked.append((question, conversation.questions))
        return Answer(question, Status.NOT_FOUND, "Ikke noe.", 0.0, "nb", "recording")

    def stream(self, question: str, conversation: Conversation = Conversation()) -> Iterator[Event]:  # noqa: B008
        yield self.answer(question, conversation)

    def close(self) -> None:
        pass


class Failing(Recording):
    """Cannot answer the first question."""

    def answer(self, question: str, conversation: Conversation = Conversation()) -> Answer:  # noqa: B008 - a frozen value
        answer = super().answer(question, conversation)
        if len(self.asked) == 1:
            raise EmbeddingFailed("the model is away", "try again later")
        return answer


@pytest.fixture
def opened(archive: Path) -> Iterator[Archive]:
    with open_articles(Settings(home=archive)) as opened:
        yield opened


@pytest.fixture
def chain(opened: Archive, archive: Path) -> AnswerChain:
    return chain_over(opened, Settings(home=archive))


def chat_with(answers: Answers, opened: Archive, language: Language | None = None) -> Spoken:
    ready: Future[Answers] = Future()
    ready.set_result(answers)
    file = io.StringIO()
    return Chat(Screen(file), opened, ready, language), file


@pytest.fixture
def scripted(opened: Archive) -> Iterator[AnswerChain]:
    """A chain whose chat model says what is in a script."""
    with closing(AnswerChain(Search(opened), QuotingWriter(), composer=Scripted(Search(opened)))) as chain:
        yield chain


def said(spoken: Spoken, *lines: str) -> str:
    """What the last of the lines brings up."""
    chat, file = spoken
    for line in lines:
        file.truncate(0)
        file.seek(0)
        assert chat.handle(line)
    return file.getvalue()


def test_a_question_is_answered_with_its_sources(chain: AnswerChain, opened: Archive) -> None:
    output = said(chat_with(chain, opened), "Hvor mange biler tar fergen Heilhorn?")

    assert "60 biler" in output
    assert "Ny ferge til Leka — Namdalsposten, nyhet, 12. april 2019" in output


def test_a_question_is_asked_after_those_before_it(opened: Archive) -> None:
    recording = Recording()

    said(chat_with(recording, opened), "Hvem er reder?", "Og hva kostet den?")

    assert recording.asked == [("Hvem er reder?", ()), ("Og hva kostet den?", ("Hvem er reder?",))]


def test_a_new_conversation_forgets_what_was_said(opened: Archive) -> None:
    recording = Recording()

    said(chat_with(recording, opened), "Hvem er reder?", "/new", "Hva kostet den?")

    assert recording.asked[-1] == ("Hva kostet den?", ())


def test_a_question_that_failed_is_no_part_of_the_conversation(opened: Archive) -> None:
    failing = Failing()
    spoken = chat_with(failing, opened)

    assert said(spoken, "Hvem?") == "Det gikk ikke: the model is away\ntry again later\n\n"
    assert said(spoken, "/sources").startswith("Ingen kilder å vise ennå")

    said(spoken, "Hvem da?")
    assert failing.asked[-1] == ("Hvem da?", ())


def test_a_command_that_fails_does_not_end_the_chat(archive: Path, opened: Archive) -> None:
    spoken = chat_with(Recording(), opened)
    opened.close()

    assert re.match(r"Det gikk ikke: .*archive.sqlite3 is closed", said(spoken, "/articles"))
    assert "/sources" in said(spoken, "/help")


def test_sources_and_each_source_of_the_last_answer_can_be_seen(chain: AnswerChain, opened: Archive) -> None:
    spoken = chat_with(chain, opened)

    assert "Ny ferge til Leka" in said(spoken, "Hvor mange biler tar fergen Heilhorn?", "/sources")
    assert ">>Den tar 60 biler, sier reder Ola Nordmo.<<" in said(spoken, "/source 1")
    assert ">>Den tar 60 biler" in said(spoken, "/source [1]")


def test_a_source_that_was_removed_since_is_said_to_be_gone(chain: AnswerChain, opened: Archive, archive: Path) -> None:
    spoken = chat_with(chain, opened)
    said(spoken, "Hvor mange biler tar fergen Heilhorn?")
    with open_articles(Settings(home=archive)) as elsewhere:
        elsewhere.remove(["ferge"])

    assert said(spoken, "/source 1") == "«Ny ferge til Leka» er ikke lenger i arkivet.\n\n"


def test_a_source_whose_text_has_changed_since_is_not_shown_as_it_was(
    chain: AnswerChain, opened: Archive, archive: Path
) -> None:
    spoken = chat_with(chain, opened, Language.ENGLISH)
    said(spoken, "Hvor mange biler tar fergen Heilhorn?")
    with open_articles(Settings(home=archive)) as elsewhere:
        elsewhere.ingest([Article("ferge", "Ny ferge til Leka", "Fergen Heilhorn tar 70 biler, skriver vi nå.")])

    output = said(spoken, "/source 1")

    assert output.startswith("“Ny ferge til Leka” has changed since the answer")
    assert output.count("\n") == 2
    assert "60 biler" not in output


def test_a_source_is_described_as_the_archive_has_it_now(chain: AnswerChain, opened: Archive, archive: Path) -> None:
    spoken = chat_with(chain, opened)
    said(spoken, "Hvor mange biler tar fergen Heilhorn?")
    with open_articles(Settings(home=archive)) as elsewhere:
        before = elsewhere.article("ferge")
        assert before
        elsewhere.ingest([replace(before, title="Rettet: ny ferge", text=before.text + " Rettet i dag.")])

    output = said(spoken, "/source 1")

    assert output.startswith("[1] Rettet: ny ferge")
    assert ">>Den tar 60 biler, sier reder Ola Nordmo.<<" in output


def test_after_an_answer_without_sources_one_is_told_that_it_has_none(opened: Archive) -> None:
    spoken = chat_with(Recording(), opened)

    assert said(spoken, "Hvem?", "/sources") == "Det siste svaret har ingen kilder.\n\n"
    assert said(spoken, "/source 1") == "Det siste svaret har ingen kilder.\n\n"


@pytest.mark.parametrize("wanted", ["9", "0", "-1", "x", "1.5", "²", "\x1b[31m", "99999999999999999999"])
def test_a_source_that_there_is_not_is_said_to_be_none(wanted: str, chain: AnswerChain, opened: Archive) -> None:
    output = said(chat_with(chain, opened), "Hvor mange biler tar fergen Heilhorn?", f"/source {wanted}")

    assert output.startswith("Det er ingen kilde")
    assert "Skriv /source 1" in output
    assert "\x1b" not in output


def test_without_a_number_one_is_asked_which_source(chain: AnswerChain, opened: Archive) -> None:
    spoken = chat_with(chain, opened)
    assert said(spoken, "/source").startswith("Ingen kilder å vise ennå")

    output = said(spoken, "Hvor mange biler tar fergen Heilhorn?", "/source")

    assert output.startswith(("Hvilken kilde? Skriv /source 1", "[1] Ny ferge"))


def test_the_articles_can_be_listed(chain: AnswerChain, opened: Archive) -> None:
    titles = [line[2:].partition(" — ")[0] for line in said(chat_with(chain, opened), "/articles").splitlines() if line]

    assert titles == ["La skolen på Leka leve", "Ny ferge til Leka", "A whale in the harbour"]


@pytest.mark.parametrize(("typed", "meant"), [("/sorces", "/sources"), ("/hlep", "/help"), ("/quti", "/quit")])
def test_a_mistyped_command_is_met_with_the_nearest(typed: str, meant: str, opened: Archive) -> None:
    recording = Recording()

    assert said(chat_with(recording, opened), typed) == f"Det er ingen kommando {typed}.\nMente du {meant}?\n\n"
    assert recording.asked == []


def test_an_unknown_command_is_met_with_the_way_to_help(opened: Archive) -> None:
    assert said(chat_with(Recording(), opened), "/xyzzy\x1b[31m") == (
        "Det er ingen kommando /xyzzy␛[31m.\n/help viser kommandoene.\n\n"
    )


def test_help_names_every_command(opened: Archive) -> None:
    output = said(chat_with(Recording(), opened), "/help")

    for command in ("/sources", "/source N", "/articles", "/new", "/help", "/quit"):
        assert f"  {command} " in output


@pytest.mark.parametrize("line", ["/quit", " /quit ", "/quit nå", "quit", "exit"])
def test_one_can_leave(line: str, opened: Archive) -> None:
    chat, _ = chat_with(Recording(), opened)

    assert not chat.handle(line)


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_an_empty_line_is_no_question(line: str, opened: Archive) -> None:
    recording = Recording()

    assert said(chat_with(recording, opened), line) == ""
    assert recording.asked == []


def test_the_chat_speaks_the_language_of_the_last_question(chain: AnswerChain, opened: Archive) -> None:
    spoken = chat_with(chain, opened)

    assert "There is no command" in said(spoken, "How long was the sperm whale?", "/xyzzy")
    assert "Det er ingen kommando" in said(spoken, "Hvem er rådmann på Leka?", "/xyzzy")


def test_a_language_that_was_chosen_stays(chain: AnswerChain, opened: Archive) -> None:
    spoken = chat_with(chain, opened, Language.ENGLISH)

    assert "There is no command" in said(spoken, "Hvem er rådmann på Leka?", "/xyzzy")


def test_the_greeting_says_how_many_articles_from_when_and_how_answers_are_made(opened: Archive) -> None:
    chat, file = chat_with(Recording(), opened)

    chat.greet()

    assert "3 artikler, 12. april 2019 – september 2021, 1 udatert\n" in file.getvalue()
    assert "ordrette sitater" in file.getvalue()
    assert "ingen språkmodell" in file.getvalue()


def test_with_a_chat_model_the_greeting_says_which_and_what_is_sent_where(opened: Archive, chain: AnswerChain) -> None:
    file = io.StringIO()
    ready: Future[Answers] = Future()
    ready.set_result(chain)
    chat = Chat(Screen(file), opened, ready, Language.ENGLISH, model="ollama:llama3.3", place="ollama")

    chat.greet()

    assert (
        "ollama:llama3.3 writes the answers, and every claim is checked against the articles. "
        "Questions and the passages found are sent to ollama.\n"
    ) in file.getvalue()
    assert "no language model" not in file.getvalue()


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"OPENAI_API_KEY": "sk-1"}, "openai."),
        (
            {"OPENAI_BASE_URL": "https://eva:hemmelig@llm.example:8443/v1", "KILDEBOT_MODEL": "openai:x"},
            "llm.example:8443.",
        ),
        ({"OPENAI_BASE_URL": "https://llm.example/v1", "KILDEBOT_MODEL": "ollama:x"}, "ollama."),
    ],
)
def test_where_questions_are_sent_is_the_machine_or_the_provider(
    settings: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert place_of(load_settings()) + "." == place


def test_what_a_model_wrote_is_part_of_the_conversation_with_its_sources(
    scripted: AnswerChain, opened: Archive
) -> None:
    spoken = chat_with(scripted, opened)

    output = said(spoken, "Når begynte fergen Heilhorn å gå?")

    assert output.startswith("Fergen Heilhorn begynte å gå til Leka i mars [1]. Den er malt blå [2?].")
    assert "[2?]" in said(spoken, "/source [2?]")
    assert "Ny ferge til Leka" in said(spoken, "/sources")
    said(spoken, "Og hva kostet den?")
    assert said(spoken, "/new", "/sources").startswith("Ingen kilder å vise ennå")


def test_where_the_model_fails_the_answer_is_quoted_and_says_so(scripted: AnswerChain, opened: Archive) -> None:
    output = said(chat_with(scripted, opened), "Hvor mange biler tar fergen Heilhorn, er det feil?")

    assert "Den tar 60 biler, sier reder Ola Nordmo." in output
    assert "Språkmodellen godtok ikke nøkkelen; svaret er sitert." in output


def test_commands_and_the_numbers_of_sources_are_completed(chain: AnswerChain, opened: Archive) -> None:
    spoken = chat_with(chain, opened)
    chat, _ = spoken
    assert [line for line, _ in chat.completions("/s")] == ["/sources", "/source"]
    assert chat.completions("Hvem er") == chat.completions("") == chat.completions("/source ") == []

    said(spoken, "Hvor mange biler tar fergen Heilhorn?")

    assert ("/source 1", "1 Ny ferge til Leka") in chat.completions("/source ")
    assert chat.completions("/source 77") == []


def test_what_went_wrong_in_the_background_reaches_who_waits_for_it() -> None:
    def work() -> int:
        raise EmbeddingFailed("no")

    with pytest.raises(EmbeddingFailed):
        in_background(work).result(5)


def test_work_in_the_background_is_waited_for_but_not_for_ever() -> None:
    going, done = threading.Event(), threading.Event()
    soon = in_background(lambda: time.sleep(0.2))
    wait_for_background(10)
    assert soon.done()

    def work() -> bool:
        going.set()
        return done.wait()

    endless = in_background(work)
    going.wait()
    wait_for_background(0.1)
    assert not endless.done()
    done.set()
    wait_for_background(10)


def test_nothing_goes_on_in_the_background_once_the_chat_is_left(archive: Path, run: Run) -> None:
    for given in ("/quit\n", ""):
        assert run("chat", given=given).exit_code == 0
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("chat")]


# Questions that are piped in


def test_piped_questions_are_answered_as_plain_text_without_prompt_or_greeting(archive: Path, run: Run) -> None:
    ended = run("chat", given="Hvor mange biler tar fergen Heilhorn?\n/source 1\n")

    assert ended.exit_code == 0
    assert ended.stdout.startswith("Den tar 60 biler, sier reder Ola Nordmo. [1]\n")
    assert ">>Den tar 60 biler" in ended.stdout
    assert "\x1b" not in ended.stdout
    assert "> Hvor" not in ended.stdout


def test_a_mark_of_utf_8_before_the_first_line_is_no_part_of_it(archive: Path, run: Run) -> None:
    assert run("chat", given=b"\xef\xbb\xbf/help\n").stdout == run("chat", given=b"/help\n").stdout


def test_piped_bytes_of_any_kind_are_answered(archive: Path, run: Run) -> None:
    ended = run("chat", given=b"\xff\xfe\x00\x1b[31m\n\n/source \xff\nHvem er reder?")

    assert ended.exit_code == 0
    assert "Nordmo" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_piped_questions_are_answered_without_styles_on_a_terminal_too(archive: Path, run: Run) -> None:
    assert "\x1b" not in run("chat", given="Hvem er reder?\n").stdout
    assert "\x1b" in run("--color", "always", "chat", given="Hvem er reder?\n").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_ctrl_c_ends_a_chat_that_is_piped(archive: Path) -> None:
    """While an answer is made, too: after it the next line would not be answered."""
    slow = """
import sys, time
from bot.cli import main
from bot.chain import AnswerChain

def answer(*_):
    print("asked", flush=True)
    time.sleep(3600)

AnswerChain.answer = answer
sys.argv = ["kildebot", "chat"]
main()
"""
    with subprocess.Popen(
        [sys.executable, "-c", slow],
        cwd=Path(__file__).parent.parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as chatting:
        assert chatting.stdin
        assert chatting.stdout
        chatting.stdin.write("Hvem er reder?\nHvem er rådmann?\n")
        chatting.stdin.close()
        assert chatting.stdout.readline() == "asked\n"
        time.sleep(0.2)
        chatting.send_signal(signal.SIGINT)
        patience = threading.Timer(20, chatting.kill)
        patience.start()
        assert chatting.wait() == 130
        patience.cancel()
        assert chatting.stderr
        assert chatting.stderr.read().strip() == "error: interrupted"
        assert "Avbrutt" not in chatting.stdout.read()


# Before the first question


class Remote:
    """An embedding model that somebody else runs, and that remembers what it was asked."""

    name = "remote"
    titled = False
    dimensions = 64

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.eye(len(texts), 64, dtype=np.float32)

    def embed_question(self, text: str) -> Vectors:
        self.asked.append(text)
        return np.array(np.eye(1, 64, dtype=np.float32)[0])


def test_a_remote_embedding_model_is_asked_nothing_before_the_first_question(home: Path) -> None:
    remote = Remote()
    with open_archive(home / "far", remote) as archive:
        archive.ingest([Article("ulv", "Ulv i Lierne", "En ulv tok elleve sauer i Lierne natt til tirsdag.")])

        chain = warm_chain(archive, Settings(home=home / "far"))

        assert remote.asked == []
        chain.answer("Hvor mange sauer tok ulven?")
        assert remote.asked != []


# Small talk


@pytest.mark.parametrize(
    ("line", "said_back"),
    [
        ("Hei", "Hei!"),
        ("hei på deg 👋", "Hei!"),
        ("takk!", "Bare hyggelig!"),
        ("Tusen takk.", "Bare hyggelig!"),
        ("hva kan du?", "Jeg finner svar i artiklene"),
        ("Ha det!", "Ha det bra!"),
        ("hello", "Hello!"),
        ("Thanks!", "You are welcome!"),
        ("No thanks.", "All right."),
        ("nei takk", "Den er grei."),
        ("Ja takk!", "Bare spør i vei!"),
        ("What can you do?", "I find answers in the articles"),
        ("bye", "Goodbye!"),
    ],
)
def test_small_talk_is_answered_in_its_language_and_is_no_question(line: str, said_back: str, opened: Archive) -> None:
    recording = Recording()
    spoken = chat_with(recording, opened)

    output = said(spoken, "Hvem er reder?", line)

    assert output.startswith(said_back)
    assert output.count("\n") == 2
    said(spoken, "Hvem da?")
    assert recording.asked[1:] == [("Hvem da?", ("Hvem er reder?",))]


@pytest.mark.parametrize(
    "line",
    [
        "Hei, hvem er reder?",
        "hvem sa hei?",
        "takk hvem",
        "Hva kan du si om fergen?",
        "hello kitty",
        "Hvem er du glad i",
        "Hvem er rådmann",
        "hei hei hei",
        "",
        "?",
        "h" * 100_000,
    ],
)
def test_a_question_is_never_taken_for_small_talk(line: str) -> None:
    assert small_talk(line) is None


def test_every_reply_to_small_talk_keeps_to_a_language_that_was_chosen(opened: Archive) -> None:
    assert said(chat_with(Recording(), opened, Language.ENGLISH), "takk").startswith("You are welcome!")


def test_a_chat_from_scratch_has_the_sample_articles(run: Run) -> None:
    ended = run("chat", given="Hvor lenge varte det første møtet mellom Kim og Putin?\n")

    assert ended.exit_code == 0
    assert "legger inn eksempelartikler" in ended.stdout
    assert "to timer" in ended.stdout
