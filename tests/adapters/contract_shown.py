"""The contract, third part: what `shown` and `budget` promise, and what a receipt tells of the answer."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.adapters import Adapter
from syndicator.adapters.matching import pick
from syndicator.errors import DeliveryError, LookError
from syndicator.models import Shown

from .contract_base import NONE, SINCE, Base, Go
from .places import LINK, NetworkPlace, Place, make

OTHER = "https://news.example.com/local/2026/market-square"
MANY = 120  # more than any network gives at once


def listed(adapter: Adapter, since: timedelta = SINCE) -> list[Shown]:
    """`shown` over the last minutes."""
    return adapter.shown(datetime.now(UTC) - since)


class Listing(Base):
    """What holds for every adapter's `shown`."""

    def test_shown_is_empty_at_first(self, adapter: Adapter) -> None:
        """An account without posts shows none."""
        assert listed(adapter) == []

    @pytest.mark.parametrize(
        "text", ["Profit & loss: 3 < 4", "Two lines\nand a third\n\nafter a gap", "港の再開 👩🏽‍🚀"]
    )
    def test_shown_lists_ours_and_others(self, place: Place, adapter: Adapter, text: str) -> None:
        """Ours and a post typed by hand are there with their texts and the full addresses of their links."""
        place.hand_post("Typed by hand", OTHER)
        post = make(adapter.features, text)
        receipt = adapter.publish(post, Go(place))
        found = {one.receipt.remote_id: one for one in listed(adapter)}
        mine = found.pop(receipt.remote_id)
        (other,) = found.values()
        assert (mine.receipt, mine.text) == (receipt, post.text)
        assert LINK in mine.links
        assert "Typed by hand" in other.text
        assert OTHER in other.links

    def test_one_listing_serves_all(self, place: Place, adapter: Adapter) -> None:
        """Each of several posts is found in one listing, and one that is not there is not."""
        posts = [make(adapter.features, f"Story {word}") for word in ("one", "two", "three")]
        receipts = [adapter.publish(post, Go(place)) for post in posts]
        shown = listed(adapter)
        assert [pick(post, shown, NONE) for post in posts] == receipts
        assert pick(make(adapter.features, "Absent", OTHER), shown, NONE) is None
        assert pick(posts[0], shown, frozenset(one.remote_id for one in receipts)) is None

    def test_shown_reads_every_page(self, place: Place, adapter: Adapter) -> None:
        """More posts than a page holds are all listed, newest first, each once."""
        for number in range(MANY):
            place.hand_post(f"Number {number}", "")
        assert [one.text for one in listed(adapter)] == [f"Number {number}" for number in reversed(range(MANY))]

    def test_shown_honours_since(self, place: Place, adapter: Adapter) -> None:
        """What was posted before the window is not listed."""
        place.hand_post("Typed by hand", OTHER)
        assert listed(adapter, -timedelta(hours=1)) == []

    def test_retracted_posts_are_not_shown(self, place: Place, adapter: Adapter) -> None:
        """What is gone is not listed."""
        adapter.retract(adapter.publish(make(adapter.features), Go(place)))
        assert listed(adapter) == []

    @pytest.mark.parametrize("kind", ["500-before", "hangup-before", "rubbish", "empty", "truncated", "401", "429"])
    def test_shown_fails_aloud(self, place: Place, adapter: Adapter, kind: str) -> None:
        """A listing that could not be read is never an empty one."""
        adapter.publish(make(adapter.features), Go(place))
        place.fault(kind, on="find", times=9)
        with pytest.raises(LookError) as caught:
            listed(adapter)
        assert (caught.value.until is not None) == (kind == "429")

    def test_receipt_tells_the_answer(self, place: Place, adapter: Adapter) -> None:
        """A receipt of `publish` carries the status of the publishing answer."""
        assert adapter.publish(make(adapter.features), Go(place)).http_status in {200, 201}


class Budgeting(Base):
    """What holds for the limits of every network with sockets."""

    budget = (0, 0)  # of how many posts how many are left after the first

    def test_budget_after_a_publish(self, place: Place, adapter: Adapter) -> None:
        """The headers of the publishing answer tell the limit, what is left of it, and until when."""
        listed(adapter)
        adapter.verify()
        unknown = adapter.budget
        adapter.publish(make(adapter.features), Go(place))
        told = adapter.budget
        assert unknown is None
        assert told is not None
        assert (told.limit, told.left) == self.budget
        assert datetime.now(UTC) < told.resets <= datetime.now(UTC) + timedelta(days=1)

    def test_budget_used_up(self, place: Place, adapter: Adapter) -> None:
        """A refusal for the limit leaves nothing; one that tells no numbers changes nothing."""
        place.fault("429")
        with pytest.raises(DeliveryError):
            adapter.publish(make(adapter.features), Go(place))
        told = adapter.budget
        assert told is not None
        assert told.left == 0
        place.fault("hangup-before")
        with pytest.raises(DeliveryError):
            adapter.publish(make(adapter.features), Go(place))
        assert adapter.budget == told


class Paging(Base):
    """What holds where a listing has pages."""

    @pytest.mark.parametrize("kind", ["500-before", "hangup-before", "rubbish", "empty", "truncated", "429"])
    def test_second_page_fails_aloud(self, place: NetworkPlace, kind: str) -> None:
        """When the first page can be read and a later one cannot, nothing is listed."""
        for number in range(MANY):
            place.hand_post(f"Number {number}", "")
        adapter = place.adapter()
        adapter.verify()
        place.after_each_answer(adapter, lambda: place.fault(kind, on="find"))
        before = place.ops().count("find")
        with pytest.raises(LookError):
            listed(adapter)
        assert place.ops().count("find") == before + 2

    def test_find_stops_where_shown_goes_on(self, place: Place, adapter: Adapter) -> None:
        """`find` asks no further than the page that holds the post."""
        for number in range(MANY):
            place.hand_post(f"Number {number}", "")
        post = make(adapter.features)
        adapter.publish(post, Go(place))
        assert self.look(adapter, post) is not None
        assert place.ops().count("find") == 1
        assert len(listed(adapter)) == MANY + 1
        assert place.ops().count("find") >= 3
