"""Pushes from a CMS: three forms, one kind of article; what does not fit is named; and who may push."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.models import Article, Photo, Source
from syndicator.sources import TYPES, polled, push
from syndicator.sources.entry import Found, Payload
from syndicator.sources.identity import keys
from syndicator.sources.push import ghost, signing
from tests.sources.documents import BERLIN, NOW, read, rss

SITE = "https://news.example"
LINK = f"{SITE}/2026/11/boats-return"
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
Body = Mapping[str, Any]


def source(form: str, **more: Any) -> Source:
    """A source that pushes."""
    return Source("cms", f"{SITE}/", type="push", form=form, **more)


def given_by(form: str, body: Body) -> Found:
    """What a push holds."""
    return push.read(Payload(json.dumps(body).encode(), f"{SITE}/", "utf-8", NOW), source(form), BERLIN)


def only(form: str, body: Body) -> Article:
    """The one article of a push."""
    [found] = given_by(form, body).articles
    return found


def refused(form: str, body: Any) -> push.Unfit:
    """Why a push does not fit."""
    with pytest.raises(push.Unfit) as error:
        given_by(form, body)
    return error.value


# ---------------------------------------------------------------------------------------------- the three forms

OWN = {
    "event": "published",
    "article": {
        "url": f"{LINK}?utm_source=cms", "id": 4711, "title": "Boats <b>return</b>", "summary": "They came back.",
        "authors": ["Ann Example"], "sections": ["News > World"], "tags": ["Ferries"], "labels": ["opinion"],
        "language": "en_gb", "published": "2026-11-23T12:00:00+01:00", "updated": "2026-11-23T11:30:00Z",
        "photos": [{"url": "/img/boats.jpg", "alt": "Boats at dawn", "caption": "At dawn", "credit": "A. Lens",
                    "width": 1600, "height": 900, "focus": [0.5, 0.25], "terms": "Online only"}],
        "correction": "An earlier version named another harbour.", "sensitive": True,
        "body_html": "<p>The boats came back.</p>", "what": "is not known",
    },
}  # fmt: skip
WORDPRESS = {
    "id": 4, "type": "post", "status": "publish", "slug": "boats-return", "link": LINK,
    "date": "2026-11-23T12:00:00", "date_gmt": "2026-11-23T11:00:00", "modified_gmt": "2026-11-23T11:30:00",
    "guid": {"rendered": f"{SITE}/?p=4"}, "title": {"rendered": "Boats &#8220;return&#8221;"},
    "excerpt": {"rendered": "<p>They came back. [&hellip;]</p>\n"}, "content": {"rendered": "<p>The boats.</p>"},
    "_embedded": {
        "author": [{"name": "Ann Example"}],
        "wp:featuredmedia": [{
            "source_url": f"{SITE}/img/boats.jpg", "media_type": "image", "alt_text": "Boats at dawn",
            "caption": {"rendered": "<p>At dawn. Photo: A. Lens</p>"},
            "media_details": {"width": 1600, "height": 900, "sizes": {}},
        }],
        "wp:term": [
            [{"taxonomy": "category", "name": "World"}, {"taxonomy": "category", "name": "Uncategorized"}],
            [{"taxonomy": "post_tag", "name": "Ferries"}, {"taxonomy": "post_tag", "name": "Opinion"}],
        ],
    },
}  # fmt: skip
GHOST_POST = {
    "id": "6682b8a8e10cc04306284330", "uuid": "0e6f", "status": "published", "url": f"{LINK}/", "slug": "boats-return",
    "title": "Boats return", "custom_excerpt": "They came back.", "html": "<p>The boats.</p>", "email_only": False,
    "feature_image": f"{SITE}/img/boats.jpg", "feature_image_alt": "Boats at dawn",
    "feature_image_caption": "<i>At dawn.</i> Photo: A. Lens", "published_at": "2026-11-23T11:00:00.000Z",
    "updated_at": "2026-11-23T11:30:00.000Z", "authors": [{"name": "Ann Example"}], "primary_tag": {"name": "World"},
    "tags": [{"name": "World"}, {"name": "Ferries"}, {"name": "Opinion"}, {"name": "#front"},
             {"name": "lead", "visibility": "internal"}],
}  # fmt: skip


def webhook(current: Body, previous: Body | None = None, **more: Any) -> Body:
    """The body of a Ghost webhook."""
    return {"post": {"current": current, "previous": previous or {}}, **more}


STORY = {
    "url": LINK,
    "summary": "They came back.",
    "authors": ("Ann Example",),
    "tags": ("Ferries",),
    "labels": ("Opinion",),
    "published": NOON,
    "updated": NOON + timedelta(minutes=30),
    "embargo": None,
    "source": "cms",
    "withdrawn": "",
    "page_read": True,
}
FORMS = (
    pytest.param("json", OWN, STORY | {"title": "Boats return", "sections": ("News > World",), "language": "en-GB",
                 "correction": "An earlier version named another harbour.", "sensitive": True}, id="json"),
    pytest.param("wordpress", WORDPRESS, STORY | {"title": "Boats “return”", "sections": ("World",),
                 "summary": "They came back.…"}, id="wordpress"),
    pytest.param("wordpress", {"event": "published", "post": WORDPRESS}, STORY | {"title": "Boats “return”",
                 "sections": ("World",), "summary": "They came back.…"}, id="wordpress, wrapped"),
    pytest.param("ghost", webhook(GHOST_POST), STORY | {"title": "Boats return", "sections": ("World",),
                 "url": f"{LINK}/"}, id="ghost"),
)  # fmt: skip


@pytest.mark.parametrize(("form", "body", "wanted"), FORMS)
def test_a_push_becomes_an_article(form: str, body: Body, wanted: Body) -> None:
    """Every form brings the same facts of the same story, with its photo and what the photo shows."""
    found = only(form, body)
    assert {name: getattr(found, name) for name in wanted} == wanted
    [photo] = found.photos
    assert (photo.url, photo.alt, photo.credit) == (f"{SITE}/img/boats.jpg", "Boats at dawn", "A. Lens")
    assert photo.caption.startswith("At dawn")
    assert not given_by(form, body).whole


def test_our_own_form_tells_all_of_a_photo() -> None:
    """Size, focus and terms of use are kept as they were sent."""
    [photo] = only("json", OWN).photos
    wanted = Photo(photo.url, photo.alt, "At dawn", "A. Lens", 1600, 900, (0.5, 0.25), "Online only")
    assert photo == wanted


GUIDS = {
    "json": "4711",
    "wordpress": f"{SITE}/?p=4",
    "ghost": "6682b8a8e10cc04306284330",
}


@pytest.mark.parametrize(("form", "body", "_wanted"), FORMS)
def test_a_push_and_the_feed_make_one_story(form: str, body: Body, _wanted: Body) -> None:
    """The keys of a push are those of the same article in the site's feed, whose GUID is no permalink."""
    guid = GUIDS[form]
    item = f'<title>Boats</title><link>{LINK}/</link><guid isPermaLink="false">{guid}</guid>'
    [listed] = read(rss(item), Source("feed", f"{SITE}/feed/")).articles
    assert {key.key for key in only(form, body).keys} == {key.key for key in listed.keys}


