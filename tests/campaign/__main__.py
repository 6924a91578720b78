"""`python -m tests.campaign --seed N --kills N --execs N --write FILE`: a campaign by hand, and its table."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.campaign.plan import LASTING, Mix
from tests.campaign.run import TWIN_SETTLES, campaign
from tests.campaign.sabotage import WAYS
from tests.campaign.tally import table


def main() -> None:
    """Play what the arguments say; exit 1 when something was lost or doubled."""
    asked = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kills", type=int, default=100, help="kills of forked daemons")
    asked.add_argument("--execs", type=int, default=10, help="kills of a whole `syndicator run`")
    asked.add_argument("--twin", type=int, default=0, help="kills of the twin that retries on any failure")
    asked.add_argument("--way", choices=WAYS, default="", help="break the promise in this way")
    asked.add_argument("--folder", type=Path, help="keep ledger and log here")
    asked.add_argument("--write", type=Path, help="write the table there")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        mix = Mix(given.kills + given.execs, given.execs, lasting=LASTING)
        tallies = [campaign(_in(folder, "a"), given.seed, mix, way=given.way)]
        if given.twin:
            twin = Mix(given.twin, 0, lasting=LASTING)
            tallies.append(campaign(_in(folder, "b"), given.seed, twin, way="retries", settle=TWIN_SETTLES))
    text = table(tallies)
    sys.stdout.write(f"{text}\n")
    if given.write:
        given.write.write_text(f"{text}\n")
    sys.exit(0 if tallies[0].kept else 1)


def _in(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir(parents=True)
    return made


if __name__ == "__main__":
    main()
