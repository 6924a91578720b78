"""Tries: claim, let out, record. The intent stands on disk before the request, the outcome after it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, update

from syndicator import delivery as machine
from syndicator.delivery import Move
from syndicator.errors import Stale, Withheld
from syndicator.ledger import meanwhile, rows, sql
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import attempts, deliveries, events
from syndicator.ledger.store import Store
from syndicator.models import Attempt, Budget, Delivery, Event, Outcome, Post, Receipt, Status, Wanted
from syndicator.policy import HOUR, Gate, Recent

_ALL = 1_000_000  # more posts than an account can send in an hour

# Built once: to build a question takes longer than to ask it, and this one is asked each second.
_SENDING = Prepared(select(deliveries).where(deliveries.c.status == bindparam("status")))

Judge = Callable[[Delivery, Recent], Gate | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to send: the row as claimed, its attempt, and the post with the delivery's keys."""

    row: Delivery
    attempt: int
    deadline: datetime
    post: Post


@dataclass(frozen=True, slots=True)
class Ending:
    """How a try ended, for the attempt log. `words` are scrubbed."""

    outcome: Outcome
    code: str = ""
    words: str = ""
    http_status: int | None = None
    request_id: str | None = None
    cost: int = 0


class Attempts:
    """Every try ever made."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recent(self, account: str, now: datetime) -> Recent:
        """What an account has done lately, for a forecast."""
        with self._store.read() as connection:
            return _recent(connection, account, now)

    def claim(
        self, account: str, judge: Judge, *, process: str, actor: str, timeout: timedelta, now: datetime,
        latest: int | None = None,
    ) -> Claim | Gate | None:  # fmt: skip
        """Take the account's first due post for sending. None when nothing is due, a Gate when one is closed.

        `latest` is how many of the last hour's posts, the newest first, the judge is told of; None: all.
        """
        with self._store.write("later") as connection:
            _lock_account(connection, account, self._store.sqlite)
            found = sql.FIRST_DUE.first(connection, {"uid": account, "now": now})
            if found is None:
                return None
            row = rows.delivery(found)
            closed = judge(row, _recent(connection, account, now, latest))
            if closed:
                return closed
            if found["text"] is None:
                raise Stale(f"post {row.id} has no words to send")
            return _claim(connection, row, rows.post(found), process, actor, timeout, now)

    def let_out(self, claim: Claim, now: datetime) -> None:
        """`go`: commit "request out" on the attempt, or raise Withheld. After it the post may be public."""
        with self._store.write("shared") as connection:
            # Changed first: the row is locked then, and whoever stops, pauses or says no has done so or has to wait.
            mine = {"of_id": claim.row.id, "of_attempt": claim.attempt}
            if sql.LET_OUT.run(connection, mine) != 1:
                raise Withheld(_taken(rows.delivery_by_id(connection, claim.row.id), claim))
            why = _why_not(connection, claim, now)
            if why:
                raise Withheld(why)
            sql.TRY_OUT.run(connection, {"number": claim.attempt, "request_out": now})

    def record(self, claim: Claim, move: Move, ending: Ending, *, actor: str, now: datetime) -> Delivery:
        """Write down how a try without a receipt ended. Raises Stale when the row is no longer this attempt's."""
        with self._store.write("shared") as connection:
            row = rows.delivery_by_id(connection, claim.row.id, lock=True)
            _end(connection, claim.attempt, ending, now)
            if row.attempt != claim.attempt or row.status is not Status.SENDING:
                return row  # the deadline passed and somebody decided; the attempt's end is noted all the same
            return rows.move(connection, row, meanwhile.judged(connection, row, move), actor, now)

    def receive(
        self, number: int, receipt: Receipt, by: str, *, actor: str, now: datetime, claim: Claim | None = None,
        ending: Ending | None = None, detail: str = "", budget: Budget | None = None,
    ) -> Delivery:  # fmt: skip
        """A receipt in hand is never thrown away: the row is SENT, whatever happened to it meanwhile.

        A second, different id is kept beside the first and shown as "public twice". A receipt that another row of
        the account already holds proves nothing: Stale. One from the publishing request is a verify, too; `budget` is
        what its answer said of the limit.
        """
        with self._store.write("shared") as connection:
            found = sql.RECEIVER.first(connection, {"number": number, "remote": receipt.remote_id})
            if found is None:
                raise LookupError(f"there is no post {number}")
            row = rows.delivery(found)
            if claim and ending:
                _end(connection, claim.attempt, ending, now)
            if row.remote_id == receipt.remote_id:
                return row
            if found["holder"] is not None:
                raise Stale(f"{receipt.permalink} already belongs to post {found['holder']}")
            verdict = machine.delivered(receipt, by, now, detail) if row.remote_id is None else _twice(row, receipt)
            after = rows.move(connection, row, verdict, actor, now)
            if by == "receipt":
                sql.ACCOUNT.run(connection, {"of_uid": row.account, **_healthy(now, budget)})
            if row.wanted is Wanted.GONE:
                after = rows.move(
                    connection,
                    after,
                    Move("retract", Status.RETRACTING, "person", row.detail, {"next_look": now}),
                    actor,
                    now,
                )
            return after

    # ------------------------------------------------------------------------------------------ reading

    def of(self, number: int) -> list[Attempt]:
        """Every try of a post, oldest first."""
        query = select(attempts).where(attempts.c.delivery == number).order_by(attempts.c.id)
        with self._store.read() as connection:
            return [rows.attempt(row) for row in connection.execute(query).mappings()]

    def events(self, number: int) -> list[Event]:
        """The story of a post, oldest first."""
        query = select(events).where(events.c.delivery == number).order_by(events.c.id)
        with self._store.read() as connection:
            return [rows.event(row) for row in connection.execute(query).mappings()]

    def last(self, number: int) -> Attempt | None:
        """The newest try of a post."""
        query = select(attempts).where(attempts.c.delivery == number).order_by(attempts.c.id.desc()).limit(1)
        with self._store.read() as connection:
            row = connection.execute(query).mappings().first()
        return rows.attempt(row) if row else None

    def first_request(self, number: int) -> datetime | None:
        """When the first request that may have published went out."""
        query = select(func.min(attempts.c.request_out)).where(attempts.c.delivery == number)
        with self._store.read() as connection:
            return connection.execute(query).scalar()

    def known(self, account: str, since: datetime) -> frozenset[str]:
        """Remote ids the account's other rows hold since a moment: `find` skips them."""
        table = deliveries.c
        where = (table.account == account) & table.remote_id.is_not(None) & (table.changed_at >= since)
        with self._store.read() as connection:
            return frozenset(connection.execute(select(table.remote_id).where(where)).scalars())

    def overdue(self, now: datetime, *, mine: str | None = None) -> list[tuple[Delivery, Attempt]]:
        """Rows SENDING past their deadline; with `mine`, all that other processes left behind as well."""
        with self._store.read() as connection:
            found = []
            for row in _SENDING.all(connection, {"status": Status.SENDING.value}):
                tried = connection.execute(select(attempts).where(attempts.c.id == row["attempt"])).mappings().one()
                if tried["deadline"] < now or (mine is not None and tried["process"] != mine):
                    found.append((rows.delivery(row), rows.attempt(tried)))
            return found

    def add_cost(self, attempt: int, micro_usd: int) -> None:
        """Add what looking for a post cost to its try."""
        with self._store.write() as connection:
            where = attempts.c.id == attempt
            connection.execute(update(attempts).where(where).values(cost=attempts.c.cost + micro_usd))

    def close(self, attempt: int, ending: Ending, now: datetime) -> None:
        """Note the end of a try nobody will end any more."""
        with self._store.write() as connection:
            _end(connection, attempt, ending, now)


