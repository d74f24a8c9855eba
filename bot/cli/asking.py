"""The commands that answer: search, ask, chat."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from bot.cli.shared import DONE, FAILED, NOTHING_FOUND, Command, Shared, complain, print_json, tell

if TYPE_CHECKING:
    from bot.cli.questions import Asked
    from bot.settings import Settings
    from vectorstore.archive import Archive

_FROM_INPUT = ("-",)

_QUESTION = click.argument("question", nargs=-1)
_ASK_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, for programs.")


@click.command(cls=Command, short_help="Answer a question, with sources.")
@_QUESTION
@_ASK_JSON
@click.pass_obj
def ask(shared: Shared, question: tuple[str, ...], as_json: bool) -> int:
    """Answer QUESTION from your articles, with its sources.

    With - questions are read from standard input, one a line, and answered in
    order as they come. A line is plain text, or, for a follow-up, a JSON object
    with the turns before it (on one line):

      {"question": "Når var det?",
       "history": [{"question": "Hvem møtte Putin?", "answer": "Kim. [1]"}]}

    As long as nobody has put an article into the archive, the sample articles
    are there to ask about; they leave when yours come.

    Examples:
      kildebot ask Hvem møtte Putin i Vladivostok?
      kildebot ask --json "When did Kim and Putin meet?"
      kildebot ask --json - < questions.txt > answers.jsonl

    With a chat model (KILDEBOT_MODEL) the answer is shown while it is written.
    [1] marks what source 1 confirms, [2?] what source 2 was named for but does
    not confirm, [?] what no article confirms. Ctrl-C stops it.

    With --json an answer has the keys question, status (answered, not_found or
    partial), text, confidence (0 to 1), language, writer (quoting or model),
    model, trouble (why a model did not write it, or not to its end), citations,
    claims (each with text, citations and proven), nearest, usage (input_tokens,
    output_tokens, and dollars, null where no price is known) and seconds. What
    is not known is "". A line without a question gets an object too, with status
    not_found and an error.

    A single question that the articles do not answer ends with exit code 3.

    """
    questions = _asked(question)
    with opened(shared) as (archive, settings):
        return _ask_all(shared, archive, settings, questions, single=question != _FROM_INPUT, as_json=as_json)


@click.command(cls=Command, short_help="Find the passages that may answer a question.")
@_QUESTION
@click.option(
    "-k", "--limit", type=click.IntRange(1, 100), default=10, metavar="N", help="How many, at most 100.  [default: 10]"
)
@_ASK_JSON
@click.pass_obj
def search(shared: Shared, question: tuple[str, ...], limit: int, as_json: bool) -> int:
    """Find the passages that may answer QUESTION, best first.

    With - questions are read from standard input, as kildebot ask reads them.

    Examples:
      kildebot search toppmøtet i Hanoi
      kildebot search -k 3 --json "sanctions against North Korea"
      kildebot search --json - < questions.txt > hits.jsonl

    With --json each question gives an object with the keys question and hits;
    a hit has article, title, published, outlet, url, start, end, text and score.
    Offsets count characters in the article's text, end exclusive.

    A single question that finds nothing ends with exit code 3.

    """
    questions = _asked(question)
    with opened(shared) as (archive, settings):
        return _search_all(shared, archive, settings, questions, limit, single=question != _FROM_INPUT, as_json=as_json)


@click.command(cls=Command, short_help="Ask and follow up, in the terminal.")
@click.pass_obj
def chat(shared: Shared) -> int:
    """Ask and follow up, in the terminal.

      /sources     the sources of the last answer
      /source N    the quote of source N where it stands in its article
      /articles    the articles that answers come from
      /new         begin a new conversation
      /help        the commands
      /quit        leave; so does Ctrl-D

    Up recalls earlier questions, also those of earlier runs; Tab completes;
    Ctrl-C cancels a line or stops an answer; what was written of it stays.

    As long as nobody has put an article into the archive, the sample articles
    are there to ask about; they leave when yours come.

    Questions that are piped in are answered as plain text, one a line:

      kildebot chat < questions.txt
    """
    from bot.terminal import run

    return run(shared.settings(), shared.screen(plain=not sys.stdin.isatty()))


def _asked(words: tuple[str, ...]) -> "Iterable[Asked]":
    """The question that was given, or those on standard input. Raises `click.UsageError` for none."""
    from bot.cli.questions import from_lines, from_words

    if words == _FROM_INPUT:
        return from_lines(sys.stdin.buffer)
    asked = from_words(words)
    if asked.error:
        raise click.UsageError(
            "there is no question; write it after the command, or - to read questions from standard input"
        )
    return [asked]


@contextmanager
def opened(shared: Shared) -> "Iterator[tuple[Archive, Settings]]":
    """The archive with something in it to ask about: the samples, where nobody ever put anything in."""
    from bot.messages import say
    from bot.wiring import language_of_keeping, needs_samples, open_articles, take_in_samples

    settings = shared.settings()
    with open_articles(settings) as archive:
        if needs_samples(archive):
            tell(say("samples_for_question", language_of_keeping(settings)))
            take_in_samples(archive)
        yield archive, settings


def _ask_all(
    shared: Shared,
    archive: "Archive",
    settings: "Settings",
    questions: "Iterable[Asked]",
    *,
    single: bool,
    as_json: bool,
) -> int:
    from bot.answer import Status
    from bot.messages import Language
    from bot.render import answer_line, failed_answer_line, show_stream
    from bot.wiring import chain_over, spoken_language
    from vectorstore.query import language_of

    if empty := _emptiness(archive):
        return empty
    screen = shared.screen()

    def one(asked: "Asked") -> bool:
        if as_json:
            answer = chain.answer(asked.question, asked.conversation)
            print_json(answer_line(answer))
        else:
            events = chain.stream(asked.question, asked.conversation)
            language = spoken_language(settings) or Language.of(language_of(asked.question))
            answer = show_stream(screen, events, asked.question, language)
        return answer.status is not Status.NOT_FOUND

    with closing(chain_over(archive, settings)) as chain:
        return _each(questions, one, failed_answer_line if as_json else None, single=single)


def _search_all(
    shared: Shared,
    archive: "Archive",
    settings: "Settings",
    questions: "Iterable[Asked]",
    limit: int,
    *,
    single: bool,
    as_json: bool,
) -> int:
    from bot.messages import Language, say
    from bot.render import failed_hits_line, hits_line, show_hits
    from bot.wiring import search_over, spoken_language
    from vectorstore.query import language_of

    if empty := _emptiness(archive):
        return empty
    searching, screen = search_over(archive), shared.screen()

    def one(asked: "Asked") -> bool:
        hits = searching.hits(asked.question, asked.conversation.questions, limit)
        language = spoken_language(settings) or Language.of(language_of(asked.question))
        if as_json:
            print_json(hits_line(asked.question, hits))
        elif hits:
            show_hits(screen, hits, language)
        else:
            screen.wrapped(say("not_found", language))
        return bool(hits)

    return _each(questions, one, failed_hits_line if as_json else None, single=single)


def _emptiness(archive: "Archive") -> int:
    """Complains if there is no article to answer from; gives the exit code, 0 where there are some."""
    if archive.article_count:
        return DONE
    return complain("the archive holds no articles", "take some in: kildebot ingest PATH")


def _each(
    questions: "Iterable[Asked]",
    answer: "Callable[[Asked], bool]",
    failed_line: Callable[[str, str], str] | None,
    *,
    single: bool,
) -> int:
    """Answer each question, and say in its place what is wrong with one that cannot be answered."""
    from bot.render import shown
    from vectorstore.errors import VectorstoreError

    code = DONE
    for asked in questions:
        if not single and failed_line is None:
            click.echo(f"> {shown(' '.join(asked.question.split()))}")
        error, hint = asked.error, ""
        if not error:
            try:
                found = answer(asked)
                code = code if found or not single else NOTHING_FOUND
            except VectorstoreError as failure:
                if single:
                    raise
                error, hint, code = failure.message, failure.hint, FAILED
        if error and failed_line is not None:
            print_json(failed_line(asked.question, error))
        elif error:
            complain(error, hint)
        if not single and failed_line is None:
            click.echo()
    return code
