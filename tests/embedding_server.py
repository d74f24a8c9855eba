"""A server of embeddings on this machine."""

import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "sk-very-secret"


@dataclass
class Server:
    """Speaks OpenAI's `/v1/embeddings`. `faults` are given out first, one a request: status, headers and body."""

    address: str = ""
    dimensions: int = 8
    faults: list[tuple[int, dict[str, str], object]] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    longest: int = 10**9
    answered: list[str] = field(default_factory=list)
    fail_after: int | None = None

    def answer(self, request: dict[str, object]) -> tuple[int, dict[str, str], object]:
        self.requests.append(request)
        if self.faults:
            return self.faults.pop(0)
        texts = request["input"]
        assert isinstance(texts, list), "texts are sent, never token numbers"
        assert all(isinstance(text, str) and text for text in texts)
        if self.fail_after is not None and len(self.answered) + len(texts) > self.fail_after:
            return fault(500)
        if max(map(len, texts)) > self.longest:
            return fault(400, message="maximum context length is 8192 tokens")
        self.answered += texts
        rows = [{"object": "embedding", "index": at, "embedding": self._vector(text)} for at, text in enumerate(texts)]
        return 200, {}, {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}

    def _vector(self, text: str) -> list[float]:
        return [1.0 + zlib.crc32(f"{at} {text}".encode()) % 100 for at in range(self.dimensions)]


def fault(
    status: int, code: str = "", message: str = f"no, and your key is {SECRET}", **headers: str
) -> tuple[int, dict[str, str], object]:
    return (
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        {"error": {"message": message, "code": code}},
    )


@contextmanager
def embedding_server() -> Iterator[Server]:
    """Serves on a port of its own."""
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/embeddings"
            served.keys.append(self.headers["Authorization"])
            status, headers, body = served.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                **headers,
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        served.address = f"http://127.0.0.1:{listening.server_address[1]}/v1"
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        yield served
        listening.shutdown()
