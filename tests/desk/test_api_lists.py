"""Lists of posts through the API: what they find, page by page, and what they refuse."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from syndicator import editorial
from tests.desk.machines import Refusing, machine, problem, refusing
from tests.desk.newsroom import Newsroom


@pytest.fixture
def wall(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """A screen on the wall: it reads."""
    with machine(newsroom, "wall", "read") as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[Refusing]:
    """One newsroom for all refusals."""
    with refusing(tmp_path_factory.mktemp("refusing"), hashed_password) as made:
        yield made


def test_every_post_comes_once_page_by_page(newsroom: Newsroom, wall: httpx.Client) -> None:
    """With `next` as `after` all posts come, none twice, and the last page has no `next`."""
    newsroom.many(5)
    found, after, pages = [], "", 0
    while after is not None:
        page = wall.get("deliveries", params={"limit": 6, **({"after": after} if after else {})}).json()
        found += [one["id"] for one in page["items"]]
        after, pages = page["next"], pages + 1
    assert sorted(found) == list(range(1, 21))
    assert pages == 4


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[Refusing]:
    """Two stories on four accounts: one post sent, one failed, one held by Anna."""
    with refusing(tmp_path_factory.mktemp("stories"), hashed_password) as made:
        ferry = made.newsroom.publish("ferry", "Ferry returns", sections=("Sport",))
        made.newsroom.sent(made.rows[0])
        made.newsroom.failed(made.rows[1])
        editorial.hold(made.newsroom.room, ferry[2].id, "person:anna", "checking")
        yield made


@pytest.mark.parametrize(("query", "number"), [
    ("", 8),
    ("account=mastodon", 2),
    ("account=mastodon&account=bluesky", 4),
    ("state=sent", 1),
    ("state=held&state=failed", 2),
    ("q=tunnel", 4),
    ("q=tunnel&account=mastodon", 1),
    ("q=%22%20OR%20*", 0),
    ("person=anna&state=held", 1),
    ("person=token%3Anobody", 0),
    ("source=world", 8),
    ("section=Sport", 4),
    ("from=-7d", 8),
    ("from=today&to=today", 8),
    ("to=2020-01-01", 0),
    ("from=2100-01-01T00:00:00Z", 0),
])  # fmt: skip
def test_filters_narrow_the_list(stories: Refusing, query: str, number: int) -> None:
    """Account, state, words, person, source, section and time narrow the list; words are words, whatever they are."""
    assert len(stories.client.get(f"deliveries?{query}").json()["items"]) == number


def test_the_history_has_stories_without_a_post(newsroom: Newsroom, wall: httpx.Client) -> None:
    """A story that no account takes is in the history with its reason, and counted; it is no post."""
    newsroom.publish("harbour")
    newsroom.publish("old", published=newsroom.room.clock() - timedelta(days=30))
    said = wall.get("history").json()
    assert said["posts"] == len([one for one in said["items"] if one["status"] != "none"])
    assert {one["article"] for one in said["items"]} == {1, 2}
    only = wall.get("history", params={"state": "none"}).json()
    assert all(one["label"] == "No post" and one["detail"] for one in only["items"])


@pytest.mark.parametrize(("query", "field"), [
    ("state=gone", "state.0"),
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("from=yesteryear", "from"),
    ("to=2026-02-30", "to"),
    ("from=2026-11-23T14:00:00", "from"),
    ("after=zzz", "after"),
    ("q=%00", "q"),
    ("acount=mastodon", "acount"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(shared: Refusing, query: str, field: str) -> None:
    """A state, time, cursor or filter there is not is refused, so that no list is longer than was meant."""
    refused = problem(shared.client.get(f"deliveries?{query}"), 422, "invalid")
    assert [one["field"] for one in refused["errors"]] == [field]
