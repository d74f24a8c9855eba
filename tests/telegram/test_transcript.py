"""A conversation as people have it, through the program itself, beside what it was when somebody last read it through.

`python -m tests.telegram.test_transcript` writes the golden file anew; read what changed before you commit it.
"""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot.settings import Settings
from bot.wiring import open_articles, take_in_samples
from tests.telegram.conftest import spawned
from tests.telegram.test_conversation import toast
from tests.telegram_server import BotApi, Chat, Message, Typed, User
from tests.telegram_server.shapes import Json, cut

GOLDEN = Path(__file__).parent / "transcript.txt"
_PATIENCE = 30.0
_FERRY = {
    "id": "ferge",
    "title": "Ny ferge til Fogn",
    "text": "Fergen til Fogn heter Sjernarøy og kom i drift i mai. Den tar 50 biler, sier reder Ola Nordmo.",
    "published": "2024-05-12",
    "outlet": "Fjordavisen",
    "genre": "news",
    "url": "https://fjordavisen.example/ferge",
}


def test_a_conversation_is_as_it_was_when_it_was_last_read_through(telegram_home: Path) -> None:
    assert played(telegram_home) == GOLDEN.read_text()


def played(home: Path) -> str:
    """The conversation, with a bot that has its articles in `home`."""
    with BotApi() as server, spawned(server, home, KILDEBOT_ADMINS="1", KILDEBOT_MODEL="none", LC_ALL="nb_NO.UTF-8"):
        server.polled(_PATIENCE)
        scribe = Scribe(server)
        in_private(scribe)
        in_a_group(scribe)
        in_topics(scribe)
        inline(scribe)
        an_admin(scribe)
        good_bye(scribe)
        assert not server.problems
    return scribe.text


def in_private(scribe: "Scribe") -> None:
    scribe.heading("Ola skriver til boten for første gang")
    ola = scribe.server.user(42, "Ola")
    scribe.says(ola, "/start")
    first = scribe.says(ola, "Hvilken gave hadde Kim med til Putin?")
    scribe.presses(ola, first, "Kilde 1", shows=True)
    scribe.says(ola, "Når var det?")
    scribe.presses(ola, first, "👍")
    scribe.presses(ola, first, "Mer", shows=True)
    scribe.says(ola, "/start " + link(first).partition("start=")[2])
    question, answer = scribe.asks(ola, "Hva heter hovedstaden i Peru?")
    scribe.edits(ola, question, "Hvor mange soldater har Nord-Korea sendt?", answer)
    scribe.says(ola, "Hvor møttes de?", reply_to=first)
    scribe.says(ola, "Takk!")
    scribe.sends(ola, "et bilde", lambda: ola.sends_photo(b"jpg"))
    scribe.says(ola, "/language engelsk")
    scribe.says(ola, "/sources")
    scribe.says(ola, "/language auto")
    listed = scribe.says(ola, "/articles")
    assert listed.markup is None


def in_a_group(scribe: "Scribe") -> None:
    scribe.heading("Kari tar boten med i en gruppe")
    server = scribe.server
    kari, ola, ingrid = server.user(1, "Kari"), server.user(42, "Ola"), server.user(43, "Ingrid")
    group = server.group(-1001, "Redaksjonen", bot="left", members=[kari, ola, ingrid])
    scribe.sends(kari, "boten inn i gruppen", lambda: kari.adds_the_bot(group), group)
    scribe.says(ingrid, "Kim var jo i Vladivostok, eller?", group, answered=False)
    answer = scribe.says(ingrid, "@kilde_bot hvor lenge varte møtet mellom Kim og Putin?", group)
    scribe.says(ola, "Når var det?", group, reply_to=answer)
    scribe.presses(ola, answer, "👎")
    scribe.says(ingrid, "/stats@kilde_bot", group)


