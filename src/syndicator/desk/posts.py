"""One post as pages draw it: data for the macros, no markup."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syndicator import permits
from syndicator.adapters import features as platform_features
from syndicator.desk import lines, states, times
from syndicator.desk.context import Desk
from syndicator.forecast import Forecast, forecasts
from syndicator.models import Account, Card, Delivery, Features, Media, Person, Post, Status
from syndicator.room import Room
from syndicator.text import measure

WAITING = frozenset({Status.HELD, Status.QUEUED})
FEW = 6  # accounts of one state that are shown one by one


def features_of(room: Room, account: Account | None, platform: str) -> Features:
    """An account's features; its platform's when the configuration no longer has the account."""
    return room.features(account) if account else platform_features(platform)


@dataclass(eq=False)
class Drawing:
    """What drawing many posts needs once: forecasts, display names, who looks."""

    desk: Desk
    person: Person
    rows: Iterable[Delivery]
    forecasts: Mapping[int, Forecast] = field(init=False)
    names: Mapping[str, str] = field(init=False)
    platforms: Mapping[str, tuple[str, str]] = field(init=False)  # by uid: name, platform
    changed: frozenset[int] = field(init=False)  # articles that changed since a post of theirs was out

    def __post_init__(self) -> None:
        room = self.desk.room
        self.forecasts = forecasts(room, self.rows)
        self.names = {one.name: one.display for one in room.ledger.people.list()}
        sent = {row.article for row in self.rows if row.status is Status.SENT}
        self.changed = frozenset(room.ledger.revisions.open_among(sorted(sent))) if sent else frozenset()
        self.platforms = {one.uid: (one.name, one.platform) for one in room.ledger.accounts.states()}

    @property
    def now(self) -> datetime:
        """The room's clock."""
        return self.desk.now

    def leaves(self, row: Delivery) -> datetime | None:
        """When a waiting post leaves as things stand."""
        seen = self.forecasts.get(row.id)
        return seen.leaves if seen else row.due

    def time(self, moment: datetime | None) -> dict[str, str] | None:
        """A moment as the macro `time` takes it."""
        return time_of(self.desk, self.person, moment)

    def post(self, row: Delivery, *, embargo: datetime | None = None, beside: datetime | None = None,
             named: bool = False) -> dict[str, Any]:  # fmt: skip
        """A post's mark and line. `beside` is the row's time: the mark shows its own where that differs."""
        room = self.desk.room
        account, (name, platform) = room.account(row.account), self.platforms.get(row.account, ("", ""))
        features = features_of(room, account, platform)
        seen = self.forecasts.get(row.id)
        told = lines.line(
            row, account, features, seen, self.now, room.zone, names=self.names, embargo=embargo,
            changed=row.article in self.changed,
        )  # fmt: skip
        leaves = self.leaves(row) if row.status in WAITING else None
        own = leaves if beside and leaves and abs((leaves - beside).total_seconds()) >= 60 else None
        return {
            "id": row.id, "version": row.version, "account": name, "monogram": features.monogram,
            "label": features.label, "name": states.account_name(name, features.label), "named": named,
            "status": row.status.value, "word": states.word(row.status), "line": told,
            "can": permits.verbs(row, account, self.person.role, features=features), "time": self.time(own),
            "article": row.article, "due": times.iso(row.due) if row.due else "", "permalink": row.permalink or "",
        }  # fmt: skip

    def groups(self, rows: Iterable[Delivery], *, embargo: datetime | None, beside: datetime | None) -> list[Any]:
        """A story's posts by state, worst first; two accounts of one network show their names."""
        rows = list(rows)
        shared = Counter(self.platforms.get(row.account, ("", ""))[1] for row in rows)
        by_state: dict[Status, list[dict[str, Any]]] = {}
        for row in rows:
            named = shared[self.platforms.get(row.account, ("", ""))[1]] > 1
            by_state.setdefault(row.status, []).append(self.post(row, embargo=embargo, beside=beside, named=named))
        ordered = sorted(by_state.items(), key=lambda item: states.severity(item[0]))
        return [
            {"status": status.value, "word": states.word(status), "posts": posts, "folded": len(posts) > FEW}
            for status, posts in ordered
        ]


def time_of(desk: Desk, person: Person, moment: datetime | None) -> dict[str, str] | None:
    """A moment as the macro `time` takes it, None for none."""
    if moment is None:
        return None
    zone, now = desk.room.zone, desk.now
    text = times.at(moment, now, zone) if moment <= now else times.until(moment, now, zone)
    rel = times.relative(moment, now, zone)
    own = times.hover(moment, desk.own_zone(person))
    return {"at": times.iso(moment), "text": text, "rel": "" if rel == text else rel, "title": own}


def preview_of(desk: Desk, post: Post, features: Features, by: str) -> dict[str, Any]:
    """A post's words as the macro `preview` takes them."""
    return {
        "text": post.text, "link": post.link, "language": post.language, "warning": post.warning,
        "graphic": post.sensitive or bool(post.warning and features.sensitive_media),
        "media": [_media(desk, one) for one in post.media], "card": _card(desk, post), "by": by,
    }  # fmt: skip


def count_of(post: Post, features: Features) -> dict[str, Any]:
    """How long a post is by its platform's own counting."""
    count = measure(post.text, features, post.warning)
    return {"length": count.length, "limit": count.limit, "left": count.left}


def photo_address(desk: Desk, name: str, size: str) -> str:
    """Where a stored photo is shown."""
    return desk.url(f"/photos/{name}/{size}")


def _media(desk: Desk, media: Media) -> dict[str, Any]:
    src = photo_address(desk, media.sha256, "preview")
    return {"src": src, "width": media.width, "height": media.height, "alt": media.alt, "credit": media.credit}


def _card(desk: Desk, post: Post) -> dict[str, Any] | None:
    if post.media or not post.link:
        return None
    card = post.card or Card(post.link, "", "", None)
    domain = card.url.partition("//")[2].partition("/")[0].removeprefix("www.")
    src = photo_address(desk, card.thumb.sha256, "preview") if card.thumb else ""
    return {"src": src, "title": card.title, "text": card.text, "domain": domain}
