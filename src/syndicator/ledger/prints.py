"""Which items of the sources' documents are stored as they are written, by fingerprint: they need not be read again.

Kept in memory only. A process that has just begun knows none and reads everything once.
"""

from collections.abc import Iterable, Mapping
from struct import Struct

from sqlalchemy import Connection, bindparam, select

from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import article_sources, articles
from syndicator.models import ArticleState

DEAF = frozenset({ArticleState.SEEN.value, ArticleState.REFUSED.value})
"""States of articles that nobody posts: their changes are nobody's business."""

_ROW = Struct("<QqI")  # packed: there may be hundreds of thousands
_LISTED = Prepared(
    select(articles.c.id, articles.c.turn, articles.c.state, articles.c.same_as, articles.c.withdrawn)
    .join(article_sources, article_sources.c.article == articles.c.id)
    .where(article_sources.c.source == bindparam("of_source"), article_sources.c.listed)
)

Standing = tuple[int, int]
"""An article's number and its stamp: what `listed` tells of it when it has not been touched since."""

NOWHERE: Standing = (0, 0)


def stamp(turn: int, state: str) -> int:
    """How often the article was changed, and whether anybody cares."""
    return turn * 2 + (state in DEAF)


def deaf(stamped: int | None) -> bool:
    """Whether nobody cares, by a stamp."""
    return stamped is not None and stamped % 2 == 1


def listed(connection: Connection, source: str) -> dict[int, int | None]:
    """The articles a source lists, as far as is known, with their stamps; None for one that is no story that stands."""
    return {
        row["id"]: None if row["same_as"] is not None or row["withdrawn"] else stamp(row["turn"], row["state"])
        for row in _LISTED.all(connection, {"of_source": source})
    }


class Prints:
    """For each source the items of its last document by fingerprint, and the articles they became."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}
        self._barred: set[str] = set()

    def of(self, source: str) -> Mapping[int, Standing]:
        """What is remembered of a source."""
        rows = _ROW.iter_unpack(self._packed.get(source, b""))
        return {print_: (number, stamped) for print_, number, stamped in rows}

    def keep(self, source: str, items: Iterable[tuple[int, Standing]]) -> None:
        """Remember these, and nothing else, of a source."""
        packed = b"".join(_ROW.pack(print_, *standing) for print_, standing in items if print_)
        if packed and source not in self._barred:
            self._packed[source] = packed
        else:
            self._packed.pop(source, None)

    def forget(self, source: str, *, bar: bool = False) -> None:
        """Read the source's next document in full; with `bar` every one from now on."""
        self._packed.pop(source, None)
        if bar:
            self._barred.add(source)
