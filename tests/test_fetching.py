"""What one may rely on when a link is fetched: only what is public, within bounds, and nothing inside is ever touched."""

import asyncio
import contextlib
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BotError, Obstacle, PageNotFetched
from bot.fetching import PUBLIC, SUFFIXES, Bounds, Fetched, fetch, is_public
from vectorstore.reading.fields import is_web_address

PAGE = "<html><body><p>Fergen til Leka går igjen.</p></body></html>".encode()

# Of nobody: a certificate for avis.example that it signed itself, and its key.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHUJEUjOK/GPb5PpA
Z9LhdftqAjGLe0PTKfVStxcw1nOhRANCAAQgTHsmyaMcMGGuzYJGpTr3QaeKndaN
9/fcz6LTiVDKMuJ0SZYxWj2zamB5xl0836/6PfsgJJEbO6hBZ3DlB4+R
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBnjCCAUSgAwIBAgIUK2JBdQNtkCZdhz8Wz/M5ijzI2hUwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMYXZpcy5leGFtcGxlMCAXDTI2MTEyMzE5MjExMloYDzIxMjYx
MDMwMTkyMTEyWjAXMRUwEwYDVQQDDAxhdmlzLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQgTHsmyaMcMGGuzYJGpTr3QaeKndaN9/fcz6LTiVDKMuJ0
SZYxWj2zamB5xl0836/6PfsgJJEbO6hBZ3DlB4+Ro2wwajAdBgNVHQ4EFgQUCNor
JtKqUClDPIt6K4QegyvTXtYwHwYDVR0jBBgwFoAUCNorJtKqUClDPIt6K4QegyvT
XtYwDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREEEDAOggxhdmlzLmV4YW1wbGUwCgYI
KoZIzj0EAwIDSAAwRQIgYZnFuZiC6JXn8gk4FUnrICF+drGMy5E9UKur+v2n7WIC
IQDZYqJka7QIfBWOEepniGr5unppadZB15VY7eyrfDaNYQ==
-----END CERTIFICATE-----
"""

# Trusts nobody; what has authorities takes a while to make.
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A web server on this machine: what it does at each path, and what it was asked for."""

    port: int = 0
    paths: dict[str, Act] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def hits(self) -> int:
        return len(self.asked)


