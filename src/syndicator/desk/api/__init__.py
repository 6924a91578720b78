"""The JSON API: what the desk shows and does, for machines. Manual: `docs/api.md`; contract: `openapi.json`."""

from fastapi import APIRouter

from syndicator.desk.api import about, actions, articles, counting, deliveries, follow, history, places

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")
router.add_api_route("", about.page, include_in_schema=False)
for part in (about, articles, history, deliveries, actions, follow, places, counting):
    router.include_router(part.router)
