"""A Bot API server for tests, as strict as Telegram: over real HTTP on this machine.

    with BotApi() as server:
        alice = server.user(42, "Alice")
        alice.says("Hva sa Kim?")          # the bot, in this process or another, polls server.url
        answer = alice.hears(timeout=5)
        assert not server.problems

`python -m tests.telegram_server --port 0` runs it alone; `/_control/…` is then the stage (control.py).
"""

from tests.telegram_server.faults import Fault
from tests.telegram_server.ledger import Call, Delivery, Effect, Problem
from tests.telegram_server.limits import Limits
from tests.telegram_server.people import Press, Typed, User
from tests.telegram_server.server import TOKEN, USERNAME, BotApi
from tests.telegram_server.stage import MALFORMED, Stage
from tests.telegram_server.webhook import Backoff
from tests.telegram_server.world import Account, Chat, Message, Topic

__all__ = [
    "MALFORMED",
    "TOKEN",
    "USERNAME",
    "Account",
    "Backoff",
    "BotApi",
    "Call",
    "Chat",
    "Delivery",
    "Effect",
    "Fault",
    "Limits",
    "Message",
    "Press",
    "Problem",
    "Stage",
    "Topic",
    "Typed",
    "User",
]