# ---------------------------------------------------------------------------------------------- states

AHEAD = LATER.strftime("%Y-%m-%dT%H:%M:%S")
WITHDRAWN = (
    pytest.param("json", {"event": "withdrawn", "article": {"url": LINK, "id": 4711, "reason": "Wrong"}}, "Wrong",
                 id="json"),
    *(pytest.param("wordpress", WORDPRESS | {"status": state, "link": f"{SITE}/?p=4", "title": {"rendered": ""}},
                   state, id=f"wordpress {state}") for state in ("trash", "draft", "private", "pending")),
    pytest.param("wordpress", {"event": "deleted", "post": WORDPRESS}, "trash", id="wordpress deleted"),
    pytest.param("wordpress", {"event": "withdrawn", "post": WORDPRESS | {"status": "archived"}}, "trash",
                 id="wordpress, a state of its own"),
    pytest.param("ghost", webhook(GHOST_POST | {"status": "draft", "url": f"{SITE}/p/0e6f/"}, {"status": "published"}),
                 "draft", id="ghost unpublished"),
    pytest.param("ghost", webhook({}, {name: GHOST_POST[name] for name in ("id", "slug", "title", "status")}),
                 "deleted", id="ghost deleted"),
)  # fmt: skip


@pytest.mark.parametrize(("form", "body", "word"), WITHDRAWN)
def test_what_was_taken_back_is_known_again(form: str, body: Body, word: str) -> None:
    """It shares a key with the article as it was published, says why, and no page is read for it."""
    there = {"json": OWN, "wordpress": WORDPRESS, "ghost": webhook(GHOST_POST)}[form]
    found = only(form, body)
    assert {key.key for key in found.keys} & {key.key for key in only(form, there).keys}
    assert word in found.withdrawn
    assert (found.page_read, found.embargo) == (True, None)


