"""The only outgoing HTTP that an article can steer: limits, redirects, private addresses.

Every address is judged where the socket is made, after DNS, so no spelling of a number and no answer that changes
between two look-ups gets past. Bodies are bounded after decompression, exchanges by one deadline.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from syndicator.errors import FetchError
from syndicator.turns import Deadlines, Places

MAX_REDIRECTS = 5
SIDE_BY_SIDE = 100  # exchanges at a time, with all hosts
KEEP_ALIVE = 75.0  # seconds: longer than the usual pace of polling, so that most polls reuse a connection
LONGEST_HEADER = 65_536  # bytes: a newsroom's security policy alone can have 20,000
ENCODINGS = "gzip, deflate, br, zstd"  # what aiohttp unpacks, piece by piece, with the libraries we require
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
KEEPING = frozenset({307, 308})
PRIVATE = "it leads to a private or reserved address"

# Carriers of an IPv4 address inside IPv6, and public ranges in which clouds answer their own machines only.
_CLOSED = tuple(
    ip_network(net)
    for net in (
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `url` is the final address; `moved` the targets of the permanent redirects that led the way.

    `body` is decompressed, and empty for anything but a 2xx; `complete` is False when the connection ended early.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    moved: tuple[str, ...] = ()
    complete: bool = True


@dataclass(slots=True)  # not frozen: that costs time at each of thousands of polls
class _Ask:
    session: aiohttp.ClientSession
    headers: dict[str, str]
    max_bytes: int
    partial: bool
    where: str = field(default="")
    form: dict[str, str] | None = field(default=None, repr=False)

    @property
    def redirects(self) -> frozenset[int]:
        """The statuses that lead on: all, or for a form those that keep it."""
        return REDIRECTS if self.form is None else KEEPING

    def send(self, hop: URL) -> Any:
        """The request to one address."""
        method = "GET" if self.form is None else "POST"
        return self.session.request(method, hop, headers=self.headers, data=self.form, allow_redirects=False)


class _PrivateAddress(OSError):
    """The socket was not made."""


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the public Internet. Carriers of IPv4 inside IPv6 never do."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    closed = ip.is_private or ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local
    return ip.is_global and not closed and not any(ip in net for net in _CLOSED)


@lru_cache(maxsize=16_384)  # as for `_checked`
@lru_cache(maxsize=16_384)  # the addresses of sources come again and again
def shown(url: str) -> str:
    """The address as it may stand in a message: without userinfo, query and fragment."""
    head, mark, _ = url.partition("#")[0].partition("?")
    scheme, sep, rest = head.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{sep}{host.rpartition('@')[2]}{slash}{path}"[:300] + ("?…" if mark else "")


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the server wants us back (aware UTC, never before `now`), from Retry-After in seconds or as a date."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return now + timedelta(seconds=min(int(value[:9]), 366 * 86400))
    try:
        when = parsedate_to_datetime(value)
        return max(now, when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


class Fetcher:
    """GET over http and https, for addresses that others wrote. One per event loop, as a context manager.

    `timeout` is in seconds and covers the whole exchange, redirects and a dripping body included; waiting for one of
    the `per_host` places, or of all places, does not count. Knows no cookies and no proxies of the environment.
    """

    def __init__(self, *, user_agent: str, timeout: float = 20.0, per_host: int = 2) -> None:
        self._user_agent = user_agent
        self._timeout = timeout
        self._per_host = per_host
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._places: dict[str, Places] = {}  # of the hosts that are being asked now
        self._all_places = Places(SIDE_BY_SIDE)
        self._deadlines = Deadlines()

    async def __aenter__(self) -> Self:
        # Two pools of connections: what a trusted source opened is never reused for an untrusted one.
        self._sessions = {private: self._open(private) for private in (False, True)}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 10_000_000,
        timeout: float | None = None,  # noqa: ASYNC109 - seconds for the whole exchange, redirects included
        allow_private: bool = False,
        accept: str | None = None,
        partial: bool = False,
    ) -> Response:
        """The answer, whatever its status, after at most 5 redirects.

        `max_bytes` limits the decompressed body. `partial` takes a body that ended early, with `complete` False,
        instead of raising. Raises FetchError: one sentence with the address and the reason, `status` None for trouble
        on the network, `refused` where syndicator itself would not go.
        """
        sent = dict(headers or {})
        if accept:
            sent["Accept"] = accept
        ask = _Ask(self._sessions[allow_private], sent, max_bytes, partial, shown(url))
        return await self._exchange(url, ask, timeout)

    async def post(
        self, url: str, data: Mapping[str, str], *, max_bytes: int = 100_000, allow_private: bool = False
    ) -> Response:
        """The answer to a form; only redirects that keep the form (307, 308) are followed. Raises as `get`."""
        ask = _Ask(self._sessions[allow_private], {}, max_bytes, False, shown(url), dict(data))
        return await self._exchange(url, ask, None)

    async def _exchange(self, url: str, ask: _Ask, timeout: float | None) -> Response:  # noqa: ASYNC109
        seconds = self._timeout if timeout is None else timeout
        first = _checked(url, ask.where)
        host = first.host or ""
        place = self._places.get(host)
        if place is None:
            place = self._places[host] = Places(self._per_host)
        # Most find a place at once; a coroutine for each would cost more than the place.
        if not place.take_now():
            await place.take()
        try:
            if not self._all_places.take_now():
                await self._all_places.take()
            try:
                return await self._deadlines.within(seconds, _follow(first, ask))
            finally:
                self._all_places.leave()
        except TimeoutError:
            raise FetchError(f"{ask.where} did not answer in full within {seconds:g} s.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(ask.where, error) from error
        finally:
            place.leave()
            if place.empty:
                self._places.pop(host, None)

    def _open(self, allow_private: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,  # who waits does so before the exchange, where it costs neither time-out nor a search for the next
            keepalive_timeout=KEEP_ALIVE,
            socket_factory=None if allow_private else _public_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            headers={"User-Agent": self._user_agent, "Accept-Encoding": ENCODINGS},
        )


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise _PrivateAddress(PRIVATE)
    return socket.socket(family=family, type=kind, proto=protocol)


@lru_cache(maxsize=16_384)  # the addresses of sources come again and again
def _checked(url: str | URL, where: str) -> URL:
    try:
        hop = URL(url)
        port = hop.port
    except (ValueError, TypeError) as error:
        raise FetchError(f"{where} is not a web address.", refused=True) from error
    if hop.scheme not in ("http", "https") or not hop.host or port == 0:
        raise FetchError(f"{where} is not fetched: {shown(str(hop))} is not an http or https address.", refused=True)
    if hop.user is not None or hop.password is not None:
        raise FetchError(f"{where} is not fetched: an address with a user name or password is refused.", refused=True)
    if hop.host[0].isdigit():
        hop = hop.with_host(_plain_number(hop.host))
    return hop.with_fragment(None) if hop.raw_fragment else hop


def _plain_number(host: str) -> str:
    """The usual spelling of an IPv4 address written as getaddrinfo also takes it: "0x7f.1", "2130706433"."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return host


