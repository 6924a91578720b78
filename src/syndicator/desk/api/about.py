"""What the API says of itself: its description for programs, and a page for people."""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse, Response

from syndicator import __version__
from syndicator.desk.api import problems
from syndicator.desk.api.route import route
from syndicator.desk.context import desk_of

router = APIRouter(tags=["about"])

DESCRIPTION = """\
What the desk shows and does, for machines. Lists have `items` and `next`, a cursor to send as `after`. Times are UTC
with milliseconds. Refusals are RFC 9457 problems whose `type` is for programs and whose `detail` is for people. A
browser that is logged in may ask with its session, and sends the form's token as `x-csrf` where it changes something.
"""
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Made at the desk's page /me, or by `syndicator user token add`.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "syndicator_desk"},
    "csrf": {"type": "apiKey", "in": "header", "name": "x-csrf"},
}


@router.get("/openapi.json", **route("read", more={200: {"description": "OpenAPI 3.1.", "model": dict[str, Any]}}))
def description(request: Request) -> Response:
    """This description."""
    return JSONResponse(_described(desk_of(request).place.prefix))


@lru_cache(maxsize=4)
def _described(prefix: str) -> dict[str, Any]:
    from syndicator.desk.api import router as whole

    made = get_openapi(
        title="syndicator", version=__version__, description=DESCRIPTION, routes=whole.routes,
        servers=[{"url": prefix or "/"}],
    )  # fmt: skip
    parts = made.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    schema = problems.ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    parts["schemas"] |= {**schema.pop("$defs", {}), "Problem": schema}
    return made


def page(request: Request) -> Response:
    """A few words for people who have followed a link."""
    desk = desk_of(request)
    if desk.session(request) is None:
        return desk.go("/login", next="/api/v1")
    return HTMLResponse(desk.draw(request, "api.html"))