EMBARGOED = (
    pytest.param("json", {"event": "updated", "article": OWN["article"] | {"embargo": f"{AHEAD}Z"}}, LINK, id="json"),
    pytest.param("wordpress", WORDPRESS | {"status": "future", "date_gmt": AHEAD}, LINK, id="wordpress"),
    pytest.param("wordpress", WORDPRESS | {"status": "future", "date_gmt": AHEAD, "link": f"{SITE}/?p=4",
                 "permalink_template": f"{SITE}/2026/11/%postname%/"}, f"{LINK}/", id="wordpress, edit context"),
    pytest.param("ghost", webhook(GHOST_POST | {"status": "scheduled", "published_at": f"{AHEAD}.000Z"}), f"{LINK}/",
                 id="ghost"),
)  # fmt: skip


@pytest.mark.parametrize(("form", "body", "link"), EMBARGOED)
def test_what_is_scheduled_waits(form: str, body: Body, link: str) -> None:
    """A date to come is an embargo, and the address is the one that the article will have."""
    found = only(form, body)
    assert found.embargo == LATER.replace(microsecond=0)
    assert found.url == link


SKIPPED = (
    pytest.param(GHOST_POST | {"status": "sent"}, ghost.BY_MAIL, id="a newsletter"),
    pytest.param(GHOST_POST | {"email_only": True}, ghost.BY_MAIL, id="for mail alone"),
    pytest.param(GHOST_POST | {"status": "scheduled", "url": f"{SITE}/p/0e6f/"}, ghost.NO_ADDRESS, id="a preview"),
)


@pytest.mark.parametrize(("post", "why"), SKIPPED)
def test_what_is_no_article_is_left_out(post: Body, why: str) -> None:
    """What nobody can open is not posted, and the answer says why."""
    assert given_by("ghost", webhook(post)) == Found((), (why,), whole=False)


@pytest.mark.parametrize("missing", ["photos", "published"])
def test_the_page_is_read_for_what_is_missing(missing: str) -> None:
    """Without a photo or a date the article's page is read as for a feed's item."""
    article = {name: value for name, value in OWN["article"].items() if name != missing}  # type: ignore[attr-defined]
    assert not only("json", {"event": "published", "article": article}).page_read


