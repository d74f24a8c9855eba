"""What people may rely on about who may use the bot: numbers count, names do not, and an admin's word is only what an admin wrote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram import Update

from bot.telegram import access
from bot.telegram.access import Access, Verdict

ADMIN, LISTED, OTHER, ANOTHER_BOT = 1, 2, 3, 4
GROUP, OTHER_GROUP, CHANNEL = -100, -101, -102
ANONYMOUS_ADMIN, AS_CHANNEL, TELEGRAM_ITSELF = 1087968824, 136817688, 777000  # Telegram's own accounts


def user(number: int, *, is_bot: bool = False, **more: Any) -> dict[str, Any]:
    return {"id": number, "is_bot": is_bot, "first_name": "N", **more}


def chat(number: int) -> dict[str, Any]:
    if number > 0:
        return {"id": number, "type": "private", "first_name": "N"}
    kind = "channel" if number == CHANNEL else "supergroup"
    return {"id": number, "type": kind, "title": "G"}


def message(where: int, sender: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    kept = {"from": sender} if sender else {}
    return {"message_id": 7, "date": 1_800_000_000, "chat": chat(where), "text": "/stats", **kept, **more}


def update(kind: str = "message", **content: Any) -> Update:
    return Update.de_json({"update_id": 1, kind: content}, None)


def says(who: int, where: int | None = None, **more: Any) -> Update:
    return update(**message(who if where is None else where, user(who), **more))


def presses(who: int, where: int) -> Update:
    under = message(where, user(ANOTHER_BOT, is_bot=True))
    return update("callback_query", id="1", chat_instance="1", data="x", message=under, **{"from": user(who)})


def asks_inline(who: int) -> Update:
    return update("inline_query", id="1", query="Kim", offset="", **{"from": user(who)})


# The table in the module's docstring, word by word

PEOPLE = {"admin": ADMIN, "on the list": LISTED, "anybody else": OTHER}
GROUPS: dict[str, list[frozenset[int] | None]] = {
    "group, where any is answered in": [None],
    "group on the list": [frozenset({GROUP})],
    "group not on the list, or none": [frozenset({OTHER_GROUP}), frozenset()],
}


@dataclass(frozen=True)
class Case:
    name: str
    access: Access
    update: Update = field(repr=False)
    outcome: Verdict


def _in_private(who: str) -> list[tuple[frozenset[int] | None, Update]]:
    number = PEOPLE[who]
    edited = update("edited_message", **message(number, user(number), edit_date=1_800_000_001))
    sent = [says(number), edited, presses(number, number), asks_inline(number)]
    return [(groups, each) for each in sent for groups in (None, frozenset[int](), frozenset({GROUP}))]


def _in_group(where: str, who: str) -> list[tuple[frozenset[int] | None, Update]]:
    if who in PEOPLE:
        sent = [says(PEOPLE[who], GROUP), presses(PEOPLE[who], GROUP)]
    else:
        sent = [
            update(**message(GROUP, user(ANONYMOUS_ADMIN, is_bot=True), sender_chat=chat(GROUP))),
            update(**message(GROUP, user(AS_CHANNEL, is_bot=True), sender_chat=chat(CHANNEL))),
        ]
    return [(groups, each) for each in sent for groups in GROUPS[where]]


def _anywhere(who: str) -> list[tuple[frozenset[int] | None, Update]]:
    sent = {
        "another bot": [
            update(**message(GROUP, user(ANOTHER_BOT, is_bot=True))),
            update(**message(ANOTHER_BOT, user(ANOTHER_BOT, is_bot=True))),
        ],
        "a channel, by a post of its own": [
            update("channel_post", **message(CHANNEL, None, sender_chat=chat(CHANNEL))),
            update("edited_channel_post", **message(CHANNEL, None, sender_chat=chat(CHANNEL))),
            update(**message(GROUP, user(TELEGRAM_ITSELF), sender_chat=chat(CHANNEL), is_automatic_forward=True)),
        ],
        "nobody: Telegram itself": [update(**message(TELEGRAM_ITSELF, user(TELEGRAM_ITSELF))), update("poll", **POLL)],
    }
    return [(groups, each) for each in sent[who] for groups in (None, frozenset({GROUP}))]


POLL = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": True,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}


def cases() -> Iterator[Case]:
    rows = re.findall(r"^    (\S.*)$", access.__doc__ or "", re.MULTILINE)
    for row in rows[1:]:
        where, who, *outcomes = re.split(r"\s{2,}", row)
        if where == "anywhere":
            sent = _anywhere(who)
        else:
            sent = _in_private(who) if where.startswith("private") else _in_group(where, who)
        for allowed, outcome in zip((frozenset[int](), frozenset({LISTED})), outcomes, strict=True):
            for number, (groups, each) in enumerate(sent):
                name = f"{where}: {who}, {'a list' if allowed else 'no list'}, {number}"
                yield Case(name, Access(frozenset({ADMIN}), allowed, groups), each, Verdict(outcome))


CASES = list(cases())


@pytest.mark.parametrize("case", [pytest.param(each, id=each.name) for each in CASES])
def test_who_is_admitted_is_as_the_table_says(case: Case) -> None:
    assert case.access.verdict(case.update) is case.outcome


def test_the_table_is_whole() -> None:
    assert len({each.name.rpartition(",")[0] for each in CASES}) == 18 * 2


def test_a_name_that_an_admin_once_had_gives_nothing() -> None:
    recycled = update(**message(OTHER, user(OTHER, username="admin")))
    whoever = Access(frozenset({ADMIN}), frozenset({LISTED}))

    assert whoever.verdict(recycled) is Verdict.STRANGER
    assert not whoever.is_admin(recycled)


# What only admins may

FORWARDED: dict[str, Any] = {"forward_origin": {"type": "user", "date": 1_700_000_000, "sender_user": user(ADMIN)}}
HIDDEN_FORWARD: dict[str, Any] = {
    "forward_origin": {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Admin"}
}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(says(ADMIN), id="in private"),
        pytest.param(says(ADMIN, GROUP), id="as oneself in a group"),
        pytest.param(presses(ADMIN, ADMIN), id="a button"),
        pytest.param(says(ADMIN, reply_to_message=message(ADMIN, user(OTHER))), id="a reply to somebody else"),
    ],
)
def test_an_admin_may_what_only_admins_may(sent: Update) -> None:
    assert Access(frozenset({ADMIN})).is_admin(sent)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(says(OTHER), id="somebody else"),
        pytest.param(says(OTHER, **FORWARDED), id="somebody who forwards what an admin wrote"),
        pytest.param(says(ADMIN, **FORWARDED), id="what an admin forwards, even of their own"),
        pytest.param(says(ADMIN, **HIDDEN_FORWARD), id="what an admin forwards of somebody hidden"),
        pytest.param(says(ADMIN, via_bot=user(ANOTHER_BOT, is_bot=True)), id="through another bot"),
        pytest.param(says(ADMIN, GROUP, sender_chat=chat(GROUP)), id="on behalf of the group"),
        pytest.param(says(ADMIN, CHANNEL, sender_chat=chat(CHANNEL)), id="in a channel"),
        pytest.param(says(ADMIN, business_connection_id="1"), id="through somebody's business account"),
        pytest.param(says(ADMIN, OTHER), id="in a private chat of somebody else"),
        pytest.param(update(**message(GROUP, user(ADMIN, is_bot=True))), id="a bot with an admin's number"),
        pytest.param(update("edited_message", **message(ADMIN, user(ADMIN), edit_date=1_800_000_001)), id="changed"),
        pytest.param(update("channel_post", **message(CHANNEL, None, sender_chat=chat(CHANNEL))), id="a post"),
        pytest.param(
            update(**message(GROUP, user(ANONYMOUS_ADMIN, is_bot=True), sender_chat=chat(GROUP))), id="anonymous admin"
        ),
        pytest.param(asks_inline(ADMIN), id="an inline query"),
        pytest.param(presses(OTHER, ADMIN), id="somebody else's press under an admin's message"),
        pytest.param(update("poll", **POLL), id="a poll"),
    ],
)
def test_nothing_else_may_what_only_admins_may(sent: Update) -> None:
    hidden = frozenset({ADMIN, ANONYMOUS_ADMIN, GROUP, CHANNEL}) if sent.effective_user is None else frozenset({ADMIN})

    assert not Access(hidden).is_admin(sent)


def test_telegrams_account_for_all_anonymous_admins_is_nobodys_even_if_it_is_listed_as_an_admin() -> None:
    anonymous = update(**message(GROUP, user(ANONYMOUS_ADMIN, is_bot=True), sender_chat=chat(GROUP)))

    assert not Access(frozenset({ANONYMOUS_ADMIN, GROUP})).is_admin(anonymous)


def test_without_a_list_of_admins_nobody_is_one() -> None:
    assert not Access().is_admin(says(ADMIN))


@pytest.mark.parametrize(
    ("groups", "leave", "leaves"),
    [
        (None, True, False),
        (frozenset({GROUP}), True, False),
        (frozenset({OTHER_GROUP}), True, True),
        (frozenset(), True, True),
        (frozenset(), False, False),
    ],
)
def test_groups_that_are_not_answered_in_are_left_if_that_is_wished(
    groups: frozenset[int] | None, leave: bool, leaves: bool
) -> None:
    assert Access(groups=groups, leave_groups=leave).leaves(GROUP) is leaves
