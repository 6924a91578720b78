"""Sample data for the gallery: every state, long and foreign words, one account's post per kind of preview."""

from dataclasses import replace
from typing import Any

from syndicator.models import Features
from syndicator.models.features import Preview

PHOTO = "/photo.svg"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft meets again"

X = Features("x", "X", "X", "weighted", 280, preview=Preview((0.75, 1.78), 1.91, 1, 0, "below"))
FB = replace(X, platform="fb", label="Face", monogram="Fb", preview=Preview((0.67, 1.91), 1.91, 2, 1, "above"))
MA = replace(X, platform="ma", label="Masto", monogram="Ma", preview=Preview((0.5, 2.0), 1.91, 2, 1, "above"))
BS = replace(X, platform="bs", label="Blue", monogram="Bs", preview=Preview((0.5, 2.0), 1.91, 3, 2, "below", "us"))
WORDS = {
    "held": "Held",
    "queued": "Queued",
    "sending": "Sending",
    "unconfirmed": "Not known",
    "sent": "Sent",
    "failed": "Failed",
    "suppressed": "Suppressed",
}
CAN = {"held": ("approve", "edit", "move", "suppress"), "queued": ("hold", "edit", "send", "move", "suppress")}


def moment(text: str, rel: str = "") -> dict[str, str]:
    """A time as templates read it."""
    return {"at": f"2026-11-23T{int(text[:2]) - 1:02}:{text[3:5]}:00Z", "text": text, "rel": rel}


def post(number: int, features: Features, status: str, **more: Any) -> dict[str, Any]:
    """A post as templates read it."""
    account = more.pop("account", features.platform + "-main")
    base = {"id": number, "version": 3, "account": account, "monogram": features.monogram, "label": features.label}
    named = {"name": features.label + " main", "status": status, "word": WORDS[status], "can": CAN.get(status, ())}
    return base | named | {"article": 412, "due": "2026-11-23T13:35:00Z"} | more


def group(status: str, *posts: dict[str, Any]) -> dict[str, Any]:
    """Posts of one state."""
    return {"status": status, "word": WORDS[status], "posts": posts}