STUB = {name: WORDPRESS[name] for name in ("id", "link", "guid", "status", "date_gmt", "modified_gmt", "title")}
ODD = (
    pytest.param(STUB, 0, id="a stub"),
    pytest.param(STUB | {"_embedded": []}, 0, id="an empty array of PHP"),
    pytest.param(STUB | {"_embedded": {"author": [{"code": "rest_user_invalid_id"}],
                 "wp:featuredmedia": [{"code": "rest_forbidden"}], "wp:term": [{"code": "rest_invalid"}]}}, 0,
                 id="errors in their place"),
    pytest.param(STUB | {"_embedded": {"wp:featuredmedia": [{"source_url": f"{SITE}/a.jpg", "media_details": []}]}}, 1,
                 id="a photo without details"),
    pytest.param(STUB | {"_embedded": {"wp:featuredmedia": [{"source_url": f"{SITE}/a.jpg",
                 "media_details": {"width": "1600", "height": "auto"}}]}}, 1, id="sizes of a plugin"),
    pytest.param(STUB | {"_embedded": {"wp:featuredmedia": [{"source_url": f"{SITE}/a.mp4", "media_type": "file"}]}}, 0,
                 id="a film"),
)  # fmt: skip


@pytest.mark.parametrize(("post", "photos"), ODD)
def test_no_story_is_lost_for_what_stands_beside_it(post: Body, photos: int) -> None:
    """What WordPress and its plugins leave out or write oddly costs the photo at most; its page is read then."""
    found = only("wordpress", {"event": "scheduled", "post": post})
    assert (found.title, len(found.photos), found.page_read) == ("Boats “return”", photos, bool(photos))


def test_a_day_stays_a_day() -> None:
    """A date without an hour is kept as the newsroom wrote it."""
    body = {"event": "published", "article": {"url": LINK, "title": "Boats", "published": "2026-11-23"}}
    assert only("json", body).published == date(2026, 11, 23)


def test_several_articles_in_one_push() -> None:
    """They come in their order; an id that two of them carry is no key of either."""
    articles = [{"url": f"{LINK}-{n}", "title": f"Boats {n}", "id": "same"} for n in (1, 2)]
    found = given_by("json", {"event": "published", "articles": articles}).articles
    assert [one.keys for one in found] == [keys(f"{LINK}-1"), keys(f"{LINK}-2")]


def test_halves_of_characters_are_mended() -> None:
    """What no database could store does not get that far."""
    body = b'{"event": "published", "article": {"url": "https://news.example/a-b", "title": "Boats \\ud83d\\u0000"}}'
    [found] = push.read(Payload(body, f"{SITE}/", "utf-8", NOW), source("json"), BERLIN).articles
    assert found.title == "Boats ?"


# ---------------------------------------------------------------------------------------------- what does not fit


def own(**changed: Any) -> Body:
    """A push of ours with another article."""
    return {"event": "published", "article": {"url": LINK, "title": "Boats", **changed}}


