"""A chat server on loopback that says exactly what a test tells it, byte by byte where that matters; llmock cannot say everything."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_POLL = 0.02  # seconds in which the server notices that it is to end

Script = Callable[["Speaker", dict[str, Any]], "Saying"]


@dataclass
class Saying:
    """One response: chunks of text, each after a pause (seconds), and how it ends."""

    chunks: list[str] = field(default_factory=list)
    finish: str | None = "stop"
    pause: float = 0.0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    usage: dict[str, int] | None = None
    refusal: str = ""
    keeps: bool = False  # the connection, after a `body`


class Speaker:
    """The server. `script` makes a response of each request's body; `requests` are the bodies, in order of arrival."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.left_early = 0
        self.first_chunk_at: list[float] = []
        speaker = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                speaker.requests.append(body)
                speaker._respond(self, speaker.script(speaker, body))

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def prompt(self, at: int = -1) -> str:
        """All the text of a request's messages."""
        return "\n".join(each["content"] for each in self.requests[at]["messages"])

    def _respond(self, handler: BaseHTTPRequestHandler, saying: Saying) -> None:
        plain = saying.body is not None
        handler.send_response(saying.status)
        handler.send_header("Content-Type", "application/json" if saying.status != 200 else "text/event-stream")
        for name, value in saying.headers.items():
            handler.send_header(name, value)
        if plain:
            handler.send_header("Content-Length", str(len(saying.body or b"")))
        else:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = not saying.keeps
        try:
            for at, data in enumerate([saying.body or b""] if plain else _events(saying)):
                if at and saying.pause:
                    time.sleep(saying.pause)
                if at == 1:
                    self.first_chunk_at.append(time.perf_counter())
                handler.wfile.write(data)
                handler.wfile.flush()
        except OSError:
            self.left_early += 1


def _events(saying: Saying) -> Iterator[bytes]:
    yield _event({"role": "assistant", "content": "", **({"refusal": saying.refusal} if saying.refusal else {})}, None)
    for text in saying.chunks:
        yield _event({"content": text}, None)
    if saying.finish:
        yield _event({}, saying.finish)
        if saying.usage:
            yield _data({**_BASE, "choices": [], "usage": saying.usage})
        yield b"data: [DONE]\n\n"


_BASE = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "speaker"}


def _event(delta: dict[str, Any], finish: str | None) -> bytes:
    return _data({**_BASE, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: object) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def saying(text: str, *, by: int = 4, **options: Any) -> Script:
    """Says a text, so many characters at a time, whatever it is asked."""
    chunks = [text[at : at + by] for at in range(0, len(text), by)]
    return lambda _, __: Saying(chunks, **options)


def failing(status: int, code: str = "", message: str = "no", **headers: str) -> Script:
    """Answers every request with an error, as OpenAI writes it."""
    body = json.dumps({"error": {"message": message, "type": "error", "param": None, "code": code or None}}).encode()
    return lambda _, __: Saying(status=status, body=body, headers=headers)


def in_turn(*scripts: Script) -> Script:
    """The scripts one after the other; the last goes on."""
    return lambda speaker, body: scripts[min(len(speaker.requests), len(scripts)) - 1](speaker, body)
