"""Which hub speaks for a feed: WebSub's discovery (W3C Recommendation, 23 January 2018, section 4)."""

from urllib.parse import urlsplit

from syndicator.fetch import Response
from syndicator.sources.answers import linked
from syndicator.sources.entry import Found
from syndicator.sources.identity import absolute

MOST_HUBS = 4
LONGEST = 2_000  # characters of an address


def named(answer: Response, found: Found | None = None) -> tuple[str, str]:
    """The hubs, parted by blanks, those with TLS first, and the topic to ask them for; ("", "") where none is named.

    Link headers go before what the document says. The topic is its "self", else the address that answered. Without a
    document (`found` None: it has not changed) the headers alone are asked.
    """
    said = found or Found(())
    hubs = [hub for hub in linked(answer, "hub") or said.hub.split() if _fits(hub)]
    if not hubs or (found is None and not linked(answer, "self")):
        return "", ""
    topics = (*linked(answer, "self"), absolute(answer.url, said.topic), answer.url)
    secure_first = sorted(dict.fromkeys(hubs), key=lambda hub: not hub.lower().startswith("https://"))
    return " ".join(secure_first[:MOST_HUBS]), next((topic for topic in topics if _fits(topic)), "")


def _fits(address: str) -> bool:
    if len(address) > LONGEST or not address.isascii() or any(letter.isspace() for letter in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.username is None