async def _follow(first: URL, ask: _Ask) -> Response:
    hop, seen, moved = first, {first}, list[str]()
    lasting = True
    for _ in range(MAX_REDIRECTS + 1):
        async with ask.send(hop) as answer:
            location = answer.headers.get("Location") if answer.status in ask.redirects else None
            if location is None:
                body, complete = await _read(answer, ask)
                return Response(answer.status, str(hop), answer.headers, body, tuple(moved), complete)
        hop = _checked(hop.join(URL(location)), ask.where)
        if hop in seen:
            raise FetchError(f"{ask.where} redirects in a circle.")
        seen.add(hop)
        lasting = lasting and answer.status in PERMANENT
        if lasting:
            moved.append(str(hop))
    raise FetchError(f"{ask.where} redirects more than {MAX_REDIRECTS} times.")


async def _read(answer: aiohttp.ClientResponse, ask: _Ask) -> tuple[bytes, bool]:
    if not 200 <= answer.status < 300:
        return b"", True
    _watch(answer)
    body = bytearray()
    too_large = (answer.content_length or 0) > ask.max_bytes
    try:
        while not too_large and (chunk := await answer.content.readany()):
            body += chunk
            too_large = len(body) > ask.max_bytes
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError):
        if not ask.partial:
            raise
        return bytes(body), False
    if too_large:
        answer.close()
        raise FetchError(f"{ask.where} is larger than {ask.max_bytes / 1e6:g} MB.", status=answer.status)
    return bytes(body), True


def _watch(answer: aiohttp.ClientResponse) -> None:
    """End the body with its connection: after a broken chunk aiohttp (3.14.5) hangs up but wakes no reader."""
    connection = answer.connection
    if connection is None or connection.protocol is None or (closed := connection.protocol.closed) is None:
        return

    def wake(end: asyncio.Future[None]) -> None:
        if not end.cancelled():
            end.exception()  # asked for here, or asyncio would log an error that nobody took
        if not answer.content.is_eof() and answer.content.exception() is None:
            answer.content.set_exception(aiohttp.ClientPayloadError("connection closed"))

    closed.add_done_callback(wake)


def _failure(where: str, error: Exception) -> FetchError:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, _PrivateAddress):
        return FetchError(f"{where} is not fetched: {PRIVATE}.", refused=True)
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return FetchError(f"{where} could not be read: {reason}.")
    return FetchError(f"{where} could not be read: {type(cause).__name__}.")


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its host is not known"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no secure connection could be made"),
    (aiohttp.ClientConnectorError, "the connection was refused or failed"),
    (aiohttp.ClientPayloadError, "its body was cut off or damaged"),
    (aiohttp.ServerDisconnectedError, "the server hung up without an answer"),
    (aiohttp.ClientResponseError, "its answer is not proper HTTP"),
    (aiohttp.InvalidURL, "it is not a proper web address"),
    (OSError, "the connection broke"),
    (ValueError, "it led to something that is not a web address"),
)
