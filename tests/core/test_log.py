"""Logs say what happened and never a secret."""

import io
import json
import logging

import pytest
import structlog

from syndicator import log

SECRET = "s3cr3t-value-of-a-token"


@pytest.fixture
def lines() -> io.StringIO:
    """What machines read."""
    out = io.StringIO()
    log.configure("json", {SECRET}, level="debug", stream=out)
    return out


def test_machines_get_json(lines: io.StringIO) -> None:
    """One object a line, with time, level, logger and the facts."""
    structlog.get_logger("syndicator.deliver").info("sent", post=7, due=None)
    found = json.loads(lines.getvalue())
    assert (found["event"], found["post"], found["level"], found["logger"]) == ("sent", 7, "info", "syndicator.deliver")
    assert "due" not in found
    assert found["timestamp"].endswith("Z")


LEAKS = [
    ("a value", {"reason": f"refused {SECRET}"}),
    ("a key", {"url": "https://x.example/?access_token=abcdefghijkl&x=1"}),
    ("a header", {"headers": "Authorization: Bearer abcdefghijklmnop"}),
    ("an object", {"request": {"page_token": "abcdefghijklmnop"}}),
    ("JSON", {"body": '{"app_secret": "abcdefghijklmnop"}'}),
]


@pytest.mark.parametrize("facts", [case[1] for case in LEAKS], ids=[case[0] for case in LEAKS])
def test_no_secret_is_logged(lines: io.StringIO, facts: dict[str, object]) -> None:
    """Known secrets and anything that looks like a token are hidden at every level."""
    structlog.get_logger("syndicator.deliver").debug("facts", **facts)
    assert SECRET not in lines.getvalue()
    assert "abcdefghijkl" not in lines.getvalue()
    assert log.HIDDEN in lines.getvalue()


def test_no_secret_in_a_traceback(lines: io.StringIO) -> None:
    """A formatted exception is hidden too."""
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger("syndicator.deliver").exception("broken")
    assert "ValueError" in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_libraries_are_hidden_too(lines: io.StringIO) -> None:
    """Records of the standard library go the same way."""
    logging.getLogger("other.package").warning("password=%s", "abcdefghijkl")
    assert "abcdefghijkl" not in lines.getvalue()
    assert "other.package" in lines.getvalue()


def test_people_get_a_console() -> None:
    """A line a person can read; times by the local clock."""
    out = io.StringIO()
    log.configure("console", stream=out)
    structlog.get_logger("syndicator.deliver").info("sent", account="x-main")
    assert "sent" in out.getvalue()
    assert "account=x-main" in out.getvalue()
    structlog.get_logger("syndicator.deliver").debug("not shown")
    assert "not shown" not in out.getvalue()
