"""The program started many times in a short while: a process that has imported it forks for each start.

An operator's start takes a second of one core, nearly all of it for imports; what is forked here then does all that the program does.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]


class Nursery:
    """`spawn` starts `kildebot telegram` in some environment; what it says goes to a file. Children that still live are killed in the end."""

    def __init__(self, module: str = "tests.telegram.forking") -> None:
        self._children: list[Child] = []
        self._mother = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
        self._mother.communicate()

    def clear(self) -> None:
        """Kill what still lives."""
        for child in self._children:
            if child.code is None:
                child.signal(9)
                child.wait()
        self._children.clear()

    def spawn(self, variables: Mapping[str, str], output: Path) -> "Child":
        self._children.append(Child(self, self.ask("start", dict(variables), str(output)), output))
        return self._children[-1]

    def ask(self, *request: Any) -> int:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(request) + "\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())


class Child:
    """One start. `code` is None until it was waited for; below zero it is the signal that ended it."""

    def __init__(self, nursery: Nursery, pid: int, output: Path) -> None:
        self.pid = pid
        self.code: int | None = None
        self._nursery = nursery
        self._output = output

    @property
    def said(self) -> str:
        return self._output.read_text()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(self._nursery.ask("wait", self.pid))
        return self.code


def serve(program: Callable[[], None]) -> None:
    """Fork, and wait, as is told on standard input. What is forked becomes the program."""
    for line in sys.stdin:
        what, *more = json.loads(line)
        if what == "wait":
            _tell(os.waitpid(more[0], 0)[1])
        elif pid := os.fork():
            _tell(pid)
        else:
            _become(program, *more)


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(program: Callable[[], None], variables: dict[str, str], output: str) -> None:
    os.environ.update(variables)
    nothing = os.open(os.devnull, os.O_RDWR)
    told = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, file in enumerate((nothing, told, told)):
        os.dup2(file, number)
    sys.argv = ["kildebot", "telegram"]
    code: object = 1
    try:
        program()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


def main() -> None:
    for name in (
        "bot.telegram.program",
        "vectorstore.archive",
        "vectorstore.words.engine",
    ):  # what is imported when it is needed
        import_module(name)
    from bot.cli import main as program

    serve(program)


if __name__ == "__main__":
    main()
