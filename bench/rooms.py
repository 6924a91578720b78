"""A newsroom for a bench: its configuration with one account on each network of a sandbox, its articles and photos."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter

from syndicator import adapters, config, log
from syndicator.config import Config
from syndicator.models import Article, Key, Photo

HEAD = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[desk]
listen = ""
[policy]
hold_for = "0s"
max_age = "90d"
burst = 0
"""


def written(folder: Path, places: Mapping[str, Any], more: str = "") -> Path:
    """A configuration in `folder` with an account for each place, and its secrets beside it."""
    accounts, secrets = "", ""
    for name, place in places.items():
        if "secrets" not in place:
            continue
        table = name.replace("_", "-")
        pairs = {"platform": name, "base_url": place["url"], **place["options"]}
        accounts += f"[accounts.{table}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in pairs.items())
        secrets += f"[{table}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in place["secrets"].items())
    file, hidden = folder / "syndicator.toml", folder / "secrets.toml"
    file.write_text(HEAD + more + accounts)
    hidden.touch(mode=0o600)
    hidden.write_text(secrets)
    return file


def loaded(file: Path) -> Config:
    """The configuration, and logs as the daemon writes them, to nowhere."""
    found = config.load(file, environ={}, cwd=file.parent, platforms=adapters.PLATFORMS)
    log.configure("json", found.all_secrets(), stream=Path("/dev/null").open("w"))  # noqa: SIM115 - open for good
    return found


class SteppingClock:
    """Stands still until it is moved, so that no rule about the pace of posts is met by chance."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def step(self, **amount: float) -> None:
        """Let time pass."""
        self.now += timedelta(**amount)


def photos(number: int) -> Iterator[bytes]:
    """Different photos as a newsroom's system gives them: 1600 x 1067 pixels, about 150 kB."""
    for seed in range(number):
        grain = Image.effect_noise((1600, 1067), 40 + seed).filter(ImageFilter.GaussianBlur(1.6))
        sky = Image.linear_gradient("L").resize(grain.size)
        out = BytesIO()
        Image.merge("RGB", (grain, sky, Image.blend(grain, sky, 0.5))).save(out, "JPEG", quality=85)
        yield out.getvalue()


WORDS = (
    *("harbour", "council", "tide", "budget", "ferry", "bridge", "school", "storm"),
    *("market", "museum", "tram", "garden", "library", "strike", "verdict"),
)


def article(number: int, published: datetime) -> Article:
    """One of many articles, each with words and an address of its own."""
    first, second, third = (WORDS[number // 15**place % 15] for place in range(3))
    link = f"https://news.example/2026/11/{first}-{second}-{third}-{number}"
    return Article(
        url=link,
        title=f"The {first} and the {second}: what the city decided about its {third} in session {number}",
        summary=f"After a long night the council voted on the {first}. Critics say the {third} was forgotten; "
        "the mayor speaks of a start, and the work is to begin in spring.",
        authors=("Ada Reporter",),
        sections=("News > City",),
        tags=(first, second, third),
        language="en",
        photos=(
            Photo(
                f"https://news.example/{number}.jpg",
                alt=f"The {first} at dusk, seen from the {second}",
                credit="A. Lens",
            ),
        ),
        published=published,
        source="world",
        keys=(Key(f"url:{link}", link),),
        page_read=True,
    )
