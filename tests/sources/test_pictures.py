"""The best of several pictures: each once, as its largest useful rendition, the right shape first."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.models import Photo
from syndicator.sources import page_photos
from syndicator.sources.pictures import best, joined, same_picture, size

URL = "https://news.example/world/boats"


def shot(name: str, width: int = 0, height: int = 0, **texts: Any) -> Photo:
    """A photo of the newsroom's."""
    return Photo(f"https://news.example/{name}", width=width, height=height, **texts)


SAME = [
    ("a.jpg", "a.jpg", True),
    ("a.jpg", "a.jpg?w=300", True),
    ("a.jpg", "a-300x200.jpg", True),
    ("a-scaled.jpg", "a-1024x683.jpg", True),
    ("a.jpg", "a@2x.jpg", True),
    ("a-16x9.jpg", "a-1x1.jpg", True),
    ("a_4x3.jpg", "a.jpg", True),
    ("a-1.jpg", "a-2.jpg", False),
    ("a.jpg", "b.jpg", False),
    ("image?id=1", "image?id=2", False),
    ("", "", True),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_a_picture_is_known_in_other_sizes(one: str, other: str, same: bool) -> None:
    """The same file resized or cut to a shape is the same picture; a number is not a size."""
    base = "https://news.example/img/"
    assert same_picture(base + one if one else base, base + other if other else base) is same


SIZES = [
    (("a-150x100.jpg", 0, 0), (150, 100)),
    (("a-150x100.jpg", 1200, 800), (1200, 800)),
    (("a-16x10.jpg", 0, 0), (0, 0)),
    (("a.jpg?quality=80&w=640", 0, 0), (640, 0)),
    (("a.jpg?w=wide", 0, 0), (0, 0)),
    (("a.jpg", 0, 0), (0, 0)),
]


@pytest.mark.parametrize(("given", "found"), SIZES)
def test_an_address_may_tell_the_size(given: tuple[str, int, int], found: tuple[int, int]) -> None:
    """What is told goes before what the file's name or the query says."""
    assert size(*given) == found


CHOICES: list[tuple[str, list[Photo], list[str]]] = [
    ("nothing", [], []),
    ("the largest of one", [shot("a-300x200.jpg"), shot("a-1200x800.jpg"), shot("a-600x400.jpg")], ["a-1200x800.jpg"]),
    ("not the immense", [shot("a.jpg", 9000, 6000), shot("a-4500x3000.jpg", 4500, 3000)], ["a-4500x3000.jpg"]),
    ("told large before untold", [shot("a.jpg"), shot("a-1600x900.jpg")], ["a-1600x900.jpg"]),
    ("untold before told middling", [shot("a-800x450.jpg"), shot("a.jpg")], ["a.jpg"]),
    ("a photo before a banner", [shot("banner.jpg", 1600, 300), shot("b.jpg", 1200, 800)], ["b.jpg", "banner.jpg"]),
    ("a photo before a tower", [shot("tower.jpg", 600, 1600), shot("b.jpg", 800, 600)], ["b.jpg", "tower.jpg"]),
    ("3:4 and 2:1 are photos", [shot("a.jpg", 900, 1200), shot("b.jpg", 1200, 600)], ["a.jpg", "b.jpg"]),
    ("the order stays", [shot("a.jpg", 600, 400), shot("b.jpg", 1200, 800)], ["a.jpg", "b.jpg"]),
    ("an icon is no photo", [shot("icon.png", 96, 96), shot("b.jpg")], ["b.jpg"]),
    ("unless there is nothing else", [shot("icon.png", 96, 96)], ["icon.png"]),
    ("299 is small", [shot("a.jpg", 299, 200), shot("b.jpg", 300, 200)], ["b.jpg"]),
    ("a shape of the same", [shot("a-21x9.jpg", 2100, 900), shot("a-4x3.jpg", 1200, 900)], ["a-4x3.jpg"]),
    ("once each", [shot("a.jpg"), shot("b.jpg"), shot("a.jpg"), shot("b.jpg?w=90")], ["a.jpg", "b.jpg"]),
]


@pytest.mark.parametrize(("given", "names"), [choice[1:] for choice in CHOICES], ids=[choice[0] for choice in CHOICES])
def test_the_best_comes_first(given: list[Photo], names: list[str]) -> None:
    """One rendition of each picture; small ones only when all are; the newsroom's order within a shape."""
    assert [photo.url.removeprefix("https://news.example/") for photo in best(given)] == names


def test_a_file_name_gives_way_to_words() -> None:
    """What is no alternative text does not stand in the way of one."""
    named = shot("a.jpg", 1200, 800, alt="a.jpg")
    assert best([named, shot("a-300x200.jpg", alt="Two boats")])[0].alt == "Two boats"
    assert best([named])[0].alt == ""


def test_texts_follow_the_picture_and_a_focus_its_rendition() -> None:
    """What is said of any rendition is said of the picture; a focus holds for the frame it was set in."""
    told = shot("a-300x200.jpg", alt="Boats", credit="Ann", terms="Editorial use only", focus=(0.1, 0.5))
    assert best([shot("a.jpg", caption="At sea"), told]) == (
        shot("a.jpg", caption="At sea", alt="Boats", credit="Ann", terms="Editorial use only"),
    )


JOINED = [
    ([shot("a-300x200.jpg")], [shot("a.jpg", 1200, 800), shot("b.jpg")], ["a.jpg"]),
    ([shot("a.jpg")], [shot("b.jpg", 1200, 800)], ["a.jpg"]),
    ([shot("tiny-90x60.jpg")], [shot("b.jpg", 1200, 800), shot("c.jpg")], ["b.jpg", "c.jpg"]),
    ([shot("tiny-90x60.jpg")], [], ["tiny-90x60.jpg"]),
    ([], [shot("b.jpg")], ["b.jpg"]),
]


@pytest.mark.parametrize(("ours", "theirs", "names"), JOINED)
def test_the_page_adds_what_the_source_lacks(ours: list[Photo], theirs: list[Photo], names: list[str]) -> None:
    """A larger rendition of the source's picture, and another picture only where the source has none to show."""
    found = joined(tuple(ours), tuple(theirs), ())
    assert [photo.url.removeprefix("https://news.example/") for photo in found] == names


PAGES = [
    (
        """<meta property="og:image" content="/strip.jpg"><meta property="og:image:width" content="1600">
        <meta property="og:image:height" content="300"><meta property="og:image" content="/b.jpg">
        <meta property="og:image:width" content="1200"><meta property="og:image:height" content="800">
        <meta property="og:image:alt" content="Boats">""",
        [shot("b.jpg", 1200, 800, alt="Boats"), shot("strip.jpg", 1600, 300)],
    ),
    (
        """<meta property="og:image" content="http://news.example/a.jpg">
        <meta property="og:image:url" content="http://news.example/a.jpg">
        <meta property="og:image:secure_url" content="https://news.example/a.jpg">""",
        [Photo("http://news.example/a.jpg")],
    ),
    ("""<meta property="og:image:secure_url" content="/a.jpg">""", [shot("a.jpg")]),
    (
        """<meta name="twitter:image" content="/t.jpg"><meta name="twitter:image:alt" content="Nets">""",
        [shot("t.jpg", alt="Nets")],
    ),
    (
        """<figure><img src="/a-300x200.jpg" srcset="/a-640x427.jpg 640w, /a-1600x1067.jpg 1600w, /a-90x60.jpg 2x"
        alt="Boats"><figcaption>At sea | Photo: Ann</figcaption></figure><figure><img src="/other.jpg"></figure>""",
        [shot("a-1600x1067.jpg", 1600, 0, alt="Boats", caption="At sea", credit="Ann")],
    ),
    (
        """<figure><img src="data:image/gif;base64,R0lGOD"
        srcset="/a.jpg?w=640,h=2 640w,/a.jpg?w=1280 1280w"></figure>""",
        [shot("a.jpg?w=1280", 1280)],
    ),
    (
        """<meta property="og:image" content="/logo.png"><meta property="og:image:width" content="200">
        <figure><img src="/a.jpg"><figcaption>At sea</figcaption></figure>""",
        [shot("a.jpg", caption="At sea")],
    ),
    ("""<meta property="og:image" content="javascript:x"><figure><img></figure>""", []),
]


@pytest.mark.parametrize(("html", "photos"), PAGES)
def test_a_pages_photos(html: str, photos: list[Photo]) -> None:
    """What stands behind an og:image belongs to it; a figure offers its renditions; what is no address is no photo."""
    assert list(page_photos.photos(LexborHTMLParser(html), URL, (), None)[0]) == photos


IMAGES = [
    ({"width": 1200, "height": 800}, (1200, 800)),
    ({"width": "1200", "height": "800px"}, (1200, 800)),
    ({"width": {"@type": "QuantitativeValue", "value": 1200}, "height": 800.0}, (1200, 800)),
    ({"width": "wide", "height": -1}, (0, 0)),
    ({"width": None, "height": [800]}, (0, 0)),
]


@pytest.mark.parametrize(("told", "found"), IMAGES)
def test_linked_data_tells_a_size(told: dict[str, object], found: tuple[int, int]) -> None:
    """Numbers, texts and quantities; nonsense is no size."""
    import json

    from syndicator.sources import jsonld

    image = {"@type": "ImageObject", "url": "https://news.example/a.jpg", **told}
    facts = jsonld.read([json.dumps({"@type": "NewsArticle", "headline": "T", "image": image})])
    assert (facts.photos[0].width, facts.photos[0].height) == found
