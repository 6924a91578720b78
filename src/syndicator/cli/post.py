"""`queue show`: the whole story of one post."""

from dataclasses import asdict
from typing import Any

from syndicator import forecast
from syndicator.cli import show
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import reading
from syndicator.cli.show import block, facts, local, plain
from syndicator.delivery import UNFINISHED
from syndicator.models import Account, Attempt, Delivery, Event, Post, Version
from syndicator.room import Room
from syndicator.text import measure


def show_post(options: Options, number: int, form: Listing) -> None:
    """Print what a post says, where it stands, and everything that happened to it. LookupError for an unknown id."""
    with reading(options) as room:
        row = room.ledger.deliveries.get(number)
        entry = room.ledger.history.entry(number)
        versions = room.ledger.deliveries.versions(number)
        events, attempts = room.ledger.attempts.events(number), room.ledger.attempts.of(number)
        if form is Listing.JSON:
            print(show.as_json({**entry, "versions": [_version(one) for one in versions],
                                "events": [asdict(one) for one in events],
                                "tries": [asdict(one) for one in attempts]}))  # fmt: skip
            return
        account = room.account(row.account)
        _head(room, row, entry, account)
        words = next((one.post for one in versions if one.version == row.version), None)
        if words:
            print_post(room, words, account)
        _versions(room, versions)
        _events(room, events)
        _attempts(room, attempts)


def print_post(room: Room, post: Post, account: Account | None) -> None:
    """Print a post as it will go: text, count, warning, photo, card, link."""
    print("text:")
    print(block(post.text))
    photos = [
        ("photo", f"{one.width} x {one.height} {one.mime}" + (f", credit {one.credit}" if one.credit else ""))
        for one in post.media
    ]
    alts = [("alt", one.alt or "(none)") for one in post.media]
    card = post.card
    facts(
        [
            ("count", _count(room, post, account)),
            ("warning", post.warning),
            *(pair for both in zip(photos, alts, strict=True) for pair in both),
            ("card", f"{card.title} – {card.text}" if card else ""),
            ("card photo", f"{card.thumb.width} x {card.thumb.height}" if card and card.thumb else ""),
            ("link", post.link),
            ("language", post.language),
        ]
    )


def _count(room: Room, post: Post, account: Account | None) -> str:
    if account is None:
        return ""
    count = measure(post.text, room.features(account), post.warning)
    size = f"{count.length} of {count.limit}, {count.left} left"
    return f"{size} ({count.bytes} of {count.byte_limit} bytes)" if count.byte_limit else size


def _head(room: Room, row: Delivery, entry: dict[str, Any], account: Account | None) -> None:
    lately = forecast.recent(room, account) if account else None
    facts(
        [
            ("post", row.id),
            ("title", entry["title"]),
            ("article", entry["article_url"]),
            ("account", f"{entry['account']} ({room.features(account).label})" if account else entry["account"]),
            ("occasion", row.occasion if row.occasion != "publication" else ""),
            ("state", row.status.value if row.wanted.value == "public" else f"{row.status.value}, to be gone"),
            ("why", forecast.reason(room, row, lately) if row.status in UNFINISHED else row.detail),
            ("due", local(row.due, room.zone)),
            ("expires", local(row.expires, room.zone)),
            ("sent", local(row.sent_at, room.zone, seconds=True)),
            ("permalink", row.permalink),
            ("public twice", row.second_remote_id),
        ]
    )


def _versions(room: Room, versions: list[Version]) -> None:
    if len(versions) > 1:
        print("\nversions:")
    for one in versions if len(versions) > 1 else ():
        fields = f", {', '.join(sorted(one.fields))} by a person" if one.fields else ""
        print(plain(f"  {one.version}  {local(one.at, room.zone, seconds=True)}  {one.by}{fields}"))
        print(block(one.post.text, "       "))


def _events(room: Room, events: list[Event]) -> None:
    print("\nevents:")
    for one in events:
        moved = one.after.value if one.before in (None, one.after) else f"{one.before} → {one.after.value}"
        detail = f": {one.detail}" if one.detail else ""
        at = local(one.at, room.zone, seconds=True)
        print(plain(f"  {at}  {one.verb} ({moved}) version {one.version} by {one.actor}{detail}"))


def _attempts(room: Room, attempts: list[Attempt]) -> None:
    if attempts:
        print("\ntries:")
    for one in attempts:
        out = f", request out {local(one.request_out, room.zone, seconds=True)[11:]}" if one.request_out else ""
        status = f" {one.http_status}" if one.http_status else ""
        words = f": {one.words}" if one.words else ""
        outcome = one.outcome.value if one.outcome else "running"
        at = local(one.started, room.zone, seconds=True)
        print(plain(f"  {at}  {outcome}{status} (version {one.version}, {one.process}{out}){words}"))


def _version(one: Version) -> dict[str, Any]:
    media = [{"sha256": m.sha256, "alt": m.alt, "credit": m.credit} for m in one.post.media]
    return {"version": one.version, "by": one.by, "at": one.at, "text": one.post.text, "link": one.post.link,
            "warning": one.post.warning, "media": media, "fields": sorted(one.fields)}  # fmt: skip
