"""Rows that follow posts: planning, a person's moves, and what is due. Every move is one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from syndicator import delivery as machine
from syndicator.delivery import Move
from syndicator.errors import IllegalMove, Stale
from syndicator.ledger import meanwhile, rows
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import accounts, articles, deliveries, posts
from syndicator.ledger.store import Store
from syndicator.models import Article, ArticleState, Delivery, Post, Status, Version, Wanted

# Built once: to build a statement takes longer than to run it, and these run for every story, or each second.
_t = deliveries.c
_NOW = bindparam("now", type_=_t.due.type)


def _in(*states: Status) -> ColumnElement[bool]:
    return or_(*(_t.status == state.value for state in states))


_OVER = Prepared(select(_t.id).where(_in(*sorted(machine.WAITING)), _t.expires <= _NOW))
_ACCOUNTS_DUE = Prepared(
    select(_t.account).where(_t.status == Status.QUEUED.value, _t.due.is_(None) | (_t.due <= _NOW)).distinct()
)
_TO_LOOK = Prepared(
    select(deliveries)
    .where(_in(Status.UNCONFIRMED, Status.RETRACTING), _t.next_look <= _NOW, _t.closed.is_(False))
    .order_by(_t.next_look)
)
_PLANNED = Prepared(update(articles).where(articles.c.id == bindparam("of"), articles.c.state == bindparam("was")))
_CHECK = Prepared(update(articles).where(articles.c.id == bindparam("of"), articles.c.check_at.is_(None)))

Decide = Callable[[Delivery], Move]
"""Looks at the row as it is now and says where it goes; raises IllegalMove."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A row about to be planned: one account's post, or why there is none."""

    account: str  # uid
    move: Move  # verb "plan": status, code, detail, and the columns due, expires, breaking
    post: Post | None = None
    occasion: str = "publication"

    @property
    def due(self) -> datetime | None:
        """The earliest moment of the row."""
        due = self.move.changes.get("due")
        return due if isinstance(due, datetime) else None


