"""What can be said about how everything is: the installation, the settings, the models, the archive with its indexes, the terminal."""

import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version

from rich.text import Text

from bot.answer import Usage
from bot.errors import BotError, ModelFailed
from bot.messages import Language, say
from bot.render import Screen, shown
from bot.render.screen import FAINT, LABEL, MARK
from bot.settings import Settings, tracing_variable, variable_names
from bot.wiring import budget_of, chat_model_of, embedder_of, has_samples, open_articles
from vectorstore.archive import Finding, Grade
from vectorstore.errors import VectorstoreError

_ENGINES = ("chromadb", "tantivy", "numpy", "langchain-core")
_SIGNS = {Grade.OK: "✓", Grade.WARNING: "!", Grade.ERROR: "✗"}
_SIGNED_IN = re.compile(r"//[^/?#]*@")  # the name and password in an address (RFC 3986, 3.2.1)
_PLAIN_SIGNS = {Grade.OK: "ok", Grade.WARNING: "!", Grade.ERROR: "X"}


def examine(settings: Settings | BotError, screen: Screen) -> list[Finding]:
    """Everything there is to say, in the order in which one thing rests on the other. Raises nothing of ours."""
    findings = [*_installation(), *_terminal(screen)]
    if isinstance(settings, BotError):
        return [*findings, Finding("settings", Grade.ERROR, settings.message, settings.hint)]
    return [*findings, *_settings(settings), *_model(settings), *_embedding(settings), *_said_once(_archive(settings))]


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether none of the findings is an error; warnings are no illness."""
    return all(each.grade is not Grade.ERROR for each in findings)


def as_object(findings: Sequence[Finding]) -> dict[str, object]:
    """The findings as `kildebot doctor --json` prints them."""
    every = [{"name": each.name, "grade": each.grade.value, "text": each.text, "hint": each.hint} for each in findings]
    return {"healthy": healthy(findings), "findings": every}


def show(screen: Screen, findings: Sequence[Finding], language: Language) -> None:
    """One entry for each finding: a sign, its name, what was found, and what to do; and the verdict in a language."""
    fancy = screen.can_show("✓✗→")
    signs, arrow = (_SIGNS, "→") if fancy else (_PLAIN_SIGNS, "->")
    name_width = max(len(each.name) for each in findings)
    for each in findings:
        sign = signs[each.grade].ljust(2)
        first = Text.assemble((sign, FAINT if each.grade is Grade.OK else MARK), f" {each.name.ljust(name_width)}  ")
        screen.wrapped(shown(each.text), indent=len(first), first=first)
        if each.hint:
            screen.wrapped(Text(shown(f"{arrow} {each.hint}"), LABEL), indent=len(first))
    screen.line()
    screen.wrapped(_verdict(findings, language))


def _verdict(findings: Sequence[Finding], language: Language) -> str:
    errors, warnings = (
        ", ".join(each.name for each in findings if each.grade is grade) for grade in (Grade.ERROR, Grade.WARNING)
    )
    if errors:
        return say("not_well", language, errors=errors)
    return say("only_warnings", language, warnings=warnings) if warnings else say("all_well", language)


def _installation() -> Iterator[Finding]:
    yield Finding("python", Grade.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    own = _version("kildebot")
    text, hint = (own, "") if own else ("is not installed, only run where it lies", "install it: make setup")
    yield Finding("kildebot", Grade.OK if own else Grade.WARNING, text, hint)
    found = {name: _version(name) for name in _ENGINES}
    missing = [name for name in _ENGINES if not found[name]]
    if missing:
        yield Finding(
            "libraries", Grade.ERROR, f"not installed: {', '.join(missing)}", "install anew: make clean setup"
        )
    else:
        yield Finding("libraries", Grade.OK, ", ".join(f"{name} {found[name]}" for name in _ENGINES))


def _version(distribution: str) -> str:
    """The version that is installed; empty where none is."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _terminal(screen: Screen) -> Iterator[Finding]:
    console = screen.console
    if not screen.is_terminal:
        yield Finding("terminal", Grade.OK, "output goes to a file or another program: plain text")
        return
    colours = console.color_system or "none"
    links = "links" if screen.links else "no links"
    yield Finding("terminal", Grade.OK, f"{console.width} columns, {console.encoding}, colours: {colours}, {links}")
    if not screen.can_show("æøåÆØÅ«»–"):
        yield Finding(
            "encoding",
            Grade.WARNING,
            f"{console.encoding} has not all letters of the articles",
            "use a UTF-8 locale: LANG=C.UTF-8",
        )


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding(
        "settings",
        Grade.OK,
        ", ".join(f"{variable_names()[name]}={value}" for name, value in _chosen(settings)) or "none made",
    )