def in_topics(scribe: "Scribe") -> None:
    scribe.heading("I en gruppe med emner")
    server = scribe.server
    ingrid = server.user(43, "Ingrid")
    forum = server.group(-1002, "Desken", forum=True, members=[ingrid])
    topic = forum.topic("Utenriks")
    scribe.says(ingrid, "@kilde_bot hvor mange soldater har Nord-Korea sendt?", forum, thread=topic)
    scribe.says(ingrid, "@kilde_bot hvor er de sendt?", forum, thread=topic)


def inline(scribe: "Scribe") -> None:
    scribe.heading("Ingrid skriver @kilde_bot i en annen samtale")
    ingrid = scribe.server.user(43, "Ingrid")
    scribe.types(ingrid, "")
    scribe.types(ingrid, "Hva heter hovedstaden i Peru?")
    typed = scribe.types(ingrid, "Hvilken gave hadde Kim med til Putin?")
    elsewhere = scribe.server.group(-1003, "Familien", bot="left", members=[ingrid])
    scribe.chooses(ingrid, typed, elsewhere)


def an_admin(scribe: "Scribe") -> None:
    scribe.heading("Kari legger inn en artikkel")
    server = scribe.server
    kari, ola = server.user(1, "Kari"), server.user(42, "Ola")
    body = json.dumps(_FERRY).encode()
    scribe.sends(kari, "dokumentet ferge.json", lambda: kari.sends_document("ferge.json", body))
    scribe.says(ola, "Hva heter fergen til Fogn?")
    scribe.says(ola, "/sources")
    scribe.says(kari, "/stats")
    scribe.says(kari, "/ingest https://fjordavisen.example/ferge")
    scribe.says(kari, "/remove Ny ferge til Fogn")


def good_bye(scribe: "Scribe") -> None:
    scribe.heading("Ola vil ikke ha noe liggende")
    ola = scribe.server.user(42, "Ola")
    scribe.says(ola, "/privacy")
    scribe.says(ola, "/export")
    scribe.says(ola, "/forget")
    first = next(each for each in scribe.server.messages(ola, by_bot=True) if each.markup)
    scribe.presses(ola, first, "Kilde 1")
    scribe.says(ola, "Og når var det?")


