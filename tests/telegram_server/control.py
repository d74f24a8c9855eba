"""`/_control/<verb>`: the same stage over HTTP and JSON, for load generators and tests in other processes."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from tests.telegram_server.limits import Limits
from tests.telegram_server.people import User
from tests.telegram_server.shapes import Json
from tests.telegram_server.world import Chat, Message

if TYPE_CHECKING:
    from tests.telegram_server.server import BotApi


class Control:
    """The verbs. What is asked is JSON (or a query string); what is answered is `{"ok": true, "result": …}`.

    `effects?after=N` and `calls?after=N` give what is new, so that a long run is read once, not again and again.
    """

    def __init__(self, server: "BotApi") -> None:
        self.server = server

    def do(self, verb: str, said: Json) -> Any:
        """Raises KeyError for an unknown verb."""
        verbs: dict[str, Callable[[Json], Any]] = {
            "user": self._user,
            "group": self._group,
            "topic": self._topic,
            "says": self._says,
            "batch": lambda said: [self._says(one) for one in said["messages"]],
            "edits": self._edits,
            "presses": self._presses,
            "inline": self._inline,
            "document": self._document,
            "inject": lambda said: self.server.inject(said["update"]),
            "malformed": lambda said: self.server.malformed(said["kind"]),
            "fault": self._fault,
            "clear_faults": lambda _: self.server.clear_faults(),
            "limits": self._limits,
            "privacy": self._privacy,
            "down": self._down,
            "up": lambda _: self.server.up(),
            "messages": self._messages,
            "effects": lambda said: [one.json() for one in self.server.effects[int(said.get("after", 0)) :]],
            "calls": self._calls,
            "deliveries": self._deliveries,
            "problems": lambda _: [asdict(one) for one in self.server.problems],
            "summary": self._summary,
            "forget": lambda _: self.server.forget(),
        }
        return verbs[verb](said)

    # People

    def _user(self, said: Json) -> Json:
        user = self.server.user(int(said.pop("id")), **said)
        return user.account.json()

    def _group(self, said: Json) -> Json:
        said["members"] = [self._person(number) for number in said.get("members", [])]
        said["admins"] = [self._person(number) for number in said.get("admins", [])]
        return self.server.group(int(said.pop("id")), **said).json()

    def _topic(self, said: Json) -> int:
        return self._chat(said["chat"]).topic(said["name"]).id

    def _says(self, said: Json) -> Json:
        user = self._person(said["user"])
        chat = self._chat(said["chat"]) if said.get("chat") else None
        reply_to = (chat or user.chat).messages[said["reply_to"]] if said.get("reply_to") else None
        message = user.says(said["text"], chat, thread=said.get("thread"), reply_to=reply_to)
        return {"message_id": message.id, "update_id": message.update_id, "chat": message.chat.id, "at": message.at}

    def _edits(self, said: Json) -> None:
        user = self._person(said["user"])
        user.edits(self._message(said, user), said["text"])

    def _presses(self, said: Json) -> str:
        user = self._person(said["user"])
        return user.presses(self._message(said, user), said["button"]).id

    def _inline(self, said: Json) -> str:
        return self._person(said["user"]).types_inline(said["query"]).id

    def _document(self, said: Json) -> int:
        user = self._person(said["user"])
        body = said["text"].encode()
        return user.sends_document(said["name"], body, caption=said.get("caption", "")).id

    def _person(self, number: object) -> User:
        return self.server.user(int(str(number)))

    def _chat(self, number: object) -> Chat:
        return self.server.world.chats[int(str(number))]

    def _message(self, said: Json, user: User) -> Message:
        chat = self._chat(said["chat"]) if said.get("chat") else user.chat
        return chat.messages[int(said["message"])]

    # Weather

    def _fault(self, said: Json) -> None:
        self.server.fault(said.pop("kind"), said.pop("method", "*"), **said)

    def _limits(self, said: Json) -> None:
        self.server.limits = replace(Limits(mode="enforce"), **said)

    def _privacy(self, said: Json) -> None:
        self.server.world.privacy = bool(said["on"])

    def _down(self, said: Json) -> None:
        """For so many seconds, since while it is down nobody can call it up. The answer still goes out."""
        loop = self.server.loop
        loop.call_later(0.05, self.server.down)
        loop.call_later(0.05 + float(said["seconds"]), self.server.up)

    # What happened

    def _messages(self, said: Json) -> list[Json]:
        chat = self._chat(said["chat"])
        after = int(said.get("after", 0))
        return [
            {
                "message_id": message.id,
                "by_bot": message.by_bot,
                "text": message.text,
                "entities": message.entities,
                "reply_to": message.reply_to,
                "markup": message.markup,
                "at": message.at,
                "edits": len(message.history),
            }
            for message in self.server.messages(chat)
            if message.id > after
        ]

    def _calls(self, said: Json) -> list[Json]:
        calls = self.server.api.ledger.calls[int(said.get("after", 0)) :]
        if method := said.get("method"):
            calls = [call for call in calls if call.method == method.lower()]
        return [asdict(call) | {"result": None} for call in calls]

    def _deliveries(self, said: Json) -> list[Json]:
        after = int(said.get("after", 0))
        found = (one for number, one in self.server.api.ledger.deliveries.items() if number > after)
        return [
            {
                "update_id": one.update_id,
                "message_id": one.message_id,
                "queued_at": one.queued_at,
                "delivered_at": one.delivered_at,
                "confirmed_at": one.confirmed_at,
            }
            for one in found
        ]

    def _summary(self, _: Json) -> Json:
        ledger = self.server.api.ledger
        statuses: dict[str, int] = {}
        for (method, status), number in ledger.statuses.items():
            statuses[f"{method} {status}"] = number
        return {
            "statuses": statuses,
            "429": self.server.count(429),
            "problems": len(ledger.problems),
            "pending": self.server.pending,
            "calls": len(ledger.calls),
            "effects": len(ledger.effects),
            "polled": self.server.world.updates.polled,
            "highest_in_a_second": self.server.api.pace.highest_in_a_second,
        }
