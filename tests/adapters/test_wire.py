"""What all adapters share on the network: one deadline, one publishing request, no redirect, and the guard."""

import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator.adapters import transport
from syndicator.adapters.wire import Call, Deadline, Wire
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    LookError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, DeliveryRules

from .places import closed_port
from .rawserver import OK, Serve, answer, serving

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_wire(url: str, seconds: float = 2.0, host: str = "", translate: Any = lambda error, call: None) -> Wire:
    """A wire to this address."""
    rules = DeliveryRules(timeout=timedelta(seconds=seconds))
    return Wire(Account("a", "x", base_url=url, delivery=rules), ["hunter2-secret"], translate, host)


def post_to(wire: Wire, url: str, go: bool = True, times: int = 1, error: Exception | None = None) -> requests.Response:
    """A call of an adapter: `go`, so many requests, and perhaps something that goes wrong afterwards."""
    with wire.publishing(lambda: None) as call:
        if go:
            call.go()
        for _ in range(times):
            found = wire.session.post(url, data=b"{}")
        if error:
            raise error
        return found


def drip_head(connection: socket.socket, head: bytes) -> None:
    """Headers, a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(connection)


def drip_body(connection: socket.socket, head: bytes) -> None:
    """A body without a length, a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    drip(connection)


def drip_counted(connection: socket.socket, head: bytes) -> None:
    """A body of known length, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
    drip(connection)


def drip(connection: socket.socket) -> None:
    """Bytes until the other side hangs up, which makes recv return."""
    connection.settimeout(0.05)
    while True:
        connection.sendall(b"a")
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            continue


@pytest.mark.parametrize("serve", [drip_head, drip_body, drip_counted])
@pytest.mark.parametrize(("go", "leaf"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_deadline_against_drips(serve: Serve, go: bool, leaf: type[DeliveryError]) -> None:
    """A server that drips head or body cannot hold a call beyond its deadline, nor pass off the cut as an answer."""
    with serving(serve) as server:
        started = time.monotonic()
        with pytest.raises(leaf):
            post_to(a_wire(server.url, 0.4), server.url, go)
        assert 0.3 < time.monotonic() - started < 1.0


def test_deadline_counts_all_requests() -> None:
    """The deadline is one for the whole call; a request that would begin after it does not leave."""

    def slow(connection: socket.socket, head: bytes) -> None:
        server.ended.wait(0.25)
        connection.sendall(OK)

    with serving(slow) as server:
        wire = a_wire(server.url, 0.4)
        with pytest.raises(Unavailable):
            post_to(wire, server.url, False, times=9)
        assert len(server.heads) <= 2


def test_late_go_proves_nothing_sent() -> None:
    """When the time is used up before the publishing request leaves, that is proof."""
    with serving(answer(OK)) as server:
        with pytest.raises(Unavailable):
            post_to(a_wire(server.url, 0.0), server.url)
        assert server.connections == 0


def test_no_second_request_after_go() -> None:
    """A hidden retry after the publishing request is refused before it leaves."""
    with serving(answer(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")) as server:
        wire = a_wire(server.url)
        with pytest.raises(OutcomeUnknown):
            post_to(wire, server.url, times=2)
        assert len(server.heads) == 1


def test_no_redirect() -> None:
    """A redirect is an answer like any other: nothing is sent to where it points."""
    with serving(answer(OK)) as elsewhere:
        head = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n"
        with serving(answer(head.encode())) as server:
            assert post_to(a_wire(server.url), server.url).status_code == 307
        assert elsewhere.heads == []


@pytest.mark.parametrize(("fresh", "connections"), [(0.0, 2), (60.0, 1)])
def test_publishing_on_a_fresh_connection(monkeypatch: pytest.MonkeyPatch, fresh: float, connections: int) -> None:
    """The publishing request shares the uploads' connection only right after their answer: one that is kept for long
    may be closed by the server at this moment, and "refused" would be no proof any more."""
    monkeypatch.setattr(transport, "FRESH", fresh)
    with serving(answer(OK)) as server:
        wire = a_wire(server.url)
        with wire.publishing(None) as call:
            for _ in range(3):
                wire.session.post(server.url, data=b"{}")
            assert server.connections == 1
            call.go()
            wire.session.post(server.url, data=b"{}")
        assert server.connections == connections


def test_idle_connection_closed_by_the_server() -> None:
    """A kept connection that the server has closed meanwhile does not make the outcome unknown."""
    with serving(answer(OK, close=True)) as server:
        wire = a_wire(server.url)
        with wire.publishing(None) as call:
            wire.session.post(server.url, data=b"{}")
            assert server.closed.wait(10)
            call.go()
            assert wire.session.post(server.url, data=b"{}").status_code == 200


def test_fixed_host_is_replaced() -> None:
    """A fixed https host goes to the account's base_url, path and query kept; another address is left alone."""
    with serving(answer(OK)) as server:
        wire = a_wire(server.url + "/base/", host="https://api.example.com")
        post_to(wire, "https://api.example.com/2/posts?a=1")
        assert server.heads[0].startswith(b"POST /base/2/posts?a=1 ")
        post_to(wire, server.url + "/plain")
        assert server.heads[1].startswith(b"POST /plain ")


