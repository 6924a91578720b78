"""`syndicator demo`, as a newcomer runs it."""

import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import monotonic

import pytest

from syndicator.sandbox import NETWORKS

ROOT = Path(__file__).parents[1]
LIMIT = 60.0  # seconds: what the command promises


def run(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run a command from the source; what it printed."""
    line = (sys.executable, "-m", "syndicator", *arguments)
    done = subprocess.run(
        line,
        env={"PYTHONPATH": str(ROOT / "src"), "LANG": "C.UTF-8"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def stored(folder: Path) -> dict[str, Counter[str]]:
    """By network, from the file the networks keep: posts, different links, photos and those with alt text."""
    database = sqlite3.connect(f"file:{folder / 'networks' / 'sandbox.db'}?mode=ro", uri=True)
    posts = [(network, json.loads(post)) for network, post in database.execute("SELECT network, post FROM posts")]
    database.close()
    found = {}
    for name in NETWORKS:
        own = [post for network, post in posts if network == name]
        media = [photo for post in own for photo in post["media"]]
        links = {post["links"][0] for post in own}
        described = sum(1 for photo in media if photo["alt"])
        found[name] = Counter(posts=len(own), links=len(links), photos=len(media), described=described)
    return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    """A folder in which the demo has run once, what it printed, and how long it took in seconds."""
    place = tmp_path_factory.mktemp("demo")
    start = monotonic()
    said = run(place, "demo", "--folder", "stage")
    return place / "stage", said, monotonic() - start


def test_every_story_is_once_on_every_network_with_its_photo_described(played: tuple[Path, str, float]) -> None:
    """The networks' own files hold at least five stories each, no link twice, no photo without alt text."""
    folder, said, seconds = played
    assert seconds < LIMIT
    for network, count in stored(folder).items():
        assert count["posts"] == count["links"] >= 5, network
        assert count["photos"] == count["described"] >= 5, network
    assert "new posts on the networks by looking again: 0" in said
    assert "none lost, none doubled" in said


def test_the_demo_speaks_plainly_and_keeps_its_secrets(played: tuple[Path, str, float]) -> None:
    """Piped, it prints no control characters; no secret and no path outside the folder is in its words."""
    folder, said, _ = played
    secrets = re.findall(r'= "(.+)"', (folder / "secrets.toml").read_text())
    assert len(secrets) >= len(NETWORKS)
    assert not [secret for secret in secrets if secret in said]
    assert "\x1b" not in said and str(folder) not in said
    assert (folder / "secrets.toml").stat().st_mode & 0o077 == 0


def test_run_again_it_posts_nothing(played: tuple[Path, str, float]) -> None:
    """A second run on the same folder finds everything done: no post more on any network."""
    folder, _, _ = played
    before = stored(folder)
    said = run(folder.parent, "demo", "--folder", "stage")
    assert "new posts on the networks: 0" in said
    assert stored(folder) == before


def test_the_commands_it_recommends_work(played: tuple[Path, str, float]) -> None:
    """What the last lines say to type can be typed; only `status` has something to tell that needs a person."""
    folder, said, _ = played
    lines = [
        line.partition("  # ")[0].split()[1:] for line in said.splitlines() if line.startswith("    syndicator --")
    ]
    assert len(lines) >= 5
    for arguments in lines:
        shown = run(folder.parent, *arguments, code=1 if arguments[-1] == "status" else 0)
        assert shown.strip(), arguments


def test_a_lost_post_is_told_and_ends_in_exit_1(played: tuple[Path, str, float], tmp_path: Path) -> None:
    """When a network no longer holds a post the ledger calls sent, the demo says so and exits 1."""
    folder, _, _ = played
    copy = tmp_path / "stage"
    subprocess.run(["cp", "-r", str(folder), str(copy)], check=True)
    (copy / "networks" / "sandbox.db").unlink()
    said = run(tmp_path, "demo", "--folder", "stage", code=1)
    assert "lost: sent by the ledger, not on the network" in said


def test_a_folder_in_other_use_is_left_alone(tmp_path: Path) -> None:
    """A folder with somebody's own configuration is refused with exit 2, and nothing in it changes."""
    own = tmp_path / "syndicator.toml"
    own.write_text("# mine\n")
    said = run(tmp_path, "demo", "--folder", ".", code=2)
    assert "--folder" in said
    assert [path.name for path in tmp_path.iterdir()] == ["syndicator.toml"]
