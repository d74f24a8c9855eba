"""Where the server listens, and what is said where it cannot."""

import socket
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.web.listening import Address, bound


@pytest.mark.parametrize(
    ("text", "address", "stays"),
    [
        ("127.0.0.1:8443", Address("127.0.0.1", 8443), True),
        ("localhost:0", Address("localhost", 0), True),
        ("[::1]:8443", Address("::1", 8443), True),
        ("0.0.0.0:80", Address("0.0.0.0", 80), False),  # noqa: S104 - only read
        ("[::]:80", Address("::", 80), False),
        ("bot.example:443", Address("bot.example", 443), False),
        ("unix:/run/kildebot/web.sock", Address(path=Path("/run/kildebot/web.sock")), True),
    ],
)
def test_an_address_is_read_and_written_the_same_way(text: str, address: Address, stays: bool) -> None:
    assert Address.read(text) == address
    assert str(address) == text
    assert address.stays_here is stays


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1:٤٤٣",
        "unix:",
        "unix:here.sock",
        "unix:/" + "x" * 120,
        "",
        "8443",
        ":8443",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "::1:8443",
        "a b:1",
        "http://127.0.0.1:1",
    ],
)
def test_what_is_no_address_is_said_with_what_would_be_one(text: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Address.read(text)

    assert "host:port" in caught.value.hint


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(SettingsInvalid, match=f"127.0.0.1:{address.port} is in use") as caught:
            bound(address)

    assert "KILDEBOT_LISTEN" in caught.value.hint


def test_a_socket_that_somebody_listens_on_is_left_and_one_that_was_abandoned_is_replaced(tmp_path: Path) -> None:
    address = Address(path=tmp_path / "web.sock")
    with ExitStack() as stack:
        stack.enter_context(closing(bound(address)))
        with pytest.raises(SettingsInvalid, match="is in use"):
            bound(address)
        with closing(socket.socket(socket.AF_UNIX)) as visitor:
            visitor.connect(str(address.path))  # it is still there
    bound(address).close()


def test_a_file_is_never_taken_for_a_socket(tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("kept")

    with pytest.raises(SettingsInvalid, match="is no socket"):
        bound(Address(path=file))
    assert file.read_text() == "kept"


def test_a_socket_is_for_its_owner_and_their_group(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    bound(Address(path=path)).close()

    assert path.stat().st_mode & 0o777 == 0o660


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be listened on"):
        bound(Address(path=tmp_path / "none" / "web.sock"))