def test_tls_that_fails_is_proof() -> None:
    """A server that speaks no TLS cannot have read the request."""
    with serving(answer(b"no TLS here")) as server, pytest.raises(Unavailable) as caught:
        post_to(a_wire("", 0.4), server.url.replace("http:", "https:"))
    assert caught.value.code == "not_connected"


def test_proxy_and_netrc_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Loopback needs no proxy, and ~/.netrc does not replace an account's own authorisation."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, closed_port())
    with serving(answer(OK)) as server:
        assert post_to(a_wire(server.url), server.url).status_code == 200
        assert b"Authorization" not in server.heads[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"rubbish\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_broken_answers_are_unknown(data: bytes) -> None:
    """An answer that ends early or cannot be decoded proves nothing."""
    with serving(answer(data, close=True)) as server, pytest.raises(OutcomeUnknown):
        post_to(a_wire(server.url), server.url)


def test_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer larger than any API's is not read to its end."""
    monkeypatch.setattr("syndicator.adapters.transport.BODY_LIMIT", 1 << 16)
    data = b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (1 << 20)
    with serving(answer(data, close=True)) as server, pytest.raises(OutcomeUnknown):
        post_to(a_wire(server.url), server.url)


# ---------------------------------------------------------------------------------------------- the guard


def test_leaves_pass_with_status_and_without_secrets() -> None:
    """A leaf keeps its class and code, gets status and request id, and loses every secret."""
    head = b"HTTP/1.1 418 No\r\nX-Request-Id: r-17\r\nContent-Length: 0\r\n\r\n"
    with serving(answer(head)) as server:
        wire = a_wire(server.url)
        with pytest.raises(Rejected) as caught:
            post_to(wire, server.url, error=Rejected("no hunter2-secret here", code="x"))
    error = caught.value
    assert (str(error), error.code, error.http_status, error.request_id) == ("no […] here", "x", 418, "r-17")
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_broken_translation_is_no_proof() -> None:
    """When reading an answer's error fails, the outcome is unknown."""

    def translate(error: Exception, call: Call) -> DeliveryError:
        raise KeyError("error")

    with serving(answer(OK)) as server, pytest.raises(OutcomeUnknown):
        post_to(a_wire("", translate=translate), server.url, error=ValueError("strange"))


def test_reading_turns_refusals_into_the_accounts() -> None:
    """A question that is refused says something about the account, since there is no post."""
    with pytest.raises(AccountRefused) as caught, a_wire("").reading():
        raise Rejected("no such page", code="not_found")
    assert caught.value.code == "not_found"


def test_looking_keeps_the_time() -> None:
    """A limit met while looking tells when to look again."""
    with pytest.raises(LookError) as caught, a_wire("").looking():
        raise RateLimited("slow", until=NOW)
    assert caught.value.until == NOW


def test_changing_forgives_only_what_is_missing() -> None:
    """A retraction ends without error on the answer that says "not there", and on no other."""
    for status, ends in ((404, True), (500, False)):
        data = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()
        with serving(answer(data)) as server:
            wire, reached = a_wire(server.url), ends
            try:
                with wire.changing(lambda found: found.status == 404) as call:
                    call.go()
                    wire.session.delete(server.url).raise_for_status()
            except OutcomeUnknown:
                reached = True
                assert not ends
            assert reached


def test_deadline_never_negative() -> None:
    """What remains is counted on the given clock, down to zero."""
    moments = iter([0.0, 4.0, 99.0])
    deadline = Deadline(10, clock=lambda: next(moments))
    assert [deadline.remaining, deadline.remaining] == [6.0, 0.0]


def test_answers_body_is_read_with_care() -> None:
    """A body that is no JSON object reads as an empty one."""
    for body, read in ((b'{"a": 1}', {"a": 1}), (b"[1]", {}), (b"<html>", {}), (b"\xff", {}), (b"", {})):
        data = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        with serving(answer(data)) as server:
            wire = a_wire(server.url)
            with wire.reading() as call:
                wire.session.get(server.url)
                assert call.answer is not None
                assert call.answer.json() == read
