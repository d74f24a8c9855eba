"""What an operator is told before the bot is started, by real requests to a server that says what the test wants."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.messages import Language
from bot.settings import Settings
from bot.telegram.check import check, examine
from bot.telegram.store import FILE, open_store
from vectorstore.archive import Finding, Grade

TOKEN = "7234567890:AAcanaryTOKENcanaryTOKENcanaryTOKEN"
SECRET = "canary-Secret_0123456789abcdef"
WEBHOOK = "https://bot.example/telegram"
ME = {
    "id": 7234567890,
    "is_bot": True,
    "first_name": "Kildebot",
    "username": "kilde_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}
COMMANDS = {"": ["help", "new"], "nb": ["help", "new"]}


def chat(asked: dict[str, str]) -> Any:
    id = int(asked["chat_id"])
    always = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
    if id > 0:
        return {"id": id, "type": "private", "first_name": "Kari", **always}
    title = {"title": "Redaksjonen", "type": "supergroup", "permissions": {"can_send_messages": True}}
    return {"id": id, **title, **always}


GIFTS = dict.fromkeys(
    ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"], False
)


@dataclass
class Telegram:
    """What the server answers to each method: a result, a status with a description, or a function of what was asked."""

    replies: dict[str, Any] = field(
        default_factory=lambda: {
            "getMe": ME,
            "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 3},
            "getMyCommands": [{"command": each, "description": "x"} for each in COMMANDS["nb"]],
            "sendMessageDraft": (400, "Bad Request: chat not found"),
            "getChat": chat,
            "getChatMember": {"status": "member", "user": ME},
            "getUpdates": [],
        }
    )
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def methods(self) -> set[str]:
        return {method for method, _ in self.asked}

    def answer(self, method: str, parameters: dict[str, str]) -> tuple[int, Any]:
        self.asked.append((method, parameters))
        reply = self.replies.get(method, (404, "Not Found: method not found"))
        if callable(reply):
            reply = reply(parameters)
        if isinstance(reply, tuple):
            status, description, *more = reply
            return status, {"ok": False, "error_code": status, "description": description, **dict(*more)}
        return 200, {"ok": True, "result": reply}


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    known = Telegram()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        wbufsize = -1  # one packet for head and body, which no delayed acknowledgement holds up

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            method = self.path.rpartition("/")[2]
            status, answer = known.answer(method, dict(parse_qsl(body)))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        known.address = f"http://127.0.0.1:{server.server_port}"
        yield known
        server.shutdown()


@dataclass(frozen=True)
class Chosen:
    """Settings, each of which can be made another."""

    home: Path
    api: str

    def __call__(self, **others: Any) -> Settings:
        usual = {"telegram_bot_token": TOKEN, "admins": "11", "allowed": "11, 12", "groups": "none"}
        return Settings(**{"home": self.home, "telegram_api": self.api, **usual, **others})

    def pushed(self, url: str = WEBHOOK, secret: str = SECRET) -> Settings:
        return self(webhook_url=url, webhook_secret=secret)


@pytest.fixture
def chosen(telegram: Telegram, tmp_path: Path) -> Chosen:
    return Chosen(tmp_path, telegram.address)


def found(settings: Settings, language: Language = Language.ENGLISH, *, look: bool = False) -> dict[str, Finding]:
    """What is found by a bot that does not read every certificate there is before it begins."""

    async def scenario() -> list[Finding]:
        request = HTTPXRequest(httpx_kwargs={"verify": False})
        bot = Bot(TOKEN, f"{settings.telegram_api}/bot", request=request, get_updates_request=request)
        try:
            return await check(settings, bot, language, commands=COMMANDS, look_for_poller=look)
        finally:
            await request.shutdown()

    return by_name(asyncio.run(scenario()))


def examined(settings: Settings) -> dict[str, Finding]:
    return by_name(asyncio.run(examine(settings, Language.ENGLISH)))


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {each.name: each for each in findings}


def worst(findings: dict[str, Finding]) -> Grade:
    grades = {each.grade for each in findings.values()}
    return next(each for each in (Grade.ERROR, Grade.WARNING, Grade.OK) if each in grades)


@pytest.mark.parametrize("language", list(Language))
def test_where_all_is_well_nothing_is_complained_of(chosen: Chosen, language: Language) -> None:
    findings = found(chosen(groups="-1001"), language)

    assert worst(findings) is Grade.OK
    assert "@kilde_bot" in findings["bot"].text
    assert "7234567890" in findings["bot"].text
    assert not any(each.hint for each in findings.values())


def test_nothing_is_sent_changed_or_confirmed(chosen: Chosen, telegram: Telegram) -> None:
    found(chosen(groups="-1001"))

    looking = {"getMe", "getWebhookInfo", "getMyCommands", "getChat", "getChatMember", "sendMessageDraft"}
    assert telegram.methods() == looking
    assert [each["chat_id"] for method, each in telegram.asked if method == "sendMessageDraft"] == ["0"]


def test_a_damaged_store_is_said_before_the_start(chosen: Chosen, tmp_path: Path) -> None:
    with open_store(tmp_path):
        pass
    assert found(chosen())["store"].grade is Grade.OK
    (tmp_path / FILE).write_bytes(b"SQLite format 3\0" + b"x" * 5_000)

    finding = found(chosen())["store"]

    assert finding.grade is Grade.ERROR
    assert "no article" in finding.hint


def test_without_a_token_nobody_is_asked(chosen: Chosen, telegram: Telegram) -> None:
    findings = examined(chosen(telegram_bot_token=""))

    assert findings["token"].grade is Grade.ERROR
    assert "@BotFather" in findings["token"].hint
    assert "retention" in findings
    assert not telegram.asked


@pytest.mark.parametrize("status", [401, 404])
def test_a_token_that_telegram_does_not_know_is_said_once(chosen: Chosen, telegram: Telegram, status: int) -> None:
    telegram.replies["getMe"] = (status, "Unauthorized")

    findings = found(chosen())

    assert findings["token"].grade is Grade.ERROR
    assert telegram.methods() == {"getMe"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # python-telegram-bot's, of what it will make of retry_after
@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ((502, "Bad Gateway"), Grade.ERROR),
        ((429, "Too Many Requests", {"parameters": {"retry_after": 30}}), Grade.WARNING),
        ((418, "I am a teapot"), Grade.ERROR),
    ],
)
def test_a_server_that_does_not_answer_as_it_should_is_said(
    chosen: Chosen, telegram: Telegram, reply: Any, grade: Grade
) -> None:
    telegram.replies["getMe"] = reply

    assert found(chosen())["server"].grade is grade


def test_a_server_that_is_not_there_is_said(chosen: Chosen) -> None:
    findings = examined(chosen(telegram_api="http://127.0.0.1:9/"))

    assert findings["server"].grade is Grade.ERROR
    assert "127.0.0.1:9 does not answer" in findings["server"].text


def test_a_webhook_that_keeps_updates_from_being_fetched_is_said(chosen: Chosen, telegram: Telegram) -> None:
    telegram.replies["getWebhookInfo"] = webhook("https://other.example/secret-path")

    findings = found(chosen(), look=True)

    assert findings["updates"].grade is Grade.WARNING
    assert "other.example" in findings["updates"].text
    assert "getUpdates" not in telegram.methods()
    assert not any("secret-path" in each.text + each.hint for each in findings.values())


def webhook(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "has_custom_certificate": False, "pending_update_count": 0, **more}


@pytest.mark.parametrize(
    ("url", "grade"),
    [(WEBHOOK, Grade.OK), ("", Grade.WARNING), ("https://bot.example/other", Grade.WARNING)],
)
def test_the_webhook_is_compared_with_the_one_that_was_chosen(
    chosen: Chosen, telegram: Telegram, url: str, grade: Grade
) -> None:
    telegram.replies["getWebhookInfo"] = webhook(url)

    assert found(chosen.pushed())["updates"].grade is grade


def test_what_telegram_could_not_deliver_lately_is_told_without_secrets(chosen: Chosen, telegram: Telegram) -> None:
    for ago, warned in ((60, True), (86_400, False)):
        news = {"last_error_date": int(time.time()) - ago, "last_error_message": f"Wrong response: 403 {SECRET}"}
        telegram.replies["getWebhookInfo"] = webhook(WEBHOOK, **news)

        findings = found(chosen.pushed())

        assert ("webhook" in findings) is warned
        if warned:
            assert "Wrong response: 403 [hidden]" in findings["webhook"].text


def test_many_updates_that_wait_are_warned_of(chosen: Chosen, telegram: Telegram) -> None:
    telegram.replies["getWebhookInfo"] = webhook("", pending_update_count=1_200)

    assert found(chosen())["waiting"].grade is Grade.WARNING


def test_another_poller_is_looked_for_only_when_asked_and_nothing_is_confirmed_then(
    chosen: Chosen, telegram: Telegram
) -> None:
    assert found(chosen())["poller"].grade is Grade.OK
    assert "getUpdates" not in telegram.methods()

    assert found(chosen(), look=True)["poller"].text == "nobody else fetches updates"
    assert [set(each) for method, each in telegram.asked if method == "getUpdates"] == [{"limit", "timeout"}]

    telegram.replies["getUpdates"] = (409, "Conflict: terminated by other getUpdates request")
    assert found(chosen(), look=True)["poller"].grade is Grade.ERROR


def test_commands_that_are_not_registered_in_a_language_are_named(chosen: Chosen, telegram: Telegram) -> None:
    def commands(asked: dict[str, str]) -> Any:
        names = ["help"] if asked.get("language_code") == "nb" else ["help", "new"]
        return [{"command": name, "description": "x"} for name in names]

    telegram.replies["getMyCommands"] = commands

    assert found(chosen())["commands"] == Finding(
        "commands", Grade.WARNING, "not all are registered: /new", "they are registered when the bot starts"
    )


def test_a_server_that_knows_no_drafts_is_said(chosen: Chosen, telegram: Telegram) -> None:
    del telegram.replies["sendMessageDraft"]

    assert found(chosen())["drafts"].grade is Grade.WARNING


def test_privacy_mode_is_explained_both_ways(chosen: Chosen, telegram: Telegram) -> None:
    on = found(chosen())["privacy mode"]
    telegram.replies["getMe"] = {**ME, "can_read_all_group_messages": True}
    off = found(chosen())["privacy mode"]

    assert (on.grade, off.grade) == (Grade.OK, Grade.WARNING)
    assert "mention" in on.text
    assert "neither stored nor sent on" in off.text
    assert "/setprivacy" in off.hint


def test_what_botfather_has_to_allow_is_said(chosen: Chosen, telegram: Telegram) -> None:
    telegram.replies["getMe"] = {**ME, "can_join_groups": False, "supports_inline_queries": False}

    assert found(chosen())["joining"].grade is Grade.OK
    findings = found(chosen(groups="-1001"))
    assert (findings["joining"].grade, findings["inline"].grade) == (Grade.ERROR, Grade.WARNING)
    assert "/setjoingroups" in findings["joining"].hint
    assert "/setinline" in findings["inline"].hint


def test_admins_are_there_and_are_people(chosen: Chosen, telegram: Telegram) -> None:
    assert found(chosen(admins=""))["admins"].grade is Grade.WARNING

    def some(asked: dict[str, str]) -> Any:
        return (400, "Bad Request: chat not found") if asked["chat_id"] == "12" else chat(asked)

    telegram.replies["getChat"] = some
    finding = found(chosen(admins="11, 12, -1001"))["admins"]

    assert (finding.grade, finding.text) == (Grade.WARNING, "cannot be reached: -1001, 12")


@pytest.mark.parametrize(
    ("about", "member", "grade", "text"),
    [
        ({}, {"status": "member"}, Grade.OK, "Redaksjonen (-1001): the bot can answer"),
        ({"is_forum": True}, {"status": "member"}, Grade.OK, "with topics"),
        ({}, {"status": "left"}, Grade.WARNING, "not there"),
        ({}, {"status": "kicked", "until_date": 0}, Grade.WARNING, "not there"),
        ({"permissions": {"can_send_messages": False}}, {"status": "member"}, Grade.ERROR, "may not write"),
        ({}, {"status": "restricted"}, Grade.ERROR, "may not write"),
        ({"type": "channel"}, {"status": "member"}, Grade.ERROR, "no group"),
    ],
)
def test_in_its_groups_the_bot_has_to_be_able_to_write(
    chosen: Chosen, telegram: Telegram, about: dict[str, Any], member: dict[str, Any], grade: Grade, text: str
) -> None:
    rights = [
        *["can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"],
        *["can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"],
        *["can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages"],
        *["can_manage_topics", "is_member", "can_edit_tag", "can_react_to_messages"],
    ]
    restricted = {**dict.fromkeys(rights, False), "until_date": 0} if member["status"] == "restricted" else {}
    telegram.replies["getChat"] = lambda asked: {**chat(asked), **about}
    telegram.replies["getChatMember"] = {"user": ME, **restricted, **member}

    finding = found(chosen(groups="-1001"))["group"]

    assert finding.grade is grade
    assert text in finding.text


@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ((400, "Bad Request: chat not found"), Grade.WARNING),
        ((403, "Forbidden: bot was kicked from the supergroup chat"), Grade.WARNING),
        ((400, "migrated", {"parameters": {"migrate_to_chat_id": -1002}}), Grade.ERROR),
    ],
)
def test_a_group_that_is_not_there_or_has_moved_is_said(
    chosen: Chosen, telegram: Telegram, reply: Any, grade: Grade
) -> None:
    telegram.replies["getChat"] = lambda asked: chat(asked) if asked["chat_id"] == "11" else reply

    assert found(chosen(groups="-1001"))["group"].grade is grade


@pytest.mark.parametrize(
    ("url", "grade"),
    [
        ("https://bot.example/telegram", Grade.OK),
        ("https://bot.example:8443/telegram", Grade.OK),
        ("https://bot.example:8080/telegram", Grade.ERROR),
        ("https://bot.example", Grade.WARNING),
    ],
)
def test_the_address_of_the_webhook_is_one_that_telegram_takes(chosen: Chosen, url: str, grade: Grade) -> None:
    assert found(chosen.pushed(url))["webhook address"].grade is grade


@pytest.mark.parametrize(
    ("secret", "grade"),
    [
        (SECRET, Grade.OK),
        ("sixteen-letters_", Grade.WARNING),
        ("a" * 40, Grade.WARNING),
        (TOKEN.partition(":")[2], Grade.WARNING),
    ],
)
def test_the_secret_of_the_webhook_is_hard_to_guess_and_never_shown(chosen: Chosen, secret: str, grade: Grade) -> None:
    findings = found(chosen.pushed(secret=secret))

    assert findings["webhook secret"].grade is grade
    told = " ".join(each.text + each.hint for each in findings.values())
    assert TOKEN not in told
    assert secret not in told


def test_who_may_ask_is_said_plainly(chosen: Chosen) -> None:
    assert "everybody on Telegram can ask" in found(chosen(allowed=""))["access"].text
    assert found(chosen(admins="7"))["access"].text == "3 can ask, nobody else"


@pytest.mark.parametrize(
    ("groups", "leaves", "text"),
    [
        ("any", False, "in all that it is added to"),
        ("none", False, "none: it is silent in them"),
        ("none", True, "none: the bot leaves them"),
        ("-1001", False, "1; it is silent in others"),
        ("-1001", True, "1; it leaves others"),
    ],
)
def test_where_one_may_ask_is_said_plainly(chosen: Chosen, groups: str, leaves: bool, text: str) -> None:
    assert found(chosen(groups=groups, leave_groups=leaves))["groups"].text == text


def test_a_home_that_cannot_be_made_is_said(chosen: Chosen, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    assert found(chosen())["home"].grade is Grade.OK
    assert found(chosen(home=tmp_path / "not" / "yet"))["home"].grade is Grade.OK
    assert found(chosen(home=file / "below"))["home"].grade is Grade.ERROR


def test_by_the_settings_alone_a_bot_is_made_and_asked(chosen: Chosen, telegram: Telegram) -> None:
    findings = examined(chosen(telegram_api=f"{telegram.address}/"))

    assert worst(findings) is Grade.OK
    assert "commands" not in findings


def test_how_long_conversations_are_kept_is_said(chosen: Chosen) -> None:
    assert found(chosen())["retention"].text == "conversations are erased after 30 days"
    assert "not kept" in found(chosen(retention_days=0))["retention"].text


def test_one_question_that_is_not_answered_does_not_hide_the_others(chosen: Chosen, telegram: Telegram) -> None:
    telegram.replies["getMyCommands"] = (500, "Internal Server Error")

    findings = found(chosen())

    assert findings["drafts"].grade is Grade.OK
    assert findings["admins"].grade is Grade.OK
    assert findings["server"].grade is Grade.ERROR
