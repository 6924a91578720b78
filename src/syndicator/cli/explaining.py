"""`why`: how an article was found, and what the rules made of it."""

from datetime import datetime

import typer

from syndicator.cli import found
from syndicator.cli.failures import FAILED, complain
from syndicator.cli.options import Options
from syndicator.cli.rooms import reading
from syndicator.cli.show import facts, local, table
from syndicator.models import Account, Article, ArticleState, Delivery
from syndicator.policy import not_routed
from syndicator.room import Room

STATES = {
    ArticleState.NEW: "new: its posts are about to be planned",
    ArticleState.PLANNED: "planned",
    ArticleState.SEEN: "seen: never posted by itself",
    ArticleState.REFUSED: "refused",
}


def explain_article(options: Options, url: str) -> None:
    """Print what is known of the article at an address; exit 1 when nothing is."""
    with reading(options) as room:
        article = found.known(room, url)
        if article is None:
            _unknown(room, url)
            raise typer.Exit(FAILED)
        carried_by = room.ledger.articles.sources_of(article.id)
        state = STATES[article.state]
        facts(
            [
                ("article", article.id),
                ("title", article.title),
                ("address", article.url),
                ("found", local(article.found_at, room.zone, seconds=True)),
                ("by", ", ".join(carried_by) or "a person"),
                ("key", ", ".join(key.key for key in found.keys_of(url))),
                ("published", local(article.published, room.zone)),
                ("sections", ", ".join(article.sections)),
                ("state", f"{state} ({article.reason})" if article.reason else state),
                ("page", _page(article)),
                ("embargo", local(article.embargo, room.zone, seconds=True) if article.embargo else ""),
                ("taken back", article.withdrawn),
                ("same story", _twins(room, article)),
            ]
        )
        _changes(room, article)
        rows = room.ledger.deliveries.of_article(article.id)
        print()
        table(("account", "post", "state", "why"), _routes(room, article, carried_by, rows))


def _page(article: Article) -> str:
    again = "" if article.page_read or not article.page_error else "; it is tried again"
    return article.page_error.rstrip(".") + again


def _twins(room: Room, article: Article) -> str:
    """The articles taken for the same story; `queue split` parts them."""
    return ", ".join(f"article {number} “{title}”" for number, title in room.ledger.articles.twins(article.id))


def _changes(room: Room, article: Article) -> None:
    """What the newsroom changed since it was found."""
    rows = [
        (local(one.at, room.zone, seconds=True), one.kind, what, _told(room, what, before), _told(room, what, after))
        for one in room.ledger.revisions.of(article.id)
        for what, before, after in (one.changes or ((one.detail or "it is there again", "", ""),))
    ]
    if rows:
        print()
        table(("when", "change", "what", "before", "after"), rows)


def _told(room: Room, what: str, value: str) -> str:
    """A value as people read it: a moment by the newsroom's clock."""
    return local(datetime.fromisoformat(value), room.zone, seconds=True) if what == "embargo" and value else value


def _unknown(room: Room, url: str) -> None:
    keys = ", ".join(key.key for key in found.keys_of(url))
    complain(f"{url}: no source has carried this article, and nobody has added it (looked for {keys})")
    for state in room.ledger.sources.states(room.config.sources.values()).values():
        last = local(state.last_success, room.zone, seconds=True) or "never"
        complain(f"source {state.name} was last read: {last}" + (f"; {state.error}" if state.error else ""))


def _routes(room: Room, article: Article, carried_by: list[str], rows: list[Delivery]) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = []
    for account in room.accounts.values():
        own = [row for row in rows if row.account == account.uid]
        lines += [(account.name, row.id, row.status.value, _row_reason(row)) for row in own]
        if not own:
            lines.append((account.name, "", "none", _no_row(room, article, account, carried_by)))
    strangers = [row for row in rows if room.account(row.account) is None]
    return lines + [("(no longer configured)", row.id, row.status.value, _row_reason(row)) for row in strangers]


def _row_reason(row: Delivery) -> str:
    parts = (row.occasion if row.occasion != "publication" else "", row.code, row.detail, row.permalink or "")
    return "; ".join(part for part in parts if part)


def _no_row(room: Room, article: Article, account: Account, carried_by: list[str]) -> str:
    unwanted = not_routed(article, account, carried_by)
    if unwanted:
        return f"not routed: {unwanted}"
    if article.found_at and room.since[account.name] > article.found_at:
        since = local(room.since[account.name], room.zone)
        return f"not routed: the account was first seen {since}, after the article was found"
    if article.state is ArticleState.NEW:
        return "routed; its post is about to be planned"
    return f"routed, but: {article.reason}" if article.reason else "routed, but the article was not planned for it"
