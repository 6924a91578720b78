"""Every refusal of the API in one form: RFC 9457, with a type that a program can tell and a sentence for a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as PlainHTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from syndicator.desk.bearer import TooMany, Unknown
from syndicator.desk.context import NeedsLogin, NotAllowed, desk_of
from syndicator.errors import IllegalMove, RenderError, Stale, StoreError, SyndicatorError

MEDIA_TYPE = "application/problem+json"

TITLES: Mapping[str, str] = {
    "unreadable": "The request cannot be read",
    "no-log-in": "Not logged in",
    "not-signed": "Not signed as it should be",
    "not-allowed": "Not allowed",
    "not-there": "Not there",
    "no-such-method": "This cannot be done here",
    "wrong-state": "The post has moved on",
    "key-at-work": "The same request is still at work",
    "changed": "Changed since you read it",
    "too-large": "Too large",
    "invalid": "Does not fit",
    "key-reused": "This key was used with another request",
    "no-version": "Name the version you have read",
    "too-many": "Too many requests",
    "broken": "Something broke",
    "no-ledger": "The ledger cannot be read",
}
BY_STATUS: Mapping[int, str] = {
    400: "unreadable", 401: "no-log-in", 403: "not-allowed", 404: "not-there", 405: "no-such-method",
    409: "wrong-state", 412: "changed", 413: "too-large", 422: "invalid", 428: "no-version", 429: "too-many",
    503: "no-ledger",
}  # fmt: skip
WHEN: Mapping[int, str] = {
    401: "No token, one there is not, or no session.",
    403: "The token's scopes or the role do not allow it; nothing was changed.",
    404: "There is no such thing.",
    409: "The state does not allow it, or a request with the same key is still at work; nothing was changed.",
    412: "It is no longer what If-Match names; nothing was changed.",
    422: "A field does not fit (`errors`), or the key was used with another request; nothing was changed.",
    428: "If-Match is missing; nothing was changed.",
    429: "Too many requests; Retry-After says in how many seconds to come back.",
    503: "The ledger cannot be read or written; nothing was half done.",
}


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """RFC 9457. `type` is for programs, `detail` the sentence that the desk shows."""

    model_config = ConfigDict(title="Problem", extra="allow")

    type: str = Field(examples=["urn:syndicator:problem:wrong-state"])
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldError] | None = Field(None, description="What does not fit, on 422.")
    verb: str | None = Field(None, description="What was asked for, on wrong-state.")
    state: str | None = Field(None, alias="from", description="The state that does not allow it, on wrong-state.")
    allowed: list[str] | None = Field(None, description="What you may do with the post now, on wrong-state.")


class Problem(HTTPException):
    """A refusal of ours. `kind` is one of TITLES; `more` are further members of the answer."""

    def __init__(self, status: int, detail: str, kind: str = "", **more: Any) -> None:
        super().__init__(status, detail)
        self.kind = kind or BY_STATUS[status]
        self.more = more


def invalid(field: str, message: str) -> Problem:
    """One field does not fit."""
    return Problem(422, message, errors=[{"field": field, "message": message}])


def wrong_state(detail: str, verb: str, state: str, allowed: Sequence[str], instance: str) -> Problem:
    """The post's state does not allow the verb; `allowed` are those it does, for whoever asks."""
    return Problem(409, detail, verb=verb, **{"from": state}, allowed=list(allowed), instance=instance)


def of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """A route's problems as OpenAPI wants them: these, and those that every route has."""
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = sorted({*statuses, 401, 403, 422, 429, 503})
    return {status: {"description": WHEN[status], "content": schema, **_SENT.get(status, {})} for status in every}


def _header(name: str, words: str) -> dict[str, Any]:
    return {"headers": {name: {"description": words, "schema": {"type": "string"}}}}


_SENT: Mapping[int, dict[str, Any]] = {
    401: _header("WWW-Authenticate", "Bearer."),
    429: _header("Retry-After", "Seconds."),
    503: _header("Retry-After", "Seconds."),
}


# ---------------------------------------------------------------------------------------------- answers


def answer(request: Request, error: Exception, status: int) -> Response:
    """The problem of an error under /api/. `status` is the desk's own, for what has none here."""
    status, body = body_of(request, error, status)
    return JSONResponse(body, status, _headers(error, status), media_type=MEDIA_TYPE)


def body_of(request: Request, error: Exception, otherwise: int = 500) -> tuple[int, dict[str, Any]]:
    """Status and members of an error's problem."""
    status = _status(request, error) or otherwise
    kind = error.kind if isinstance(error, Problem) else BY_STATUS.get(status, "broken")
    body: dict[str, Any] = {
        "type": f"urn:syndicator:problem:{kind}",
        "title": TITLES[kind],
        "status": status,
        "detail": _detail(error, status),
        "instance": f"{desk_of(request).place.prefix}{request.url.path}"[:300],
    }
    errors = _errors(error)
    return status, body | ({"errors": errors} if errors else {}) | (error.more if isinstance(error, Problem) else {})


STATUS: Sequence[tuple[type[Exception], int]] = (
    (Unknown, 401), (NeedsLogin, 401), (TooMany, 429), (NotAllowed, 403), (RequestValidationError, 422),
    (IllegalMove, 409), (Stale, 409), (LookupError, 404), (StoreError, 503), (SyndicatorError, 422), (ValueError, 422),
)  # fmt: skip


def _status(request: Request, error: Exception) -> int | None:
    if isinstance(error, PlainHTTPException):
        return error.status_code
    if isinstance(error, Stale) and "if-match" in request.headers:
        return 412
    return next((status for kind, status in STATUS if isinstance(error, kind)), None)


_PLAIN: Mapping[int, str] = {
    404: "There is no such address here. Look at /api/v1/openapi.json.",
    405: "This address does not know that method. Look at /api/v1/openapi.json.",
}
"""What routing refuses, in words."""


def _detail(error: Exception, status: int) -> str:
    if isinstance(error, PlainHTTPException):
        return _PLAIN.get(status, str(error.detail)) if not isinstance(error, HTTPException) else str(error.detail)
    if isinstance(error, RequestValidationError):
        return "A field does not fit. Nothing was changed."
    if isinstance(error, StoreError):
        return "The ledger cannot be read. Run `syndicator check`."
    if status >= 500:
        return "It is written in the log; nothing was sent."
    return str(error.args[0] if error.args else error)


def _errors(error: Exception) -> list[dict[str, str]]:
    """What does not fit, field by field; what was sent is not given back."""
    if isinstance(error, RequestValidationError):
        return [{"field": _field(one["loc"]), "message": str(one["msg"])} for one in error.errors()[:50]]
    return [{"field": "text", "message": str(error)}] if isinstance(error, RenderError) else []


def _field(where: Sequence[Any]) -> str:
    """ "deliveries.0.id" of a body, "limit" of a query."""
    names = [str(part) for part in where if part not in {"body", "query", "path", "header"}]
    return ".".join(names)[:100]


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers = dict(error.headers or {}) if isinstance(error, PlainHTTPException) else {}
    if status == 401:
        tried = isinstance(error, Unknown) and error.tried
        headers["www-authenticate"] = 'Bearer realm="syndicator"' + (', error="invalid_token"' if tried else "")
    if isinstance(error, TooMany):
        headers["retry-after"] = str(error.wait)
    if status == 503:
        headers["retry-after"] = "5"
    return headers
