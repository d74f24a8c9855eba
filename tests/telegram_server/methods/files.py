"""Files: sent by the bot, and fetched by it."""

from tests.telegram_server.api import Api
from tests.telegram_server.entities import found_entities
from tests.telegram_server.given import Given
from tests.telegram_server.methods.messages import content_of, posted
from tests.telegram_server.people import keep_file
from tests.telegram_server.shapes import Json, bad
from tests.telegram_server.texts import LONGEST_CAPTION, formatted

# https://core.telegram.org/bots/api#getfile and #sending-files
MOST_TO_FETCH = 20 * 1024 * 1024
MOST_TO_SEND = 50 * 1024 * 1024


def send_document(api: Api, given: Given) -> Json:
    return _send(api, given, "document")


def send_photo(api: Api, given: Given) -> Json:
    return _send(api, given, "photo")


def _send(api: Api, given: Given, kind: str) -> Json:
    chat = api.chat_to_write(given)
    name, body, number = _file(api, given, kind)
    caption = formatted(given, "caption", api.ledger, most=LONGEST_CAPTION, may_be_empty=True)
    markup = api.markup(given)
    thread, reply_to = api.thread(chat, given), api.replied(chat, given)
    api.take(f"send{kind}", chat)
    number = number or keep_file(api.world, name, body)
    shape: Json = {"file_id": number, "file_unique_id": f"u{number}", "file_size": len(body)}
    shape |= {"file_name": name} if kind == "document" else {"width": 90, "height": 90}
    content: Json = {kind: shape if kind == "document" else [shape]}
    message = posted(api, chat, content | content_of(caption, "caption"), thread, reply_to, markup)
    message.found = found_entities(caption.text, caption.entities)
    return message.json()


def _file(api: Api, given: Given, kind: str) -> tuple[str, bytes, str | None]:
    """Name, bytes and, for a file known already, its id. Uploads are parts of the form, or `attach://` to one."""
    said = given.text(kind).removeprefix("attach://")
    for key in (kind, said):
        if key in given.files:
            name, body = given.files[key]
            if not body:
                raise bad("file must be non-empty", kind="parameters")
            if len(body) > MOST_TO_SEND:
                raise bad("file is too big", kind="parameters")
            return name, body, None
    if not said:
        raise bad(f"there is no {kind} in the request", kind="parameters")
    if said not in api.world.files:
        raise bad("wrong remote file identifier specified: Wrong string length", kind="parameters")
    return (*api.world.files[said], said)


def get_file(api: Api, given: Given) -> Json:
    number = given.text("file_id")
    if number not in api.world.files:
        raise bad("invalid file_id", kind="parameters")
    name, body = api.world.files[number]
    size = _said_size(api, number) or len(body)
    if size > MOST_TO_FETCH:
        raise bad("file is too big")
    ending = name.rpartition(".")[2] if "." in name else "bin"
    return {
        "file_id": number,
        "file_unique_id": f"u{number}",
        "file_size": size,
        "file_path": f"documents/{number}.{ending}",
    }


def _said_size(api: Api, number: str) -> int | None:
    """The size that a test gave a file, so that it need not make twenty megabytes."""
    return api.world.sizes.get(number)


def body_of(api: Api, path: str) -> bytes | None:
    """The bytes behind a `file_path`."""
    number = path.removeprefix("documents/").rpartition(".")[0]
    return api.world.files[number][1] if number in api.world.files else None


METHODS = {"sendDocument": send_document, "sendPhoto": send_photo, "getFile": get_file}
