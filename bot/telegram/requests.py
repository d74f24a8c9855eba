"""Requests to the Bot API over HTTP, each of them counted, and none of them without an end."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from telegram.error import TimedOut
from telegram.request import HTTPXRequest, RequestData

_LONGEST, _LONGEST_WITH_FILE = 45.0, 600.0  # seconds for a request, its answer included, however slowly that comes
_METHOD = re.compile(r"/bot[^/]+/(\w+)$")  # Bot API, "Making requests"; whatever else is asked for is a file

Called = Callable[[str, str], object]
"""Is told of a request: the method of the Bot API, or "file"; and the HTTP status of the answer, or "none"."""


class Requests(HTTPXRequest):
    """python-telegram-bot's requests. `called` is told of every one that was made, whatever came of it.

    Its timeouts are between two bytes, and a line that gives one a second keeps them all. After `longest` seconds it is enough.
    """

    def __init__(self, called: Called = lambda *_: None, *, longest: float = _LONGEST, **options: Any) -> None:
        """`options` are those of `HTTPXRequest`."""
        super().__init__(**options)
        self._called = called
        self._longest = longest

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        status, found = "none", _METHOD.search(url)
        has_file = found is None or (request_data is not None and request_data.contains_files)
        try:
            async with asyncio.timeout(_LONGEST_WITH_FILE if has_file else self._longest):
                code, payload = await super().do_request(url, method, request_data, *timeouts, **more)
            status = str(code)
        except TimeoutError as error:
            raise TimedOut from error
        finally:
            self._called(found[1] if found else "file", status)
        return code, payload