UNFIT = (
    ("json", [], "body", "an object"),
    ("json", {"event": "gone", "article": {"url": LINK}}, "event", "published, updated or withdrawn"),
    ("json", {"event": "published"}, "article", "missing"),
    ("json", {"event": "published", "articles": []}, "article", "missing"),
    ("json", {"event": "published", "articles": [{"url": LINK, "title": "A"}, 4]}, "articles[1]", "an object"),
    ("json", {"event": "published", "articles": [{"url": LINK, "title": "A"}] * 2}, "articles[1].url", "twice"),
    ("json", {"event": "published", "articles": [{"url": f"{LINK}-{n}", "title": "A"} for n in range(101)]},
     "articles", "at most 100"),
    ("json", {"event": "published", "article": {"title": "Boats"}}, "article.url", "missing"),
    ("json", {"event": "withdrawn", "article": {"id": 4}}, "article.url", "missing"),
    ("json", own(url="/boats"), "article.url", "https://"),
    ("json", own(url=SITE), "article.url", "a path"),
    ("json", own(url="file:///etc/passwd"), "article.url", "https://"),
    ("json", own(title=" <b></b> "), "article.title", "missing"),
    ("json", own(title=7), "article.title", "found a number"),
    ("json", own(tags="Boats"), "article.tags", "found a text"),
    ("json", own(tags=["Boats", None]), "article.tags[1]", "a text"),
    ("json", own(sensitive="no"), "article.sensitive", "true or false"),
    ("json", own(published="yesterday"), "article.published", "a moment"),
    ("json", own(embargo="2026-11-24"), "article.embargo", "a moment"),
    ("json", own(updated=1764500000), "article.updated", "a text"),
    ("json", own(photos={}), "article.photos", "a list"),
    ("json", own(photos=[{"alt": "Boats"}]), "article.photos[0].url", "https://"),
    ("json", own(photos=[{"url": "data:image/png;base64,"}]), "article.photos[0].url", "https://"),
    ("json", own(photos=[{"url": "/a.jpg", "width": -1}]), "article.photos[0].width", "pixels"),
    ("json", own(photos=[{"url": "/a.jpg", "focus": [0.5, 2]}]), "article.photos[0].focus", "two numbers"),
    ("json", own(photos=[{"url": "/a.jpg", "focus": 0.5}]), "article.photos[0].focus", "two numbers"),
    ("wordpress", {"event": "published", "post": {}}, "post.status", "publish"),
    ("wordpress", WORDPRESS | {"title": {"rendered": ""}}, "title.rendered", "missing"),
    ("wordpress", WORDPRESS | {"title": "Boats"}, "title", "an object"),
    ("wordpress", WORDPRESS | {"link": f"{SITE}/"}, "link", "a path"),
    ("wordpress", WORDPRESS | {"_embedded": {"wp:term": [["World"]]}}, "_embedded.wp:term[0].terms[0]", "an object"),
    ("ghost", {"tag": {"current": {}}}, "post", "missing"),
    ("ghost", webhook(GHOST_POST | {"status": "unheard of"}), "post.current.status", "published"),
    ("ghost", webhook({}, {}), "post.previous.slug", "address"),
)  # fmt: skip


@pytest.mark.parametrize(("form", "body", "field", "words"), UNFIT, ids=[f"{one[0]} {one[2]}" for one in UNFIT])
def test_what_does_not_fit_is_named(form: str, body: Any, field: str, words: str) -> None:
    """The path of the member and what was expected; nothing is guessed."""
    error = refused(form, body)
    assert error.field == field
    assert words in error.message


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Bytes that are no JSON object are refused, never a crash."""
    with pytest.raises(push.Unfit, match="body: expected JSON"):
        push.read(Payload(body, f"{SITE}/", "utf-8", NOW), source("json"), BERLIN)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FULL = {"json": OWN, "wordpress": WORDPRESS, "ghost": webhook(GHOST_POST)}


@given(form=st.sampled_from(sorted(FULL)), name=st.text(max_size=3), junk=JUNK, data=st.data())
def test_whatever_stands_in_a_push_is_read_or_refused(form: str, name: str, junk: Any, data: st.DataObject) -> None:
    """A member replaced by anything at all gives an article or a named refusal."""
    body = json.loads(json.dumps(FULL[form]))
    inside = body.get("article") or (body["post"]["current"] if "post" in body else body)
    inside[data.draw(st.sampled_from(sorted(inside)))] = junk
    inside[name] = junk
    try:
        found = given_by(form, body).articles
    except push.Unfit:
        found = ()
    assert all(one.url.startswith("http") and one.keys for one in found)


# ---------------------------------------------------------------------------------------------- signatures

SECRET, BODY = "s3cret of the newsroom", b'{"event": "published"}'
# Made by `printf '1795442700.{"event": "published"}' | openssl dgst -sha256 -hmac 's3cret of the newsroom'`.
MAC = "7d5803f16f2f3cd942b27ff37fb9b4c10fb3d39cb6f56b53fa55bc04b7d4999f"
MAC_GHOST = "d0a15395a56af1fe13db71b75b1ffd9bb25547f84b567d93edf8b001aaf9e4ab"


def test_the_signature_is_the_documented_one() -> None:
    """Ours is made of the moment, a dot and the body; Ghost's of the body and the moment in milliseconds."""
    assert signing.sign("json", SECRET, BODY, NOW) == f"t=1795442700,v1={MAC}"
    assert signing.sign("ghost", SECRET, BODY, NOW) == f"sha256={MAC_GHOST}, t=1795442700000"


