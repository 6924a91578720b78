"""A newsroom under every kind of trouble: processes that die, workers that hang, a clock that slips, slow networks.

Rooms share one ledger on disk. A worker is the real delivery in a thread that stands still before each stage of a
publish until it is told to go on, so that everything else can happen in between, and nothing ever runs at once.
"""

import functools
import io
import itertools
import json
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import event
from structlog.testing import capture_logs

from syndicator import adapters, config, pipeline
from syndicator.adapters import memory
from syndicator.compose import Picture
from syndicator.config import Config
from syndicator.errors import OutcomeUnknown, StoreError
from syndicator.ledger import Ledger
from syndicator.models import Account, Delivery, Features, Photo, Poll, SourceState
from syndicator.pipeline.plan import plan
from syndicator.policy import Gate
from syndicator.room import Room
from tests.core.made import article

START = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
TIMEOUT = timedelta(seconds=30)
PATIENCE = 20.0  # seconds a thread may keep another one waiting before the test is broken

TOML = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
language = "en"
[policy]
hold_for = "0s"
sensitive = "hold"
burst = 6
[delivery]
tries = 3
retry_cap = "10m"
[sources.world]
type = "feed"
url = "http://127.0.0.1:1/feed.xml"
[accounts.sure]
platform = "memory"
[accounts.late]
platform = "memory"
[accounts.picky]
platform = "memory"
exclude = ["derby"]
"""


class Killed(BaseException):
    """The process ends at this very line: nothing may catch it, nothing is tidied up."""


class Clock:
    """True time, which only goes forward, and the newsroom's clock, which may be set back."""

    def __init__(self) -> None:
        self.true = START
        self.behind = timedelta(0)

    def __call__(self) -> datetime:
        return self.true - self.behind

    def forward(self, step: timedelta) -> None:
        """Let time pass."""
        self.true += step

    def until(self, moment: datetime) -> None:
        """Let time pass until the newsroom's clock shows a moment."""
        self.true = max(self.true, moment + self.behind)


class Place(memory.Network):
    """A network of another company: its own clock, posts that readers see only after `delay`, keys for itself."""

    def __init__(self, name: str, clock: Clock, delay: timedelta, **features: Any) -> None:
        super().__init__(name)
        self.clock = lambda: clock.true
        self.delay = delay
        self.features = replace(memory.FEATURES, **features)

    @property
    def ids(self) -> set[str]:
        """Every id it ever gave."""
        return {line["id"] for line in map(json.loads, self._read()) if "id" in line}

    @property
    def ours(self) -> set[str]:
        """The ids it ever gave to posts of ours."""
        return {line["id"] for line in map(json.loads, self._read()) if line.get("key")}

    @property
    def everything(self) -> list[memory.Stored]:
        """What is public, shown to readers already or not."""
        return super().posts

    @property
    def posts(self) -> list[memory.Stored]:
        """What a reader is shown at this moment."""
        shown = [one for one in super().posts if datetime.fromisoformat(one.at) + self.delay <= self.clock()]
        return shown if self.features.absence == "certain" else [replace(one, key="") for one in shown]


class Newsroom(Room):
    """A room whose accounts are on networks that differ."""

    def features(self, account: Account) -> Features:
        """Those of the account's own network."""
        return memory.network(account.name).features


