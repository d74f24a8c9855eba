"""Telegram's limits, kept: every request goes out at a time at which Telegram takes it, and waits where Telegram says so.

urgency    what it is for                               where there is no room
FINAL      what must arrive; whatever names no urgency  waits, in the order of its chat
PREVIEW    drafts and edits of an answer under way      is not made: `Skipped`
SIGN       "typing"                                     is not made: `Skipped`

ExtBot → Pacer ─┬─ requests.py  what a request counts as, and where it goes
                ├─ lines.py     finals that wait: in order in a chat, by due time among chats
                ├─ windows.py   what went out in the last second or minute
                └─ floods.py    where Telegram said 429, and until when it is left alone
"""

from bot.telegram.pacing.pacer import TURN, Pacer, Skipped, Turn, Urgency

__all__ = ["TURN", "Pacer", "Skipped", "Turn", "Urgency"]
