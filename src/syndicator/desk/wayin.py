"""The outermost layer: whom a request comes from, whether it may be meant for us, and what every answer carries.

Plain ASGI, so that a stream passes through it as it is.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator.config.tree import Desk

Failed = Callable[[Request, Exception], Awaitable[Response]]

BODY_LIMIT = 2 << 20  # bytes; the longest form is a bulk of 500 posts and one text
LONGER = {"/websub/": 10_000_000}  # bytes, below these paths: a feed, as long as one that we would read ourselves
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::[0-9]{1,5})?")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where people find the desk."""

    hosts: frozenset[str]  # names it answers to, beside addresses
    prefix: str  # path before everything, without a slash at its end
    origin: str  # "https://news.example", "" when people use the address it listens on
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return self.origin.startswith("https://")


def place(desk: Desk, names: Iterable[str] = ()) -> Place:
    """The desk's place by its configuration; `names` are further host names of this machine."""
    public = urlsplit(desk.public_url)
    own = {"localhost", *(name.lower() for name in names if name)}
    if public.hostname:
        own.add(public.hostname.lower())
    return Place(
        frozenset(own),
        public.path.rstrip("/"),
        f"{public.scheme}://{public.netloc}" if public.netloc else "",
        tuple(ipaddress.ip_network(one) for one in desk.trusted_proxies),
    )


def limit(path: str) -> int:
    """How many bytes a request to a path may bring."""
    return next((most for start, most in LONGER.items() if path.startswith(start)), BODY_LIMIT)


class WayIn:
    """Refuses other hosts' names, forged and oversized requests; adds the headers; knows proxies and the prefix."""

    def __init__(self, app: ASGIApp, place: Place, failed: Failed) -> None:
        self._app = app
        self._place = place
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope = self._seen(scope, headers)
        answer = self._refusal(scope, headers)
        sending = _Sending(send)
        try:
            await (answer or self._app)(scope, _bounded(receive, limit(scope["path"])), sending)
        except Exception as error:
            if sending.begun:  # half an answer cannot be taken back
                raise
            await (await self._failed(Request(scope), error))(scope, receive, sending)

    def _seen(self, scope: Scope, headers: Headers) -> Scope:
        """The request as the person sent it: address and scheme from trusted proxies, path without the prefix."""
        scope = dict(scope)
        client = (scope.get("client") or ("", 0))[0]
        scheme = "https" if self._place.secure else scope["scheme"]
        if self._trusted(client):
            client = self._beyond(client, headers.getlist("x-forwarded-for"))
            told = headers.get("x-forwarded-proto", "").split(",")[-1].strip()
            scheme = told if told in {"http", "https"} else scheme
        path, prefix = scope["path"], self._place.prefix
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            path = path[len(prefix) :] or "/"
            scope["raw_path"] = path.encode()
        return scope | {"client": (client, 0), "scheme": scheme, "path": path, "root_path": ""}

    def _trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._place.proxies)

    def _beyond(self, client: str, forwarded: list[str]) -> str:
        """The nearest address that is no proxy of ours: what stands before it is the client's own invention."""
        for one in reversed([part.strip() for line in forwarded for part in line.split(",")]):
            try:
                client = str(ipaddress.ip_address(one))
            except ValueError:
                break
            if not self._trusted(client):
                break
        return client

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not self._ours(host):
            return PlainTextResponse("This is not the address of this desk.\n", 421)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit(scope["path"]):
            return PlainTextResponse("That is more than the desk takes.\n", 413)
        if scope["method"] not in SAFE and self._foreign(host, headers):
            return PlainTextResponse("This form did not come from the desk. Nothing was changed.\n", 403)
        return None

    def _ours(self, host: str) -> bool:
        """Addresses are: a page of another's can reach them by a name only, and that name is not."""
        found = _HOST.fullmatch(host)
        name = (found[1] or found[2]).lower() if found else ""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._place.hosts
        return True

    def _foreign(self, host: str, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return True
        origin = headers.get("origin")
        if origin is None:
            return False  # no browser; the form's token is asked for all the same
        return origin not in {self._place.origin or None, f"http://{host}", f"https://{host}"}


def _bounded(receive: Receive, most: int) -> Receive:
    """A body without a length is bounded while it comes."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return bounded


class _Sending:
    """Adds the headers, and knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await self._send(message)