# ---------------------------------------------------------------------------------------------- parts of a transaction


def _healthy(now: datetime, budget: Budget | None) -> dict[str, object]:
    values: dict[str, object] = {"last_sent": now, "verified_at": now, "wait_until": None, "failures": 0}
    if budget:
        values |= {"budget_limit": budget.limit, "budget_left": budget.left, "budget_resets": budget.resets}
    return values


def _lock_account(connection: Connection, account: str, sqlite: bool) -> None:
    if not sqlite:  # on SQLite the transaction itself is the lock
        sql.LOCKED.first(connection, {"uid": account})


def _recent(connection: Connection, account: str, now: datetime, latest: int | None = None) -> Recent:
    asked = {"uid": account, "since": now - HOUR, "latest": _ALL if latest is None else latest}
    claimed = [] if latest == 0 else sql.CLAIMED.all(connection, asked)
    hour = tuple(row["claimed_at"] for row in claimed)[::-1]
    now_at = sql.STANDING.first(connection, {"uid": account})
    if now_at is None:
        raise LookupError(f"there is no account {account}")
    times = [moment for moment in (now_at["last_claim"], now_at["last_sent"]) if moment is not None]
    return Recent(
        hour=hour,
        last=max(times) if times else None,
        unknown_in_row=now_at["unknown"],
        paused=now_at["paused"],
        stopped=now_at["stopped"],
        wait_until=now_at["wait_until"],
        budget=_budget(now_at["budget_limit"], now_at["budget_left"], now_at["budget_resets"]),
        compare_until=now_at["compare_until"],
    )


