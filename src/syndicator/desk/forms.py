"""Forms: read once, believed only with the session's token. A log-in that ended does not cost what was typed."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from syndicator.desk import tokens
from syndicator.desk.context import desk_of
from syndicator.desk.wayin import SAFE

FIELDS = 3_000  # a bulk of 500 posts, and the fields of a page
OLD = "This form is too old or did not come from the desk. Nothing was changed. Reload the page."
OPEN = frozenset({"/login"})  # forms for people who are not logged in; they check a token of their own
_OURS = frozenset({"csrf", "key"})


async def guard(request: Request) -> None:
    """Every request that may change something must carry the token of its session, in its form or in a header."""
    if request.method in SAFE:
        return
    if request.url.path.startswith("/api/") and "authorization" in request.headers:
        return  # a machine's key; no browser sends it by itself
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = FormData()
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        form = await request.form(max_files=0, max_fields=FIELDS, max_part_size=1 << 20)
    request.state.form = form
    if request.url.path in OPEN:
        return
    session = await run_in_threadpool(desk_of(request).session, request)
    if session is None:
        return  # the handler asks for a log-in, and the form is carried through it
    token = request.headers.get("x-csrf") or str(form.get("csrf", ""))
    if not tokens.matches(token, session.csrf):
        raise HTTPException(403, OLD)


def form_of(request: Request) -> FormData:
    """The form of a request."""
    form: FormData = request.state.form
    return form


def field(request: Request, name: str, limit: int = 100_000) -> str:
    """One field's text, "" when it is not there; too long is refused."""
    value = str(form_of(request).get(name, ""))
    if len(value) > limit:
        raise HTTPException(422, f"The field “{name}” is longer than {limit:,} characters. Nothing was changed.")
    return value.replace("\r\n", "\n").replace("\0", "")


def fields(request: Request, name: str) -> list[str]:
    """Every value of a field."""
    return [str(value) for value in form_of(request).getlist(name)]


def carried(request: Request) -> Response:
    """The log-in page, holding a form that came without a log-in: it is offered again afterwards."""
    given = form_of(request).multi_items()
    sent = [(name, str(value)) for name, value in given if name not in _OURS and not name.startswith("password")]
    from syndicator.desk.pages import login

    return login.draw(request, status=401, carry=json.dumps([request.url.path, sent]))


def inside(path: str) -> bool:
    """Whether a path leads to the desk: browsers read backslashes as slashes, and drop tabs and line ends."""
    odd = "\\" in path or any(ord(letter) < 32 or ord(letter) == 127 for letter in path)
    return path.startswith("/") and not path.startswith("//") and not odd


def unpacked(carry: str) -> tuple[str, list[tuple[str, str]]] | None:
    """What `carried` has packed; None for anything else."""
    try:
        path, sent = json.loads(carry)
        if isinstance(path, str) and inside(path):
            return path, [(str(name), str(value)) for name, value in sent]
    except (ValueError, TypeError):
        return None
    return None


def checked(request: Request, name: str) -> bool:
    """Whether a box was ticked."""
    return field(request, name) not in {"", "0", "off"}


def values(request: Request, names: Mapping[str, int]) -> dict[str, Any]:
    """Several fields, each with its limit."""
    return {name: field(request, name, limit) for name, limit in names.items()}
