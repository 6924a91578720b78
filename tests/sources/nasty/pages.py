"""Articles' pages that go wrong in one way each. Their headline is found where `good` is 1."""

import json
import random
from collections.abc import Iterator
from functools import partial

from tests.sources.nasty.corpus import Case, Group
from tests.sources.nasty.feeds import ODD_DATES, ODD_LINKS

HEADLINE = "Good 1 – ü"
STORY = "x" * 200
# What would cost a parser too much ends the page: a headline behind it is not found, one before it is.
LOST = {
    "10,000 levels", "300,000 levels never closed", "400,000 bold never closed", "fonts and paragraphs",
    "anchors in anchors", "tables in tables", "tables out of order", "forms in forms", "lists never closed",
    "100,000 attributes", "times in times", "SVG", "MathML",
}  # fmt: skip


def groups() -> dict[str, Group]:
    """All of them, made one by one when they are asked for."""
    return {
        "pages, cut off": _cut,
        "pages, markup": _markup,
        "pages, metadata": _metadata,
        "pages, linked data": _linked,
        "pages, addresses and dates": _values,
        "pages, encodings": _encodings,
        "pages, no pages": _no_pages,
    }


def page(head: str = "", before: str = "", after: str = "") -> str:
    """A page with its headline, and something odd in its head, before or after the headline."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>News</title>{head}</head><body>'
        f"{before}<h1>{HEADLINE}</h1>{after}<p>{STORY}</p></body></html>"
    )


def _case(name: str, html: str | bytes, good: int = 1, charset: str = "") -> Case:
    body = html if isinstance(html, bytes) else html.encode("utf-8", "surrogatepass")
    return Case(f"page: {name}", partial(bytes, body), good, charset=charset)


def _cut() -> Iterator[Case]:
    body = page("<meta name=a content=b>" * 100, "<nav><a href=/x>x</a></nav>" * 100, "<p>y</p>" * 1_000).encode()
    end = body.index(b"</h1>")
    for cut in range(1_024, len(body), 1_024):
        yield _case(f"cut after {cut} bytes", body[:cut], int(cut >= end))


def _markup() -> Iterator[Case]:
    odd: dict[str, str] = {
        "10,000 levels": "<div>" * 10_000 + "x" + "</div>" * 10_000,
        "300,000 levels never closed": "<div>x" * 300_000,
        "400,000 bold never closed": "<b>x" * 400_000,
        "fonts and paragraphs": "".join(f"<font color={n}>" for n in range(20_000)) + "<p>x" * 100_000,
        "anchors in anchors": "<a href=/x>x" * 50_000,
        "tables in tables": "<table><tr><td>" * 20_000,
        "tables out of order": "<table>x<td><tr><caption>" * 20_000,
        "forms in forms": "<form><select><option>" * 20_000,
        "paragraphs never closed": "<p>x" * 200_000,
        "lists never closed": "<ul><li>x" * 20_000,
        "ends without beginnings": "</div></p></b>" * 100_000,
        "100,000 attributes": "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
        "an attribute twice": "<div id=a id=b>",
        "an attribute of 1 MB": f"<div title='{'x' * 1_000_000}'>",
        "a name of 1 MB": f"<{'x' * 1_000_000}>",
        "times in times": "<time datetime=x>" * 50_000,
        "times in an article": "<article>" + "<time datetime=x></time>" * 50_000 + "</article>",
        "50,000 figures": "<figure><img src=/a.jpg></figure>" * 50_000,
        "figures in figures": "<figure>" * 900 + "<img src=/a.jpg><figcaption>x</figcaption>",
        "a caption of 1 MB": f"<figure><img src=/a.jpg><figcaption>{'x (Photo: y) ' * 70_000}</figcaption></figure>",
        "50,000 pictures": "".join(f"<img src=/{n}.jpg>" for n in range(50_000)),
        "50,000 blocks": "<div>x</div>" * 50_000,
        "entities": "&amp;&nosuch;&#0;&#xD800;&#x110000;&" * 30_000,
        "NUL in everything": "<d\0iv cl\0ass=\0>\0x</d\0iv>" * 1_000,
        "frames": "<frameset><frame>",
        "templates": "<template><h1>Odd</h1></template>" * 5_000,
        "SVG": "<svg><style><div><title><p>" * 2_000,
        "MathML": "<math><mi><mglyph><p>" * 2_000,
        "crumbs": "<nav class=breadcrumb>" + "<a>x</a>" * 50_000 + "</nav>",
        "arrows": "<p>" + "a > " * 100_000 + "</p>",
        "rubbish": "".join(random.Random(9).choice("<>&;'\"/=abdipv!-? \n") for _ in range(200_000)),
    }
    for name, more in odd.items():
        yield _case(f"{name}, after", page(after=more))
        yield _case(f"{name}, before", page(before=more), int(name not in LOST))
    yield _case("a comment that never ends", page(after="<!--" * 100_000))
    yield _case("a script that never ends", page(after="<script>" + "x" * 100_000))
    yield _case("many headlines", page(after="<h1>Another</h1>" * 50_000))
    yield _case("a headline of 1 MB", "<h1>" + "x " * 500_000, 0)
    yield _case("a headline of one word", "<h1>" + "x" * 1_000_000, 0)
    yield _case("a headline of marks", "<h1>a" + "\u0327\u0301" * 200_000, 0)
    yield _case("no headline", "<p>x", 0)


def _metadata() -> Iterator[Case]:
    title = f'<meta property="og:title" content="{HEADLINE}">'
    odd: dict[str, str] = {
        "1 MB of description": f'<meta property="og:description" content="{"word " * 200_000}">',
        "1 MB of keywords": f'<meta name="keywords" content="{"word," * 200_000}">',
        "50,000 tags": '<meta property="article:tag" content="x">' * 40_000,
        "50,000 authors": '<meta name="author" content="A">' * 40_000,
        "no content": "<meta property=og:title content><meta property=og:title content=' '>",
        "no name": "<meta content=x>" * 1_000,
        "an author of paths": f'<meta property="article:section" content="{"a > " * 100_000}">',
        "an unknown language": f'<meta property="og:locale" content="{"x-" * 100_000}">',
        "a picture of 1 MB": f'<meta property="og:image" content="data:image/png;base64,{"A" * 1_000_000}">',
        "escapes in escapes": f'<meta name="description" content="{"&amp;" * 300_000}">',
        "a refresh to elsewhere": '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
        "two bases": "<base href=http://[><base href=javascript:x>",
        "a direction": '<meta name="description" content="\u202e\u0000x">',
    }
    for name, more in odd.items():
        yield _case(name, page(title + more))


def _linked() -> Iterator[Case]:
    """Linked data, broken, deep, circular; the headline is found in the page."""
    round_trip = {"@graph": [{"@id": "#a", "author": {"@id": "#b"}}, {"@id": "#b", "author": {"@id": "#a"}}]}
    odd: dict[str, str] = {
        "nothing": "",
        "open": "{",
        "10,000 lists": "[" * 10_000 + "]" * 10_000,
        "900 lists": "[" * 900 + "]" * 900,
        "10,000 objects": '{"@graph":' * 10_000 + "1" + "}" * 10_000,
        "a circle": json.dumps(round_trip),
        "itself": '{"@id": "#a", "@type": "NewsArticle", "author": {"@id": "#a"}, "image": {"@id": "#a"}}',
        "types without end": json.dumps({"@type": ["x"] * 100_000}),
        "authors without end": json.dumps({"@type": "NewsArticle", "author": ["x"] * 100_000}),
        "images without end": json.dumps({"@type": "NewsArticle", "image": [f"/{n}.jpg" for n in range(50_000)]}),
        "crumbs without end": json.dumps({"@type": "BreadcrumbList", "itemListElement": [{"name": "x"}] * 50_000}),
        "crumbs without order": '{"@type": "BreadcrumbList", "itemListElement": [{"position": NaN}, {"position": {}},'
        '{"position": 1e999}, {"position": true, "name": []}, 1, null, "x"]}',
        "numbers": '{"@type": "NewsArticle", "headline": 1, "author": 2, "image": 3, "datePublished": 4, "url": 5}',
        "lists of lists": '{"@type": [["NewsArticle"]], "headline": [["x"]], "author": [[["x"]]], "image": [[[]]]}',
        "null": '{"@type": "NewsArticle", "headline": null, "author": null, "image": null, "articleSection": null}',
        "half characters": '{"@type": "NewsArticle", "author": "a\\ud800", "image": "/\\udfff.jpg", "url": "\\ud800"}',
        "NUL": '{"@type": "NewsArticle", "author": "a\\u0000b", "image": "/\\u0000.jpg", "inLanguage": "\\u0000"}',
        "a number of 5,000 digits": '{"@type": "NewsArticle", "x": ' + "9" * 5_000 + "}",
        "a name 100,000 times": '{"@type": "NewsArticle", ' + '"author": "x", ' * 100_000 + '"url": ""}',
        "an address that is none": '{"@type": "NewsArticle", "url": "http://[::1/", "image": "http://[x]/a.jpg"}',
        "a description of marks": '{"@type": "NewsArticle", "description": "a' + "\u0327\u0301" * 200_000 + '"}',
        "a caption of 1 MB": json.dumps(
            {"@type": "NewsArticle", "image": {"url": "/a", "caption": "(Photo: " * 99_999}}
        ),
        "rubbish": "<!--//<![CDATA[" + " " * 500_000 + "//]]>-->",
        "slashes": "//" + " //" * 300_000,
    }
    for name, block in odd.items():
        yield _case(f"linked data: {name}", page(f'<script type="application/ld+json">{block}</script>'))
    yield _case("linked data: 30,000 blocks", page('<script type="application/ld+json">{}</script>' * 30_000))


def _values() -> Iterator[Case]:
    for name, link in ODD_LINKS.items():
        address = link.replace('"', "&quot;")
        yield _case(f"canonical {name}", page(f'<link rel="canonical" href="{address}">'))
        yield _case(f"picture {name}", page(f'<meta property="og:image" content="{address}">'))
    for number, date in enumerate(ODD_DATES):
        yield _case(f"date {number}", page(f'<meta property="article:published_time" content="{date}">'))
        yield _case(f"time {number}", page(after=f'<article><time datetime="{date}">{date}</time></article>'))


def _encodings() -> Iterator[Case]:
    text = page().replace('<meta charset="utf-8">', "")
    for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield _case(f"in {name}", text.encode(name))
    for charset in ("utf-16", "utf-7", "punycode", "idna", "zlib", "x" * 999, "unicode_escape"):
        yield _case(f"called {charset[:20]}", text, charset=charset)
        yield _case(f"declared as {charset[:20]}", page(f"<meta charset={charset}>").replace('charset="utf-8"', "x"))
    yield _case("damaged UTF-8", page(after="@").encode().replace(b"@", b"\xff\xc3"))


def _no_pages() -> Iterator[Case]:
    noise = random.Random(11)
    for name, body in {
        "nothing": b"",
        "NULs": b"\0" * 1_000_000,
        "noise": noise.randbytes(500_000),
        "angles": b"<" * 1_000_000,
        "half tags": b"<a" * 500_000,
        "a doctype without end": b"<!DOCTYPE" + b" x" * 500_000,
        "instructions": b"<?" * 500_000,
        "a feed": b"<rss><channel><item><title>x</title></item></channel></rss>",
    }.items():
        yield _case(name, body, 0)
