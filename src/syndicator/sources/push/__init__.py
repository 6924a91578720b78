"""Pushes: a CMS tells us of an article. Bytes in one of three forms become articles; `signing` tells whose they are."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from syndicator.models import Source
from syndicator.sources.entry import Found, Payload
from syndicator.sources.push import ghost, own, wordpress
from syndicator.sources.push.fields import Node, Unfit, root

__all__ = ["FORMS", "Unfit", "read"]

FORMS: Mapping[str, Callable[[Node, Payload, Source, ZoneInfo], Found]] = {
    "json": own.read,
    "wordpress": wordpress.read,
    "ghost": ghost.read,
}


def read(payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The articles of a push in the source's form. Raises Unfit, which names the member that does not fit."""
    return FORMS[source.form](root(payload.body), payload, source, zone)
