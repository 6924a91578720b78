"""One article of a newsroom without a feed, as its page may be written: for machines, for cards, or for people only."""

import json

BASE = "https://harbour.example"
URL = f"{BASE}/news/pilot-boat-returns-after-storm-0042.html"
RELATED_URL = f"{BASE}/news/ferry-line-adds-evening-trips-0041.html"
SECTION_URL = f"{BASE}/news/world"

HEADLINE = "Pilot Boat Returns to Gull Point After Nine Days of Storm"
ALT = "A small orange boat passes the pier of Gull Point."
CAPTION = "The pilot boat passes the pier of Gull Point, Nov. 22, 2026."
CREDIT = "Mara Lind / Harbour Pictures"
PHOTO = f"{BASE}/media/2026/pilot-boat.jpg"
RELATED_HEADLINE = "Ferry Line Adds Evening Trips"
RELATED_PHOTO = f"{BASE}/media/2026/ferry.jpg"
STORY = (
    "The crew of four had been waiting in a bay on the far side of the island until the wind went down. "
    "They came home with the evening tide, tired and hungry, and were met by half of the village. "
)

_SHARE = """<ul class="share"><li><a href="https://social.example/share?u=x">
<img src="/static/share-blue.png" width="24" height="24" alt="Share"></a></li>
<li><a href="mailto:?subject=x"><svg><title>Mail</title></svg></a></li><li><button>Copy link</button></li></ul>"""

_ASIDE = f"""<aside class="related"><h2>Related</h2><figure><a href="{RELATED_URL}"><img src="/media/2026/ferry.jpg"
alt="A ferry at its jetty."></a><figcaption>A ferry at its jetty. | Photo: Someone Else</figcaption></figure>
<h3><a href="{RELATED_URL}">{RELATED_HEADLINE}</a></h3></aside>"""


def _page(head: str, *, early: bool, figure: bool) -> str:
    """The page for people; `early`: the related story stands before the article's own photo."""
    words = f'<img src="/media/2026/pilot-boat.jpg" alt="{ALT}">'
    told = f"{CAPTION} | Photo: {CREDIT}"
    photo = (
        f"<figure>{words}<figcaption>{told}</figcaption></figure>"
        if figure
        else f"<div class=lead>{words}<p>{CAPTION}</p></div><div class=more><p>{told}</p></div>"
    )
    return f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{HEADLINE} | Harbour News</title>
<link rel="canonical" href="/news/pilot-boat-returns-after-storm-0042.html">{head}</head><body>
<header><a href="/"><img src="/static/logo.svg" alt="Harbour News"></a>
<nav><ul><li><a href="/news">News</a></li><li><a href="/live">Live</a></li>
<li><a href="/sport">Sport</a></li></ul></nav>
</header><main><div class="path"><a href="/news">News</a> &gt; <a href="/news/world">World</a></div>
<article><h1>{HEADLINE}</h1>{_SHARE}{_ASIDE if early else ""}
{photo}<p class="day">Published 22 November 2026</p><p><a href="/analysis">Analysis</a></p>
<p>{STORY}</p>{"" if early else _ASIDE}<p>{STORY}</p></article></main>
<footer><img src="/static/footer-boat.jpg" alt="Our own boat"><p>Photo: The Newsroom</p></footer></body></html>"""


_RELATED_NODE = {
    "@type": "NewsArticle",
    "headline": RELATED_HEADLINE,
    "url": RELATED_URL,
    "image": RELATED_PHOTO,
    "datePublished": "2026-11-20",
}
_NODE = {
    "@type": "NewsArticle",
    "headline": HEADLINE,
    "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
    "image": {"@type": "ImageObject", "url": PHOTO, "caption": CAPTION, "creditText": CREDIT},
    "datePublished": "2026-11-22",
    "articleSection": ["Analysis"],
    "inLanguage": "en-GB",
}
_CRUMBS = {
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "News", "item": f"{BASE}/news"},
        {"@type": "ListItem", "position": 2, "name": "World", "item": SECTION_URL},
    ],
}


def _linked(*nodes: object) -> str:
    return (
        f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", "@graph": nodes})}</script>'
    )


_CARD = f"""<meta property="og:site_name" content="Harbour News"><meta property="og:type" content="article">
<meta property="og:title" content="{HEADLINE} | Harbour News"><meta property="og:image" content="{PHOTO}">
<meta property="og:url" content="{URL}"><meta property="article:section" content="World">
<meta property="article:published_time" content="2026-11-22"><meta property="article:tag" content="Analysis">"""

PAGES = {
    "json-ld": _page(_linked(_NODE, _CRUMBS), early=False, figure=True),
    "json-ld, the related story first": _page(_linked(_RELATED_NODE, _NODE, _CRUMBS), early=True, figure=True),
    "opengraph": _page(_CARD, early=False, figure=True),
    "opengraph, the related story first": _page(_CARD, early=True, figure=False),
    "words only": _page("", early=False, figure=False),
    "words only, in a figure": _page("", early=False, figure=True),
    "words only, the related story first": _page("", early=True, figure=True),
    "words only, the related story first, no figure": _page("", early=True, figure=False),
}

NO_HEADLINE = f"""<!doctype html><html lang="en"><head><title>Harbour News</title>
<meta property="og:site_name" content="Harbour News"><meta property="og:title" content="Harbour News"></head>
<body><p>{STORY}</p>{_ASIDE}</body></html>"""
