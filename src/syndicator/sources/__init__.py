"""Sources become articles: what a newsroom publishes in feeds, sitemaps and pages, or pushes to us.

`kinds` lists the types; `polling` asks a source once, `pace` says when again, `reading` reads an article's own page.
`lingo` tells the language of an article that names none.
"""

from syndicator.sources.entry import DocumentError, Found, Payload
from syndicator.sources.kinds import TYPES, Kind, polled
from syndicator.sources.lingo import spoken
from syndicator.sources.pace import after, next_poll
from syndicator.sources.polling import poll
from syndicator.sources.reading import read_page

__all__ = [
    "TYPES",
    "DocumentError",
    "Found",
    "Kind",
    "Payload",
    "after",
    "next_poll",
    "poll",
    "polled",
    "read_page",
    "spoken",
]
