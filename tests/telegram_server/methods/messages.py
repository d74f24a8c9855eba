"""sendMessage and its kin: send, edit, delete, draft, act, react."""

from tests.telegram_server.api import Api
from tests.telegram_server.entities import found_entities
from tests.telegram_server.given import Given
from tests.telegram_server.shapes import Json, bad
from tests.telegram_server.texts import LONGEST_CAPTION, Text, formatted
from tests.telegram_server.world import ADMINS, Chat, Message, Version

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(api: Api, given: Given) -> Json:
    chat = api.chat_to_write(given)
    text = formatted(given, "text", api.ledger)
    markup = api.markup(given)
    thread = api.thread(chat, given)
    reply_to = api.replied(chat, given)
    api.take("sendmessage", chat)
    message = posted(api, chat, content_of(text), thread, reply_to, markup)
    message.found = found_entities(text.text, text.entities)
    message.link_preview = given.shape("link_preview_options")
    return message.json()


def content_of(text: Text, key: str = "text") -> Json:
    content: Json = {key: text.text} if text.text else {}
    if text.entities:
        content["entities" if key == "text" else "caption_entities"] = text.entities
    return content


def posted(
    api: Api, chat: Chat, content: Json, thread: int | None, reply_to: int | None, markup: Json | None
) -> Message:
    """A new message of the bot's."""
    if thread is None and reply_to is not None and chat.is_forum:
        thread = chat.messages[reply_to].thread
    message = api.world.post(chat, api.world.bot, content, thread=thread, reply_to=reply_to, markup=markup)
    api.ledger.effect("send", chat.id, message.id, message.text, reply_to)
    return message


def edit_message_text(api: Api, given: Given) -> Json | bool:
    text = formatted(given, "text", api.ledger)
    markup = api.markup(given)
    message = api.own_message(given)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit", kind="edit")
    return _edit(api, "editmessagetext", given, message, content_of(text), markup)


def edit_message_caption(api: Api, given: Given) -> Json | bool:
    text = formatted(given, "caption", api.ledger, most=LONGEST_CAPTION, may_be_empty=True)
    markup = api.markup(given)
    message = api.own_message(given)
    kept = {key: value for key, value in message.content.items() if not key.startswith("caption")}
    return _edit(api, "editmessagecaption", given, message, kept | content_of(text, "caption"), markup)


def edit_message_reply_markup(api: Api, given: Given) -> Json | bool:
    markup = api.markup(given)
    message = api.own_message(given)
    return _edit(api, "editmessagereplymarkup", given, message, message.content, markup)


def _edit(api: Api, method: str, given: Given, message: Message, content: Json, markup: Json | None) -> Json | bool:
    """Edits; without reply_markup the buttons go, as on Telegram. Raises Refused if nothing would change."""
    api.take(method, message.chat)
    shown = message.markup if message.markup and "inline_keyboard" in message.markup else None
    if (content, markup) == (message.content, shown):
        raise bad(NOT_MODIFIED)
    old = Version(message.text, message.entities, message.markup, api.world.clock())
    message.history.append(old)
    message.content, message.markup = content, markup
    message.edited = api.world.now()
    message.found = found_entities(message.text, message.entities)
    if "link_preview_options" in given:
        message.link_preview = given.shape("link_preview_options")
    elif method == "editmessagetext":
        message.link_preview = None
    kind = "markup" if method == "editmessagereplymarkup" else "edit"
    api.ledger.effect(kind, message.chat.id, message.id, message.text)
    return True if "inline_message_id" in given else message.json()


def delete_message(api: Api, given: Given) -> bool:
    chat = api.chat_to_write(given)
    message = chat.messages.get(given.number("message_id"))
    if message is None or message.deleted:
        raise bad("message to delete not found")
    may = message.by_bot or chat.type == "private" or chat.status(api.world.bot.id) in ADMINS
    if not may:
        raise bad("message can't be deleted")
    message.deleted = True
    api.ledger.effect("delete", chat.id, message.id, message.text)
    return True


def delete_messages(api: Api, given: Given) -> bool:
    chat = api.chat_to_write(given)
    for number in given.objects("message_ids"):
        message = chat.messages.get(number)
        if message is not None and not message.deleted and (message.by_bot or chat.type == "private"):
            message.deleted = True
            api.ledger.effect("delete", chat.id, message.id, message.text)
    return True


def send_message_draft(api: Api, given: Given) -> bool:
    """https://core.telegram.org/bots/api#sendmessagedraft: private chats only, a preview of 30 seconds."""
    chat = api.chat_to_write(given)
    if chat.type != "private":
        raise bad("TEXTDRAFT_PEER_INVALID", kind="draft")
    draft = given.number("draft_id")
    if not draft:
        raise bad("draft_id must be non-zero", kind="draft")
    text = formatted(given, "text", api.ledger, may_be_empty=True)
    api.thread(chat, given)
    api.take("sendmessagedraft", chat)
    api.ledger.effect("draft", chat.id, draft, text.text)
    return True


def send_chat_action(api: Api, given: Given) -> bool:
    chat = api.chat_to_write(given)
    action = given.text("action")
    if action not in ACTIONS:
        raise bad("wrong parameter action in request", kind="parameters")
    api.thread(chat, given, general=True)
    api.take("sendchataction", chat)
    api.ledger.effect("action", chat.id, None, action)
    return True


def set_message_reaction(api: Api, given: Given) -> bool:
    chat = api.chat_to_write(given)
    message = chat.messages.get(given.number("message_id"))
    if message is None or message.deleted:
        raise bad("message to react not found")
    reactions = given.objects("reaction")
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY", kind="parameters")
    message.reactions = reactions
    api.ledger.effect("reaction", chat.id, message.id, "".join(one.get("emoji", "") for one in reactions))
    return True


def forward_message(api: Api, given: Given) -> Json:
    source, chat = _source(api, given), api.chat_to_write(given)
    thread = api.thread(chat, given)
    api.take("forwardmessage", chat)
    message = posted(api, chat, dict(source.content), thread, None, None)
    origin: Json = {"type": "user", "date": source.date}
    message.extra["forward_origin"] = origin | {"sender_user": (source.sender or api.world.bot).json()}
    return message.json()


def copy_message(api: Api, given: Given) -> Json:
    source, chat = _source(api, given), api.chat_to_write(given)
    thread, reply_to, markup = api.thread(chat, given), api.replied(chat, given), api.markup(given)
    api.take("copymessage", chat)
    return {"message_id": posted(api, chat, dict(source.content), thread, reply_to, markup).id}


def _source(api: Api, given: Given) -> Message:
    message = api.chat(given, "from_chat_id").messages.get(given.number("message_id"))
    if message is None or message.deleted:
        raise bad("message to forward not found")
    return message


METHODS = {
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "sendMessageDraft": send_message_draft,
    "sendChatAction": send_chat_action,
    "setMessageReaction": set_message_reaction,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
}
