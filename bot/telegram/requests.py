"""Requests to the Bot API over HTTP, each of them counted."""

import re
from collections.abc import Callable
from typing import Any

from telegram.request import HTTPXRequest, RequestData

_METHOD = re.compile(r"/bot[^/]+/(\w+)$")  # Bot API, "Making requests"; whatever else is asked for is a file

Called = Callable[[str, str], object]
"""Is told of a request: the method of the Bot API, or "file"; and the HTTP status of the answer, or "none"."""


class Requests(HTTPXRequest):
    """python-telegram-bot's requests. `called` is told of every one that was made, whatever came of it."""

    def __init__(self, called: Called = lambda *_: None, **options: Any) -> None:
        """`options` are those of `HTTPXRequest`."""
        super().__init__(**options)
        self._called = called

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        status = "none"
        try:
            code, payload = await super().do_request(url, method, request_data, *timeouts, **more)
            status = str(code)
        finally:
            found = _METHOD.search(url)
            self._called(found[1] if found else "file", status)
        return code, payload
