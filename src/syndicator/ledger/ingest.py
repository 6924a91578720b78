"""One poll into the ledger, item by item: new stories, known ones, changed ones, and those that are gone."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from syndicator.delivery import Move
from syndicator.ledger import differing, joining, leaving, prints, revisions, rows, unchanged
from syndicator.ledger import sources as source_rows
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.prints import DEAF, NOWHERE, Prints, Standing, stamp
from syndicator.ledger.schema import RULE_VERSION, article_keys, article_sources, articles
from syndicator.models import Article, ArticleState, Poll

# Built once: to build a statement takes longer than to run it, and these run for every feed that has something new.
_ADD = Prepared(insert(articles).returning(articles.c.id))
_ADD_KEY = Prepared(insert(article_keys))
_ADD_SOURCE = Prepared(insert(article_sources))
_TAKEN = select(article_keys.c.key).where(article_keys.c.key.in_(bindparam("names", expanding=True)))


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is known of a document while its items are stored.

    Stories that have spoken, all its addresses, and whose its items' identity keys are.
    """

    stories: set[int]
    addresses: frozenset[str]
    owners: dict[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a poll: how many articles are new work, and which items are stored as they are written.

    `again`: nothing was stored, since what the poll left out is no longer as it was. The document must be read in
    full; `apart` is False where that is so for each of its documents.
    """

    fresh: int = 0
    stored: tuple[tuple[int, Standing], ...] = ()
    again: bool = False
    apart: bool = True


def take(connection: Connection, poll: Poll, backfill: int, remembered: Prints) -> Taken:
    """Store the articles of a poll."""
    listed = prints.listed(connection, poll.source)
    memory = remembered.of(poll.source) if poll.known else {}
    left_out = [(one, memory.get(one, NOWHERE)) for one in poll.known]
    if any(listed.get(number) != stamped for _, (number, stamped) in left_out):
        return Taken(again=True)
    owners = unchanged.owners(connection, poll)
    present = {number for _, (number, _) in left_out}
    if present and not present.isdisjoint(joining.story(connection, number) for number in set(owners.values())):
        return Taken(again=True, apart=False)  # two items are one story: only together they tell which of them speaks
    same = {place: number for place, number in unchanged.numbers(connection, poll, owners).items() if place >= backfill}
    present.update(same.values())
    heard = _Heard(set(present), frozenset(article.url for article in poll.articles), owners)
    seeded = bool(left_out) or _seeded(connection, poll)
    fresh, stored = 0, left_out
    marks = poll.prints or (0,) * len(poll.articles)
    for place, (article, print_) in enumerate(zip(poll.articles, marks, strict=True)):
        if place in same:
            stored.append((print_, (same[place], listed[same[place]] or 0)))
            continue
        new = not any(key.key in owners for key in article.keys)
        number, work = _item(connection, article, poll, heard, seeded=seeded, again=place < backfill)
        fresh += work
        present.add(number)
        if new and number:
            state = ArticleState.NEW if work else ArticleState.SEEN
            stored.append((print_, (number, stamp(0, state))))
    if poll.whole and not poll.pushed:
        leaving.left(connection, poll.source, {number: listed[number] for number in listed.keys() - present}, poll.at)
    return Taken(fresh, tuple(stored) if poll.prints or not poll.articles else ())


def _seeded(connection: Connection, poll: Poll) -> bool:
    """Whether what is new is news: what a source tells by itself is, nobody asked for what was there before."""
    known = source_rows.load(connection, poll.source)
    return poll.pushed or (known is not None and known.seeded and known.url == poll.url)


def _item(
    connection: Connection, article: Article, poll: Poll, heard: _Heard, *, seeded: bool, again: bool
) -> tuple[int, bool]:
    """Store one item of a poll. Returns its story's number, 0 for none, and whether it made new work."""
    now, owners = poll.at, heard.owners
    found = sorted({owners[key.key] for key in article.keys if key.key in owners})
    if not found:
        if article.withdrawn:
            return 0, False
        state = ArticleState.NEW if seeded or again else ArticleState.SEEN
        number = add(connection, replace(article, backfill=again), now, state, owners)
        owners.update((key.key, number) for key in article.keys)
        return number, seeded or again
    if len(found) > 1:
        joining.join(connection, found, now)
    number = joining.story_of(connection, article) or found[0]
    add_keys(connection, number, article, owners)
    owners.update((key.key, number) for key in article.keys if key.key not in owners)
    listed_again = _add_source(connection, number, article.source)
    if article.withdrawn:
        return number, leaving.withdraw(connection, number, article.withdrawn, now, article.source)
    restored = (listed_again or poll.direct) and leaving.restore(connection, number, now, article.source)
    if again:
        return number, _revive(connection, number)
    changed = _speaks(connection, number, article, heard) and _update(
        connection, number, article, now, direct=poll.direct
    )
    return number, changed or restored


def _speaks(connection: Connection, number: int, article: Article, heard: _Heard) -> bool:
    """Whether an item speaks for its story: one of a document does, or two with other words change it to and fro.

    That is the one under the address the story had; where that is listed no more, the first.
    """
    if number in heard.stories:
        return False
    address = said_before(connection, number).get("url", article.url)
    if article.url != address and address in heard.addresses:
        return False
    heard.stories.add(number)
    return True


def add(
    connection: Connection, article: Article, now: datetime, state: ArticleState, taken: Container[str] | None = None
) -> int:
    """Store an article nobody knows. Returns its number. `taken` as for `add_keys`."""
    values = rows.article_columns(article, differing.found(article))
    values |= {
        "uid": article.uid or hashlib.sha256(article.keys[0].key.encode()).hexdigest(),
        "found_at": now,
        "state": state.value,
        "reason": "there before the source was first read" if state is ArticleState.SEEN else "",
        "source": article.source,
        "backfill": article.backfill,
    }
    made = _ADD.first(connection, values)
    number = int(made["id"]) if made else 0
    add_keys(connection, number, article, taken)
    if article.source:
        _ADD_SOURCE.run(connection, {"article": number, "source": article.source})
    return number


def add_keys(connection: Connection, number: int, article: Article, taken: Container[str] | None = None) -> None:
    """Give an article the keys of an item that nobody has. `taken` are those somebody has, where that is known."""
    wanted = {key.key: key.raw for key in article.keys}
    if taken is None:
        taken = set(connection.execute(_TAKEN, {"names": list(wanted)}).scalars())
    for key, raw in wanted.items():
        if key not in taken:
            _ADD_KEY.run(connection, {"key": key, "article": number, "raw": raw, "rule_version": RULE_VERSION})


def said_before(connection: Connection, number: int) -> dict[str, str]:
    """What its source said of an article, part by part."""
    body = connection.execute(select(articles.c.body).where(articles.c.id == number)).scalar_one()
    return dict(body["found"])


# ---------------------------------------------------------------------------------------------- changes


def _update(connection: Connection, number: int, article: Article, now: datetime, *, direct: bool) -> bool:
    """Take over what changed at the source that found it first; another one's wording is not a change."""
    old = rows.article_by_id(connection, number)
    if old.state in DEAF:
        return False
    if article.source != old.source:
        return direct and _elsewhere(connection, old, article, now)
    before, after = said_before(connection, number), differing.found(article)
    names = [name for name in differing.differing(before, after) if not _over(old, name, after, now)]
    learnt = differing.learnt(before, after)
    if not names:
        if learnt or before.keys() != after.keys():  # of a ledger that watched less: from now on it is known
            known = {name: after[name] for name in learnt}
            _write(connection, differing.taken(old, article, learnt), {**after, **before, **known}, {})
        return False
    changed = differing.taken(old, article, names + learnt)
    # Its page may have changed with it: read it once more, beside what is done now.
    _write(connection, changed, {**before, **after}, {"state": ArticleState.NEW.value, "check_at": now})
    _note(connection, old, changed, names, now, article.source)
    return True


def page_changes(connection: Connection, old: Article, read: Article, now: datetime) -> bool:
    """Take over what an article's page, read again, says otherwise than before. Returns whether anything changed."""
    before, after = differing.found(old), differing.found(read)
    names = [name for name in differing.differing(before, after) if name not in {"url", "embargo"}]
    learnt = differing.learnt(before, after)
    said = said_before(connection, old.id)
    if not names:
        if learnt:
            _write(connection, differing.taken(old, read, learnt), said, {})
        return False
    changed = differing.taken(old, read, names + learnt)
    _write(connection, changed, said, {"state": ArticleState.NEW.value})
    # The source's new photo gets its caption and credit from the page: work, but no further change.
    told = [name for name in names if name != "photo" or not differing.completed(before[name], after[name])]
    if told:
        _note(connection, old, changed, told, now, "")
    return True


def _elsewhere(connection: Connection, old: Article, article: Article, now: datetime) -> bool:
    """A CMS that tells of an embargo, moves or lifts it is believed, whoever was first to find the article."""
    until = article.embargo if article.embargo and article.embargo > now else None
    said = said_before(connection, old.id)
    own = differing.found(old)["embargo"] == said.get("embargo", "")  # the first source's, which alone may lift it
    over = old.embargo is not None and old.embargo <= now
    if until == old.embargo or (until is None and (own or over)):
        return False
    changed = replace(old, embargo=until)
    _write(connection, changed, said, {"state": ArticleState.NEW.value})
    _note(connection, old, changed, ["embargo"], now, article.source)
    return True


def _over(old: Article, name: str, after: Mapping[str, str], now: datetime) -> bool:
    """An embargo that is over is left out by its source; that lifts nothing."""
    return name == "embargo" and not after[name] and bool(old.embargo and old.embargo <= now)


def _note(connection: Connection, old: Article, new: Article, names: list[str], now: datetime, source: str) -> None:
    changes = differing.told(old, new, names)
    revisions.record(connection, old.id, now, "changed", source=source, changes=changes)
    if "embargo" in names:
        _embargoed(connection, old, new, now)


def _embargoed(connection: Connection, old: Article, new: Article, now: datetime) -> None:
    """Posts that waited for the old embargo wait for the new one; none leaves before it, but what a person sent."""
    for row in leaving.waiting(connection, old.id):
        bound = old.embargo is not None and row.due == old.embargo
        early = new.embargo is not None and row.due is not None and row.due < new.embargo
        if row.urgent or not (bound or early):
            continue
        detail = row.detail or ("embargo moved" if new.embargo else "embargo lifted")
        move = Move("move", row.status, row.code, detail, leaving.times(row, new.embargo or now))
        rows.move(connection, row, move, "rule:embargo", now)


def _write(connection: Connection, article: Article, said: Mapping[str, str], more: Mapping[str, object]) -> None:
    # What has changed is worked on at once, also where its page was to be tried later.
    values = rows.article_columns(article, said) | {"page_next": None} | dict(more) | {"turn": articles.c.turn + 1}
    connection.execute(update(articles).where(articles.c.id == article.id).values(values))


def _revive(connection: Connection, number: int) -> bool:
    """Make a SEEN article work after all: a person asked for it."""
    where = (articles.c.id == number) & (articles.c.state == ArticleState.SEEN.value)
    values = {"state": ArticleState.NEW.value, "reason": "", "backfill": True}
    return connection.execute(update(articles).where(where).values(values)).rowcount == 1


def _add_source(connection: Connection, number: int, source: str) -> bool:
    """Note that a source carries the article. Returns whether it does so again after it had left."""
    if not source:
        return False
    table = article_sources.c
    own = (table.article == number) & (table.source == source)
    there = connection.execute(select(table.listed).where(own)).first()
    if there is None:
        connection.execute(insert(article_sources).values(article=number, source=source))
        return False
    if there[0]:
        return False
    connection.execute(update(article_sources).where(own).values(listed=True))
    return True