@pytest.mark.parametrize("form", sorted(signing.HEADERS))
@pytest.mark.parametrize("off", [-300, -1, 0, 299])
def test_a_signature_holds_for_five_minutes(form: str, off: int) -> None:
    """Either way; and each push has a digest of its own."""
    signed = signing.sign(form, SECRET, BODY, NOW + timedelta(seconds=off))
    digest = signing.proof(form, signed, SECRET, BODY, NOW)
    assert len(digest) == 64
    later = signing.sign(form, SECRET, BODY, NOW + timedelta(seconds=off + 1))
    assert digest != signing.proof(form, later, SECRET, BODY, NOW + timedelta(seconds=1))


FORGED = (
    ("none", lambda form: "", SECRET, BODY, "missing"),
    ("junk", lambda form: "what", SECRET, BODY, "no moment"),
    ("no moment", lambda form: f"v1={MAC},sha256={MAC}", SECRET, BODY, "no moment"),
    ("a moment beyond all", lambda form: f"t={'9' * 30},v1={MAC}", SECRET, BODY, "no moment"),
    ("no digest", lambda form: "t=1795442700", SECRET, BODY, "wrong"),
    ("another digest", lambda form: f"t=1795442700,v1={'0' * 64},sha256={'0' * 64}", SECRET, BODY, "wrong"),
    ("not ASCII", lambda form: "t=1795442700,v1=\xe9,sha256=\xe9", SECRET, BODY, "wrong"),
    ("another body", lambda form: signing.sign(form, SECRET, b"{}", NOW), SECRET, BODY, "wrong"),
    ("another secret", lambda form: signing.sign(form, "guess", BODY, NOW), SECRET, BODY, "wrong"),
    ("too old", lambda form: signing.sign(form, SECRET, BODY, NOW - timedelta(seconds=301)), SECRET, BODY, "too old"),
    ("too new", lambda form: signing.sign(form, SECRET, BODY, NOW + timedelta(seconds=302)), SECRET, BODY, "too new"),
)


@pytest.mark.parametrize("form", sorted(signing.HEADERS))
@pytest.mark.parametrize(("made", "secret", "body", "words"), [one[1:] for one in FORGED], ids=[x[0] for x in FORGED])
def test_a_forged_push_is_refused(form: str, made: Any, secret: str, body: bytes, words: str) -> None:
    """Whatever is wrong about its signature, the refusal says so, and never what would be right."""
    with pytest.raises(signing.Forged, match=words) as error:
        signing.proof(form, made(form), secret, body, NOW)
    assert secret not in str(error.value)


def test_ghosts_before_5_87_1_are_refused() -> None:
    """They sign no moment, so that their pushes could be sent again for ever."""
    import hashlib
    import hmac

    old = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    with pytest.raises(signing.Forged):
        signing.proof("ghost", f"sha256={old}, t={int(NOW.timestamp() * 1000)}", SECRET, BODY, NOW)


def test_two_signatures_while_the_secret_is_changed() -> None:
    """One of several that holds is enough."""
    good = signing.sign("json", SECRET, BODY, NOW)
    assert signing.proof("json", good.replace(",", f",v1={'0' * 64},"), SECRET, BODY, NOW)


def test_a_push_is_never_polled() -> None:
    """Of the types only those that are asked are polled; one that nobody knows is asked, and fails loudly."""
    kinds = [Source(name, SITE, type=name) for name in (*TYPES, "unheard-of")]
    assert [one.name for one in polled(kinds)] == [name for name in (*TYPES, "unheard-of") if name != "push"]