def story(number: int, title: str, groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A story as the queue's row reads it."""
    ids = [f"{one['id']}:{one['version']}" for part in groups for one in part["posts"]]
    base = {"id": number, "title": title, "href": f"/articles/{number}", "url": f"https://news.example/{number}"}
    shown = {"ids": ids, "time": moment("14:35", "in 4 min"), "meta": ["World", "published 14:28"], "groups": groups}
    return base | shown | {"photo": {"src": PHOTO, "graphic": False}} | more


def _all(first: int, status: str) -> dict[str, Any]:
    return group(status, *(post(first + n, features, status) for n, features in enumerate((X, FB, MA, BS))))


STORIES = [
    story(
        412,
        "Floods close the valley road for a second night",
        [
            group("held", post(1, X, "held", line="no alt text")),
            group("queued", *(post(2 + n, f, "queued") for n, f in enumerate((FB, MA, BS)))),
        ],
        photo={"src": PHOTO, "graphic": True},
        meta=["World", "published 6 Jan 2022", "graphic", "X held: no alt text"],
    ),
    story(
        413,
        "Minister resigns over leaked messages",
        [
            group(
                "queued",
                post(10, X, "queued"),
                post(11, FB, "queued", time=moment("14:50")),
                post(12, MA, "queued"),
            )
        ],
    ),
    story(
        414,
        "Council votes 31 to 29",
        [group("failed", post(20, FB, "failed")), group("sending", post(21, X, "sending"))],
        photo=None,
    ),
    story(
        415,
        LONG,
        [group("unconfirmed", post(30, MA, "unconfirmed", named=True, name="Masto " + LONG)), _all(31, "sent")],
    ),
    story(
        416,
        "الميناء يبقى مغلقا حتى إشعار آخر",
        [group("queued", *(post(40 + n, X, "queued", account=f"x{n}") for n in range(12)))],
        language="ar",
    ),
    story(417, "Night bus stays", [_all(60, "sent")], left=True, time=moment("14:30")),
    story(418, "Allotment prize awarded", [group("suppressed", post(70, X, "suppressed")), _all(71, "queued")]),
    story(419, "Harbour tunnel stays shut until spring, says the port, and perhaps until summer", [_all(80, "held")]),
    *(
        story(420 + n, f"Allotment prize awarded for the {n}th time", [_all(200 + 4 * n, "queued")])
        for n in range(2, 9)
    ),
]
NEEDS = [
    {"status": "unconfirmed", "word": "not known", "count": 1, "href": "/queue?state=unconfirmed"},
    {"status": "failed", "word": "failed", "count": 2, "href": "/queue?state=failed"},
    {"status": "held", "word": "held for approval", "count": 3, "href": "/queue?state=held"},
    {"status": "paused", "word": "account paused", "count": 1, "href": "/accounts"},
    {"status": "look", "word": "changed since sent", "count": 1, "href": "/queue?state=sent"},
]
UNKNOWN = {
    "status": "unconfirmed",
    "word": "Not known",
    "title": "Harbour tunnel stays shut",
    "href": "/articles/420",
    "post": post(8123, MA, "unconfirmed"),
    "line": "Sent 14:02, no clear answer. It may be public. Looked 5 times.",
}
FAILED = {
    "status": "failed",
    "word": "Failed",
    "title": "Council votes 31 to 29",
    "href": "/articles/414",
    "post": post(8130, FB, "failed"),
    "line": "Face refused it: the link could not be read.",
}
VERBS = [
    {"verb": "approve", "label": "Approve", "key": "a"},
    {"verb": "hold", "label": "Hold", "key": "h"},
    {"verb": "suppress", "label": "Suppress…", "asks": True, "key": "s"},
    {"verb": "send", "label": "Send now", "key": "b"},
    {"verb": "move", "label": "Move…", "asks": True, "key": "m"},
]
LINK = "https://news.example/world/2022/01/06/floods-close-the-valley-road-for-a-second-night"
CARD = {
    "title": "Floods close the valley road for a second night as the river keeps rising",
    "text": "Volunteers stack sandbags beside the bridge.",
    "domain": "news.example",
    "src": PHOTO,
}
_SHOT = {"src": PHOTO, "width": 1200, "height": 800, "alt": "Volunteers stack sandbags beside the bridge."}


def _column(number: int, features: Features, status: str, **more: Any) -> tuple[dict[str, Any], Features]:
    count = {"left": 132, "limit": 280, "length": 148}
    text = f"Floods close the valley road for a second night\n\n{LINK}"
    words = {"text": text, "link": LINK, "count": count, "time": moment("14:35", "in 4 min")}
    return post(number, features, status, **(words | more)), features


COLUMNS = [
    _column(101, X, "held", line="no alt text", media=[_SHOT | {"alt": ""}], time=None),
    _column(102, FB, "queued", card=CARD),
    _column(103, MA, "queued", warning="Graphic: violence", media=[_SHOT], graphic=True),
    _column(104, BS, "sent", card=CARD, permalink="https://blue.example/1", line="14:02"),
    _column(
        105, X, "failed", account="x-two", name="X sport", card=CARD, count={"left": -14, "limit": 280, "length": 294}
    ),
    _column(
        106, MA, "queued", account="ma-two", name="Masto sport", media=[_SHOT | {"height": 3000}, _SHOT], graphic=False
    ),
]
LINES = [
    {"time": moment("14:21"), "who": "source world", "what": "found", "person": False},
    {"time": moment("14:29"), "who": "source", "what": "article changed: headline", "person": False, "detail": "31"},
    {"time": moment("14:30"), "who": "Anna", "what": "held X main", "person": True, "detail": "checking the name"},
]