class Scribe:
    """Plays what people do, one after the other, and writes down what each of them sees."""

    def __init__(self, server: BotApi) -> None:
        self.server = server
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """All of it; how long something took is not the same each time."""
        text = "\n".join(self._lines).strip() + "\n"
        return re.sub(r"\(\d+[.,]\d s\)", "(0,1 s)", text)

    def heading(self, text: str) -> None:
        self._lines += ["", f"═══ {text} ═══", ""]

    def says(self, user: User, text: str, chat: Chat | None = None, *, answered: bool = True, **more: Any) -> Message:
        question, answer = self.asks(user, text, chat, answered=answered, **more)
        return answer or question

    def asks(
        self, user: User, text: str, chat: Chat | None = None, *, answered: bool = True, **more: Any
    ) -> tuple[Message, Any]:
        """A message, and what the bot says to it."""
        question = user.says(text, chat, **more)
        self._write(user.account.first_name, question.chat, text, more.get("reply_to"))
        answer = self._hear(question.chat, to=question) if answered else None
        return question, answer

    def sends(self, user: User, what: str, does: Callable[[], Any], chat: Chat | None = None) -> None:
        """Something that is no text; the bot says something to it."""
        does()
        self._lines += [f"{user.account.first_name}{_where(chat or user.chat)} sender {what}", ""]
        self._hear(chat or user.chat)

    def edits(self, user: User, question: Message, text: str, answer: Message) -> None:
        before = len(answer.history)
        user.edits(question, text)
        self._lines += [f"{user.account.first_name} endrer spørsmålet til: {text}", ""]
        self.server.wait_for(lambda: len(answer.history) > before, _PATIENCE)
        self._lines += ["Boten, i stedet for svaret:", *shown(answer), ""]

    def presses(self, user: User, message: Message, button: str, *, shows: bool = False) -> None:
        pressed = user.presses(message, button)
        told = toast(self.server, pressed)
        self._lines += [
            f"{user.account.first_name}{_where(message.chat)} trykker på {button}" + (f": «{told}»" if told else ""),
            "",
        ]
        if shows:
            self._hear(message.chat)
        elif not told.startswith("Knappen"):
            self.server.wait_for(lambda: any("✓" in row for row in _buttons(message)), _PATIENCE)
            self._lines += [*_buttons(message), ""]

    def types(self, user: User, text: str) -> Typed:
        typed = user.types_inline(text)
        self.server.wait_for(lambda: typed.results is not None, _PATIENCE)
        self._lines += [f"{user.account.first_name} skriver: @kilde_bot {text}".rstrip()]
        for each in typed.results or ():
            self._lines += [f"  ▫ {each['title']}", f"    {each['description']}"]
        button = (typed.answer or {}).get("button")
        self._lines += [f"  ({button['text']} →)"] if button else []
        self._lines += [""]
        return typed

    def chooses(self, user: User, typed: Typed, chat: Chat) -> None:
        sent = user.chooses(typed, 0, chat)
        self._lines += [f"{user.account.first_name}{_where(chat)}, via @kilde_bot:", *shown(sent), ""]

    def _hear(self, chat: Chat, to: Message | None = None) -> Message:
        message = self.server.next_message(chat, _PATIENCE)
        replied = message.reply_to is not None and to is not None and message.reply_to == to.id
        self._lines += [f"Boten{_where(chat)}{_topic(message)}{', som svar' if replied else ''}:", *shown(message), ""]
        if "document" in message.content:
            kept = json.loads(self.server.body_of(message))
            self._lines[-1:] = [f"  📎 {message.content['document']['file_name']}: {_counted(kept)}", ""]
        return message

    def _write(self, name: str, chat: Chat, text: str, reply_to: Message | None) -> None:
        replied = f", som svar på «{reply_to.text.splitlines()[0][:40]} …»" if reply_to else ""
        self._lines += [f"{name}{_where(chat)}{replied}: {text}", ""]


def shown(message: Message) -> list[str]:
    """A message as it is seen: quotes behind a bar, where its links lead below it, and its buttons."""
    text = message.text
    quoted = [_span(text, each) for each in message.entities if each["type"].endswith("blockquote")]
    lines, at = [], 0
    for line in text.split("\n"):
        bar = "▏" if any(start <= at < end for start, end in quoted) else ""
        lines.append(f"  {bar}{line}".rstrip())
        at += len(line) + 1
    return [*lines, *_links(message), *_buttons(message)]


def _links(message: Message) -> Iterable[str]:
    found = (
        (cut(message.text, each["offset"], each["length"]), each["url"]) for each in message.entities if "url" in each
    )
    return [f"    ↗ {words}  {address}" for words, address in dict.fromkeys(found) if re.match(r"\[", words)]


def _buttons(message: Message) -> list[str]:
    rows = (message.markup or {}).get("inline_keyboard", [])
    return ["    " + " ".join(f"[{each['text']}]" for each in row) for row in rows]


def _span(text: str, entity: Json) -> tuple[int, int]:
    """Where an entity stands, in code points."""
    before = cut(text, 0, entity["offset"])
    return len(before), len(before) + len(cut(text, entity["offset"], entity["length"]))


def _where(chat: Chat) -> str:
    return f" i {chat.title}" if chat.title else ""


def _topic(message: Message) -> str:
    topic = message.chat.topics.get(message.thread or 0)
    return f" › {topic.name}" if topic else ""


def _counted(kept: dict[str, list[Any]]) -> str:
    return ", ".join(f"{name} {len(rows)}" for name, rows in kept.items())


def link(message: Message) -> str:
    return next(str(each["url"]) for each in message.entities if "url" in each)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "kildebot"
        with open_articles(Settings(home=home, model="none")) as archive:
            take_in_samples(archive)
        GOLDEN.write_text(played(home))
        sys.stdout.write(f"{GOLDEN}\n")
