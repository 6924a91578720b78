"""Questions about one article: preview, why, and adding it by its address."""

import json

import pytest

from syndicator.sandbox import Sandbox
from tests.cli.desk import Desk, account

FERRY = "harbour-ferry-returns"


@pytest.fixture
def news(desk: Desk, box: Sandbox) -> Desk:
    """A desk with the newsroom's feed."""
    feed = f'[sources.world]\nurl = "{box.newsroom.base}/feed.xml"\nallow_private = true'
    local = account("two", desk.folder, 'approval = true\nsections = ["Local"]')
    desk.configure(feed, account("one", desk.folder), local)
    return desk


def test_preview_shows_each_accounts_post(news: Desk, box: Sandbox) -> None:
    """Text, count, photo, alt text and the time of leaving are shown, and no row is made."""
    before = news.rows()
    told = news.ok("preview", box.newsroom.url(FERRY))
    for words in ("one (Memory)", " of 500, ", "1200 x 675", "white ferry", "leaves next", "held: waits for approval"):
        assert words in told
    assert news.rows() == before


def test_preview_needs_no_ledger(bare: Desk, box: Sandbox) -> None:
    """Before the first run an article can be previewed on one account; its ledger is not made."""
    feed = f'[sources.world]\nurl = "{box.newsroom.base}/feed.xml"\nallow_private = true'
    bare.configure(feed, account("one", bare.folder), account("two", bare.folder))
    told = bare.ok("preview", box.newsroom.url(FERRY), "--account", "two")
    assert ("two (Memory)" in told, "one (Memory)" in told, bare.ledger.exists()) == (True, False, False)


def test_preview_goes_on_after_a_bad_template(news: Desk, box: Sandbox) -> None:
    """An account whose post cannot be rendered is told, the others are shown, and the exit code is 1."""
    news.configure(news.file.read_text(), account("three", news.folder, 'template = "posts/three.j2"'), head="")
    news.template("three", "{{ article.nonsense }}")
    done = news.call("preview", box.newsroom.url(FERRY))
    assert (done.code, "three.j2:1" in done.err, "one (Memory)" in done.out) == (1, True, True)


def test_a_private_address_is_read_for_a_source_that_may(news: Desk, box: Sandbox) -> None:
    """Loopback pages are refused unless a configured source of that site is allowed there."""
    news.configure(account("one", news.folder))
    done = news.call("preview", box.newsroom.url(FERRY))
    assert (done.code, "private" in done.err) == (1, True)


def test_why_tells_state_and_rule(news: Desk, box: Sandbox) -> None:
    """An article is explained account by account: never seen, seen before the start, routed or not and why."""
    url = box.newsroom.url(FERRY)
    unknown = news.call("why", url)
    assert (unknown.code, "no source has carried" in unknown.err, "never" in unknown.err) == (1, True, True)
    news.ok("accounts", "verify")
    news.ok("sources", "poll")
    assert "never posted by itself (there before" in news.ok("why", url)
    news.ok("sources", "poll", "--backfill", 9)
    assert "about to be planned" in news.ok("why", url)
    news.call("run", "--once")
    told = news.ok("why", f"{url}?utm_source=letter")
    assert "by:           world" in told
    assert "held\trule:approval; waits for approval" in told
    other = news.ok("why", box.newsroom.url("explosion-at-grain-depot"))
    assert "two\t\tnone\tnot routed: takes only the sections Local" in other


def test_an_article_is_added_by_its_address(news: Desk, box: Sandbox) -> None:
    """An unknown article is read from its page, photo included, and queued; later calls add what is missing only."""
    url = box.newsroom.url(FERRY)
    assert "post 1 on one: queued" in news.ok("queue", "add", url, "--account", "one")
    entry = json.loads(news.ok("queue", "show", 1, "--format", "json"))
    assert (entry["title"][:13], len(entry["media"]), entry["article_url"]) == ("Harbour ferry", 1, url)
    again = news.ok("queue", "add", url, "--account", "one")
    assert "known: Harbour ferry" in again
    assert "post 1 on one: queued" in again
    assert "nothing was added" in again
    assert "post 2 on two" in news.ok("queue", "add", f"{url}?utm_medium=mail")
    assert "post 3 on one" in news.ok("queue", "add", url, "--account", "one", "--again", "anniversary")
    assert json.loads(news.ok("queue", "show", 3, "--format", "json"))["occasion"] == "repost-1"


def test_a_page_that_is_gone_is_told(news: Desk, box: Sandbox) -> None:
    """An address that answers 404 is not queued."""
    before = [line for line in news.rows() if '"accounts"' not in line]
    done = news.call("queue", "add", f"{box.newsroom.base}/articles/no-such-story")
    assert (done.code, "404" in done.err) == (1, True)
    assert [line for line in news.rows() if '"accounts"' not in line] == before


def test_why_tells_what_changed(news: Desk, box: Sandbox) -> None:
    """A changed headline and a withdrawal are told with when, before and after."""
    news.ok("accounts", "verify")
    news.ok("sources", "poll")
    url = box.newsroom.publish("late-bus", "Late buses return", "From Monday on.", photo=False)
    news.ok("run", "--once")
    box.newsroom.publish("late-bus", "Late buses return on Tuesday", "From Monday on.", photo=False)
    news.ok("run", "--once")
    box.newsroom.withdraw("late-bus")
    news.ok("run", "--once")
    news.ok("run", "--once")  # a story that is out is looked for a moment after it has left the feed
    told = news.ok("why", url)
    for words in ("headline", "Late buses return on Tuesday", "withdrawn", "410"):
        assert words in told


def test_split_wants_a_joined_article(news: Desk) -> None:
    """An article that is a story of its own cannot be parted from any; one that is not there neither."""
    assert news.call("queue", "split", "7").code == 1
    news.ok("accounts", "verify")
    news.ok("sources", "poll")
    done = news.call("queue", "split", "1")
    assert (done.code, "a story of its own" in done.err) == (1, True)
