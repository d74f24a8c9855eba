"""What one may rely on when asking: `kildebot ask` and `kildebot search`."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import ARTICLES, Run, objects

TEXTS = {each["id"]: each["text"] for each in ARTICLES}
PROGRAM = [sys.executable, "-c", "from bot.cli import main; main()"]
ROOT = Path(__file__).parent.parent.parent

ANSWER_KEYS = [
    "question",
    "status",
    "text",
    "confidence",
    "language",
    "writer",
    "model",
    "trouble",
    "citations",
    "claims",
    "nearest",
    "usage",
    "seconds",
]
CITATION_KEYS = [
    "number",
    "article",
    "title",
    "outlet",
    "published",
    "published_from",
    "genre",
    "url",
    "link",
    "quote",
    "start",
    "end",
    "proven",
    "also_in",
]
HIT_KEYS = ["article", "title", "published", "outlet", "url", "start", "end", "text", "score"]


def test_a_question_is_answered_with_a_quote_and_its_dated_source(archive: Path, run: Run) -> None:
    ended = run("ask", "Hvor mange biler tar fergen Heilhorn?")

    assert ended.exit_code == 0
    assert "Den tar 60 biler, sier reder Ola Nordmo. [1]" in ended.output
    assert "] Ny ferge til Leka — Namdalsposten, nyhet, 12. april 2019" in ended.output
    assert "https://namdalsposten.example/ferge" in ended.output


def test_a_question_needs_no_quotation_marks(archive: Path, run: Run) -> None:
    assert "60 biler" in run("ask", "Hvor", "mange", "biler", "tar", "fergen", "Heilhorn?").output


def test_an_opinion_is_told_from_news(archive: Path, run: Run) -> None:
    assert (
        "La skolen på Leka leve — Nordlys, LEDER, september 2021"
        in run("ask", "Hvor mange elever har skolen på Leka?").output
    )


def test_an_english_question_gets_its_sources_in_english(archive: Path, run: Run) -> None:
    output = run("ask", "How long was the sperm whale in Bodø?").output

    assert "A whale in the harbour — Barents Times, news, undated" in output


def test_what_the_articles_do_not_say_is_said_and_the_exit_code_is_3(archive: Path, run: Run) -> None:
    ended = run("ask", "Hvem vant fotballkampen i Paris?")

    assert ended.exit_code == 3
    assert "Artiklene sier ingenting om dette." in ended.output


def test_an_answer_in_json_keeps_the_contract(archive: Path, run: Run) -> None:
    [answer] = objects(run("ask", "--json", "Hvor mange biler tar fergen Heilhorn?").output)

    assert list(answer) == ANSWER_KEYS
    assert answer["status"] == "answered"
    assert 0 <= answer["confidence"] <= 1
    first = answer["citations"][0]
    assert list(first) == CITATION_KEYS
    assert (first["number"], first["article"], first["published"]) == (1, "ferge", "2019-04-12")
    assert (first["published_from"], first["genre"], first["also_in"]) == ("stated", "news", [])
    assert first["link"].startswith("https://namdalsposten.example/ferge#:~:text=")


def test_what_is_not_known_is_an_empty_string_in_json(archive: Path, run: Run) -> None:
    [answer] = objects(run("ask", "--json", "How long was the sperm whale in Bodø?").output)

    first = answer["citations"][0]
    assert (first["published"], first["published_from"], first["url"]) == ("", "unknown", "")


def test_no_answer_in_json_names_the_nearest_articles(archive: Path, run: Run) -> None:
    ended = run("ask", "--json", "Hvem maler fergen Heilhorn grønn?")
    [answer] = objects(ended.output)

    if answer["status"] == "not_found":  # whether it is, the writer decides
        assert ended.exit_code == 3
        assert answer["citations"] == []
        assert list(answer["nearest"][0]) == ["article", "title", "published", "link"]


@pytest.mark.parametrize("question", ["Hvor mange biler tar fergen?", "Hvem er rådmann?", "When did the whale leave?"])
def test_every_quote_is_what_stands_in_the_article_at_its_offsets(question: str, archive: Path, run: Run) -> None:
    [answer] = objects(run("ask", "--json", question).output)

    for each in answer["citations"]:
        assert TEXTS[each["article"]][each["start"] : each["end"]] == each["quote"]


def test_hits_in_json_keep_the_contract(archive: Path, run: Run) -> None:
    [found] = objects(run("search", "--json", "overfarten til Leka").output)

    assert list(found) == ["question", "hits"]
    first = found["hits"][0]
    assert list(first) == HIT_KEYS
    assert first["article"] == "ferge"
    assert TEXTS["ferge"][first["start"] : first["end"]] == first["text"]
    scores = [each["score"] for each in found["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_a_search_gives_as_many_passages_as_were_asked_for(archive: Path, run: Run) -> None:
    [found] = objects(run("search", "-k", "1", "--json", "Leka").output)

    assert len(found["hits"]) == 1


def test_a_search_shows_passages_under_their_articles(archive: Path, run: Run) -> None:
    output = run("search", "overfarten til Leka").output

    assert output.startswith("1. Ny ferge til Leka — Namdalsposten, nyhet, 12. april 2019")
    assert "Overfarten tar 25 minutter." in output


def test_a_search_that_finds_nothing_says_so_and_ends_with_3(archive: Path, run: Run) -> None:
    ended = run("search", "xylofonkvartett")

    assert (ended.exit_code, ended.stdout) == (3, "Artiklene sier ingenting om dette.\n")
    assert objects(run("search", "--json", "xylofonkvartett").stdout)[0]["hits"] == []


# Questions on standard input


def test_questions_on_standard_input_are_answered_in_order_a_line_each(archive: Path, run: Run) -> None:
    questions = ["Hvor mange elever har skolen?", "How long was the whale?", "Hvem vant i Paris?"]

    ended = run("ask", "--json", "-", given="\n".join(questions) + "\n")

    assert [each["question"] for each in objects(ended.output)] == questions
    assert ended.exit_code == 0


def test_a_follow_up_is_understood_from_the_turns_before_it(archive: Path, run: Run) -> None:
    history = [{"question": "Hva heter den nye fergen?", "answer": "Heilhorn. [1]"}]
    alone = json.dumps({"question": "Og hva kostet den?"})
    after = json.dumps({"question": "Og hva kostet den?", "history": history})

    [nothing], [found] = (objects(run("search", "--json", "-", given=line).output) for line in (alone, after))

    assert nothing["hits"] == []
    assert found["hits"][0]["article"] == "ferge"


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"   ",
        b'{"question": ',
        b'{"question": 5}',
        b'{"question": ""}',
        b'{"question": "a", "history": 5}',
        b'{"question": "a", "history": [{"answer": "b"}]}',
        b'{"question": "a", "history": ["b"]}',
        b"{}",
        b'{"a": ' + b"[" * 100_000,
        b'{"question": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_line_that_holds_no_question_gets_an_object_that_says_so(
    command: str, line: bytes, archive: Path, run: Run
) -> None:
    ended = run(command, "--json", "-", given=line + b"\nHvem er reder?\n")

    wrong, right = objects(ended.output)
    assert wrong["error"]
    assert "error" not in right
    assert ended.exit_code == 0
    if command == "ask":
        assert list(wrong) == [*ANSWER_KEYS, "error"]
        assert wrong["status"] == "not_found"


@pytest.mark.parametrize("line", [b"{x}", b"{", b"{'question'}", b"%s {0} ${HOME}"])
def test_a_line_is_a_question_unless_it_begins_like_a_json_object(line: bytes, archive: Path, run: Run) -> None:
    [answer] = objects(run("ask", "--json", "-", given=line + b"\n").output)

    assert answer["question"] == line.decode()
    assert "error" not in answer


def test_a_line_of_any_length_leaves_the_others_their_answers(archive: Path, run: Run) -> None:
    ended = run("ask", "--json", "-", given=b"a" * 5_000_000 + b"\nHvem er reder?\n" + b"ferge " * 17_000)

    too_long, usual, long = objects(ended.output)
    assert "longer" in too_long["error"]
    assert "error" not in usual
    assert "error" not in long


HOSTILE = [
    "Hvem \x1b]0;eid\x07 er \x1b[31mreder\x1b[0m?",
    "\x00\x01\x02",
    "Hvem\u202ereder",
    'title:"x" OR NEAR(a b) * -- \' ; DROP TABLE articles',
    "(?:a+)+$ [[[ .* {x} %s %n",
    "hvem er og i på det",
    "什么是克里姆林宫",
    "🐋" * 3000,
    "e\u0301" * 500,
    "?",
    "H" * 4096,
]


@pytest.mark.parametrize("question", HOSTILE)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_no_question_brings_the_program_down(command: str, question: str, archive: Path, run: Run) -> None:
    ended = run(command, "--json", "-", given=f"{question}\n".encode("utf-8", "surrogatepass"))

    assert ended.exit_code == 0
    assert len(objects(ended.output)) == 1


@pytest.mark.parametrize("question", HOSTILE)
def test_nothing_in_a_question_reaches_the_terminal_as_a_command(question: str, archive: Path, run: Run) -> None:
    ended = run("ask", "-", given=question.encode("utf-8", "surrogatepass"))

    assert not set(ended.output) & {*map(chr, [*range(10), *range(11, 32), *range(127, 160), 0x202E])}


def test_json_holds_no_character_that_ends_a_line_or_moves_a_terminal(archive: Path, run: Run) -> None:
    ended = run("ask", "--json", "-", given="a\x85b\u2028c\x9bd\x7f\n")

    assert len(ended.output.splitlines()) == 1
    assert objects(ended.output)[0]["question"] == "a\x85b\u2028c\x9bd\x7f"


def test_bytes_that_are_not_utf_8_are_answered_too(archive: Path, run: Run) -> None:
    [answer] = objects(run("ask", "--json", "-", given=b"Hvem er r\xe5dmann p\xe5 Leka\xff?\n").output)

    assert answer["question"] == "Hvem er r\ufffddmann p\ufffd Leka\ufffd?"


def test_a_lone_surrogate_in_json_or_in_an_argument_is_answered_too(archive: Path, run: Run) -> None:
    [from_json] = objects(run("ask", "--json", "-", given='{"question": "Hvem \\ud800?"}\n').output)
    [from_argument] = objects(run("ask", "--json", "Hvem \udcff?").output)

    assert from_json["question"] == from_argument["question"] == "Hvem \ufffd?"


@pytest.mark.parametrize("nothing", [(), ("",), ("  ",)])
def test_asking_nothing_is_wrong_usage(nothing: tuple[str, ...], archive: Path, run: Run) -> None:
    ended = run("ask", *nothing)

    assert ended.exit_code == 2
    assert ended.stderr.startswith("error: there is no question")
    assert "hint: " in ended.stderr


def test_answers_in_text_stand_under_their_questions(archive: Path, run: Run) -> None:
    output = run("ask", "-", given="Hvem er reder?\nHvem er rådmann?\n").output

    first, second = output.index("> Hvem er reder?"), output.index("> Hvem er rådmann?")
    assert first < output.index("Nordmo") < second < output.index("Kari Holm", second)


def test_answers_come_as_soon_as_they_are_ready(archive: Path) -> None:
    """Nothing waits for the end of the input: a program can ask, read the answer, and ask again."""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        [*PROGRAM, "ask", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=buffered
    ) as asking:
        assert asking.stdin
        assert asking.stdout
        patience = threading.Timer(30, asking.kill)
        patience.start()
        for question in ["Hvem er reder?", "Hvem er rådmann?"]:
            asking.stdin.write(f"{question}\n".encode())
            asking.stdin.flush()
            assert json.loads(asking.stdout.readline() or "{}").get("question") == question
        patience.cancel()


# An archive without articles


def test_the_sample_articles_are_there_to_ask_about_until_there_are_others(home: Path, run: Run) -> None:
    ended = run("ask", "--json", "Hvor lenge varte det første møtet mellom Kim og Putin?")

    assert ended.exit_code == 0
    assert "sample articles" in ended.stderr
    assert "to timer" in objects(ended.stdout)[0]["text"]
    assert "sample articles" not in run("ask", "Hvem møtte Putin?").stderr


def test_an_emptied_archive_stays_empty(archive: Path, run: Run) -> None:
    run("remove", "ferge", "skole", "whale")

    ended = run("ask", "Hvem er reder?")

    assert ended.exit_code == 1
    assert ended.stderr == "error: the archive holds no articles\nhint: take some in: kildebot ingest PATH\n"
