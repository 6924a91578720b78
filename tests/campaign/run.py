"""The campaign itself: one life of the daemon after the other is killed; then the faults end, and it is counted."""

import signal
from collections.abc import Iterable
from pathlib import Path
from time import monotonic
from typing import Any

from syndicator.sandbox import NETWORKS
from syndicator.sandbox.faults import Fault
from tests.campaign.plan import FRESH, Life, Mix, Trouble, lives
from tests.campaign.stage import Row, Stage, until
from tests.campaign.tally import Tally, held

START = 30.0  # seconds the first life may take until the feed is read and all accounts have signed in
RESPITE = 12.0
TWIN_SETTLES = 20.0  # the twin tries for ever what a network's own lock refuses
FOR_PERSON = {"held", "failed", "unconfirmed"}


def campaign(folder: Path, seed: int, mix: Mix, *, way: str = "", settle: float = 120.0, enough: bool = False) -> Tally:
    """Play a campaign in an empty folder. `settle` bounds the seconds of the last life, in which nothing fails any
    more; `enough` ends the campaign with the first post that is doubled. AssertionError when a process does not do
    what every process must.
    """
    tally, start = Tally(seed, way), monotonic()
    with Stage(folder, way) as stage:
        play = Play(stage, tally)
        play.begin()
        for life in lives(seed, mix):
            play.live(life)
            if enough and play.doubled():
                break
        else:
            play.last(settle, enough)
        play.count()
    tally.seconds = monotonic() - start
    return tally


class Play:
    """The steps of a campaign; `tally` is kept up to date."""

    def __init__(self, stage: Stage, tally: Tally) -> None:
        self.stage, self.tally = stage, tally

    def begin(self) -> None:
        """The first life is left alone until every further story is due everywhere, then killed."""
        pid = self.stage.start("fork")
        ready = until(self.stage.ready, START)
        self.stage.kill(pid)
        assert ready, f"not ready within {START:g} s:\n{self.stage.log()}"

    def live(self, life: Life) -> None:
        """A story is published, the daemon lives with its troubles, and is killed."""
        stage = self.stage
        if any(row.status == "queued" and row.clears >= 2 for row in stage.rows()):
            self._respite()
        stage.publish(_mark(len(stage.links)))
        faults = [(trouble, self._ask_for(trouble)) for trouble in life.troubles]
        pid = stage.start(life.kind)
        blows = self._aim(life, pid)
        code = stage.rises(pid, START) if blows else None
        if code is None:
            code = stage.ended(life.seconds)
        if code is None:
            code = stage.kill(pid)
        assert code == -signal.SIGKILL, f"the daemon ended by itself with {code}:\n{stage.log()}"
        self._note(life, any(blow.left == 0 for blow in blows), faults)

    def _ask_for(self, trouble: Trouble) -> Fault | None:
        box = self.stage.box
        if trouble.kind == "refused":
            box.refuse(trouble.network)
            return None
        mark = _mark(len(self.stage.links) - 1) if trouble.fresh else ""
        return box.fault(trouble.network, trouble.kind, match=mark, **trouble.options)

    def _aim(self, life: Life, pid: int) -> list[Fault]:
        """The networks' own blows; one that keeps the post from being stored is for the newest stories."""
        if life.blow == "random":
            return []
        box, mark = self.stage.box, _mark(len(self.stage.links) - 1) if life.blow == "receipt" else ""
        how: dict[str, Any] = {"match": mark, "when": life.blow, "pid": pid, "delay": life.delay}
        return [box.fault(network, "kill", **how) for network in life.aims]

    def _note(self, life: Life, aimed: bool, faults: Iterable[tuple[Trouble, Fault | None]]) -> None:
        stage, tally = self.stage, self.tally
        stage.box.clear_faults()
        for trouble, fault in faults:
            if fault is None:
                stage.box.refuse(trouble.network, False)
            tally.faults[trouble.name] += fault is None or fault.left == 0
        tally.kills[life.kind] += 1
        tally.blows[life.blow if aimed else "random"] += 1
        caught = [row for row in stage.rows() if row.caught]
        stored = [row for row in caught if stage.public(row.network)[row.link]]
        tally.caught += bool(caught)
        tally.caught_stored += bool(stored)
        tally.rows_caught += len(caught)

    def _respite(self) -> None:
        """A row that was cleared twice is left in peace: a third loss would be a person's to settle, not a crash's."""
        stage = self.stage
        pid = stage.start("fork")
        until(lambda: not any(row.clears >= 2 for row in stage.rows()), RESPITE)
        stage.kill(pid)
        self.tally.respites += 1

    def last(self, seconds: float, enough: bool) -> None:
        """Nothing fails any more; the daemon works until no row is left to settle, and ends when told."""
        stage = self.stage
        pid = stage.start("fork")
        due = len(stage.links) * len(NETWORKS)

        def done() -> bool:
            return stage.up(pid) and (stage.statuses()["sent"] >= due or (enough and self.doubled()))

        until(done, seconds)
        code = stage.kill(pid, signal.SIGTERM)
        assert code == 0, f"the last life ended with {code}:\n{stage.log()}"

    def doubled(self) -> bool:
        """Whether some network holds a story twice by now."""
        return any(n > 1 for network in NETWORKS for n in self.stage.public(network).values())

    def count(self) -> None:
        """Ask every network for every link of the feed."""
        stage, rows = self.stage, self.stage.rows()
        self.tally.statuses = stage.statuses()
        for network in NETWORKS:
            asked = {row.link for row in rows if row.network == network and _for_person(row)}
            self.tally.networks[network] = held(stage.links, stage.public(network), asked)


def _for_person(row: Row) -> bool:
    return row.status in FOR_PERSON


def _mark(number: int) -> str:
    """A word that some stories in a row share in their titles."""
    return f"({number // FRESH})"
