"""Rows of the ledger as the API says them."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from syndicator import permits
from syndicator.adapters import features as platform_features
from syndicator.desk.api import shapes
from syndicator.desk.bearer import Asker, asker_of
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.posts import Drawing, count_of, features_of
from syndicator.ledger.journal import Journal
from syndicator.models import AccountState, Article, Delivery, Features, Post, Revision, SourceState
from syndicator.sources import polled


def delivery(request: Request, row: Delivery) -> shapes.Delivery:
    """One post, for whoever asks."""
    return deliveries(request, [row])[0]


def deliveries(request: Request, rows: Sequence[Delivery]) -> list[shapes.Delivery]:
    """Posts in the order of the rows, for whoever asks."""
    desk = desk_of(request)
    drawing = Drawing(desk, asker_of(request), rows)
    found = Journal(desk.room.ledger.store).posts([row.id for row in rows])
    return [_delivery(desk, drawing, row, *found[row.id]) for row in rows]


def _delivery(
    desk: Desk, drawing: Drawing, row: Delivery, entry: Mapping[str, Any], post: Post | None
) -> shapes.Delivery:
    drawn = drawing.post(row)
    features = features_of(desk.room, desk.room.account(row.account), entry["platform"])
    said = {"key": row.key, "article": row.article, "label": drawn["word"], "detail": drawn["line"]}
    can = {"can": list(drawn["can"]), "desk": desk.url(f"/articles/{row.article}") + f"#{entry['account']}"}
    return shapes.Delivery(**{**entry, **said, **can, **_worded(post, features)})


def _worded(post: Post | None, features: Features) -> dict[str, Any]:
    """What is said of the words themselves; nothing where there are none yet."""
    if post is None:
        return {"alt": None, "warning": None, "count": None}
    alt = post.media[0].alt if post.media else None
    return {"alt": alt, "warning": post.warning or None, "count": count_of(post, features)}


def article(request: Request, story: Article) -> shapes.Article:
    """A story with its posts."""
    desk = desk_of(request)
    ledger = desk.room.ledger
    return shapes.Article(
        id=story.id,
        title=story.title,
        summary=story.summary,
        authors=list(story.authors),
        sections=list(story.sections),
        tags=list(story.tags),
        labels=list(story.labels),
        language=story.language,
        published=story.published,
        updated=story.updated,
        found_at=story.found_at,
        embargo=story.embargo,
        sensitive=story.sensitive,
        reason=story.reason,
        url=story.url or None,
        state=story.state.value,
        withdrawn=story.withdrawn or None,
        correction=story.correction or None,
        changes=[_change(one) for one in ledger.revisions.of(story.id)],
        sources=ledger.articles.sources_of(story.id),
        deliveries=deliveries(request, ledger.deliveries.of_article(story.id)),
        desk=desk.url(f"/articles/{story.id}"),
    )


def _change(one: Revision) -> shapes.Change:
    return shapes.Change(
        at=one.at,
        kind=one.kind,
        source=one.source or None,
        differences=[shapes.Difference(what=row[0], before=row[1], after=row[2]) for row in one.changes],
        detail=one.detail,
        public=one.public,
        seen_at=one.seen_at,
        seen_by=one.seen_by or None,
    )


def account(desk: Desk, asker: Asker, state: AccountState, counts: dict[str, int]) -> shapes.Account:
    """An account as configuration and ledger know it."""
    known = desk.room.config.accounts.get(state.name)
    paused = state.paused is not None
    possible = ("resume" if paused else "pause", "test") if known else ()
    return shapes.Account(
        name=state.name,
        platform=state.platform,
        label=platform_features(state.platform).label,
        handle=state.handle or None,
        identity=state.identity or None,
        configured=known is not None,
        enabled=bool(known and known.enabled),
        paused=state.paused,
        paused_by=state.paused_by or None,
        paused_at=state.paused_at,
        waits_until=state.wait_until,
        since=state.since,
        verified_at=state.verified_at,
        token_expires=state.expires,
        last_sent=state.last_sent,
        limit=state.budget_limit,
        limit_left=state.budget_left,
        limit_resets=state.budget_resets,
        counts=counts,
        can=[verb for verb in possible if not permits.may(asker.role, verb)],
        desk=desk.url(f"/accounts/{state.name}"),
    )


def source(desk: Desk, asker: Asker, state: SourceState) -> shapes.Source:
    """A configured source and what the ledger knows of it."""
    configured = desk.room.config.sources[state.name]
    same = ("seeded", "last_poll", "last_success", "last_change", "next_poll", "failures")
    return shapes.Source(
        name=configured.name,
        type=configured.type,
        url=configured.url,
        every=configured.every.total_seconds(),
        error=state.error or None,
        can=["read"] if polled([configured]) and not permits.may(asker.role, "read") else [],
        desk=desk.url(f"/sources/{configured.name}"),
        **{name: getattr(state, name) for name in same},
    )


def stop(desk: Desk) -> shapes.Stop:
    """The stop switch as it is now."""
    stopped = desk.room.ledger.accounts.stopped()
    waiting = sum(states.get("queued", 0) for states in desk.room.ledger.history.counts().values())
    return shapes.Stop(
        stopped=stopped is not None,
        reason=stopped.reason if stopped else None,
        by=stopped.by if stopped else None,
        at=stopped.at if stopped else None,
        waiting=waiting,
    )
