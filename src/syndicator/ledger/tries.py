"""The tries of one account, newest first, each with the post it was for."""

from dataclasses import dataclass

from sqlalchemy import select

from syndicator.ledger import rows
from syndicator.ledger.schema import articles, attempts, deliveries
from syndicator.ledger.store import Store
from syndicator.models import Attempt


@dataclass(frozen=True, slots=True)
class Try:
    """One try, and what it was for: the article, its headline, and the post's address once it is public."""

    attempt: Attempt
    article: int
    title: str
    permalink: str


def of_account(store: Store, uid: str, limit: int = 20) -> list[Try]:
    """The last tries of an account, the newest first."""
    claimed = deliveries.c.claimed_at
    # A try claims its post, so the newest tries belong to the posts claimed last; an index gives those at once.
    last = select(deliveries.c.id).where(deliveries.c.account == uid, claimed.is_not(None))
    of_those = attempts.c.delivery.in_(last.order_by(claimed.desc()).limit(limit))
    columns = (deliveries.c.article, articles.c.title, deliveries.c.permalink)
    tables = attempts.join(deliveries, attempts.c.delivery == deliveries.c.id).join(articles)
    query = select(attempts, *columns).select_from(tables).where(of_those)
    with store.read() as connection:
        found = connection.execute(query.order_by(attempts.c.id.desc()).limit(limit)).mappings()
        return [Try(rows.attempt(row), row["article"], row["title"], row["permalink"] or "") for row in found]