class Worker(threading.Thread):
    """One delivery that stands still at "upload", "go" and "stored" until `step`, or for ever after `kill`."""

    def __init__(self, room: Room, name: str) -> None:
        super().__init__(daemon=True)
        self.room, self.account = room, room.accounts[name]
        self.stage = "new"
        self.sent_off: datetime | None = None  # true time at which the request was let out
        self.number = 0  # the row it is sending
        self.trouble: BaseException | None = None
        self._halted, self._called = threading.Event(), threading.Event()
        self._doomed = False

    def run(self) -> None:
        """The delivery."""
        HERE.worker = self
        try:
            pipeline.deliver_next(self.room, self.account)
        except (Killed, StoreError):
            self.stage = "dead"
        except BaseException as error:  # noqa: BLE001 - handed to the thread that looks at it
            self.trouble = error
        finally:
            self.stage = "over"
            self._halted.set()

    def halt(self, stage: str) -> None:
        """Stand still here; called by the worker itself."""
        self.stage = stage
        self._halted.set()
        called = self._called.wait(PATIENCE)
        self._called.clear()
        if self._doomed or not called:
            raise Killed

    def step(self) -> None:
        """Let it go on to its next halt, or to its end."""
        self._halted.clear()
        if self.stage == "new":
            self.start()
        else:
            self._called.set()
        assert self._halted.wait(PATIENCE), f"the worker hangs behind {self.stage}"
        if self.over:
            self.join(PATIENCE)
        if self.trouble:
            raise self.trouble

    def kill(self) -> None:
        """It ends where it stands."""
        if not self.over:
            self._doomed = True
            self.step()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.stage == "over"

    def in_flight(self, now: datetime) -> bool:
        """Whether its request may still become public."""
        return self.stage == "go" and self.sent_off is not None and now - self.sent_off < TIMEOUT


HERE = threading.local()
_COMPILED: dict[Any, Any] = {}  # every world opens the same ledger anew: its statements are compiled once


@functools.cache
def _empty() -> tuple[Config, Path]:
    """The configuration, and an empty ledger to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="syndicator-machine-"))
    file = folder / "syndicator.toml"
    file.write_text(TOML)
    loaded = config.load(file, environ={}, cwd=folder, platforms=adapters.PLATFORMS)
    ledger = Ledger(f"sqlite:///{folder}/empty.db")
    ledger.migrate(START)
    ledger.close()
    return loaded, folder / "empty.db"


@functools.cache
def picture() -> Picture:
    """A photo with its bytes."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return Picture(Photo("https://news.example/quay.jpg", alt="A quay", credit="M. Example"), out.getvalue())


