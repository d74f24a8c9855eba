"""A page from the web, for a link that somebody sends: what everyone may see, and nothing inside the network that the bot runs in.

    link ─→ checked ─→ its name resolved, once ─→ every address checked ─→ one of them connected to ─→ read, within the bounds
              ↑                                                                       │
              └───────────────────────────── redirected, some times at most ──────────┘

Whoever owns a name decides what it resolves to, and may say otherwise a moment later (DNS rebinding). So the connection goes to an
address that was checked, and the certificate is checked against the name. What is checked is what httpx made of the link, and so is
what is asked for; where another program might read the link otherwise, it is refused.
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from typing import Protocol

import httpx

from bot.errors import Obstacle, PageNotFetched
from vectorstore.reading.fields import is_web_address
from vectorstore.reading.files import LARGEST

Resolve = Callable[[str, int], Sequence[str]]
"""From a host and a port to IP addresses, the best first. May take its time, and raises `OSError` where there are none."""

SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
}
"""The media types that are read, and the suffix of a file that is read like them."""

_MOST_ADDRESSES = 4  # of one name that are tried
_CONNECTING = 5.0  # seconds for each of them
_BLOCK = 65_536  # bytes; what comes is looked at in portions of this size
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS  # zlib's manual, inflateInit2: the header tells which of the two it is
_HEADERS = {
    "User-Agent": "kildebot",
    "Accept": "text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9",
    "Accept-Encoding": "gzip",
}

# White space, controls, format characters, and the backslash that browsers take for a slash: no address has them, and parsers disagree.
_AMBIGUOUS = re.compile(
    r"[\s\\\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?|[0-9a-f:.]*:[0-9a-f:.]*")
_TOKEN = r"[A-Za-z0-9!#$&^_.+-]{1,60}"  # noqa: S105  RFC 6838, 4.2
_MEDIA_TYPE = re.compile(rf"\s*({_TOKEN}/{_TOKEN})\s*(?:;|$)")
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
# httpx leaves them as they are, and we do not take an address that has them.
_ENCODED = str.maketrans({"|": "%7C", "^": "%5E"})

_UNICAST = ip_network("2000::/3")  # RFC 4291, 2.4; nothing else of IPv6 is given to anyone on the internet
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052, 2.1; the last 32 bits are an IPv4 address
# Beyond what every Python that we run on knows to be special (https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-).
_SPECIAL = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is Oracle's metadata
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
        "168.63.129.16/32",  # public by its number, and the host of every virtual machine in Azure
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4, which ends at any IPv4 address; given up by RFC 7526
        "3fff::/20",  # documentation (RFC 9637)
    )
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a fetch may go, and how much it may take.

    `seconds` are for all of it, `largest` (bytes) for what comes, packed and unpacked. `inside` are the addresses, each with a port,
    that may be gone to though they are not public. `tls` is what certificates are checked with, unless it is what httpx has.
    """

    seconds: float = 15.0
    largest: int = LARGEST
    redirects: int = 5
    ports: frozenset[int] = frozenset({80, 443})
    inside: frozenset[tuple[str, int]] = frozenset()
    tls: ssl.SSLContext | None = None


