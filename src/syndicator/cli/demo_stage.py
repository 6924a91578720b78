"""The demo's stage: a folder with a real configuration, and networks and a newsroom that are the same on every run."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from syndicator.errors import ConfigError, StoreError
from syndicator.sandbox import NETWORKS, Sandbox
from syndicator.sandbox.stories import Story

NAMES = (*NETWORKS, "newsroom")
EMBARGO = timedelta(days=7)  # so long that a second run on the same folder still finds the story waiting
OPENING = "good-morning"
LOWEST, PORTS = 20_000, 2_400  # the first port, and how many groups of them
NAMED = ("slug", "title", "summary", "photo", "updated")

HEAD = """\
# Written by `syndicator demo`: four loopback networks and a small newsroom, everything on this machine.
# docs/configuration.md describes every key.

[newsroom]
name = "Sandbox Daily"
timezone = "Europe/Berlin"
language = "en"

[ledger]
url = "sqlite:///syndicator.db"

[photos]
dir = "photos"

[policy]
hold_for = "0s"                         # a real newsroom gives its editors some minutes
sensitive = "warn"

[delivery]
timeout = "10s"
settle = "1s"

[sources.newsroom]
type = "feed"
url = "{newsroom}/feed.xml"
every = "10s"
allow_private = true                    # this newsroom is on loopback
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder, the moment its newsroom opened (aware UTC), and the ports its addresses are made of."""

    folder: Path
    opened: datetime
    ports: Mapping[str, int]
    fresh: bool

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "syndicator.toml"


def set_up(folder: Path, now: datetime) -> Stage:
    """The stage of a folder, made the first time, with free ports. Raises ConfigError for a folder in other use."""
    noted = folder / "demo.json"
    try:
        known = json.loads(noted.read_text(encoding="utf-8"))
        opened = datetime.fromisoformat(known["opened"])
        return Stage(folder, opened, {name: int(known["ports"][name]) for name in NAMES}, fresh=False)
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ConfigError(
            f"{noted}: cannot be read ({error}); delete the folder {folder} or name another: --folder"
        ) from error
    if (folder / "syndicator.toml").exists():
        raise ConfigError(f"{folder} holds a syndicator.toml that is not the demo's; name another folder: --folder")
    stage = Stage(folder, now.replace(microsecond=0), _free_ports(folder), fresh=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        noted.write_text(
            json.dumps({"opened": stage.opened.isoformat(), "ports": stage.ports}) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    return stage


def raise_curtain(stage: Stage) -> Sandbox:
    """The networks and the newsroom, up. Raises StoreError when a port of the first run is taken."""
    # Article addresses are identities: on other ports the same stories would be new ones.
    taken = [str(port) for port in stage.ports.values() if not _is_free(port)]
    if taken:
        raise StoreError(
            f"the demo in {stage.folder} cannot listen where it did before, in use: port {', '.join(taken)}; end the "
            "program that listens there (another demo, or `syndicator sandbox`), or name another folder: --folder"
        )
    box = Sandbox(newsroom=True, folder=stage.folder / "networks", ports=stage.ports)
    box.clock = lambda: stage.opened  # dates the newsroom's stories; they must be the same on every run
    try:
        box.start()
    except OSError as error:
        raise StoreError(f"the networks did not start: {error}") from error
    return box


def close_newsroom(box: Sandbox, stage: Stage) -> list[Story]:
    """Take every story out of the feed but one from before the newsroom opened; returns those that were there."""
    paper = box.newsroom
    stories = paper.stories()
    for story in stories:
        paper.withdraw(story.slug)
    before = stage.opened - timedelta(hours=3)
    paper.publish(
        OPENING,
        "Good morning from the Sandbox Daily",
        "This story was out before syndicator came.",
        photo=False,
        published=before,
    )
    return stories


def publish_stories(box: Sandbox, stage: Stage, stories: list[Story]) -> None:
    """The newsroom publishes its stories, dated as on the first run."""
    kept = [one.name for one in fields(Story) if one.name not in NAMED]
    box.clock = lambda: stage.opened
    for story in reversed(stories):
        details = {name: getattr(story, name) for name in kept}
        if story.embargo:
            details |= {"embargo": stage.opened + EMBARGO, "published": stage.opened}
        box.newsroom.publish(story.slug, story.title, story.summary, photo=story.photo, **details)
        box.newsroom.page_status(story.slug, 200)
    box.clock = lambda: datetime.now(UTC)


def write_files(box: Sandbox, stage: Stage) -> None:
    """Configuration and secrets, unless they are there: an edited one is the reader's own. Raises StoreError."""
    tables, secrets = [HEAD.format(newsroom=box.url("newsroom"))], []
    for network in NETWORKS:
        known, name = box.accounts(network), account_name(network)
        options = {"platform": network, "base_url": box.url(network), **known["options"]}
        tables.append(_table(f"accounts.{name}", options))
        secrets.append(_table(name, known["secrets"]))
    try:
        _write(stage.config, "\n".join(tables), 0o644)
        _write(stage.folder / "secrets.toml", "\n".join(secrets), 0o600)
    except OSError as error:
        raise StoreError(f"{stage.folder} cannot be written: {error.strerror}") from error


def account_name(network: str) -> str:
    """What the demo calls its account on a network."""
    return network.replace("_", "-")


def _table(name: str, values: Mapping[str, str]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def _write(path: Path, text: str, mode: int) -> None:
    if path.exists():
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _free_ports(folder: Path) -> dict[str, int]:
    """Neighbouring free ports, so that `syndicator sandbox --port-base` can put the networks back where they were.

    Below 32768, where Linux takes no ports for outgoing connections (ip_local_port_range), so that they stay free.
    """
    first = crc32(bytes(folder.absolute()))
    for place in range(PORTS):
        base = LOWEST + (first + place) % PORTS * len(NAMES)
        if all(_is_free(base + step) for step in range(len(NAMES))):
            return {name: base + step for step, name in enumerate(NAMES)}
    raise StoreError("there are no free ports on 127.0.0.1")


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
