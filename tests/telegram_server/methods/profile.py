"""What the bot says of itself, and its webhook."""

import json
import re

from tests.telegram_server.api import Api
from tests.telegram_server.given import Given
from tests.telegram_server.shapes import Json, Refused, bad

MOST_COMMANDS = 100
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_LONGEST = {"name": 64, "description": 512, "short_description": 120}


def get_me(api: Api, given: Given) -> Json:
    return api.world.bot.json() | {
        "can_join_groups": api.can_join_groups,
        "can_read_all_group_messages": not api.world.privacy,
        "supports_inline_queries": api.supports_inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }


def _audience(api: Api, given: Given) -> tuple[str, str]:
    scope = given.shape("scope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in _SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified", kind="parameters")
    if strange := set(_SCOPES[kind]) - scope.keys():
        raise bad(f"can't parse BotCommandScope: {strange} is missing", kind="parameters")
    if "chat_id" in scope:
        api.chat(Given(scope))
    return json.dumps(scope, sort_keys=True), _language(given)


def _language(given: Given) -> str:
    language = given.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language_code specified", kind="parameters")
    return language


def set_my_commands(api: Api, given: Given) -> bool:
    commands = given.objects("commands")
    if not all(isinstance(command, dict) for command in commands):
        raise _wrong("can't parse BotCommand: expected an Object")
    if len(commands) > MOST_COMMANDS:
        raise _wrong("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name, description = str(command.get("command", "")).removeprefix("/"), str(command.get("description", ""))
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise _wrong("BOT_COMMAND_INVALID")
        if not 1 <= len(description.strip()) <= 256:
            raise _wrong("BOT_COMMAND_DESCRIPTION_INVALID")
    api.commands[_audience(api, given)] = commands
    return True


def get_my_commands(api: Api, given: Given) -> list[Json]:
    return api.commands.get(_audience(api, given), [])


def delete_my_commands(api: Api, given: Given) -> bool:
    api.commands.pop(_audience(api, given), None)
    return True


def _wrong(what: str) -> Refused:
    return bad(what, kind="parameters")


def _set(api: Api, given: Given, what: str) -> bool:
    text = given.text(what)
    if len(text) > _LONGEST[what]:
        raise _wrong(f"bot {what.replace('_', ' ')} is too long")
    api.profile[what, _language(given)] = text
    return True


def _get(api: Api, given: Given, what: str) -> Json:
    said = api.profile.get((what, _language(given))) or api.profile.get((what, ""))
    return {what: said or (api.world.bot.first_name if what == "name" else "")}


def set_my_name(api: Api, given: Given) -> bool:
    return _set(api, given, "name")


def set_my_description(api: Api, given: Given) -> bool:
    return _set(api, given, "description")


def set_my_short_description(api: Api, given: Given) -> bool:
    return _set(api, given, "short_description")


def get_my_name(api: Api, given: Given) -> Json:
    return _get(api, given, "name")


def get_my_description(api: Api, given: Given) -> Json:
    return _get(api, given, "description")


def get_my_short_description(api: Api, given: Given) -> Json:
    return _get(api, given, "short_description")


def set_webhook(api: Api, given: Given) -> bool:
    return api.set_webhook(given)


def delete_webhook(api: Api, given: Given) -> bool:
    return api.set_webhook(Given({"drop_pending_updates": given.values.get("drop_pending_updates")}))


def get_webhook_info(api: Api, given: Given) -> Json:
    return api.webhook_shape()


METHODS = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