PUBLIC = Bounds()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. `url` is where it was in the end, after redirects; `charset` is what the server said, empty if it did not."""

    url: str
    media_type: str
    charset: str
    body: bytes

    @property
    def suffix(self) -> str:
        """The suffix of a file that is to be read as this page is: of the media type, but Markdown is often sent as plain text."""
        suffix = SUFFIXES[self.media_type]
        named = PurePosixPath(httpx.URL(self.url).path).suffix.lower()
        return ".md" if suffix == ".txt" and named in (".md", ".markdown") else suffix


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as this machine resolves it. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def fetch(url: str, bounds: Bounds = PUBLIC, *, resolve: Resolve = resolved) -> Fetched:
    """The page that a link leads to. No cookies, no credentials and no proxies; nothing on the page is followed or run.

    Raises `PageNotFetched`.
    """
    try:
        async with asyncio.timeout(bounds.seconds):
            tls = bounds.tls
            if tls is None:  # it takes a while to read all authorities
                tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
            at = _checked(url, bounds)
            for _ in range(bounds.redirects + 1):
                outcome = await _Visit(at, bounds, tls).made(resolve)
                if isinstance(outcome, Fetched):
                    return outcome
                at = outcome
    except (TimeoutError, httpx.TimeoutException) as error:
        raise PageNotFetched(
            Obstacle.LATE, f"the page did not come within {bounds.seconds:g} seconds", "try again later"
        ) from error
    except httpx.HTTPError as error:
        raise PageNotFetched(Obstacle.GARBLED, "the server broke off, or does not speak HTTP") from error
    raise PageNotFetched(Obstacle.REDIRECTS, f"redirected more than {bounds.redirects} times")


def is_public(address: str) -> bool:
    """Whether an IP address is one that everyone on the internet may reach. What carries an IPv4 address is judged by that."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    carried = _carried(ip)
    if carried is not None:
        return is_public(str(carried))
    if isinstance(ip, IPv6Address) and (ip not in _UNICAST or ip.scope_id is not None):
        return False
    return ip.is_global and not any(ip in special for special in _SPECIAL if special.version == ip.version)


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to an IPv6 address end up at: mapped, or NAT64."""
    if isinstance(ip, IPv4Address):
        return None
    return ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 else None)


def _checked(link: str, bounds: Bounds) -> httpx.URL:
    """The address of a page that may be asked for, as far as it tells by itself. Raises `PageNotFetched`."""
    unfit = PageNotFetched(
        Obstacle.ADDRESS,
        "that is not the address of a web page",
        "it begins with http:// or https://, without a password",
    )
    if _AMBIGUOUS.search(link):
        raise unfit
    try:
        url = httpx.URL(link.translate(_ENCODED)).copy_with(fragment=None)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise unfit from error
    if url.scheme not in ("http", "https") or url.userinfo or not _HOST.fullmatch(host) or not is_web_address(str(url)):
        raise unfit
    if _port(url) not in bounds.ports:
        raise PageNotFetched(Obstacle.PORT, f"port {_port(url)} is not one for web pages", "pages are at 80 and 443")
    return url


def _port(url: httpx.URL) -> int:
    return url.port if url.port is not None else 443 if url.scheme == "https" else 80


class _Visit:
    """One request: to one page, with nothing left of the one before."""

    def __init__(self, url: httpx.URL, bounds: Bounds, tls: ssl.SSLContext) -> None:
        self._url = url
        self._host = url.raw_host.decode("ascii")
        self._bounds = bounds
        self._tls = tls

    async def made(self, resolve: Resolve) -> Fetched | httpx.URL:
        """The page, or where it has moved to. Raises `PageNotFetched`, and httpx's errors."""
        addresses = await self._addresses(resolve)
        transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)
        timeout = httpx.Timeout(self._bounds.seconds, connect=_CONNECTING)
        async with httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout) as client:
            response = await self._answer(client, addresses)
            try:
                if response.has_redirect_location:
                    return self._moved(response.headers["location"])
                return await self._page(response)
            finally:
                await response.aclose()

    async def _addresses(self, resolve: Resolve) -> Sequence[str]:
        """Where the host is. All of it must be public: a name that is half inside was made to lead there."""
        port = _port(self._url)
        try:
            found = await asyncio.to_thread(resolve, self._host, port)
        except (OSError, UnicodeError) as error:
            raise PageNotFetched(Obstacle.UNKNOWN, f"there is no host {self._host}", "check the address") from error
        if not found or not all(is_public(each) or (each, port) in self._bounds.inside for each in found):
            raise PageNotFetched(
                Obstacle.INTERNAL, f"{self._host} is not on the public internet", "only public pages are fetched"
            )
        return found[:_MOST_ADDRESSES]

    async def _answer(self, client: httpx.AsyncClient, addresses: Sequence[str]) -> httpx.Response:
        """The beginning of what the first of the addresses that can be connected to answers."""
        failed: Exception | None = None
        for address in addresses:
            request = client.build_request(
                "GET",
                self._url.copy_with(host=address),
                headers={**_HEADERS, "Host": self._url.netloc.decode("ascii")},
                extensions={"sni_hostname": self._host.rstrip(".")},
            )
            try:
                return await client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if _is_of_a_certificate(error):
                    raise PageNotFetched(
                        Obstacle.UNTRUSTED, f"the certificate of {self._host} cannot be trusted", "check the address"
                    ) from error
                failed = error
        raise PageNotFetched(Obstacle.UNREACHABLE, f"{self._host} cannot be reached", "try again later") from failed

    def _moved(self, location: str) -> httpx.URL:
        if _AMBIGUOUS.search(location):
            raise PageNotFetched(Obstacle.ADDRESS, f"{self._host} redirects to what is no address")
        try:
            return _checked(str(self._url.join(location)), self._bounds)
        except (httpx.InvalidURL, ValueError) as error:
            raise PageNotFetched(Obstacle.ADDRESS, f"{self._host} redirects to what is no address") from error

    async def _page(self, response: httpx.Response) -> Fetched:
        if response.status_code != httpx.codes.OK:
            raise PageNotFetched(
                Obstacle.STATUS,
                f"{self._host} answers {response.status_code} instead of a page",
                "if you can see it, save it and send the file",
                detail=str(response.status_code),
            )
        stated = response.headers.get("content-type", "")
        found = _MEDIA_TYPE.match(stated)
        media_type = found[1].lower() if found else ""
        if media_type not in SUFFIXES:
            raise PageNotFetched(
                Obstacle.KIND,
                f"not a page but {media_type or 'of no stated kind'}",
                "text, Markdown and HTML are read",
                detail=media_type or "?",
            )
        charset = _CHARSET.search(stated)
        return Fetched(str(self._url), media_type, charset[1].lower() if charset else "", await self._body(response))

    async def _body(self, response: httpx.Response) -> bytes:
        """All of it, unpacked. Never more than `largest` bytes are in memory, and never more than that are waited for."""
        most = self._bounds.largest
        unpack = _unpacking(response.headers.get("content-encoding", ""))
        body = bytearray()
        received = 0
        async for block in response.aiter_raw(_BLOCK):
            received += len(block)
            body += unpack.decompress(block, most + 1 - len(body))
            if max(received, len(body)) > most:
                raise PageNotFetched(
                    Obstacle.LARGE,
                    f"the page is larger than {most // 1_000_000} MB",
                    "send the article alone, as a file",
                )
        unpack.finish()
        return bytes(body)