class Deliveries:
    """Every post ever planned."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ------------------------------------------------------------------------------------------ planning

    def planned(self, article: int, occasion: str = "publication") -> set[str]:
        """The accounts' uids that have a row for this occasion."""
        query = select(deliveries.c.account).where(deliveries.c.article == article, deliveries.c.occasion == occasion)
        with self._store.read() as connection:
            return set(connection.execute(query).scalars())

    def plan(
        self,
        article: Article,
        drafts: Sequence[Draft],
        now: datetime,
        actor: str,
        newest: datetime,
        check_at: datetime | None = None,
        *,
        whole: bool = True,
    ) -> list[Delivery]:
        """Add the rows that are missing and mark the article planned, in one transaction. Idempotent.

        Not `whole`: these are some accounts' rows, made by hand, and a new article is planned for the others yet.
        `check_at` is when its page is looked at again, where no earlier time is set. Of an article that was changed
        after this copy of it was taken nothing is stored: it is work as it is now.
        """
        with self._store.write() as connection:
            if rows.turned(connection, article):
                return []
            made = [_add(connection, article, draft, now, actor, newest) for draft in drafts]
            if not whole:
                return [row for row in made if row is not None]
            new = {"of": article.id, "was": ArticleState.NEW.value, "state": ArticleState.PLANNED.value}
            if _PLANNED.run(connection, new) and check_at is not None:
                _CHECK.run(connection, {"of": article.id, "check_at": check_at})
        return [row for row in made if row is not None]

    def revise(
        self,
        number: int,
        seen: int,
        post: Post,
        fields: Iterable[str],
        now: datetime,
        actor: str,
        detail: str,
        held: tuple[str, str] | None = None,
        remark: str | None = None,
    ) -> Delivery | None:
        """Store a new rendering of a waiting post; None when it is the same byte for byte, or the row has moved on.

        One that changes what a person approved or edited goes back to HELD; so does one that a rule now holds, by
        `held`, its code and sentence, unless a person has said yes to these very words. `remark` is what is to be said
        of a queued post as it is now ("" for nothing), None to leave what was said.
        """
        with self._store.write() as connection:
            row = rows.delivery_by_id(connection, number, lock=True)
            version = rows.get_version(connection, number, row.version)
            if row.frozen or row.status not in machine.WAITING or row.version != seen:
                return None
            touched = row.approved == row.version != 0 or bool(version and version.fields)
            if version and version.post == post:
                return None if touched or held is None else _held(connection, row, held, actor, now)
            rows.add_version(connection, number, row.version + 1, post, actor, now, fields)
            plain = row.status is Status.QUEUED and not row.code and remark is not None
            as_it_was = row.code, (remark or "") if plain else row.detail
            code, said = ("changed", f"article changed: {detail}") if touched else held or as_it_was
            after = Status.HELD if touched or held else row.status
            verb = "revise" if after is not row.status else "edit"
            move = Move(verb, after, code, said, {"version": row.version + 1, "approved": 0})
            return rows.move(connection, row, move, actor, now)

    def drop_photo(
        self, number: int, seen: int, post: Post, fields: Iterable[str], now: datetime, actor: str, detail: str
    ) -> Delivery | None:
        """Store the version without the photo the platform refused; the row stays QUEUED. None when it has moved on."""
        with self._store.write() as connection:
            row = rows.delivery_by_id(connection, number, lock=True)
            if row.version != seen or row.status is not Status.QUEUED:
                return None
            rows.add_version(connection, number, row.version + 1, post, actor, now, set(fields) - {"alt"})
            approved = row.version + 1 if row.approved == row.version else row.approved
            changes = {"version": row.version + 1, "approved": approved}
            return rows.move(connection, row, Move("edit", row.status, "photo_refused", detail, changes), actor, now)

    # ------------------------------------------------------------------------------------------ moves

    def move(
        self,
        number: int,
        decide: Decide,
        actor: str,
        now: datetime,
        *,
        seen: int | None = None,
        post: Post | None = None,
    ) -> Delivery:
        """Move one row as `decide` says. Raises LookupError, IllegalMove, or Stale when `seen` is not its version.

        `post` gives the row other words in the same transaction, where they differ from those it has.
        """
        with self._store.write() as connection:
            row = rows.delivery_by_id(connection, number, lock=True)
            if seen is not None and row.version != seen:
                raise Stale(f"post {number} has version {row.version} by now, not {seen}; read it again")
            verdict = meanwhile.judged(connection, row, decide(row))
            old = rows.get_version(connection, number, row.version) if post else None
            if post is not None and (old is None or old.post != post):
                rows.add_version(connection, number, row.version + 1, post, actor, now)
                verdict = replace(verdict, changes={**verdict.changes, "version": row.version + 1})
            return rows.move(connection, row, verdict, actor, now)

    def edit(
        self, number: int, seen: int, post: Post, fields: Iterable[str], actor: str, now: datetime, **changes: object
    ) -> Delivery:
        """Store a person's wording as a new version. Raises Stale, and IllegalMove for a frozen or moving post."""
        with self._store.write() as connection:
            row = rows.delivery_by_id(connection, number, lock=True)
            if row.version != seen:
                raise Stale(f"post {number} has version {row.version} by now, not {seen}; read it again")
            if row.frozen or row.status not in machine.WAITING:
                raise IllegalMove(f"post {number} cannot be edited: it is {row.status.value}, or may be public")
            old = rows.get_version(connection, number, row.version)
            kept = set(fields) | set(old.fields if old else ())
            rows.add_version(connection, number, row.version + 1, post, actor, now, kept)
            values = {"version": row.version + 1, **changes}
            return rows.move(connection, row, Move("edit", row.status, row.code, row.detail, values), actor, now)

    def want_gone(self, number: int, actor: str, now: datetime, reason: str) -> Delivery:
        """A person said no while the request may be out: remembered, without a move of the state."""
        with self._store.write() as connection:
            row = rows.delivery_by_id(connection, number, lock=True)
            gone: dict[str, object] = {"wanted": Wanted.GONE.value}
            if row.status is Status.UNCONFIRMED and row.closed:
                # It must be found before it can be taken down, and not before the network can show it.
                gone |= {"closed": False, "next_look": max(row.next_look or now, now)}
            return rows.move(connection, row, Move("unwant", row.status, row.code, reason, gone), actor, now)

    def expire(self, now: datetime, actor: str) -> list[Delivery]:
        """Move every waiting row whose time is over."""
        with self._store.read() as connection:
            found = [row["id"] for row in _OVER.all(connection, {"now": now})]
        done = []
        for number in found:
            try:
                done.append(self.move(number, lambda row: _expired(row, now), actor, now))
            except (Stale, IllegalMove):
                continue  # somebody was faster
        return done

    # ------------------------------------------------------------------------------------------ reading

    def get(self, number: int) -> Delivery:
        """One row. Raises LookupError."""
        with self._store.read() as connection:
            return rows.delivery_by_id(connection, number)

    def of_article(self, article: int) -> list[Delivery]:
        """Every row of an article, oldest first."""
        query = select(deliveries).where(deliveries.c.article == article).order_by(deliveries.c.id)
        with self._store.read() as connection:
            return [rows.delivery(row) for row in connection.execute(query).mappings()]

    def version(self, number: int, version: int) -> Version | None:
        """A version of a post, None when there is none."""
        with self._store.read() as connection:
            return rows.get_version(connection, number, version)

    def versions(self, number: int) -> list[Version]:
        """All versions of a post, oldest first."""
        query = select(posts).where(posts.c.delivery == number).order_by(posts.c.version)
        with self._store.read() as connection:
            return [rows.version(row) for row in connection.execute(query).mappings()]

    def accounts_due(self, now: datetime) -> set[str]:
        """Uids of accounts with a queued post whose time has come (or nearly nothing to do with it: None is due)."""
        with self._store.read() as connection:
            return {row["account"] for row in _ACCOUNTS_DUE.all(connection, {"now": now})}

    def to_look(self, now: datetime) -> list[Delivery]:
        """Rows whose next look at the platform is due: unknown ones and retractions."""
        with self._store.read() as connection:
            return [rows.delivery(row) for row in _TO_LOOK.all(connection, {"now": now})]

    def to_compare(self, account: str, published_until: datetime) -> list[Delivery]:
        """An account's posts that wait or were given up, not yet looked for after an older ledger was restored."""
        table = deliveries.c
        states = [status.value for status in machine.WAITING | machine.STOPPED]
        old = table.newest.is_(None) | (table.newest <= published_until)
        query = select(deliveries).where(table.account == account, table.status.in_(states), old, ~table.compared)
        with self._store.read() as connection:
            return [rows.delivery(row) for row in connection.execute(query.order_by(table.id)).mappings()]

    def compared(self, numbers: Iterable[int]) -> None:
        """Note that the network does not show these posts."""
        with self._store.write() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id.in_(list(numbers))).values(compared=True))

    def with_status(self, *statuses: Status) -> list[Delivery]:
        """All rows in one of the states, oldest change first."""
        table = deliveries.c
        query = select(deliveries).where(table.status.in_([s.value for s in statuses])).order_by(table.changed_at)
        with self._store.read() as connection:
            return [rows.delivery(row) for row in connection.execute(query).mappings()]

    def waiting_articles(self, statuses: Sequence[Status]) -> list[int]:
        """Ids of the articles that have a row in one of the states."""
        query = select(deliveries.c.article).where(deliveries.c.status.in_([s.value for s in statuses])).distinct()
        with self._store.read() as connection:
            return list(connection.execute(query).scalars())


