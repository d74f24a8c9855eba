"""What a request says: its parameters from query, form, multipart or JSON, read as the Bot API reads them."""

import json
from typing import Any

from tornado.httputil import HTTPServerRequest

from tests.telegram_server.shapes import Json, bad, has_lone_surrogate

Files = dict[str, tuple[str, bytes]]


class Given:
    """Parameters of one call. Objects may come as JSON text, as in forms, or as they are, as in JSON bodies."""

    def __init__(self, values: Json, files: Files | None = None) -> None:
        self.values = values
        self.files = files or {}

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        text = value if isinstance(value, str) else json.dumps(value)
        if has_lone_surrogate(text):
            raise bad("strings must be encoded in UTF-8", kind="parameters")
        return text

    def number(self, name: str, default: int = 0) -> int:
        """An integer; whatever is none reads as the default, as `get_integer_arg` has it."""
        value = self.values.get(name)
        if isinstance(value, bool) or value is None:
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "yes", "1"}

    def shape(self, name: str) -> Any:
        """A JSON value; None if it is not given."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad(f"can't parse {name} JSON object", kind="parameters") from error

    def objects(self, name: str) -> list[Any]:
        """A JSON array, empty if it is not given."""
        value = self.shape(name)
        if value is not None and not isinstance(value, list):
            raise bad(f"can't parse {name} JSON object: expected an Array", kind="parameters")
        return value or []

    def recorded(self) -> Json:
        """The parameters for the ledger: JSON texts as values, files as their name and size."""
        files = {name: {"file_name": file, "size": len(body)} for name, (file, body) in self.files.items()}
        return {name: _value(value) for name, value in self.values.items()} | files


def _value(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def read(request: HTTPServerRequest) -> Given:
    """The parameters of a request. Raises Refused where the body cannot be read."""
    if not request.arguments and not request.body and not request.files:
        return Given({})
    values: Json = {}
    for name, said in request.arguments.items():
        try:
            values[name] = said[-1].decode()
        except UnicodeDecodeError as error:
            raise bad("strings must be encoded in UTF-8", kind="parameters") from error
    if request.headers.get("Content-Type", "").startswith("application/json"):
        values |= _body(request.body)
    files = {name: (found[0].filename, found[0].body) for name, found in request.files.items()}
    return Given(values, files)


def _body(body: bytes) -> Json:
    if not body:
        return {}
    try:
        said = json.loads(body)
    except ValueError as error:
        raise bad("can't parse JSON object", kind="parameters") from error
    if not isinstance(said, dict):
        raise bad("object expected", kind="parameters")
    return said
