"""The stories of the sandbox's newsroom: made up, and chosen for what is awkward about them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Story:
    """One article. `by_day` stories are dated without an hour; `embargo` (aware) is the first moment it may be told."""

    slug: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    body: tuple[str, ...] = ()
    sections: tuple[str, ...] = ("News",)
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ("Mara Lindqvist",)
    language: str = "en"
    photo: bool = True
    alt: str = ""
    caption: str = ""
    credit: str = "Sandbox Daily"
    by_day: bool = False
    sensitive: bool = False
    embargo: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A story without its dates: `age` is how long before the newsroom opened it came out (negative: it has yet to)."""

    slug: str
    title: str
    summary: str
    age: timedelta
    details: dict[str, Any] = field(default_factory=dict)

    def story(self, now: datetime) -> Story:
        """The story as of `now`."""
        published = now - self.age
        embargo = published if self.age < timedelta(0) else None
        return Story(
            self.slug, self.title, self.summary, published, min(published, now), embargo=embargo, **self.details
        )


DRAFTS = (
    Draft(
        "harbour-ferry-returns",
        "Harbour ferry returns after eleven years",
        "The crossing between the old docks and the island runs again from this morning, every twenty minutes.",
        timedelta(minutes=4),
        {
            "tags": ("ferry", "transport"),
            "sections": ("News > Local",),
            "alt": "A small white ferry with a red funnel leaves a stone quay at sunrise.",
            "caption": "The first crossing left at six with a full deck.",
            "credit": "Jonas Aalto",
            "body": ("The ferry left the quay at six.", "Tickets are the price of a bus ride, bicycles travel free."),
        },
    ),
    Draft(
        "explosion-at-grain-depot",
        "Three killed in explosion at grain depot",
        "Rescue teams searched the ruins through the night. The cause is not known.",
        timedelta(minutes=11),
        {
            "tags": ("accident",),
            "labels": ("Graphic content",),
            "sections": ("News > World",),
            "sensitive": True,
            "alt": "Smoke above the broken walls of a grain depot; two covered stretchers on the ground.",
            "caption": "The depot on the morning after.",
            "credit": "Irena Kovač",
            "body": ("The blast was heard forty kilometres away.", "Neighbours brought blankets and soup."),
        },
    ),
    Draft(
        "who-owns-the-river",
        "Who owns the river?",
        "Four countries drink from it, and none of them has read the treaty to its end.",
        timedelta(hours=1),
        {
            "tags": ("water", "treaties"),
            "labels": ("Opinion",),
            "sections": ("News > World",),
            "by_day": True,
            "authors": ("Samira Haddad", "Tom Okafor"),
            "alt": "A wide brown river between low hills, seen from a bridge.",
            "caption": "The river at its widest, two days from the sea.",
            "credit": "Lena Brandt",
            "body": ("A treaty is a promise about the weather.", "This one was written in a wet year."),
        },
    ),
    Draft(
        "council-votes-budget",
        "Council passes budget by a single vote",
        "Libraries keep their hours; the swimming pool on Mill Lane closes in spring.",
        timedelta(minutes=26),
        {"tags": ("council",), "sections": ("News > Local",), "photo": False, "body": ("The vote was 24 to 23.",)},
    ),
    Draft(
        "interest-rates-decision",
        "Central bank lifts rates to four percent",
        "The decision was unanimous, and is under embargo until its announcement.",
        timedelta(minutes=-45),
        {
            "tags": ("economy",),
            "sections": ("Business",),
            "alt": "The grey stone front of the central bank behind bare trees.",
            "caption": "The bank's board met for two days.",
            "body": ("Borrowers pay more from January.",),
        },
    ),
    Draft(
        "smith-and-sons",
        '“We\'re <not> for sale”: Smith & Sons answer "the offer"',
        "A family of bakers turned down a chain with 1,200 shops & said why, in 'plain words'.",
        timedelta(minutes=38),
        {
            "tags": ("R&D", "bread <3"),
            "sections": ("Business",),
            "alt": 'Three bakers in white behind a counter with a sign: "Smith & Sons".',
            "caption": "Three generations at the counter.",
            "credit": "Twitter/ @millane_bakes",
            "body": ("The letter was four words long.",),
        },
    ),
    Draft(
        "night-train-network",
        "Night trains from the northern ports to the southern coast are to run again from the first week of spring, "
        "with sleeping cars rebuilt in a workshop that had been told to close twice, on a timetable drawn by two "
        "retired dispatchers, and at fares the operators call an experiment and the unions call a beginning",
        "Six lines, nine countries, one ticket: what is known, and what the operators would not say.",
        timedelta(minutes=52),
        {
            "tags": ("railways", "Europe", "climate"),
            "sections": ("News > Europe",),
            "alt": "A dark blue sleeping car in a workshop, its door open.",
            "caption": "One of the forty cars that were rebuilt.",
            "body": ("The first train leaves on a Tuesday.",),
        },
    ),
    Draft(
        "fireworks-festival",
        "夏の花火大会、三年ぶりに開催 🎆 مهرجان الألعاب النارية يعود",
        "川沿いに二十万人。 A festival in two scripts returns to the river after three years 👨‍👩‍👧‍👦.",
        timedelta(minutes=70),
        {
            "tags": ("花火", "festival"),
            "sections": ("Culture",),
            "language": "ja",
            "authors": ("佐藤 光",),
            "alt": "Fireworks above a river, families on both banks.",
            "caption": "The last rocket went up at nine.",
            "body": ("花火は一時間続いた。",),
        },
    ),
)