class _Unpacking(Protocol):
    """Takes blocks, and gives at most so many bytes for each. Raises `PageNotFetched` for what cannot be unpacked."""

    def decompress(self, block: bytes, most: int) -> bytes: ...

    def finish(self) -> None: ...


class _Plain:
    """What was not packed."""

    def decompress(self, block: bytes, most: int) -> bytes:
        return block[:most]

    def finish(self) -> None:
        pass


class _Zipped:
    """What was packed by gzip or zlib, in one piece."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP_OR_ZLIB)

    def decompress(self, block: bytes, most: int) -> bytes:
        try:
            unpacked = self._zlib.decompress(block, most)
        except zlib.error as error:
            raise self._garbled() from error
        if self._zlib.unused_data:
            raise self._garbled()
        return unpacked

    def finish(self) -> None:
        if not self._zlib.eof:
            raise self._garbled()

    def _garbled(self) -> PageNotFetched:
        return PageNotFetched(Obstacle.GARBLED, "the page was packed in a way that cannot be unpacked")


def _unpacking(encoding: str) -> _Unpacking:
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return _Plain()
    if named in ("gzip", "x-gzip", "deflate"):
        return _Zipped()
    raise PageNotFetched(Obstacle.GARBLED, "the page was packed in a way that was not asked for")


def _is_of_a_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
