"""What holds for every test: no network beyond this machine, and nothing of the developer's own."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Two shared cores make the time of one example meaningless.
hypothesis.settings.register_profile("kildebot", deadline=None, print_blob=True)
hypothesis.settings.load_profile("kildebot")

_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
_OURS = ("KILDEBOT_", "OPENAI_", "TELEGRAM_", "LANGCHAIN_", "LANGSMITH_", "CHROMA_", "XDG_")
_TERMINAL = ("CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR")


class NetworkRefused(ConnectionError):
    """A test asked for something beyond this machine."""


# The interpreter reports every use of a socket to this hook (PEP 578), so no library has to be patched. What is refused
# is also written down: a test fails even when the code under test swallows the error.
_refused: list[str] = []


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        connection, address = arguments[0], arguments[-1]
        if connection.family not in {socket.AF_INET, socket.AF_INET6} or address is None:
            return
        host = address[0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name and name not in _THIS_MACHINE:
        _refused.append(f"{event} {name}")
        raise NetworkRefused(f"tests stay on this machine, and this is not on it: {name}")


sys.addaudithook(_refuse_the_network)


@pytest.fixture(autouse=True)
def network_refused() -> Iterator[list[str]]:
    """What the test tried to reach beyond this machine; it fails if there is anything, whatever became of the error."""
    _refused.clear()
    yield _refused
    assert not _refused, f"the network was asked for: {_refused}"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an empty current folder in it: nothing of the developer's is read or written."""
    home = tmp_path_factory.mktemp("home")
    for name in [*os.environ]:
        if name.startswith(_OURS) or name in _TERMINAL:
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("KILDEBOT_HOME", str(home / "kildebot"))
    folder = home / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return home
