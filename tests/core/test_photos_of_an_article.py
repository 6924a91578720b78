"""Which of an article's photos each account gets, and what its post says of it."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from PIL import Image

from syndicator import adapters, compose, editorial
from syndicator.compose import Picture
from syndicator.errors import PhotoError
from syndicator.models import Account, Article, Delivery, Photo, Policy, Post, Status
from syndicator.pipeline.plan import plan
from syndicator.policy import hold_reason
from tests.core.made import TOML, Desk, article, photo
from tests.photos.make_photos import alternatives, iim, with_segment
from tests.photos.make_photos import xmp as packet

ANNA = "person:anna"
OURS, THEIRS = "Ann Example/Example Daily", "Bo/Agence Exemple"


def shot(width: int = 600, height: int = 400, colour: str = "navy", **options: object) -> bytes:
    """A photo's bytes."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", **options)
    return out.getvalue()


@dataclass
class Picturedesk:
    """A server of photos by their path, on loopback, which counts how often each was asked for."""

    photos: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    base: str = ""

    def photo(self, name: str, data: bytes | None = None, **texts: str) -> Photo:
        """A photo that is served from now on."""
        self.photos[f"/{name}.jpg"] = data if data is not None else shot()
        return Photo(f"{self.base}/{name}.jpg", **texts)


@pytest.fixture
def pictures() -> Iterator[Picturedesk]:
    """An empty server of photos."""
    made = Picturedesk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path.strip("/").removesuffix(".jpg"))
            body = made.photos.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.base = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


PRIVATE = TOML.replace('type = "feed"\n', 'type = "feed"\nallow_private = true\n')


def configured(one: str = "", two: str = "") -> pytest.MarkDecorator:
    """The test's configuration: photos from loopback, and lines for each of the two accounts."""
    first = PRIVATE.replace("[accounts.two]", f"{one}\n[accounts.two]")
    return pytest.mark.parametrize("toml", [f"{first}{two}\n"])


def offered(desk: Desk, story: Article) -> Picture:
    """The article's photos as they are looked at before planning."""

    async def look() -> Picture:
        async with compose.fetcher(desk.room) as way:
            return await compose.picture(desk.room, story, way)

    return asyncio.run(look())


def publish(desk: Desk, *listed: Photo, **fields: object) -> list[Delivery]:
    """The rows of an article with these photos, its photos read and its posts planned."""
    found = offered(desk, article("harbour", photos=listed, **fields))
    return desk.publish(picture=found, photos=listed, **fields)


def post(desk: Desk, row: Delivery) -> Post:
    """The words of a row as they are now."""
    version = desk.room.ledger.deliveries.version(row.id, row.version)
    assert version is not None
    return version.post


def carried(desk: Desk, rows: list[Delivery]) -> list[str]:
    """The name of the photo that each account's post carries, "" for none."""
    media = [post(desk, row).media for row in rows]
    return [one[0].source_url.rpartition("/")[2].removesuffix(".jpg") if one else "" for one in media]


@configured('deny_credits = ["Agence Exemple"]', 'allow_credits = ["Agence Exemple"]')
def test_each_account_gets_a_photo_it_may_use(desk: Desk, pictures: Picturedesk) -> None:
    """The next photo takes the place of one an account may not use, the post says why, and each is fetched once."""
    rows = publish(desk, pictures.photo("theirs", credit=THEIRS), pictures.photo("ours", credit=OURS))
    assert carried(desk, rows) == ["ours", "theirs"]
    assert rows[0].detail == f"a photo was passed over: its credit “{THEIRS}” is in deny_credits"
    assert rows[1].detail == ""
    assert sorted(pictures.asked) == ["ours", "theirs"]


@configured('deny_credits = ["Agence Exemple"]')
def test_without_a_photo_it_may_use_a_post_says_so(desk: Desk, pictures: Picturedesk) -> None:
    """The link alone goes, with the reason; the other account is not touched by it."""
    rows = publish(desk, pictures.photo("theirs", credit=THEIRS))
    assert carried(desk, rows) == ["", "theirs"]
    assert rows[0].detail == f"without photo: its credit “{THEIRS}” is in deny_credits"
    assert rows[0].status is Status.QUEUED


@configured("require_credit = true", "require_credit = true")
def test_a_photo_tells_its_own_credit(desk: Desk, pictures: Picturedesk) -> None:
    """A credit that only the photo's bytes have counts, and goes with the post."""
    wire = with_segment(shot(), iim((2, 80, b"Ann Example"), (2, 110, b"Example Daily")))
    rows = publish(desk, pictures.photo("bare"), pictures.photo("wire", wire))
    assert carried(desk, rows) == ["wire", "wire"]
    assert post(desk, rows[0]).media[0].credit == OURS
    assert rows[0].detail == "a photo was passed over: it has no credit, which require_credit asks for"