def _expired(row: Delivery, now: datetime) -> Move:
    if row.expires is None or row.expires > now:
        raise IllegalMove("not yet")
    return Move("expire", Status.EXPIRED, "rule:max_age", "waited until it was no longer news")


def _add(
    connection: Connection, article: Article, draft: Draft, now: datetime, actor: str, newest: datetime
) -> Delivery | None:
    table = deliveries.c
    same = (table.article == article.id) & (table.account == draft.account) & (table.occasion == draft.occasion)
    if connection.execute(select(table.id).where(same)).first():
        return None
    machine.check("plan", None, draft.move.after)
    uid = connection.execute(select(accounts.c.uid).where(accounts.c.uid == draft.account)).scalar_one()
    key = machine.delivery_key(article.uid, uid, draft.occasion)
    values = {
        "key": key,
        "article": article.id,
        "account": uid,
        "occasion": draft.occasion,
        "status": draft.move.after.value,
        "record_key": machine.record_key(key, now),
        "version": 1 if draft.post else 0,
        "newest": newest,
        "found_at": article.found_at or now,
        "changed_at": now,
        "code": draft.move.code,
        "detail": draft.move.detail[:500],
        "actor": actor,
        **draft.move.changes,
    }
    done = connection.execute(insert(deliveries).values(values)).inserted_primary_key
    row = rows.delivery_by_id(connection, int(done[0]) if done else 0)
    if draft.post:
        rows.add_version(connection, row.id, 1, draft.post, actor, now)
    rows.add_event(connection, row, "plan", None, actor, now)
    return row


def _held(connection: Connection, row: Delivery, held: tuple[str, str], actor: str, now: datetime) -> Delivery | None:
    """Hold a queued post with the words it has, by a rule's code and sentence."""
    if row.status is not Status.QUEUED:
        return None
    return rows.move(connection, row, Move("revise", Status.HELD, *held), actor, now)
