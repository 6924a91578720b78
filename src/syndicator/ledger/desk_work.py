"""What is done at the desk: actions that can be undone, answers that are given once, words not saved yet."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from syndicator.errors import StoreError
from syndicator.ledger.schema_people import actions, answers, drafts
from syndicator.ledger.store import Store
from syndicator.models.people import Action, Answer, Unsaved

KEPT = timedelta(hours=24)
"""How long an answer is given again to the same request."""

ABANDONED = timedelta(minutes=5)
"""After this long without an answer whoever was at work is dead, and the next one may begin."""

_UNSAVED = tuple(field.name for field in fields(Unsaved))


class Work:
    """Actions, answers and unsaved words."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_action(
        self, number: str, at: datetime, actor: str, verb: str, reason: str, results: Sequence[Mapping[str, Any]]
    ) -> Action:
        """Keep what was done in one go. `results` are what JSON knows, and come back as they were given."""
        made = {"id": number, "at": at, "actor": actor, "verb": verb, "reason": reason, "results": list(results)}
        with self._store.write() as connection:
            connection.execute(insert(actions).values(made))
        return Action(number, at, actor, verb, reason, list(results))

    def action(self, number: str) -> Action:
        """What was done in one go. Raises LookupError."""
        with self._store.read() as connection:
            row = connection.execute(select(actions).where(actions.c.id == number)).mappings().first()
        if row is None:
            raise LookupError(f"there is no action {number[:60]!r}")
        return Action(**row)

    def mark_undone(self, number: str, actor: str, at: datetime) -> bool:
        """Note who undid an action; only the first one does. Returns whether this was the first."""
        where = (actions.c.id == number) & actions.c.undone_at.is_(None)
        with self._store.write() as connection:
            return connection.execute(update(actions).where(where).values(undone_at=at, undone_by=actor)).rowcount > 0

    # ------------------------------------------------------------------------------------------ answers

    def begin_answer(self, key: str, actor: str, body_hash: str, now: datetime) -> Answer | None:
        """None: the request is yours to answer. Else what was answered, or (`status` None) that it is at work."""
        there = self._answer(key, actor, now)
        if there and (there.status is not None or there.at > now - ABANDONED):
            return there
        dead = _is(key, actor) & answers.c.http_status.is_(None) & (answers.c.at <= now - ABANDONED)
        try:
            with self._store.write() as connection:
                connection.execute(delete(answers).where(dead | (answers.c.at <= now - KEPT)))
                connection.execute(insert(answers).values(key=key, actor=actor, body_hash=body_hash, at=now))
        except StoreError as error:
            if not isinstance(error.__cause__, IntegrityError):
                raise
            return self._answer(key, actor, now)  # somebody was faster
        return None

    def finish_answer(self, key: str, actor: str, status: int, answer: Any) -> None:
        """Keep what was answered: an HTTP status and anything JSON knows."""
        with self._store.write() as connection:
            connection.execute(update(answers).where(_is(key, actor)).values(http_status=status, answer=answer))

    def drop_answer(self, key: str, actor: str) -> None:
        """Nothing was done: the same request may come again."""
        with self._store.write() as connection:
            connection.execute(delete(answers).where(_is(key, actor), answers.c.http_status.is_(None)))

    def _answer(self, key: str, actor: str, now: datetime) -> Answer | None:
        query = select(answers).where(_is(key, actor), answers.c.at > now - KEPT)
        with self._store.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Answer(key, actor, row["body_hash"], row["at"], row["http_status"], row["answer"])

    # ------------------------------------------------------------------------------------------ unsaved words

    def put_draft(self, words: Unsaved) -> None:
        """Keep what somebody is writing, in place of what was kept before. Raises StoreError for no person or post."""
        values = {name: getattr(words, name) for name in _UNSAVED}
        with self._store.write() as connection:
            connection.execute(delete(drafts).where(_of(words.user, words.delivery)))
            connection.execute(insert(drafts).values(values))

    def get_draft(self, user: str, delivery: int) -> Unsaved | None:
        """What somebody was writing on a post."""
        found = self._drafts(_of(user, delivery))
        return found[0] if found else None

    def drafts_of(self, delivery: int) -> tuple[Unsaved, ...]:
        """What everybody is writing on a post, the last one first."""
        return self._drafts(drafts.c.delivery == delivery)

    def delete_draft(self, user: str, delivery: int) -> None:
        """It was saved, or given up."""
        with self._store.write() as connection:
            connection.execute(delete(drafts).where(_of(user, delivery)))

    def _drafts(self, where: ColumnElement[bool]) -> tuple[Unsaved, ...]:
        query = select(drafts).where(where).order_by(drafts.c.at.desc(), drafts.c.user)
        with self._store.read() as connection:
            found = connection.execute(query).mappings()
            return tuple(Unsaved(**{name: row[name] for name in _UNSAVED}) for row in found)


def _is(key: str, actor: str) -> ColumnElement[bool]:
    return (answers.c.key == key) & (answers.c.actor == actor)


def _of(user: str, delivery: int) -> ColumnElement[bool]:
    return (drafts.c.user == user) & (drafts.c.delivery == delivery)
