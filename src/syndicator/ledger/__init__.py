"""The only SQL: articles, posts, deliveries, attempts, events. What it says happened, happened."""

from datetime import datetime
from pathlib import Path

from syndicator.ledger import migrate
from syndicator.ledger.accounts import Accounts
from syndicator.ledger.articles import Articles
from syndicator.ledger.attempts import Attempts, Claim, Ending
from syndicator.ledger.board import Board
from syndicator.ledger.changes import Changes
from syndicator.ledger.deliveries import Deliveries, Draft
from syndicator.ledger.figures import Figures
from syndicator.ledger.history import Filter, History
from syndicator.ledger.people import People
from syndicator.ledger.photos import PhotoNames
from syndicator.ledger.polls import Polls
from syndicator.ledger.revisions import Revisions
from syndicator.ledger.search import Search
from syndicator.ledger.sources import Sources
from syndicator.ledger.store import Store
from syndicator.ledger.told import Told

__all__ = ["Claim", "Draft", "Ending", "Filter", "Ledger"]


class Ledger:
    """One database and its tables, each behind a small class. Every method is one transaction."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.sources = Sources(self.store)
        self.articles = Articles(self.store)
        self.accounts = Accounts(self.store)
        self.deliveries = Deliveries(self.store)
        self.attempts = Attempts(self.store)
        self.history = History(self.store)
        self.changes = Changes(self.store)
        self.board = Board(self.store)
        self.search = Search(self.store)
        self.figures = Figures(self.store)
        self.photos = PhotoNames(self.store)
        self.people = People(self.store)
        self.told = Told(self.store)
        self.polls = Polls(self.store)
        self.revisions = Revisions(self.store)

    def check(self) -> None:
        """Raise StoreError unless the schema is this program's."""
        migrate.check(self.store)

    def migrate(self, now: datetime) -> str | None:
        """Bring the schema up to date. Returns the path of the copy made before, if any."""
        return migrate.migrate(self.store, now)

    def copy(self, target: Path) -> None:
        """A consistent copy in a file, while everything runs. Raises StoreError."""
        migrate.copy(self.store, target)

    def close(self) -> None:
        """Give connections and lock back."""
        self.store.close()
