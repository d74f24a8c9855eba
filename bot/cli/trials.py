"""Putting a question set to an archive, with a progress bar, and telling what of the set cannot be used."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.bars import Bars
from bot.cli.shared import Interrupted, Shared, installed_version, tell
from bot.cli.signals import ended_by_signal, interrupted_once
from bot.errors import EvaluationUnreadable
from bot.evaluation import (
    SAMPLE_QUESTIONS,
    Circumstances,
    Faulty,
    Fitted,
    Outcome,
    Question,
    Run,
    fitted,
    is_run,
    outcomes,
    read_questions,
    read_run,
)
from bot.messages import Language, say
from bot.render import shown
from bot.wiring import chain_over, language_of_keeping, open_articles, search_over, take_in_samples

if TYPE_CHECKING:
    from bot.settings import Settings
    from vectorstore.archive import Archive

_TOLD = 10  # lines about the same kind of thing


def opened_run(file: Path | None) -> Run | None:
    """The run that a file holds; None where it holds questions. Raises `EvaluationUnreadable`."""
    return read_run(file) if file is not None and is_run(file) else None


def try_out(shared: Shared, file: Path | None) -> tuple[Run, int | None]:
    """Ask the questions of a file, or the samples' own; the run, and the exit code of the signal that ended it, None where none did.

    Raises `VectorstoreError`, `BotError`, and `Interrupted` where nothing had been asked yet.
    """
    settings = shared.settings()
    language = language_of_keeping(settings)
    questions, faulty = _read(file or SAMPLE_QUESTIONS)
    _tell_some((say("eval_skipped", language, number=each.number, reason=each.error) for each in faulty), language)
    bars = Bars(shared.screen(aside=True) if sys.stderr.isatty() else None)
    with interrupted_once(), _archive(settings, own=file is not None) as archive:
        usable, unfit = _divided(fitted(questions, archive), language)
        if not usable:
            raise EvaluationUnreadable(
                "there is no question to ask",
                "is it the right archive? --home names another"
                if unfit
                else "kildebot eval --help shows how to write them",
            )
        done: list[Outcome] = []
        began, started = datetime.now(UTC), time.perf_counter()
        with bars.over(say("eval_asking", language), lambda: len(usable)) as progress:
            ended = ended_by_signal(lambda: _ask(usable, archive, settings, done, progress or (lambda _: None)))
        if not done:
            raise Interrupted(code=ended or 1)
        run = Run(
            Circumstances(
                version=installed_version(),
                began=began.isoformat(timespec="seconds").removesuffix("+00:00"),
                questions=file.name if file else "",
                model=settings.chat_model,
                embedding=archive.embedder.name,
                language=settings.language,
                articles=archive.article_count,
                passages=archive.passage_count,
                revision=archive.revision,
            ),
            tuple(done),
            planned=len(usable),
            skipped=len(faulty),
            unfit=len(unfit),
            seconds=time.perf_counter() - started,
        )
    failures = (say("eval_failed_line", language, number=each.number, reason=each.error) for each in done if each.error)
    _tell_some(failures, language)
    return run, ended


@contextmanager
def _archive(settings: "Settings", *, own: bool) -> "Iterator[Archive]":
    """One's own archive; or one with the sample articles, which is thrown away."""
    if own:
        with open_articles(settings) as archive:
            if not archive.article_count:
                raise EvaluationUnreadable("the archive holds no articles", "take some in: kildebot ingest PATH")
            yield archive
        return
    with (
        tempfile.TemporaryDirectory(prefix="kildebot-", ignore_cleanup_errors=True) as folder,
        open_articles(settings.model_copy(update={"home": Path(folder)})) as archive,
    ):
        take_in_samples(archive)
        if settings.chat_model:  # what it costs is counted in one's own home, which may not be there yet
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield archive


def _read(file: Path) -> tuple[list[Question], list[Faulty]]:
    lines = list(read_questions(file))
    return [each for each in lines if isinstance(each, Question)], [each for each in lines if isinstance(each, Faulty)]


def _divided(every: Sequence[Fitted], language: Language) -> tuple[list[Fitted], list[Fitted]]:
    """Those that fit the archive, and those that do not, which are told of."""
    usable = [each for each in every if each.misfit is None]
    unfit = [each for each in every if each.misfit is not None]
    _tell_some((f"{say('warning', language)}: {_misfit(each, language)}" for each in unfit), language)
    return usable, unfit


def _misfit(unfit: Fitted, language: Language) -> str:
    question = unfit.question
    texts, named = (question.expected.texts, question.expected.articles) if question.expected else ((), ())
    values = {"expected": " / ".join(texts), "named": ", ".join(named)}
    return say(f"eval_{unfit.misfit}", language, number=question.number, **values)


def _tell_some(lines: Iterable[str], language: Language) -> None:
    every = list(lines)
    for line in every[:_TOLD]:
        tell(shown(line))
    if len(every) > _TOLD:
        tell(say("eval_and_more", language, number=len(every) - _TOLD))


def _ask(
    questions: Sequence[Fitted],
    archive: "Archive",
    settings: "Settings",
    done: list[Outcome],
    progress: Callable[[int], None],
) -> None:
    """Ask each in order, and note what became of it."""
    with closing(chain_over(archive, settings)) as chain:
        chain.prepare()
        for each in outcomes(questions, search_over(archive), chain, archive):
            done.append(each)
            progress(len(done))
