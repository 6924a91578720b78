"""What every case of the corpus is, and the sound documents that the cases spoil."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass

GOOD = re.compile(r"Good (\d+) – ü")
SITE = "https://news.example"
SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dcterms="http://purl.org/dc/terms/"'
)
DECLARATION = '<?xml version="1.0"?>\n'


@dataclass(frozen=True, slots=True)
class Case:
    """A nasty document. `good` is how many sound items stand in it; `refused` that it must be refused, in one sentence.

    `page` is read as an article's page: `good` is 1 when its headline must be found.
    """

    name: str
    make: Callable[[], bytes]
    good: int
    refused: bool = False
    charset: str = ""


Group = Callable[[], Iterator[Case]]


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms a feed can have: its name, how an item is written, and what stands around the items."""

    name: str
    item: Callable[[dict[str, str]], str]
    before: str
    after: str
    between: str = ""

    def document(self, *items: str) -> bytes:
        """The whole document."""
        return (self.before + self.between.join(items) + self.after).encode("utf-8", "surrogatepass")

    def good(self, number: int, **more: str) -> str:
        """A sound item, perhaps with one odd thing in it that must not cost it."""
        return self.item(facts(number) | more)

    def beside(self, *odd: str) -> bytes:
        """Odd items between two sound ones."""
        return self.document(self.good(1), *odd, self.good(2))


def facts(number: int) -> dict[str, str]:
    """What a sound item says."""
    return {
        "title": f"Good {number} – ü",
        "link": f"{SITE}/2026/good-{number}",
        "guid": f"good-{number}",
        "date": "Mon, 23 Nov 2026 10:00:00 GMT",
        "text": f"The harbour's news no. {number}, as it was told.",
        "inside": "",
    }


def _rss(item: dict[str, str]) -> str:
    guid = f'<guid isPermaLink="false">{item["guid"]}</guid>' if item["guid"] else ""
    return (
        f"<item><title>{item['title']}</title><link>{item['link']}</link>{guid}<pubDate>{item['date']}</pubDate>"
        f"<description>{item['text']}</description>{item['inside']}</item>"
    )


def _rdf(item: dict[str, str]) -> str:
    return (
        f'<item rdf:about="{item["guid"]}"><title>{item["title"]}</title><link>{item["link"]}</link>'
        f"<dc:date>{item['date']}</dc:date><description>{item['text']}</description>{item['inside']}</item>"
    )


def _atom(item: dict[str, str]) -> str:
    return (
        f'<entry><title>{item["title"]}</title><link href="{item["link"]}"/><id>{item["guid"]}</id>'
        f"<updated>{item['date']}</updated><summary>{item['text']}</summary>{item['inside']}</entry>"
    )


def _sitemap(item: dict[str, str]) -> str:
    told = (
        f"<news:publication_date>2026-11-23T10:00:00Z</news:publication_date><news:title>{item['title']}</news:title>"
    )
    return f"<url><loc>{item['link']}</loc><news:news>{told}</news:news>{item['inside']}</url>"


def _json(item: dict[str, str]) -> str:
    told = {"id": item["guid"], "url": item["link"], "title": item["title"], "content_text": item["text"]}
    return json.dumps(told | {"date_published": item["date"]})[:-1] + item["inside"] + "}"


RSS = Form("rss", _rss, f'{DECLARATION}<rss version="2.0" {SPACES}><channel><title>News</title>', "</channel></rss>")
RDF = Form(
    "rdf",
    _rdf,
    f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {SPACES}>'
    "<channel><title>News</title></channel>",
    "</rdf:RDF>",
)
ATOM = Form("atom", _atom, f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES}><title>News</title>', "</feed>")
SITEMAP = Form(
    "sitemap",
    _sitemap,
    f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" {SPACES}>',
    "</urlset>",
)
JSON = Form("json", _json, '{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [', "]}", ", ")

XML = (RSS, RDF, ATOM)
FORMS = (*XML, JSON)
"""One more form of feed is one more name here; every case for all forms is then tried on it too."""


def storable(value: object) -> bool:
    """Whether any database takes it: no NUL, no half characters, no key longer than an index takes."""
    if isinstance(value, str):
        return "\0" not in value and value.encode("utf-8", "replace").decode() == value
    if isinstance(value, tuple):
        return all(map(storable, value))
    if is_dataclass(value):
        return all(storable(getattr(value, field.name)) for field in fields(value))
    return True