def _budget(limit: int | None, left: int | None, resets: datetime | None) -> Budget | None:
    return None if limit is None or left is None or resets is None else Budget(limit, left, resets)


def _claim(
    connection: Connection, row: Delivery, post: Post, process: str, actor: str, timeout: timedelta, now: datetime
) -> Claim:
    deadline = now + timeout
    values = {"delivery": row.id, "version": row.version, "process": process, "started": now, "deadline": deadline}
    added = sql.ADD_TRY.first(connection, values)
    number = int(added["id"]) if added else 0
    changes = {
        "attempt": number,
        "claimed_at": now,
        "created_at": row.created_at or now,
        "first_attempt_at": row.first_attempt_at or now,
    }
    after = rows.move(connection, row, Move("claim", Status.SENDING, row.code, row.detail, changes), actor, now)
    post = replace(post, key=row.key, record_key=row.record_key, created_at=after.created_at)
    return Claim(after, number, deadline, post)


def _taken(row: Delivery, claim: Claim) -> str:
    if row.attempt != claim.attempt or row.status is not Status.SENDING:
        return "somebody else decided about this post meanwhile"
    return "a person said no while it was being sent"


def _why_not(connection: Connection, claim: Claim, now: datetime) -> str:
    if now >= claim.deadline:
        return "the deadline passed before the request could go out"
    row = claim.row
    about = {"uid": row.account, "article": row.article, "since": row.claimed_at or now}
    standing = sql.STOPS.first(connection, about) or {"paused": "it is gone", "stopped": None}
    if standing["stopped"] is not None:
        return f"all sending was stopped: {standing['stopped']}"
    if standing["paused"] is not None:
        return f"the account was paused: {standing['paused']}"
    return meanwhile.why_not(connection, row, now) if standing["changed"] else ""


def _end(connection: Connection, attempt: int, ending: Ending, now: datetime) -> None:
    values = {
        "ended": now,
        "outcome": ending.outcome.value,
        "code": ending.code,
        "words": ending.words[:500],
        "http_status": ending.http_status,
        "request_id": ending.request_id,
        "cost": ending.cost,
    }
    sql.TRY.run(connection, {"number": attempt, **values})


def _twice(row: Delivery, receipt: Receipt) -> Move:
    """Another receipt for a row that has one: public twice, unless the first was taken down already."""
    if row.status is Status.RETRACTED:
        changes = {"remote_id": receipt.remote_id, "permalink": receipt.permalink, "looks": 0}
        return Move("deliver", Status.SENT, row.code, f"{row.permalink} was taken down, and there is another", changes)
    detail = f"public twice: {row.permalink} and {receipt.permalink}"
    return Move("deliver", Status.SENT, "twice", detail, {"second_remote_id": receipt.remote_id})
