"""What planning a story must know of it, in one look: its rows, who carries it, and where it has been told already."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from syndicator.ledger import joining, rows
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import article_sources, deliveries
from syndicator.ledger.store import Store
from syndicator.models import Delivery

# Built once: to build a question takes longer than to ask it, and these are asked for every story.
_ROWS = Prepared(select(deliveries).where(deliveries.c.article == bindparam("number")).order_by(deliveries.c.id))
_SOURCES = Prepared(
    select(article_sources.c.source)
    .where(article_sources.c.article == bindparam("number"))
    .order_by(article_sources.c.source)
)


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of a story: its rows, oldest first; the sources that carry it, by name.

    `told` are the accounts (uids) on which an article joined with it is out: that article, and a sentence.
    """

    rows: list[Delivery]
    sources: list[str]
    told: Mapping[str, tuple[int, str]]


def known(store: Store, number: int) -> Story:
    """What is known of the story of that number."""
    given = {"number": number}
    with store.read() as connection:
        twins = joining.public_twins(connection, number)
        return Story(
            [rows.delivery(row) for row in _ROWS.all(connection, given)],
            [row["source"] for row in _SOURCES.all(connection, given)],
            {uid: (twin, joining.same_story(connection, twin)) for uid, twin in twins.items()},
        )