@configured('deny_credits = ["Agence Exemple"]', 'deny_credits = ["Bo"]')
def test_what_nobody_may_use_is_not_fetched(desk: Desk, pictures: Picturedesk) -> None:
    """The newsroom's credit is enough to leave a photo where it is."""
    rows = publish(desk, pictures.photo("theirs", credit=THEIRS), pictures.photo("ours", credit=OURS))
    assert carried(desk, rows) == ["ours", "ours"]
    assert pictures.asked == ["ours"]


@configured()
def test_no_more_is_fetched_than_needed(desk: Desk, pictures: Picturedesk) -> None:
    """The first photo that all may use is the last one asked for."""
    publish(desk, *(pictures.photo(f"photo{n}") for n in range(4)))
    assert pictures.asked == ["photo0"]


@configured('allow_credits = ["nobody"]')
def test_looking_for_a_photo_ends(desk: Desk, pictures: Picturedesk) -> None:
    """An account that may use none of many does not make us fetch them all."""
    rows = publish(desk, *(pictures.photo(f"photo{n}") for n in range(9)))
    assert carried(desk, rows) == ["", "photo0"]
    assert len(pictures.asked) == compose.MOST


@configured()
def test_a_photo_that_cannot_be_had_is_passed_over(desk: Desk, pictures: Picturedesk) -> None:
    """The next one goes in its place, and the post says why."""
    rows = publish(desk, Photo(f"{pictures.base}/gone.jpg"), pictures.photo("ours"))
    assert carried(desk, rows) == ["ours", "ours"]
    assert rows[0].detail == "a photo was passed over: the photo could not be fetched: the server answered 404"


BANS = [
    ({"terms": "NO INTERNET"}, shot(), "NO INTERNET"),
    ({"terms": "Editorial use only"}, with_segment(shot(), iim((2, 40, b"DO NOT USE"))), "DO NOT USE"),
    ({}, shot(xmp=packet(alternatives("xmpRights:UsageTerms", default="Not for publication"))), "Not for publication"),
]


@pytest.mark.parametrize(("texts", "data", "words"), BANS, ids=["source", "IPTC", "XMP"])
@configured()
def test_do_not_use_is_honoured(
    desk: Desk, pictures: Picturedesk, texts: dict[str, str], data: bytes, words: str
) -> None:
    """Terms that forbid a photo hold wherever they stand, whatever the account's rules, and for a person's choice."""
    banned = pictures.photo("banned", data, **texts)
    rows = publish(desk, banned)
    assert (carried(desk, rows), rows[0].detail) == (["", ""], f"without photo: its terms say “{words}”")
    with pytest.raises(PhotoError, match=words):
        editorial.edit(desk.room, rows[0].id, ANNA, version=1, photo="0")


@configured('lead = "card"\ndeny_credits = ["Bo"]')
def test_a_person_may_choose_another_photo(desk: Desk, pictures: Picturedesk) -> None:
    """A cropped photo is a photo: its remark is no refusal."""
    wide = Photo(**{**_fields(pictures.photo("wide", shot(2400, 600))), "focus": (0.1, 0.5)})
    rows = publish(desk, pictures.photo("ours"), wide)
    row = editorial.edit(desk.room, rows[1].id, ANNA, version=1, photo="1")
    assert carried(desk, [row]) == ["wide"]
    assert (post(desk, row).media[0].width, post(desk, row).media[0].height) == (1200, 600)


def _fields(one: Photo) -> dict[str, object]:
    return {name: getattr(one, name) for name in Photo.__slots__}


@configured()
def test_a_cut_is_told(desk: Desk, pictures: Picturedesk) -> None:
    """The row says to which shape a photo was cut."""
    wide = Photo(**{**_fields(pictures.photo("wide", shot(2400, 600))), "focus": (0.1, 0.5)})
    assert publish(desk, wide)[0].detail == "photo cropped to 2:1 around its focus"


ALTS = [
    ({"alt": "Two boats", "caption": "At sea"}, "", "Two boats", False),
    ({"alt": "harbour.jpg", "caption": "At sea"}, "", "At sea", False),
    ({"alt": "Photo"}, "Boats, by the photographer", "Boats, by the photographer", False),
    ({"caption": "At sea"}, "Boats, by the photographer", "At sea", False),
    ({"alt": "image"}, "", "", True),
    ({}, "IMG_2041.JPG", "", True),
    ({}, "", "", True),
]


