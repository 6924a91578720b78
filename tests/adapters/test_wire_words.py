"""What a failure proves, when to come back, and what may be written down."""

import logging
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from syndicator.adapters.wire import AnswerLost, NotSent, classify, hush, retry_time, scrub
from syndicator.errors import OutcomeUnknown, Unavailable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


# ---------------------------------------------------------------------------------------------- classify


def chained(outer: Exception, cause: Exception) -> Exception:
    """`outer` raised from `cause`."""
    outer.__cause__ = cause
    return outer


def named(name: str, message: str = "") -> Exception:
    """An exception of a library that is not imported here."""
    return type(name, (Exception,), {})(message)  # type: ignore[no-any-return]


POOL: Any = None
PROOFS = [
    NotSent("no"),
    ConnectionRefusedError(),
    socket.gaierror(),
    requests.ConnectTimeout(),
    requests.ConnectionError(MaxRetryError(POOL, "/", NewConnectionError(POOL, "refused"))),
    requests.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError())),
    named("ConnectError"),
    named("ConnectTimeout"),
    chained(named("MastodonNetworkError"), ConnectionRefusedError()),
    chained(named("NetworkError"), chained(named("ConnectError"), OSError())),
]
NO_PROOFS = [
    AnswerLost("gone"),
    chained(AnswerLost("gone"), ConnectionRefusedError()),
    ConnectionResetError(),
    BrokenPipeError(),
    TimeoutError(),
    requests.ReadTimeout(),
    requests.ConnectionError(ReadTimeoutError(POOL, "/", "slow")),
    requests.exceptions.ChunkedEncodingError(),
    ssl.SSLEOFError(),
    named("ReadTimeout"),
    named("RemoteProtocolError"),
    KeyError("id"),
    ValueError("no JSON"),
]


@pytest.mark.parametrize("error", PROOFS, ids=repr)
def test_proofs_that_nothing_was_sent(error: Exception) -> None:
    """Refused, unknown and connect time-out are Unavailable, also after `go`."""
    assert type(classify(error, sent=True)) is Unavailable


@pytest.mark.parametrize("error", NO_PROOFS, ids=repr)
def test_everything_else_is_unknown(error: Exception) -> None:
    """Without proof it is OutcomeUnknown after `go`, and Unavailable before."""
    assert type(classify(error, sent=True)) is OutcomeUnknown
    assert type(classify(error, sent=False)) is Unavailable


def test_classify_survives_circles() -> None:
    """Exceptions that name each other as cause are read once."""
    one, two = ValueError("a"), KeyError("b")
    one.__cause__, two.__cause__ = two, one
    assert type(classify(one, sent=True)) is OutcomeUnknown


# ---------------------------------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("1.5", 1.5),
        ("0", 1),
        ("-5", 1),
        (str(int(NOW.timestamp()) + 60), 60),
        (str(int(NOW.timestamp()) - 60), 1),
        ("2026-11-23T12:10:00Z", 600),
        ("2026-11-23T12:10:00.000000+00:00", 600),
        ("2026-11-23T13:10:00+01:00", 600),
        ("2026-11-23T12:10:00", 600),
        ("Mon, 23 Nov 2026 12:05:00 GMT", 300),
        ("Mon, 23 Nov 2026 12:05:00", 300),
        ("Sun, 22 Nov 2026 12:05:00 GMT", 1),
        ("", 900),
        ("soon", 900),
        ("nan", 900),
        ("inf", 900),
        ("9" * 30, 900),
    ],
)
def test_retry_time(value: str, seconds: float) -> None:
    """Every way in which servers write a time is read; what cannot be read is a quarter of an hour."""
    assert retry_time({"retry-after": value}, now=NOW) == NOW + timedelta(seconds=seconds)


def test_retry_time_takes_the_first_that_can_be_read() -> None:
    """The platform's own header goes before Retry-After, unless it is rubbish."""
    headers = {"x-reset": "30", "retry-after": "60"}
    assert retry_time(headers, "x-reset", now=NOW) == NOW + timedelta(seconds=30)
    assert retry_time({**headers, "x-reset": "?"}, "x-reset", now=NOW) == NOW + timedelta(seconds=60)
    assert retry_time({}, now=NOW) == NOW + timedelta(minutes=15)


@given(st.text(max_size=40) | st.floats().map(str) | st.integers().map(str))
def test_retry_time_is_always_ahead(value: str) -> None:
    """Whatever a server writes, the time is aware and in the future."""
    assert retry_time({"retry-after": value}, now=NOW) >= NOW + timedelta(seconds=1)


# ---------------------------------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    "text",
    [
        "GET /me?access_token=EAAB123&fields=id",
        "url: /x?fields=id&appsecret_proof=EAAB123",
        '{"access_token": "EAAB123", "a": 1}',
        "{'accessJwt_token': 'EAAB123'}",
        "Authorization: Bearer EAAB123",
        "authorization=OAuth realm=x, key=EAAB123",
        'oauth_signature="EAAB123", oauth_version',
        "refresh_token = EAAB123",
        "a bearer EAAB123 was given",
        "eyJEAAB12345.abc.def",
        "password: EAAB123",
        "api_secret=EAAB123",
    ],
)
def test_scrub_takes_out_tokens(text: str) -> None:
    """What looks like a token goes, known or not."""
    assert "EAAB123" not in scrub(text)
    assert "[…]" in scrub(text)


@pytest.mark.parametrize("text", ["HTTP 403: your token has expired", "too long: 281 > 280", "Überlänge: 5 € & mehr"])
def test_scrub_leaves_words(text: str) -> None:
    """What a platform says to people stays."""
    assert scrub(text, ["hunter2"]) == text


@given(st.text(max_size=700), st.text(alphabet="abcdefXYZ0123/+=", min_size=8, max_size=40))
def test_scrub_keeps_no_secret(text: str, secret: str) -> None:
    """No known secret survives, and the result is one line of at most 500 characters."""
    found = scrub(f"{text} {secret} {text}", [secret])
    assert secret not in found
    assert len(found) <= 500
    assert "\n" not in found


def test_scrub_knows_secrets_in_addresses() -> None:
    """A secret is found percent-encoded, too."""
    assert scrub("at /x?q=a%2Fb%3Dcd", ["a/b=cd"]) == "at /x?q=[…]"


def test_libraries_log_no_tokens(caplog: pytest.LogCaptureFixture) -> None:
    """DEBUG lines of the HTTP libraries are dropped, and their warnings scrubbed."""
    hush()
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3.connectionpool").debug("GET /?access_token=EAAB123")
    logging.getLogger("urllib3.connectionpool").warning("Failed to parse %s", "/?access_token=EAAB123")
    assert [record.getMessage() for record in caplog.records] == ["Failed to parse /?access_token=[…]"]