def _chosen(settings: Settings) -> Iterator[tuple[str, str]]:
    """The settings that somebody made, secrets only as being there, also those in an address."""
    for name in sorted(settings.model_fields_set - {"home"}):
        value = getattr(settings, name)
        if value:
            yield name, "(set)" if hasattr(value, "get_secret_value") else _SIGNED_IN.sub("//(set)@", str(value))


def _model(settings: Settings) -> Iterator[Finding]:
    """Which chat model writes, where it is, and what it may cost; it is set up, but not asked anything."""
    name = settings.chat_model
    if not name:
        yield Finding("model", Grade.OK, "none: answers are quoted")
        return
    try:
        chat_model_of(settings)
    except ModelFailed as failure:
        yield Finding("model", Grade.ERROR, f"{name} cannot be set up; answers are quoted", failure.hint)
    else:
        yield Finding("model", Grade.OK, f"{name}{_reached(settings)}; not asked")
    yield _spending(settings)
    if variable := tracing_variable():
        text = f"{variable} is set: questions and passages are sent to LangSmith"
        yield Finding("tracing", Grade.WARNING, text, f"unset {variable} if nobody is to see them")


def _reached(settings: Settings) -> str:
    """Where the model is, and whether there is a key; of other providers than OpenAI, LangChain knows both."""
    if not settings.chat_model.startswith("openai:"):
        return ""
    address = settings.openai_base_url
    at = f" at {_SIGNED_IN.sub('//', address).partition('?')[0]}" if address else ""
    return f"{at}, key {'set' if settings.openai_api_key.get_secret_value() else 'not set'}"


def _spending(settings: Settings) -> Finding:
    """What models cost today, and what they may."""
    with closing(budget_of(settings)) as budget:
        spent = budget.spent()
    priced = settings.price_table.dollars(settings.chat_model, 1, 1) is not None
    limits = (settings.daily_dollars if priced else 0.0, settings.daily_tokens)
    text = f"today {_tokens(spent, limits[1])}, {_dollars(spent, limits[0])}"
    if not priced:
        text += f"; no price of {settings.chat_model} is known, so dollars cannot be limited"
    if (limits[1] and spent.tokens >= limits[1]) or (limits[0] and (spent.dollars or 0.0) >= limits[0]):
        return Finding(
            "spending", Grade.WARNING, f"{text}; answers are quoted until midnight (UTC)", "raise the limit, or wait"
        )
    if not any(limits):
        hint = "set KILDEBOT_DAILY_TOKENS" + ("" if priced else ", or the price in KILDEBOT_PRICES")
        return Finding("spending", Grade.WARNING, f"{text}; nothing limits it", hint)
    bare = settings.chat_model.partition(":")[2]
    return Finding("spending", Grade.OK, text, "" if priced else f"if it costs: KILDEBOT_PRICES={bare}=SENT/RECEIVED")


def _tokens(spent: Usage, limit: int) -> str:
    return f"{spent.tokens:,} of {limit:,} tokens" if limit else f"{spent.tokens:,} tokens"


def _dollars(spent: Usage, limit: float) -> str:
    told = "unknown dollars" if spent.dollars is None else f"${spent.dollars:.4f}"
    return f"{told} of ${limit:.2f}" if limit else told


def _embedding(settings: Settings) -> Iterator[Finding]:
    """Whether the embedding model, where one is chosen, gives a vector."""
    if not settings.embedding:
        return
    try:
        vector = embedder_of(settings).embed_question("kilde")
    except VectorstoreError as error:
        yield Finding("embedding", Grade.ERROR, error.message, error.hint)
    else:
        yield Finding("embedding", Grade.OK, f"{settings.embedding} gives vectors of {len(vector)} dimensions")


def _archive(settings: Settings) -> Iterator[Finding]:
    try:
        (settings.home / "archive.sqlite3").stat()
    except FileNotFoundError:
        yield Finding("archive", Grade.WARNING, "there is none yet", "take articles in: kildebot ingest PATH")
        return
    except OSError as error:
        text = f"{settings.home} cannot be used: {error.strerror}"
        yield Finding("archive", Grade.ERROR, text, "choose another folder with --home")
        return
    try:
        with open_articles(settings) as archive:
            yield from archive.check()
            if has_samples(archive):
                yield Finding("samples", Grade.OK, "these are the sample articles; they leave when yours come")
    except VectorstoreError as error:
        yield Finding("archive", Grade.ERROR, error.message, error.hint)


def _said_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings without those whose error an earlier one has told of already."""
    told: list[str] = []
    for each in findings:
        if each.grade is not Grade.ERROR:
            yield each
        elif not any(each.text in earlier for earlier in told):
            told.append(each.text)
            yield each
