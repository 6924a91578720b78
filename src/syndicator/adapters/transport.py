"""One request on the network: watched from connecting to the last byte, so that a total time is kept and we know
whether anything left. `wire.py` is what adapters use.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from syndicator.adapters.watchdog import Watchdog

_WATCHDOG = Watchdog()
BODY_LIMIT = 8 << 20  # bytes; no answer of an API is larger
CONNECT_LIMIT = 10.0  # seconds per address
FRESH = 2.0  # seconds since its last answer in which a server keeps a connection; the shortest setting in use is 5


class NotSent(requests.ConnectionError):
    """Proof: no connection came about, so not one byte of the request left this machine."""


class AnswerLost(requests.ConnectionError):
    """The request may have arrived; its answer did not, or not whole."""


# ---------------------------------------------------------------------------------------------- one call


class Deadline:
    """Seconds from now on the monotonic clock (`clock` for tests)."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - self._clock())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered last in this call: for SDKs that hide status and headers."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as an object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def request_id(self) -> str | None:
        """The platform's name for the request, for its support desk."""
        names = ("x-request-id", "x-transaction-id", "x-fb-request-id", "x-fb-trace-id")
        return next((self.headers[name][:100] for name in names if self.headers.get(name)), None)


class Call:
    """One call of an adapter. `sent`: `go` has let the publishing request out; `answer`: the last one read."""

    def __init__(self, seconds: float, go: Callable[[], None] | None = None) -> None:
        self.deadline = Deadline(seconds)
        self.sent = False
        self.answer: Answer | None = None
        self.withheld: BaseException | None = None
        self.after_go = 0
        self._go = go
        self._socket: socket.socket | None = None
        self.connected = False
        self.cut = False

    def go(self) -> None:
        """Ask the pipeline and remember its answer. From here on no proof means OutcomeUnknown."""
        try:
            if self._go:
                self._go()
        except BaseException as error:
            self.withheld = error
            raise
        self.sent = True

    def begin(self) -> None:
        """A request starts: nothing has left yet."""
        self.connected, self.cut, self.answer, self._socket = False, False, None, None
        if self.deadline.remaining <= 0:
            raise NotSent("the time for this call was used up before the request left")
        if self.sent and self.after_go:
            raise AnswerLost("a second request after the publishing one was refused")
        self.after_go += self.sent

    def attach(self, sock: socket.socket | None) -> None:
        """The connection stands; from here on bytes may leave."""
        if self.deadline.remaining <= 0:
            raise TimeoutError("the deadline passed while connecting")
        self._socket, self.connected = sock, True

    def hang_up(self) -> None:
        """End a request at the deadline. A socket's own time-out is per read, which a dripping server never meets."""
        self.cut = True
        if self._socket is not None:
            try:  # below TLS: the reading thread must see the end of the stream, not a half-closed session
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                self._socket = None  # already closed: there is nothing to end


current_call: ContextVar[Call | None] = ContextVar("call", default=None)


# ---------------------------------------------------------------------------------------------- session


class _Watched(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _attach(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # kept alive: connect() will not be called
            _attach(self)
        super().request(*args, **kwargs)


class _WatchedTLS(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


def _attach(connection: HTTPConnection) -> None:
    call = current_call.get()
    if call is not None:
        call.attach(connection.sock)


class WatchedAdapter(HTTPAdapter):
    """Sends one request within the current call's deadline and reads the whole answer. No retry.

    Addresses that begin with `host` go to `base_url` instead, for SDKs whose host is fixed.
    """

    def __init__(self, host: str, base_url: str, seconds: float) -> None:
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
        self._host, self._base, self._seconds = host, base_url.rstrip("/"), seconds
        self._answered = -FRESH

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """As inherited, with watched connections."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
        return manager

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Raises NotSent or AnswerLost, nothing else."""
        call = current_call.get() or Call(self._seconds)
        token = current_call.set(call)
        call.begin()
        watch = _WATCHDOG.watch(call.deadline.remaining, call.hang_up)
        try:
            return self._answer(call, request, options)
        except Exception as error:
            kind = AnswerLost if call.connected else NotSent
            words = "no whole answer within the time for this call" if call.cut else _words(error)
            raise kind(f"{urlsplit(request.url or '').hostname}: {words}") from error
        finally:
            watch.done()
            current_call.reset(token)

    def _answer(self, call: Call, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        if self._base and self._host and (request.url or "").startswith(self._host):
            request.url = self._base + (request.url or "")[len(self._host) :]
        if urlsplit(request.url or "").hostname in ("127.0.0.1", "localhost", "::1"):
            options["proxies"] = {}
        if call.sent and time.monotonic() - self._answered >= FRESH:
            # A connection kept for long may have been closed by the server a moment ago. On a new one "refused"
            # proves that nothing was sent; on a kept one the same event would leave the outcome unknown.
            self.poolmanager.clear()
        left = call.deadline.remaining
        # Half of what is left: a host with two addresses, one of them dead, is still reached in time.
        options |= {"stream": True, "timeout": (max(0.01, min(CONNECT_LIMIT, left / 2)), max(0.01, left))}
        response = super().send(request, **options)
        body = self._body(response)
        # requests offers no other way to hand over a body that was read in its name.
        response._content, response._content_consumed = body, True  # type: ignore[attr-defined]  # noqa: SLF001
        if call.cut:  # without Content-Length the hang-up looks like a regular end
            raise TimeoutError("cut at the deadline")
        self._answered = time.monotonic()
        call.answer = Answer(response.status_code, response.headers, body)
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = b""
        for chunk in response.iter_content(1 << 16):
            body += chunk
            if len(body) > BODY_LIMIT:
                response.close()
                raise ValueError("the answer is too large")
        return body


class Session(requests.Session):
    """A session that follows no redirect (a token must not travel to another host, nor a post be sent twice)."""

    def __init__(self, adapter: HTTPAdapter) -> None:
        super().__init__()
        self.auth = lambda request: request  # else ~/.netrc would overwrite the account's own authorisation
        self._merged: dict[tuple[Any, str], Any] = {}
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """As requests does it, once for each host: the environment of a process does not change."""
        key = (urlsplit(str(url))[:2], repr((proxies, stream, verify, cert)))
        if key not in self._merged:
            self._merged[key] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return dict(self._merged[key])

    def get_redirect_target(self, _resp: requests.Response) -> None:
        """None: answers are given as they are."""
        return


def _words(error: BaseException) -> str:
    """The innermost cause in a few words; the outer ones repeat addresses."""
    while error.__cause__ or (error.__context__ and not error.__suppress_context__):
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"