class World:
    """Two processes on one ledger, three networks, and what hangs between them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._silence = capture_logs()
        self._silence.__enter__()
        self.folder = Path(tempfile.mkdtemp(prefix="syndicator-world-"))
        shutil.copy(_empty()[1], self.folder / "ledger.db")
        self.places = {
            "sure": Place("sure", self.clock, timedelta(0), absence="certain"),
            "late": Place(
                "late", self.clock, timedelta(minutes=6), absence="evidence", settle=timedelta(minutes=5)
            ),
            "picky": Place("picky", self.clock, timedelta(0), absence="evidence", settle=timedelta(minutes=1)),
        }  # fmt: skip
        self.places["picky"].refuses_duplicates = True
        for name, place in self.places.items():
            memory._networks[name] = place
            place.hooks = {stage: functools.partial(self._reached, name, stage) for stage in ("upload", "go", "stored")}
        self._processes = itertools.count(1)
        self.stories: dict[str, tuple[str, Picture]] = {}
        self.workers: list[Worker] = []
        self.trap: dict[str, Callable[[], None]] = {}  # what happens at a stage of a delivery that runs through
        self.watch: Callable[[Worker | None, str], None] = lambda _worker, _name: None  # sees each request let out
        self.rooms = [self._open(), self._open()]
        self.poll()

    def _open(self) -> Room:
        configured = replace(_empty()[0], ledger_url=f"sqlite:///{self.folder}/ledger.db")
        ledger = Ledger(configured.ledger_url)
        event.listen(ledger.store.engine, "connect", _hasty)
        ledger.store.engine = ledger.store.engine.execution_options(compiled_cache=_COMPILED)
        room = Newsroom(configured, ledger, clock=self.clock)
        room.process = f"machine/{next(self._processes)}"
        room.actor = f"daemon:{room.process}"
        return room

    @property
    def ledger(self) -> Ledger:
        """The one ledger."""
        return self.rooms[0].ledger

    def close(self) -> None:
        """Everything ends."""
        for worker in self.workers:
            worker.kill()
        for room in self.rooms:
            room.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._silence.__exit__(None, None, None)

    # ------------------------------------------------------------------------------------------ articles

    def poll(self, *names: str) -> None:
        """The feed is read, with these articles as they are now; what is new or changed is planned."""
        room = self.rooms[0]
        state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
        now = self.clock()
        articles = tuple(article(name, title=self.stories[name][0], published=now, **_kind(name)) for name in names)
        room.ledger.articles.store_polls([(state, Poll("world", state.url, now, articles))])
        for story in room.ledger.articles.new(now):
            plan(room, story, self.stories[story.url.rpartition("/")[2]][1])

    def publish(self, kind: str) -> None:
        """A new article."""
        name = f"{kind}-{len(self.stories)}"
        self.stories[name] = (f"Ships <{name}>", picture() if kind == "photo" else Picture())
        self.poll(name)

    def change(self, name: str) -> None:
        """An article gets another headline."""
        title, shown = self.stories[name]
        self.stories[name] = (f"{title}!", shown)
        self.poll(name)

    # ------------------------------------------------------------------------------------------ processes

    def _reached(self, name: str, stage: str) -> None:
        worker: Worker | None = getattr(HERE, "worker", None)
        if stage == "go":
            self.watch(worker, name)
        if worker is None:
            self.trap.get(stage, lambda: None)()
            return
        if stage == "go":
            worker.sent_off = self.clock.true
        worker.halt(stage)
        if stage == "go" and self.clock.true - (worker.sent_off or self.clock.true) >= TIMEOUT:
            raise OutcomeUnknown("the call's time was over", code="timeout")

    def deliver(self, place: int, name: str) -> Delivery | Gate | None:
        """One post of an account leaves, without a halt."""
        room = self.rooms[place]
        return pipeline.deliver_next(room, room.accounts[name])

    def crash(self, place: int, name: str, stage: str, *, all_die: bool) -> None:
        """A process is killed while it delivers, and another one starts in its place."""
        room = self.rooms[place]

        def die() -> None:
            raise Killed

        self.trap[stage] = die
        with suppress(Killed):
            self.deliver(place, name)
        self.trap.clear()
        for worker in self.workers if all_die else ():
            if worker.room is room:
                worker.kill()
        self.rooms[place] = self._open()
        pipeline.recover(self.rooms[place], starting=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds the ledger's only write lock."""
        other = sqlite3.connect(self.folder / "ledger.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    def public(self, row: Delivery) -> list[memory.Stored]:
        """What is public of a row, shown to readers already or not."""
        account = self.rooms[0].account(row.account)
        assert account is not None
        return [one for one in self.places[account.name].everything if one.key == row.key]

    def story(self, number: int, wrong: str) -> str:
        """What is wrong with a post, and all that is known of it: its row, its moves, its tries, what is public."""
        row = self.ledger.deliveries.get(number)
        account = self.rooms[0].account(row.account)
        lines = [f"post {number} of {account.name if account else row.account}: {wrong}", str(row), "moves:"]
        lines += [f"  {one}" for one in self.ledger.attempts.events(number)]
        lines += ["tries:", *(f"  {one}" for one in self.ledger.attempts.of(number))]
        lines += ["public:", *(f"  {one}" for one in self.public(row))]
        return "\n".join([*lines, f"now: {self.clock()} by the newsroom's clock, {self.clock.true} in truth"])


def _kind(name: str) -> dict[str, Any]:
    kind = name.partition("-")[0]
    return {"sensitive": kind == "graphic", "tags": ("derby",) if kind == "derby" else ()}


def _hasty(connection: sqlite3.Connection, _record: object) -> None:
    # A test of moves, not of power cuts; and a locked ledger must say so at once.
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA busy_timeout=1")
