"""Sources that are no feeds, from the command line: checked, polled and previewed."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.desk import Desk, account
from tests.sources.newsroom_server import Newsroom, newsroom, reply

SECTION = b'<main><h2><a href="/world/boats-return">Boats</a></h2><h2>Words</h2></main>'
INDEX = "<sitemapindex><sitemap><loc>{0}/a.xml</loc></sitemap><sitemap><loc>{0}/b.xml</loc></sitemap></sitemapindex>"


@pytest.fixture
def site() -> Iterator[Newsroom]:
    """A site with a section page, an index and one article."""
    with newsroom() as server:
        server.pages |= {
            "/world": reply(200, SECTION),
            "/index.xml": reply(200, INDEX.format(server.url("")).encode()),
            "/a.xml": reply(
                200, f"<urlset><url><loc>{server.url('/world/boats-return')}</loc></url></urlset>".encode()
            ),
            "/world/boats-return": reply(200, b"<h1>Boats Return</h1>", Content_Type="text/html"),
        }
        yield server


def source(site: Newsroom, name: str, kind: str, path: str, more: str = "") -> str:
    """The table of a source."""
    return f'[sources.{name}]\ntype = "{kind}"\nurl = "{site.url(path)}"\nallow_private = true\n{more}'


@pytest.fixture
def news(desk: Desk, site: Newsroom) -> Desk:
    """A desk with both."""
    section = source(site, "section", "page", "/world", 'select = "main h2"')
    desk.configure(section, source(site, "index", "sitemap", "/index.xml"), account("one", desk.folder))
    return desk


def checked(desk: Desk) -> dict[str, tuple[str, str]]:
    """What `check` says of each source: result and detail."""
    lines = json.loads(desk.call("check", "--format", "json").out)
    return {one["name"]: (one["result"], one["detail"]) for one in lines if one["what"] == "source"}


def test_check_reads_them(news: Desk) -> None:
    """What could not be used is a warning."""
    found = checked(news)
    assert found["section"] == ("warn", "1 articles; 1 skipped: Match 2 (Words) has no link.")
    assert found["index"][0] == "warn"
    assert "/b.xml answered 404" in found["index"][1]


@pytest.mark.parametrize(
    ("select", "said"), [("h2 >", "is not a CSS selector"), ("main h3 a", "matches nothing there")]
)
def test_check_refuses_a_selector(desk: Desk, site: Newsroom, select: str, said: str) -> None:
    """It names the key and the source, and what to mend."""
    section = source(site, "section", "page", "/world", f'select = "{select}"')
    desk.configure(section, account("one", desk.folder))
    done = desk.call("check")
    assert done.code == 1
    assert f"sources.section.select = “{select}” {said}" in done.err
    assert "Mend [sources.section]" in done.err


def test_check_says_when_nothing_is_fresh(desk: Desk, site: Newsroom) -> None:
    """An old sitemap is not broken."""
    old = f"<urlset><url><loc>{site.url('/world/x-y')}</loc><lastmod>2020-01-01</lastmod></url></urlset>"
    site.pages["/old.xml"] = reply(200, old.encode())
    desk.configure(source(site, "old", "sitemap", "/old.xml", 'fresh = "3d"'), account("one", desk.folder))
    assert checked(desk)["old"] == ("warn", "answers, but has no articles of the last 3d")


def test_a_poll_and_a_preview(news: Desk, site: Newsroom) -> None:
    """Polled by their names; the preview has the page's headline though only the link's words are stored."""
    polled = {one["name"]: one for one in json.loads(news.ok("sources", "poll", "--format", "json"))}
    assert {name: (one["articles"], one["error"]) for name, one in polled.items()} == {
        "section": (1, None),
        "index": (1, None),
    }
    told = news.ok("preview", site.url("/world/boats-return"))
    assert "title:        Boats Return" in told
    added = news.ok("queue", "add", site.url("/world/boats-return"))
    assert "post 1 on one: queued" in added
    assert json.loads(news.ok("queue", "show", 1, "--format", "json"))["title"] == "Boats Return"
