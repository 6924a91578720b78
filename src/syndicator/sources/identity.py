"""Which story is this? Pure: addresses and GUIDs become keys, and two reports of one story share at least one.

RULE_VERSION goes up whenever a key would come out differently; stored keys are then made anew from their raw form.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urljoin

from yarl import URL

from syndicator.models import Article, Key
from syndicator.sources.plain import kept

RULE_VERSION = 1

# Marks that campaigns, share buttons and mailings put on an address; they never choose the page.
TRACKING_PREFIXES = ("utm_", "at_", "mtm_", "pk_", "piwik_", "hsa_", "oly_", "vero_", "ns_", "__hs", "_hs")
# fmt: off
TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ymclid", "twclid", "ttclid",
    "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "ref", "ref_src", "ref_url",
    "referrer", "cmp", "cmpid", "campaign_id", "ncid", "ocid", "ito", "smid", "smtyp", "soc_src", "soc_trk",
    "s_cid", "wt_mc", "wt.mc_id", "xtor", "spm", "sr_share", "share", "sharetype", "st_source", "amp",
    "outputtype", "__twitter_impression", "guccounter", "feature", "cn-reloaded",
})
# fmt: on
LONGEST = 2000  # characters of an address or bytes of a key: an index of PostgreSQL takes 2,700
_LINE_BREAKS = str.maketrans("", "", "\t\r\n")
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
_PATH_TAIL = re.compile(r"(?<=[^/])(?:/+|/amp(?:\.html)?|/(?:index|default)\.(?:html?|php|aspx?))$|^/+$", re.IGNORECASE)
_INDEX = re.compile(r"^/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_SLUG = re.compile(r"\d{4}|[^/]-[^/]")


def normalise(url: str) -> str:
    """The address as a key: host, path and what matters of the query; "" when it is no usable http(s) address."""
    parsed = _parsed(url)
    if parsed is None:
        return ""
    query = sorted((name, value) for name, value in parse_qsl(parsed.raw_query_string, True) if not _tracks(name))
    key = _site(parsed) + _path(parsed) + ("?" + urlencode(query) if query else "") + _bang(parsed)
    return key if len(key) <= LONGEST else ""


def clean(url: str) -> str:
    """The address to print: without tracking, userinfo and fragment ("#!…" stays); "" when it is not http(s)."""
    parsed = _parsed(url)
    if parsed is None:
        return ""
    query = [part for part in parsed.raw_query_string.split("&") if part and not _tracks(part.partition("=")[0])]
    head = f"{parsed.scheme}://{parsed.host_port_subcomponent}{parsed.raw_path or '/'}"
    return head + ("?" + "&".join(query) if query else "") + _bang(parsed)


def absolute(base: str, url: str) -> str:
    """The address that a document at `base` means by `url`; "" when it names nothing or is no address."""
    try:
        return urljoin(base, kept(url).strip()) if url else ""
    except ValueError:
        return ""


def host(url: str) -> str:
    """The site of an address, as in its key; "" when it is not http(s)."""
    parsed = _parsed(url)
    return _site(parsed) if parsed else ""


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one site: the same host, or one below the other."""
    a, b = host(one), host(other)
    return bool(a and b) and (a == b or a.endswith("." + b) or b.endswith("." + a))


def is_home(url: str) -> bool:
    """Whether the address is a site's front page, or no address at all."""
    key = normalise(url)
    return not key or key == host(url)


def names_story(canonical: str, link: str) -> bool:
    """Whether a canonical address found for `link` can be that story's: same site, no home or section page."""
    if not same_site(canonical, link) or is_home(canonical):
        return False
    ours, theirs = normalise(link), normalise(canonical)
    if ours == theirs:
        return True
    if ours.startswith(theirs + "?"):
        # "/story.php?id=5" called "/story.php" would make all its siblings one story; "/2026/a-slug?x=1" is safe.
        return bool(_SLUG.search(theirs.partition("/")[2]))
    return "?" in theirs or not ours.partition("?")[0].startswith(theirs + "/")


def keys(
    link: str,
    guid: str = "",
    canonical: str = "",
    feed_url: str = "",
    also: Iterable[str] = (),
    *,
    permalink: bool = True,
) -> tuple[Key, ...]:
    """All identities of an item, the link's first. `permalink` is what the feed says of its GUID (RSS isPermaLink).

    `also` are other addresses of the same feed: a GUID stored under one of their hosts is found again.
    """
    found = []
    if not is_home(link):
        found.append(Key("url:" + normalise(link), link))
    guid = kept(guid).strip()
    if guid and len(guid.encode()) <= LONGEST:
        scopes = dict.fromkeys(site for url in (feed_url, *also) if (site := host(url))) or ("",)
        found += [key for scope in scopes for key in _guid_key(guid, link or feed_url, scope, permalink)]
    if canonical and names_story(canonical, link):
        found.append(Key("url:" + normalise(canonical), canonical))
    return tuple({key.key: key for key in reversed(found)}[name] for name in dict.fromkeys(k.key for k in found))


def drop_shared(articles: Iterable[Article]) -> tuple[Article, ...]:
    """The same articles without the keys that two of them carry: what two items share tells neither apart."""
    listed = tuple(articles)
    count = Counter(name for article in listed for name in {key.key for key in article.keys})
    shared = {name for name, seen in count.items() if seen > 1}
    return tuple(_without(article, shared) for article in listed)


def add_key(present: Sequence[Key], more: Iterable[Key]) -> tuple[Key, ...]:
    """`present` in its order, then what is new in `more`."""
    names = {key.key for key in present}
    return (*present, *(key for key in more if key.key not in names))


def _without(article: Article, shared: set[str]) -> Article:
    own = tuple(key for key in article.keys if key.key not in shared)
    return article if len(own) == len(article.keys) else replace(article, keys=own)


def _guid_key(guid: str, near: str, scope: str, permalink: bool) -> list[Key]:
    """A GUID that is no address is one only within its feed's host, the `scope`."""
    if not host(guid):
        return [Key(f"guid:{scope}:{guid}", guid)]
    if is_home(guid):
        return []
    if permalink or same_site(guid, near):
        return [Key("url:" + normalise(guid), guid)]
    return [Key(f"guid:{scope}:{guid}", guid)]


@lru_cache(maxsize=4096)  # each address of an item is judged several times
def _parsed(url: str) -> URL | None:
    url = url.strip()
    if len(url) > LONGEST:
        return None
    try:
        parsed = URL(url.translate(_LINE_BREAKS))
        usable = parsed.scheme in ("http", "https") and parsed.raw_host and parsed.port
    except ValueError:
        return None
    return parsed if usable and len(str(parsed)) <= LONGEST else None


def _site(parsed: URL) -> str:
    name = (parsed.host_subcomponent or "").lower().rstrip(".")
    while (shorter := _HOST_PREFIX.sub("", name)) != name:
        name = shorter
    return name if parsed.is_default_port() else f"{name}:{parsed.port}"


def _path(parsed: URL) -> str:
    path = _SESSION.sub("", parsed.raw_path)
    while (shorter := _PATH_TAIL.sub("", path)) != path:
        path = shorter
    return "" if _INDEX.match(path) else path


def _tracks(name: str) -> bool:
    folded = name.lower()
    return folded in TRACKING or folded.startswith(TRACKING_PREFIXES)


def _bang(parsed: URL) -> str:
    return "#" + parsed.raw_fragment if parsed.raw_fragment.startswith("!") else ""