@pytest.mark.parametrize(("texts", "own", "alt", "held"), ALTS)
@configured("", "require_alt = true")
def test_where_the_alternative_text_comes_from(
    desk: Desk, pictures: Picturedesk, texts: dict[str, str], own: str, alt: str, held: bool
) -> None:
    """The source's words, then the photo's own; without any, an account that requires one waits for a person."""
    told = packet(alternatives("Iptc4xmpCore:AltTextAccessibility", default=own))
    rows = publish(desk, pictures.photo("harbour", shot(xmp=told), **texts))
    assert [post(desk, row).media[0].alt for row in rows] == [alt, alt]
    assert [(row.status, row.code) for row in rows] == [
        (Status.QUEUED, ""),
        (Status.HELD, "rule:require_alt") if held else (Status.QUEUED, ""),
    ]


@configured('deny_credits = ["Bo"]\nrequire_alt = true', "require_alt = true")
def test_require_alt_asks_for_the_photo_the_account_gets(desk: Desk, pictures: Picturedesk) -> None:
    """An account's hold is judged by its own photo, not by another account's."""
    rows = publish(desk, pictures.photo("theirs", credit="Bo", alt="Boats"), pictures.photo("ours", credit="Ann"))
    assert [row.code for row in rows] == ["rule:require_alt", ""]


@configured('deny_credits = ["Bo"]\nrequire_alt = true')
def test_a_post_without_a_photo_needs_no_alt(desk: Desk, pictures: Picturedesk) -> None:
    """Where no photo may be used there is nothing to describe."""
    rows = publish(desk, pictures.photo("theirs", credit="Bo"))
    assert (rows[0].status, rows[0].code) == (Status.QUEUED, "")


@configured("", 'deny_credits = ["Bo"]')
def test_a_photo_is_chosen_again_when_the_article_changes(desk: Desk, pictures: Picturedesk) -> None:
    """A new rendering keeps to each account's rules."""
    listed = (pictures.photo("theirs", credit="Bo"), pictures.photo("ours", credit="Ann"))
    rows = publish(desk, *listed)
    story = desk.room.ledger.articles.get(rows[0].article)
    plan(desk.room, story, offered(desk, story))
    assert carried(desk, [desk.row(row.id) for row in rows]) == ["theirs", "ours"]


@configured('deny_credits = ["Bo"]')
def test_what_was_said_of_a_missing_photo_goes_when_it_comes(desk: Desk, pictures: Picturedesk) -> None:
    """A remark on the photo that could not be used is not kept for the one that can."""
    rows = publish(desk, pictures.photo("theirs", credit="Bo"))
    assert "deny_credits" in rows[0].detail
    story = replace(desk.room.ledger.articles.get(rows[0].article), photos=(pictures.photo("ours", credit="Ann"),))
    plan(desk.room, story, offered(desk, story))
    after = desk.row(rows[0].id)
    assert (carried(desk, [after]), after.detail) == (["ours"], "")


# Platform, what a policy says of graphic content: whether it is held, and whether what goes out is marked.
GRAPHIC = [
    ("x", "warn", False, True),
    ("x", "hold", True, True),
    ("x", "send", False, False),
    ("mastodon", "warn", False, True),
    ("mastodon", "hold", True, True),
    ("mastodon", "send", False, False),
    ("bluesky", "warn", False, True),
    ("bluesky", "hold", True, True),
    ("bluesky", "send", False, False),
    ("facebook_page", "warn", True, True),
    ("facebook_page", "hold", True, True),
    ("facebook_page", "send", False, False),
]


@pytest.mark.parametrize(("platform", "rule", "held", "marked"), GRAPHIC)
def test_graphic_content(desk: Desk, platform: str, rule: str, held: bool, marked: bool) -> None:
    """A warning goes where the platform has one; where it has none the post waits, unless the newsroom said send."""
    place = Account("place", platform, policy=Policy(sensitive=rule))  # type: ignore[arg-type]
    story = article("attack", sensitive=True)
    found = hold_reason(story, place, adapters.features(platform), None, by_hand=False)
    assert (found is not None) is held
    assert found is None or found[0] == "rule:sensitive"
    picture = Picture(photo(alt="Smoke over the harbour"), shot())
    made = compose.compose(desk.room, story, place, picture).post
    assert (made.sensitive, bool(made.media)) == (marked, True)


def test_a_photo_in_a_private_network_stays_there(desk: Desk, pictures: Picturedesk) -> None:
    """Where the source does not allow private addresses no photo is fetched from one, and the reason is kept."""
    found = offered(desk, article("harbour", photos=(pictures.photo("inside"),)))
    assert "could not be fetched" in found.why_not
    assert pictures.asked == []
