"""A newsroom at work, for pictures and for rules that hold on every page: stories in all states, photos, four days."""

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from syndicator import editorial, pipeline
from syndicator.models import Delivery, Key
from syndicator.room import utc_now
from tests.desk.newsroom import HOUR, MINUTE, Newsroom

PLACES = {
    "x-main": 'platform = "x"',
    "x-sport": 'platform = "x"\nsections = ["Sport"]\napproval = true',
    "facebook-page": 'platform = "facebook_page"\npage_id = "1"',
    "mastodon": 'platform = "mastodon"',
    "bluesky": 'platform = "bluesky"\nhandle = "daily.example"',
}
DAY = timedelta(days=1)
ANNA, BEN, CLEO = "person:anna", "person:ben", "person:cleo"

# The colours of a picture: sky above, sky below, and its hills from far to near.
SKIES = (
    ((38, 62, 110), (247, 178, 122), ((96, 92, 128), (66, 66, 98), (36, 40, 62))),
    ((92, 148, 200), (222, 236, 244), ((124, 156, 150), (82, 126, 104), (46, 88, 66))),
    ((120, 132, 146), (214, 216, 214), ((150, 156, 160), (108, 118, 124), (70, 80, 88))),
    ((24, 28, 58), (178, 96, 120), ((74, 54, 96), (48, 38, 74), (24, 22, 46))),
    ((110, 170, 196), (250, 232, 190), ((206, 176, 120), (172, 138, 84), (112, 90, 58))),
)


def landscape(number: int, width: int = 1200, height: int = 800) -> bytes:
    """A photo: hills under a sky, by the sea for every other number."""
    above, below, hills = SKIES[number % len(SKIES)]
    chance = random.Random(number)
    column = Image.new("RGB", (1, height))
    for y in range(height):
        share = min(1.0, y / (height * 0.62))
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(above, below, strict=True)))
    picture = column.resize((width, height))
    draw = ImageDraw.Draw(picture)
    x, y, r = chance.uniform(0.2, 0.8) * width, chance.uniform(0.18, 0.4) * height, width * 0.035
    draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(min(255, part + 40) for part in below))
    for place, colour in enumerate(hills):
        draw.polygon(_ridge(chance, place, width, height), fill=colour)
    if number % 2:
        draw.rectangle(
            (0, height * 0.82, width, height), fill=tuple((a + b) // 2 for a, b in zip(above, below, strict=True))
        )
        for line in range(9):
            y = height * (0.84 + line * 0.017)
            draw.line((x - 40 - line * 22, y, x + 40 + line * 22, y), fill=below, width=3)
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=88)
    return out.getvalue()


def _ridge(chance: random.Random, place: int, width: int, height: int) -> list[tuple[float, float]]:
    top = height * (0.5 + 0.13 * place)
    waves = [
        (chance.uniform(0.004, 0.012) * (3 - place), chance.uniform(0, 6), height * 0.06 / (n + 1)) for n in range(4)
    ]
    points = [
        (x, top + sum(math.sin(x * pace * (n + 1) / 2 + shift) * size for n, (pace, shift, size) in enumerate(waves)))
        for x in range(0, width + 12, 12)
    ]
    return [*points, (width, height), (0, height)]


