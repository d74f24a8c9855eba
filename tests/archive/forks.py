"""Processes forked from one that has imported everything, so that many can be started, and killed, in little time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PARTS = ("filelock", "numpy", "tantivy", "Stemmer", "tests.archive.samples", "vectorstore.archive")
"""What an archive imports, but for Chroma, which takes a second."""

_SERVER = """
import json, os, signal, sys
sys.path[:0] = json.loads(sys.argv[1])
for name in sys.argv[2:]:
    __import__(name)
for line in sys.stdin:
    child = os.fork()
    if not child:
        break
    if sys.stdin.readline() == "kill\\n":
        os.kill(child, signal.SIGKILL)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
exec(json.loads(line))
"""


class Fork:
    """A process at work. It ends as Python does, at the end of its program, unless it is killed."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self._orders, self._output = server.stdin, server.stdout

    def read(self) -> str:
        """The next line that it prints."""
        return self._output.readline().strip()

    def end(self, *, kill: bool = False) -> tuple[list[str], int]:
        """Wait for its end, or kill it now; the lines that it still printed, and its exit code: negative for a signal."""
        self._orders.write("kill\n" if kill else "wait\n")
        self._orders.flush()
        lines = []
        while not (line := self.read()).startswith("ended "):
            lines.append(line)
        return lines, int(line.split()[1])


class Forks:
    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def start(self, program: str) -> Fork:
        """Run a program in a new process; one at a time."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(program) + "\n")
        self._server.stdin.flush()
        return Fork(self._server)


@contextmanager
def forks(modules: Sequence[str]) -> Iterator[Forks]:
    """Processes that find these modules imported. Forking is safe: no thread is running in the one that they come from."""
    command = [sys.executable, "-c", _SERVER, json.dumps(sys.path), *modules]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as server:
        yield Forks(server)
        assert server.stdin is not None
        server.stdin.close()
