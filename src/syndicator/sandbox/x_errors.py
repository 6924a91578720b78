"""Errors as X words them, in the form of RFC 7807. Source: docs.x.com/x-api/fundamentals/response-codes-and-errors and
reports of them, read 2026-11.
"""

from typing import Any

from syndicator.sandbox.network import Answer, Refused

INVALID = "https://api.twitter.com/2/problems/invalid-request"
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
SUSPENDED = "Your account is suspended and is not permitted to access this feature."


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Answer:
    """An error in the form of RFC 7807."""
    return Answer(status, {"title": title, "detail": detail, "type": kind, "status": status, **more})


def invalid(message: str, **parameters: list[str]) -> Refused:
    """400: the request cannot be understood."""
    detail = "One or more parameters to your request was invalid."
    errors = [{"parameters": parameters, "message": message}]
    return Refused(problem(400, "Invalid Request", detail, INVALID, errors=errors))


ERRORS = {
    "500": problem(500, "Internal Server Error", "Something is broken. Please contact us."),
    "401": problem(401, "Unauthorized", "Unauthorized"),
    "expired": problem(401, "Unauthorized", "Unauthorized"),
    "403": problem(403, "Forbidden", SUSPENDED),
    "404": problem(404, "Not Found", "Not Found"),
    "429": problem(429, "Too Many Requests", "Too Many Requests"),
    "duplicate": problem(403, "Forbidden", DUPLICATE),
    "too_long": problem(400, "Invalid Request", TOO_LONG, INVALID, errors=[{"message": TOO_LONG}]),
    "bad_media": problem(400, "Invalid Request", "Your media could not be processed.", INVALID),
}