@contextlib.contextmanager
def serving(address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            with contextlib.suppress(OSError):
                site.paths.get(self.path, answer(PAGE))(self)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

        def handle_error(self, *args: object) -> None:
            pass

    with Server((address, port), Handler) as listening:
        if tls:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        site.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        yield site
        listening.shutdown()


def answer(body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if kind:
            handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


def moved(to: str, status: int = 302) -> Act:
    return answer(b"", status=status, Location=to)


def raw(*portions: bytes, every: float = 0.0) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        for portion in portions:
            handler.wfile.write(portion)
            time.sleep(every)

    return act


@dataclass
class Names:
    """Resolves names as a table says, a list of answers one after the other; and numbers in any form, as the system does."""

    table: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host in self.table:
            answers = self.table[host]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if ":" in host:
            return [str(IPv6Address(host))]
        return [socket.inet_ntoa(socket.inet_aton(host))]


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture(scope="module")
def _canary() -> Iterator[Site]:
    with serving() as canary:
        yield canary


@pytest.fixture
def site(_site: Site) -> Site:
    """Stands for the internet: its address and port are allowed."""
    _site.asked.clear()
    _site.paths.clear()
    return _site


@pytest.fixture
def canary(_canary: Site) -> Iterator[Site]:
    """Something inside. Its port is one for web pages; its address is not public."""
    _canary.asked.clear()
    yield _canary
    assert _canary.asked == [], "something inside was reached"


@pytest.fixture
def bounds(site: Site, canary: Site) -> Bounds:
    ports = frozenset({site.port, canary.port})
    return Bounds(seconds=5, ports=ports, inside=frozenset({("127.0.0.1", site.port)}), tls=NOBODY)


@pytest.fixture
def names() -> Names:
    return Names({"avis.example": [["127.0.0.1"]]})


def got(url: str, bounds: Bounds, names: Names) -> Fetched:
    return asyncio.run(fetch(url, bounds, resolve=names))


def obstacle(url: str, bounds: Bounds, names: Names) -> Obstacle:
    with pytest.raises(PageNotFetched) as caught:
        got(url, bounds, names)
    assert caught.value.message
    return caught.value.obstacle


# What comes


def test_a_page_comes_with_its_address_its_kind_and_its_bytes(site: Site, bounds: Bounds, names: Names) -> None:
    url = f"http://avis.example:{site.port}/2019/ferge?side=2"

    assert got(url + "#bunn", bounds, names) == Fetched(url, "text/html", "utf-8", PAGE)


def test_the_request_says_who_asks_and_nothing_about_whom_for(
    site: Site, bounds: Bounds, names: Names, monkeypatch: pytest.MonkeyPatch, canary: Site, home: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    (home / ".netrc").write_text("machine avis.example login kari password hemmelig\n")
    (home / ".netrc").chmod(0o600)
    site.paths["/a"] = answer(b"", status=302, Location="/b", Set_Cookie="sid=1")

    got(f"http://avis.example:{site.port}/a", bounds, names)

    assert [path for path, _ in site.asked] == ["/a", "/b"]
    for _, headers in site.asked:
        assert (headers["user-agent"], headers["accept-encoding"]) == ("kildebot", "gzip")
        assert headers["host"] == f"avis.example:{site.port}"
        assert headers.keys() == {"user-agent", "host", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize("kind", SUFFIXES)
def test_text_markdown_and_html_are_read(kind: str, site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = answer(b"Hei", kind.upper() + ' ; charset="ISO-8859-1"')

    page = got(f"http://avis.example:{site.port}/x", bounds, names)

    assert (page.media_type, page.charset, page.suffix) == (kind, "iso-8859-1", SUFFIXES[kind])


def test_markdown_that_is_sent_as_plain_text_is_still_markdown() -> None:
    assert Fetched("https://avis.example/a/LES.md", "text/plain", "", b"").suffix == ".md"
    assert Fetched("https://avis.example/a/les.md", "text/html", "", b"").suffix == ".html"
    assert Fetched("https://avis.example/a/les", "text/plain", "", b"").suffix == ".txt"


@pytest.mark.parametrize(
    "kind",
    [
        "application/pdf",
        "image/svg+xml",
        "application/json",
        "application/octet-stream",
        "",
        "text",
        "<b>/html",
        "text/html/x",
    ],
)
def test_nothing_else_is_read(kind: str, site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = answer(b"Hei", kind)

    assert obstacle(f"http://avis.example:{site.port}/x", bounds, names) == Obstacle.KIND


@pytest.mark.parametrize("status", [204, 206, 300, 304, 401, 403, 404, 418, 500, 503])
def test_what_is_no_page_is_told_by_its_status(status: int, site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = answer(b"" if status in (204, 304) else PAGE, status=status)

    with pytest.raises(PageNotFetched) as caught:
        got(f"http://avis.example:{site.port}/x", bounds, names)

    assert (caught.value.obstacle, caught.value.detail) == (Obstacle.STATUS, str(status))
    assert isinstance(caught.value, BotError)
    assert caught.value.hint


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_what_is_packed_is_unpacked(pack: Callable[[bytes], bytes], site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = answer(pack(PAGE), Content_Encoding="gzip" if pack is gzip.compress else "deflate")

    assert got(f"http://avis.example:{site.port}/x", bounds, names).body == PAGE


# Where it may go

WAYS_INSIDE = """
127.0.0.1 127.0.0.2 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7F.1 0177.1 017700000001 0 0.0.0.0 0x0
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1.254 169.254.169.254 2852039166 0xA9FEA9FE
100.64.0.1 100.100.100.200 192.0.0.1 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 168.63.129.16 192.88.99.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254] [::127.0.0.1]
[::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:53aa:64c::1]
[fe80::1] [fc00::1] [fd00:ec2::254] [fec0::1] [ff02::1] [ff0e::1] [2001:db8::1] [2001:20::1] [3fff::1] [5f00::1] [100::1] [4000::1]
"""

NAMED_INSIDE = (
    ("127.0.0.1",),
    ("::1",),
    ("169.254.169.254",),
    ("10.0.0.1",),
    ("fe80::1%eth0",),
    ("2606:4700::1111%1",),
    ("93.184.215.14", "127.0.0.1"),
    ("127.0.0.1", "93.184.215.14"),
    ("not an address",),
    (),
)


@pytest.mark.parametrize("host", WAYS_INSIDE.split())
def test_an_address_that_is_not_public_is_not_gone_to_however_it_is_written(
    host: str, canary: Site, bounds: Bounds, names: Names
) -> None:
    assert obstacle(f"http://{host}:{canary.port}/", bounds, names) == Obstacle.INTERNAL


@pytest.mark.parametrize("addresses", NAMED_INSIDE)
def test_a_name_that_leads_inside_even_in_part_is_not_gone_to(
    addresses: Sequence[str], canary: Site, bounds: Bounds, names: Names
) -> None:
    names.table["inside.example"] = [addresses]

    assert obstacle(f"http://inside.example:{canary.port}/", bounds, names) == Obstacle.INTERNAL


AMBIGUOUS = [
    "http://avis.example:{site}\\@127.0.0.1:{canary}/",
    "http://127.0.0.1:{canary}\\@avis.example:{site}/",
    "http://127.0.0.1:{canary}\\.avis.example:{site}/",
    "http:\\\\127.0.0.1:{canary}/",
    "http://avis.example:{site}@127.0.0.1:{canary}/",
    "http://kari:hemmelig@avis.example:{site}/",
    "http://kari@avis.example:{site}/",
    "http://127.0.0.1:{canary}%2f@avis.example:{site}/",
    "http://127.0.0.1:{canary} @avis.example:{site}/",
    "http://127.0.0.1:{canary}\t/",
    "http://127.0.0.1\n:{canary}/",
    "http://avis.example:{site}/\r\nHost: inside",
    "http://avis.example:{site}/ HTTP/1.1",
    "http://avis.example:{site}/\0",
    "http://avis.example:{site}/\u202egpj",
    "http://avis.example:{site}/\u200b",
    "http://avis.example:{site}/\ud800",
    "http://127.0.0.1%00.avis.example:{site}/",
    "http://%31%32%37.0.0.1:{canary}/",
    "http://127.0.0.1%2ecanary:{canary}/",
    "http://[::1%25lo]:{canary}/",
    "http://[::1]avis.example:{site}/",
    "http://①②⑦.0.0.1:{canary}/",
    "http://256.0.0.1:{canary}/",
    "http://0177.0.0.1:{canary}/",
    "http://1.2.3.4.5 :{canary}/",
    "http://:{canary}/",
    "http:///127.0.0.1:{canary}/",
    "http:127.0.0.1:{canary}",
    "//127.0.0.1:{canary}/",
    "127.0.0.1:{canary}",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{canary}/_GET",
    "ftp://avis.example:{site}/",
    "dict://127.0.0.1:{canary}/",
    "ws://avis.example:{site}/",
    "data:text/html,hei",
    "javascript:alert(1)",
    "view-source:http://127.0.0.1:{canary}/",
    "jar:http://127.0.0.1:{canary}!/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "",
    " ",
    "hei",
    "http://",
    "http://avis.example:99999/",
    "http://avis.example:-1/",
    "http://avis.example:80:80/",
    "http://avis.example:x/",
]


@pytest.mark.parametrize("link", AMBIGUOUS)
def test_what_is_no_address_or_may_be_read_in_two_ways_is_not_even_resolved(
    link: str, site: Site, canary: Site, bounds: Bounds, names: Names
) -> None:
    url = link.format(site=site.port, canary=canary.port)

    assert obstacle(url, bounds, names) == Obstacle.ADDRESS
    assert (site.hits, names.asked) == (0, [])


def test_an_address_longer_than_any_is_refused(site: Site, bounds: Bounds, names: Names) -> None:
    assert obstacle(f"http://avis.example:{site.port}/{'a' * 2048}", bounds, names) == Obstacle.ADDRESS


@pytest.mark.parametrize("end", [":22", ":6379", ":8080", ":0", ":81"])
def test_only_ports_for_web_pages_are_gone_to(end: str, names: Names) -> None:
    assert obstacle(f"http://avis.example{end}/", PUBLIC, names) == Obstacle.PORT
    assert names.asked == []


@pytest.mark.parametrize(
    "host", ["avis.example.", "AVIS.example", "avis。example", "blåbær.example", "a_b.example", "127。0。0。1"]
)
def test_a_name_is_asked_for_as_it_was_resolved(host: str, site: Site, bounds: Bounds, names: Names) -> None:
    plain = httpx.URL(f"http://{host}/").raw_host.decode()
    names.table[plain] = [["127.0.0.1"]]

    got(f"http://{host}:{site.port}/", bounds, names)

    assert names.asked == [plain]
    assert site.asked[0][1]["host"] == f"{plain}:{site.port}"


def test_a_link_may_hold_letters_and_signs_that_addresses_are_not_written_with(
    site: Site, bounds: Bounds, names: Names
) -> None:
    page = got(f'http://avis.example:{site.port}/sør|nord^<"å`{{}}>/@kari?q=æ', bounds, names)

    assert is_web_address(page.url)
    assert page.url.endswith("/s%C3%B8r%7Cnord%5E%3C%22%C3%A5%60%7B%7D%3E/@kari?q=%C3%A6")


def test_a_name_that_nobody_has_is_said_to_be_unknown(site: Site, bounds: Bounds) -> None:
    def none(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def unfit(host: str, port: int) -> Sequence[str]:
        raise UnicodeError("label too long")

    for resolve in (none, unfit):
        with pytest.raises(PageNotFetched) as caught:
            asyncio.run(fetch(f"http://nowhere.example:{site.port}/", bounds, resolve=resolve))
        assert caught.value.obstacle == Obstacle.UNKNOWN


@given(st.integers(0, 2**32 - 1))
def test_what_carries_an_ipv4_address_is_as_public_as_that(number: int) -> None:
    plain = IPv4Address(number)

    for carrying in (
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address((0x64_FF9B << 96) | number),
    ):
        assert is_public(str(carrying)) == is_public(str(plain))
    assert not is_public(str(IPv6Address((0x2002 << 112) | (number << 80) | 1)))  # 6to4 is given up


@given(st.ip_addresses())
def test_what_python_knows_to_be_special_is_not_public(address: IPv4Address | IPv6Address) -> None:
    special = (
        address.is_private
        or address.is_multicast
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
    )
    if special and not (isinstance(address, IPv6Address) and int(address) >> 96 in (0, 0x64_FF9B)):
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::8.8.8.8"]
)
def test_what_everyone_may_reach_is_public(address: str) -> None:
    assert is_public(address)


# What a name leads to, and when


def test_the_connection_goes_to_the_address_that_was_checked_and_no_other(
    names: Names, network_refused: list[str]
) -> None:
    names.table["avis.example"] = [["93.184.215.14", "2606:4700::1111"], ["127.0.0.1"]]

    assert obstacle("http://avis.example/", replace(PUBLIC, tls=NOBODY), names) == Obstacle.UNREACHABLE

    assert network_refused == ["socket.connect 93.184.215.14", "socket.connect 2606:4700::1111"]
    assert names.asked == ["avis.example"]
    network_refused.clear()


def test_a_name_that_leads_elsewhere_after_it_was_checked_leads_nowhere(
    site: Site, bounds: Bounds, names: Names
) -> None:
    with serving("::1", site.port) as inside:
        names.table["avis.example"] = [["127.0.0.1"], ["::1"]]
        page = got(f"http://avis.example:{site.port}/", bounds, names)

        assert (page.body, site.hits, names.asked) == (PAGE, 1, ["avis.example"])

        names.table["avis.example"] = [["127.0.0.1"], ["::1"]]
        site.paths["/a"] = moved("/b")

        assert obstacle(f"http://avis.example:{site.port}/a", bounds, names) == Obstacle.INTERNAL
        assert inside.hits == 0


def test_the_next_address_is_tried_where_one_does_not_listen(site: Site, bounds: Bounds, names: Names) -> None:
    names.table["avis.example"] = [["::1", "127.0.0.1"]]
    both = replace(bounds, inside=bounds.inside | {("::1", site.port)})

    assert got(f"http://avis.example:{site.port}/", both, names).body == PAGE


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("hops", [1, 3, 5])
def test_a_redirect_is_followed_and_its_end_is_the_pages_address(
    status: int, hops: int, site: Site, bounds: Bounds, names: Names
) -> None:
    for hop in range(hops):
        site.paths[f"/{hop}"] = moved(f"{hop + 1}#del", status)

    page = got(f"http://avis.example:{site.port}/0", bounds, names)

    assert page.url == f"http://avis.example:{site.port}/{hops}"
    assert site.hits == hops + 1


def test_redirects_come_to_an_end(site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/"] = moved("/")

    assert obstacle(f"http://avis.example:{site.port}/", bounds, names) == Obstacle.REDIRECTS
    assert site.hits == 1 + bounds.redirects


ELSEWHERE = [
    ("http://127.0.0.1:{canary}/", Obstacle.INTERNAL),
    ("//127.0.0.1:{canary}/", Obstacle.INTERNAL),
    ("http://2130706433:{canary}/", Obstacle.INTERNAL),
    ("http://[::ffff:127.0.0.1]:{canary}/", Obstacle.INTERNAL),
    ("http://inside.example:{canary}/", Obstacle.INTERNAL),
    ("http://169.254.169.254:{canary}/latest/meta-data/", Obstacle.INTERNAL),
    ("http://avis.example:{site}\\@127.0.0.1:{canary}/", Obstacle.ADDRESS),
    ("http://kari@127.0.0.1:{canary}/", Obstacle.ADDRESS),
    ("file:///etc/passwd", Obstacle.ADDRESS),
    ("gopher://127.0.0.1:{canary}/", Obstacle.ADDRESS),
    ("http://avis.example:1{canary}1/", Obstacle.ADDRESS),
    ("http://avis.example:22/", Obstacle.PORT),
    ("/a b", Obstacle.ADDRESS),
]


@pytest.mark.parametrize(("to", "why"), ELSEWHERE)
def test_a_redirect_is_checked_like_a_link_at_every_hop(
    to: str, why: Obstacle, site: Site, canary: Site, bounds: Bounds, names: Names
) -> None:
    names.table["inside.example"] = [["127.0.0.1"]]
    for hop in range(bounds.redirects):
        site.paths = {f"/{each}": moved(f"/{each + 1}") for each in range(hop)}
        site.paths[f"/{hop}"] = moved(to.format(site=site.port, canary=canary.port))
        site.asked.clear()

        assert obstacle(f"http://avis.example:{site.port}/0", bounds, names) == why
        assert site.hits == hop + 1


def test_a_redirect_may_be_written_with_letters(site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/"] = raw(b"HTTP/1.1 302 Found\r\nLocation: /s\xc3\xb8r\r\nContent-Length: 0\r\n\r\n")

    assert got(f"http://avis.example:{site.port}/", bounds, names).url.endswith("/s%C3%B8r")


# How much, and how long

PACKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


@pytest.mark.parametrize("size", [9_999, 10_000, 10_001])
@pytest.mark.parametrize("packed", [False, True])
def test_a_page_may_be_as_large_as_a_file_and_no_larger(
    size: int, packed: bool, site: Site, bounds: Bounds, names: Names
) -> None:
    body = gzip.compress(b"a" * size) if packed else b"a" * size
    site.paths["/x"] = raw((PACKED if packed else PLAIN) + body)
    small = replace(bounds, largest=10_000)
    url = f"http://avis.example:{site.port}/x"

    if size <= 10_000:
        assert len(got(url, small, names).body) == size
    else:
        assert obstacle(url, small, names) == Obstacle.LARGE


def test_a_bomb_is_cut_before_it_fills_the_memory(site: Site, bounds: Bounds, names: Names) -> None:
    import tracemalloc

    pack = zlib.compressobj(9, wbits=31)
    bomb = b"".join(pack.compress(bytes(1_000_000)) for _ in range(60)) + pack.flush()
    site.paths["/x"] = raw(PACKED + bomb)
    tracemalloc.start()
    try:
        assert obstacle(f"http://avis.example:{site.port}/x", bounds, names) == Obstacle.LARGE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(bomb) < 100_000
    assert peak < 35_000_000


def test_a_page_without_end_is_cut(site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = raw(PLAIN, *[b"a" * 100_000] * 1_000)

    assert obstacle(f"http://avis.example:{site.port}/x", replace(bounds, largest=1_000_000), names) == Obstacle.LARGE


DRIPS = {
    "the page": raw(PLAIN, *[b"a"] * 40, every=0.05),
    "the head": raw(b"HTTP/1.1 200 OK\r\n", *[b"X: a\r\n"] * 40, every=0.05),
    "nothing": raw(b"", every=1.0),
}


@pytest.mark.parametrize("what", DRIPS)
def test_what_drips_is_left_after_the_time_for_all_of_it(what: str, site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = DRIPS[what]
    began = time.monotonic()

    assert obstacle(f"http://avis.example:{site.port}/x", replace(bounds, seconds=0.3), names) == Obstacle.LATE
    assert time.monotonic() - began < 0.9


def test_the_time_is_for_all_redirects_together(site: Site, bounds: Bounds, names: Names) -> None:
    def slowly(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.15)
        moved("/x")(handler)

    site.paths["/x"] = slowly

    assert obstacle(f"http://avis.example:{site.port}/x", replace(bounds, seconds=0.4), names) == Obstacle.LATE


def test_a_name_that_takes_long_to_resolve_is_not_waited_for_and_holds_nobody_up(site: Site, bounds: Bounds) -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(0.6)
        return ["127.0.0.1"]

    async def both() -> float:
        began = asyncio.get_running_loop().time()
        fetching = asyncio.create_task(
            fetch(f"http://avis.example:{site.port}/", replace(bounds, seconds=0.2), resolve=slow)
        )
        await asyncio.sleep(0.05)
        late = asyncio.get_running_loop().time() - began
        with pytest.raises(PageNotFetched, match="did not come within"):
            await fetching
        return late

    assert asyncio.run(both()) < 0.2


GARBLED = {
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "half a head": raw(b"HTTP/1.1 200 OK\r\nContent-"),
    "half a page": raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhei"),
    "not packed": raw(PACKED + b"hei"),
    "half of what was packed": raw(PACKED + gzip.compress(PAGE)[:-9]),
    "more than was packed": raw(PACKED + gzip.compress(PAGE) + gzip.compress(PAGE)),
    "packed twice": answer(gzip.compress(gzip.compress(PAGE)), Content_Encoding="gzip, gzip"),
    "packed by something else": answer(PAGE, Content_Encoding="br"),
    "a head without end": raw(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 40_000),
}


@pytest.mark.parametrize("what", GARBLED)
def test_what_cannot_be_understood_is_said_to_be_so(what: str, site: Site, bounds: Bounds, names: Names) -> None:
    site.paths["/x"] = GARBLED[what]

    assert obstacle(f"http://avis.example:{site.port}/x", bounds, names) == Obstacle.GARBLED


def test_where_nobody_listens_nothing_is_reached(bounds: Bounds, names: Names) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    free = replace(bounds, ports=frozenset({port}), inside=frozenset({("127.0.0.1", port)}))

    assert obstacle(f"http://avis.example:{port}/", free, names) == Obstacle.UNREACHABLE


# Certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tls") / "avis.pem"
    file.write_text(CERTIFICATE)
    return file


def test_a_certificate_is_checked_against_the_name_though_an_address_is_connected_to(
    certificate: Path, bounds: Bounds, names: Names
) -> None:
    said: list[str | None] = []
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    own.sni_callback = lambda _, name, __: said.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.verify_flags |= 0x200000  # X509_V_FLAG_NO_CHECK_TIME: a machine may have any date
    names.table |= {each: [["127.0.0.1"]] for each in ("annen.example", "avis.example.")}
    with serving(tls=own) as site:
        site.paths["/ned"] = moved(f"https://annen.example:{site.port}/")
        there = replace(
            bounds, ports=frozenset({site.port}), inside=frozenset({("127.0.0.1", site.port)}), tls=trusting
        )

        assert got(f"https://avis.example:{site.port}/", there, names).body == PAGE
        assert got(f"https://avis.example.:{site.port}/", there, names).body == PAGE
        for unfit in ("annen.example", "127.0.0.1"):
            assert obstacle(f"https://{unfit}:{site.port}/", there, names) == Obstacle.UNTRUSTED
        assert obstacle(f"https://avis.example:{site.port}/ned", there, names) == Obstacle.UNTRUSTED
        assert said == ["avis.example", "avis.example", "annen.example", None, "avis.example", "annen.example"]
        assert site.hits == 3


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: Path, bounds: Bounds, names: Names) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    with serving(tls=own) as site:
        there = replace(bounds, ports=frozenset({site.port}), inside=frozenset({("127.0.0.1", site.port)}), tls=None)

        assert obstacle(f"https://avis.example:{site.port}/", there, names) == Obstacle.UNTRUSTED
        assert site.hits == 0


# Whether the tests would see it


def test_the_canary_sings_when_it_is_reached(bounds: Bounds, names: Names) -> None:
    with serving() as reached:
        careless = replace(bounds, ports=frozenset({reached.port}), inside=frozenset({("127.0.0.1", reached.port)}))
        got(f"http://2130706433:{reached.port}/", careless, names)

    assert reached.hits == 1


@given(
    st.text(max_size=30), st.sampled_from(["http://", "https://", "http:/", "", "http://avis.example", "http://[::1]"])
)
def test_any_text_is_an_address_that_can_be_cited_or_is_refused(text: str, before: str) -> None:
    asked: list[str] = []

    def none(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        raise OSError

    with pytest.raises(PageNotFetched) as caught:
        asyncio.run(fetch(before + text, replace(PUBLIC, tls=NOBODY), resolve=none))

    allowed = {Obstacle.UNKNOWN} if asked else {Obstacle.ADDRESS, Obstacle.PORT}
    assert caught.value.obstacle in allowed
    assert all(host.isascii() and host == host.lower() for host in asked)