@dataclass(eq=False)
class Clock:
    """The newsroom's clock, turned back while its past is made."""

    back: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Now, or then."""
        return utc_now() - self.back


@dataclass(frozen=True)
class Story:
    """One story of the sample day: what it says, and what becomes of it."""

    name: str
    title: str
    section: str
    summary: str = ""
    photo: int | None = None
    alt: str = ""
    then: Callable[["Daily", list[Delivery]], object] = lambda daily, rows: None
    more: dict[str, Any] = field(default_factory=dict)


class Daily(Newsroom):
    """The newsroom, its people and what they did in four days."""

    def __init__(self, folder: Path, hashed: str) -> None:
        self.clock = Clock(4 * DAY)
        super().__init__(folder, hashed, clock=self.clock, accounts=PLACES)

    def tell(self, story: Story) -> list[Delivery]:
        """Publish one story and do to its posts what the sample day does."""
        data = b"" if story.photo is None else landscape(story.photo)
        rows = self.publish(
            story.name, story.title, photo=bool(data), data=data, alt=story.alt, summary=story.summary,
            sections=(story.section,), **story.more,
        )  # fmt: skip
        story.then(self, rows)
        return rows


def all_sent(daily: Daily, rows: list[Delivery]) -> None:
    """Every post has its receipt."""
    for row in rows:
        if daily.row(row.id).status.value == "queued":
            daily.sent(row)


def changed_later(daily: Daily, rows: list[Delivery]) -> None:
    """Sent everywhere; then the newsroom has another headline, and a note."""
    all_sent(daily, rows)
    story = daily.room.ledger.articles.get(rows[0].article)
    keys = (Key(f"url:{story.url.partition('//')[2]}", story.url),)
    note = "An earlier version named the wrong year."
    daily.clock.back -= 20 * MINUTE
    daily.found(replace(story, keys=keys, id=0, uid="", title=f"{story.title} of 2027", correction=note))


def one_unknown(daily: Daily, rows: list[Delivery]) -> None:
    """Sent everywhere, but one network gave no clear answer."""
    daily.unknown(rows[-2])
    all_sent(daily, rows)


def one_failed(daily: Daily, rows: list[Delivery]) -> None:
    """One network refused it, one post was left out by a person."""
    daily.failed(rows[1])
    editorial.suppress(daily.room, rows[-1].id, BEN, "Duplicate")
    all_sent(daily, rows)


def one_down(daily: Daily, rows: list[Delivery]) -> None:
    """One post is being taken down."""
    all_sent(daily, rows)
    editorial.retract(daily.room, rows[0].id, ANNA, "wrong name in the picture")


def one_held(daily: Daily, rows: list[Delivery]) -> None:
    """One post waits for somebody who checks a name, another has other words."""
    editorial.hold(daily.room, rows[0].id, ANNA, "checking the name")
    number, link = rows[-1].id, daily.room.ledger.articles.get(rows[-1].article).url
    words = (
        f"Two people hurt, the mill has stood empty since 1998. Firefighters ask everybody to keep windows shut. {link}"
    )
    editorial.edit(daily.room, number, CLEO, version=daily.row(number).version, text=words)


def one_moved(daily: Daily, rows: list[Delivery]) -> None:
    """One account says it later."""
    editorial.move(daily.room, rows[1].id, BEN, utc_now() + 3 * HOUR)


def all_no(daily: Daily, rows: list[Delivery]) -> None:
    """A person said no."""
    for row in rows:
        if daily.row(row.id).status.value == "queued":
            editorial.suppress(daily.room, row.id, BEN, "Not for social")


def left_alone(daily: Daily, rows: list[Delivery]) -> None:
    """Held, and nobody came back to it."""
    for row in rows:
        editorial.hold(daily.room, row.id, ANNA, "asking the lawyer")


PAST = (
    (3 * DAY, Story(
        "lighthouse", "Lighthouse keeper retires after 41 years", "News > Region", photo=1,
        alt="A lighthouse over grey water", then=all_sent,
    )),
    (3 * DAY - HOUR, Story("budget", "City budget: what each quarter gets", "Politics", then=left_alone)),
    (2 * DAY, Story(
        "derby", "Derby ends 2:2 after a late equaliser", "Sport", photo=4, alt="Fields behind the stadium",
        then=all_sent,
    )),
    (2 * DAY - 2 * HOUR, Story("library", "Library opens on Sundays from January", "Culture", then=all_sent)),
    (DAY + HOUR, Story(
        "storm", "Storm warning for the whole coast", "News > Region", photo=2, alt="Fog over hills",
        then=one_down,
    )),
    (DAY - HOUR, Story("allotment", "Allotment prize awarded", "Local", then=all_no)),
    (5 * HOUR, Story(
        "school", "Two schools share one roof from the summer", "Local", photo=0,
        alt="Evening over the hills", then=changed_later,
    )),
    (2 * HOUR, Story(
        "tunnel", "Harbour tunnel stays shut until Thursday", "News > Region", photo=3,
        alt="The harbour before sunrise", then=one_unknown,
    )),
    (50 * MINUTE, Story(
        "council", "Council votes 31 to 29 for the tram through the old town", "Politics", photo=1,
        alt="The old town from the hill", then=one_failed,
    )),
    (30 * MINUTE, Story("night-bus", "Night bus stays", "Local", then=all_sent)),
)  # fmt: skip

NOW = (
    (6 * MINUTE, Story(
        "talks", "Ceasefire talks end without a result", "News > World",
        "Both sides say that shelling went on during the night.", photo=3,
        alt="Hills behind the front after dark", more={"sensitive": True},
    )),
    (5 * MINUTE, Story(
        "minister", "Minister resigns over leaked messages", "Politics", "She will remain in parliament.",
        then=one_moved,
    )),
    (4 * MINUTE, Story(
        "mill", "Fire in an empty mill: road to the valley is closed", "News > Region",
        "Two people were slightly hurt.", photo=0, alt="Smoke over the valley at dusk", then=one_held,
    )),
    (3 * MINUTE, Story(
        "cup", "Third division side knocks the champions out of the cup", "Sport",
        "The winner fell in the 118th minute.", photo=4, alt="Fields in evening light",
    )),
    (2 * MINUTE, Story(
        "orchestra", "Youth orchestra plays in the shipyard, and the cranes listen", "Culture",
        "Admission is free.", photo=2, alt="Cranes in the fog",
    )),
    (MINUTE, Story(
        "rents", "Rents rise more slowly than prices for the first time in nine years", "Business",
        "The old town is the exception.",
    )),
    (0 * MINUTE, Story(
        "ferry", "Ferry to the island runs again from Monday", "News > Region", "Two boats a day at first.",
        photo=1, alt="The quay in the morning",
    )),
)  # fmt: skip


def daily(folder: Path, hashed: str) -> Daily:
    """The newsroom after four days, not listening yet."""
    made = Daily(folder, hashed)
    for back, story in PAST:
        made.clock.back = back
        made.tell(story)
        made.clock.back = max(back - DAY - MINUTE, timedelta())
        pipeline.expire(made.room)
    for back, story in NOW:
        made.clock.back = back
        made.tell(story)
    made.clock.back = timedelta()
    editorial.pause(made.room, "x-sport", BEN, "derby rules")
    made.room.ledger.people.set_preferences("cleo", keys=True, zone="America/New_York")
    return made


def midnight(moment: datetime) -> str:
    """The day of a moment in UTC, for addresses."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
