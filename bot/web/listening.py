"""Where the server listens: an address of the network or a socket in the file system."""

import errno
import ipaddress
import logging
import re
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SettingsInvalid

_FORMS = "write host:port, [::1]:port or unix:/path"
_NETWORK = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:/\[\]]+)):(?P<port>\d{1,5})", re.ASCII)
_HIGHEST_PORT = 65_535
_SOCKET_RIGHTS = 0o660  # a proxy of another user reaches it through a group that both are in
_QUEUE = 1_024  # connections that wait to be accepted; the system may have a lower limit
_LONGEST_PATH = 107  # bytes, and the end (sun_path; unix(7))

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port, or else the path of a socket."""

    host: str = ""
    port: int = 0
    path: Path | None = None

    @classmethod
    def read(cls, text: str) -> "Address":
        """The address as it is written in a setting. Raises `SettingsInvalid`."""
        if text.startswith("unix:"):
            return cls(path=_socket_path(text.removeprefix("unix:")))
        found = _NETWORK.fullmatch(text)
        if not found or int(found["port"]) > _HIGHEST_PORT:
            raise SettingsInvalid(f"{text or 'nothing'} is no address to listen on", _FORMS)
        return cls(found["six"] or found["host"], int(found["port"]))

    @property
    def stays_here(self) -> bool:
        """Whether only this machine can reach it."""
        return self.path is not None or is_loopback(self.host)

    def __str__(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def bound(address: Address) -> socket.socket:
    """A socket that listens there; port 0 is any that is free. Warns of what others can reach. Raises `SettingsInvalid`."""
    if not address.stays_here:
        _log.warning("%s can be reached from other machines, unencrypted; better 127.0.0.1 behind a proxy", address)
    try:
        listening = _on_file(address.path) if address.path is not None else _on_network(address)
    except OSError as error:
        raise _translated(address, error) from error
    listening.setblocking(False)
    return listening


def is_loopback(host: str) -> bool:
    """Whether this is the machine itself, by number or by its usual name."""
    if host.lower() == "localhost":
        return True
    with suppress(ValueError):
        number = ipaddress.ip_address(host.partition("%")[0])
        mapped = getattr(number, "ipv4_mapped", None)
        return (mapped or number).is_loopback
    return False


def _socket_path(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or "\0" in text or len(text.encode()) > _LONGEST_PATH:
        raise SettingsInvalid(f"unix:{text} is no path for a socket", f"{_FORMS}, in at most {_LONGEST_PATH} letters")
    return path


def _on_network(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host, address.port), family=family, backlog=_QUEUE)


def _on_file(path: Path) -> socket.socket:
    _remove_abandoned(path)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(path))
        path.chmod(_SOCKET_RIGHTS)
        listening.listen(_QUEUE)
    except BaseException:
        listening.close()
        raise
    return listening


def _remove_abandoned(path: Path) -> None:
    """Remove a socket that nobody listens on any more. One that somebody listens on is left, and is in use; so is any other file."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(errno.EADDRINUSE, "is no socket")
        with socket.socket(socket.AF_UNIX) as visitor, suppress(ConnectionRefusedError):
            visitor.settimeout(1.0)
            visitor.connect(str(path))
            raise OSError(errno.EADDRINUSE, "in use")
        path.unlink()


def _translated(address: Address, error: OSError) -> SettingsInvalid:
    if isinstance(error, FileExistsError):
        return SettingsInvalid(f"{address} is no socket", "remove that file, or choose another path")
    if error.errno == errno.EADDRINUSE:
        return SettingsInvalid(
            f"{address} is in use", "is kildebot running already? else choose another KILDEBOT_LISTEN"
        )
    if isinstance(error, socket.gaierror):
        return SettingsInvalid(f"there is no host {address.host}", _FORMS)
    hint = "choose a port above 1023" if error.errno == errno.EACCES and address.path is None else _FORMS
    return SettingsInvalid(f"{address} cannot be listened on: {error.strerror}", hint)
