"""The statements on the way of a post. Built once: building one costs several times what running it does."""

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import accounts, attempts, deliveries, posts, switch
from syndicator.ledger.schema_sources import revisions
from syndicator.models import Status

PUBLIC = (Status.SENT, Status.SENDING, Status.UNCONFIRMED, Status.RETRACTING, Status.RETRACTED)
"""States in which a post is, was, or may be public: they count against the burst."""

_d = deliveries.c
_sending = deliveries.alias("sending").c
_holding = deliveries.alias("holding").c
NOW = bindparam("now", type_=_d.due.type)
FIRST_DUE = Prepared(
    select(deliveries, posts.c.text, posts.c.link, posts.c.body)
    .outerjoin(posts, (posts.c.delivery == _d.id) & (posts.c.version == _d.version))
    # A literal, so that an index of the queued rows alone can serve.
    .where(_d.account == bindparam("uid"), _d.status == literal_column(f"'{Status.QUEUED.value}'"))
    .where(_d.due.is_(None) | (_d.due <= NOW), _d.expires.is_(None) | (_d.expires > NOW))
    .where(
        ~select(_sending.id)
        .where(_sending.account == _d.account, _sending.status == literal_column("'sending'"))
        .exists()
    )
    .order_by(_d.urgent.desc(), _d.breaking.desc(), _d.newest.desc(), _d.id)
    .limit(1)
)
CLAIMED = Prepared(
    select(_d.claimed_at)
    .where(_d.account == bindparam("uid"), _d.claimed_at > bindparam("since"))
    .where(_d.status.in_([literal_column(f"'{status.value}'") for status in PUBLIC]))
    .order_by(_d.claimed_at.desc())
    .limit(bindparam("latest", type_=_d.id.type))
)
STOPPED = select(switch.c.reason).scalar_subquery()
UNKNOWN = (
    select(func.count())
    .where(_d.account == accounts.c.uid, _d.status == Status.UNCONFIRMED.value, _d.closed.is_(False))
    .where(accounts.c.last_sent.is_(None) | (_d.claimed_at > accounts.c.last_sent))
    .correlate(accounts)
    .scalar_subquery()
)
LAST_CLAIM = (
    select(_d.claimed_at)
    .where(_d.account == accounts.c.uid, _d.claimed_at.is_not(None))
    .where(_d.status.in_([literal_column(f"'{status.value}'") for status in PUBLIC]))
    .order_by(_d.claimed_at.desc())
    .limit(1)
    .correlate(accounts)
    .scalar_subquery()
)
_a = accounts.c
STANDING = Prepared(
    select(
        _a.paused,
        _a.last_sent,
        _a.wait_until,
        _a.compare_until,
        _a.budget_limit,
        _a.budget_left,
        _a.budget_resets,
        STOPPED.label("stopped"),
        UNKNOWN.label("unknown"),
        LAST_CLAIM.label("last_claim"),
    ).where(_a.uid == bindparam("uid"))
)
CHANGED = (
    select(func.count())
    .where(revisions.c.article == bindparam("article", type_=revisions.c.article.type))
    .where(revisions.c.at >= bindparam("since", type_=revisions.c.at.type))
    .scalar_subquery()
)
STOPS = Prepared(
    select(accounts.c.paused, STOPPED.label("stopped"), CHANGED.label("changed")).where(
        accounts.c.uid == bindparam("uid")
    )
)
HOLDER = (
    select(_holding.id)
    .where(_holding.account == _d.account, _holding.remote_id == bindparam("remote"))
    .correlate(deliveries)
    .scalar_subquery()
)
RECEIVER = Prepared(
    select(deliveries, HOLDER.label("holder")).where(_d.id == bindparam("number")).with_for_update(of=deliveries)
)
LET_OUT = Prepared(
    update(deliveries)
    .where(_d.id == bindparam("of_id"), _d.attempt == bindparam("of_attempt"))
    .where(_d.status == literal_column("'sending'"), _d.wanted == literal_column("'public'"))
    .values(requests=_d.requests + 1, frozen=True)
)
ADD_TRY = Prepared(insert(attempts).returning(attempts.c.id))
TRY_OUT = Prepared(
    update(attempts).where(attempts.c.id == bindparam("number")).values(request_out=bindparam("request_out"))
)
TRY = Prepared(update(attempts).where(attempts.c.id == bindparam("number")))
ACCOUNT = Prepared(update(accounts).where(accounts.c.uid == bindparam("of_uid")))
LOCKED = Prepared(select(accounts.c.uid).where(accounts.c.uid == bindparam("uid")).with_for_update())
