"""Chats and their members."""

from tests.telegram_server.api import Api
from tests.telegram_server.given import Given
from tests.telegram_server.members import member_json
from tests.telegram_server.shapes import Json, bad, forbidden
from tests.telegram_server.world import ADMINS, PRESENT, Account, Chat


def get_chat(api: Api, given: Given) -> Json:
    chat = _readable(api, given)
    shape = chat.json() | {
        "accent_color_id": 1,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            True,
        ),
    }
    if chat.is_group:
        shape["permissions"] = {"can_send_messages": True}
    return shape


def _readable(api: Api, given: Given) -> Chat:
    chat = api.chat(given)
    if chat.user is None:
        status = chat.status(api.world.bot.id)
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if status not in PRESENT:
            raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def get_chat_member(api: Api, given: Given) -> Json:
    chat = _readable(api, given)
    number = given.number("user_id")
    if number not in api.world.users:
        raise bad("invalid user_id specified", kind="parameters")
    status = "member" if chat.user is not None else chat.status(number)
    return member_json(chat, api.world.users[number], status)


def get_chat_administrators(api: Api, given: Given) -> list[Json]:
    chat = _readable(api, given)
    if not chat.is_group and chat.type != "channel":
        raise bad("there are no administrators in the private chat", kind="parameters")
    admins = ((api.world.users.get(number), status) for number, status in chat.members.items() if status in ADMINS)
    return [member_json(chat, user, status) for user, status in admins if isinstance(user, Account)]


def get_chat_member_count(api: Api, given: Given) -> int:
    chat = _readable(api, given)
    return 2 if chat.user is not None else sum(status in PRESENT for status in chat.members.values())


def leave_chat(api: Api, given: Given) -> bool:
    chat = _readable(api, given)
    if chat.user is not None:
        raise bad("chat member status can't be changed in private chats", kind="parameters")
    bot = api.world.bot
    shape: Json = {"chat": chat.json(), "from": bot.json(), "date": api.world.now()}
    shape["old_chat_member"] = member_json(chat, bot, chat.status(bot.id))
    chat.members[bot.id] = "left"
    shape["new_chat_member"] = member_json(chat, bot, "left")
    api.world.updates.add("my_chat_member", shape)
    api.ledger.effect("leave", chat.id, None, "")
    return True


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
}
