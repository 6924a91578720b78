"""Errors as Mastodon words them. Source: docs.joinmastodon.org/entities/Error, read 2026-11."""

from syndicator.sandbox.mastodon_instance import TEXT_LIMIT
from syndicator.sandbox.network import Answer, Refused


def error(status: int, message: str) -> Answer:
    """An error in Mastodon's form."""
    return Answer(status, {"error": message})


def unprocessable(message: str) -> Refused:
    """422: a post or photo that breaks a rule."""
    return Refused(error(422, f"Validation failed: {message}"))


ERRORS = {
    "500": error(500, "Internal Server Error"),
    "401": error(401, "The access token is invalid"),
    "expired": error(401, "The access token expired"),
    "403": error(403, "Your login is currently disabled"),
    "404": error(404, "Record not found"),
    "429": error(429, "Too many requests"),
    # There is no check for equal texts; nearest is the lock on a key that another request is using.
    "duplicate": error(503, "There was a temporary problem serving your request, please try again"),
    "too_long": error(422, f"Validation failed: Text character limit of {TEXT_LIMIT} exceeded"),
    "bad_media": error(422, "Validation failed: File content type is invalid"),
}
