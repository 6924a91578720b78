"""The contract, second part: what `find`, `verify`, `locate` and `retract` promise."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.adapters import Adapter
from syndicator.errors import AccountRefused, DeliveryError, LookError, OutcomeUnknown, RateLimited, Unavailable

from .contract_base import NONE, Base, Go
from .places import LINK, Place, make


class Reading(Base):
    """What holds for every adapter beside `publish`."""

    def test_find_beside_a_hand_made_post(self, place: Place, adapter: Adapter) -> None:
        """A post somebody made of the same link is not taken for ours, before or after ours is there."""
        post = make(adapter.features, "Ours")
        place.hand_post("Look what we found", LINK)
        guess = self.look(adapter, post)
        assert guess is not None
        assert guess.probable
        receipt = adapter.publish(post, Go(place))
        place.hand_post("Once more", LINK)
        assert self.look(adapter, post) == receipt

    def test_find_skips_what_is_known(self, place: Place, adapter: Adapter) -> None:
        """A remote id that belongs to another delivery is passed over."""
        place.hand_post("Look what we found", LINK)
        known = frozenset(one.id for one in place.posts())
        assert self.look(adapter, make(adapter.features, "Ours"), known) is None

    def test_find_does_not_take_text_for_link(self, place: Place, adapter: Adapter) -> None:
        """The same words with another link are another post."""
        place.hand_post("Harbour reopens", "https://news.example.com/another")
        assert self.look(adapter, make(adapter.features)) is None

    def test_find_reads_every_page(self, place: Place, adapter: Adapter) -> None:
        """A post is found behind more posts than one page holds."""
        post = make(adapter.features, "First")
        receipt = adapter.publish(post, Go(place))
        for number in range(130):
            place.hand_post(f"Number {number}", "")
        assert self.look(adapter, post) == receipt
        assert self.look(adapter, make(adapter.features, "Absent", "https://news.example.com/absent")) is None

    def test_find_honours_since(self, place: Place, adapter: Adapter) -> None:
        """What was posted before the window is not looked at."""
        place.hand_post("Look what we found", LINK)
        later = datetime.now(UTC) + timedelta(hours=1)
        assert adapter.find(make(adapter.features, "Ours"), later, NONE) is None

    @pytest.mark.parametrize("kind", ["500-before", "hangup-before", "rubbish", "empty", "truncated", "401", "429"])
    def test_find_fails_aloud(self, place: Place, adapter: Adapter, kind: str) -> None:
        """A window that could not be read is never "absent"."""
        post = make(adapter.features)
        adapter.publish(post, Go(place))
        place.fault(kind, on="find", times=9)
        with pytest.raises(LookError) as caught:
            self.look(adapter, post)
        assert (caught.value.until is not None) == (kind == "429")

    def test_verify(self, place: Place, adapter: Adapter) -> None:
        """`verify` tells whose token it is and posts nothing."""
        found = adapter.verify()
        assert found.id == place.identity
        assert found.handle
        assert place.posts() == []

    @pytest.mark.parametrize(
        ("kind", "leaf"),
        [
            ("401", AccountRefused),
            ("403", AccountRefused),
            ("429", RateLimited),
            ("500-before", (Unavailable, OutcomeUnknown)),
            ("rubbish", (Unavailable, OutcomeUnknown)),
            ("empty", (Unavailable, OutcomeUnknown)),
            ("hangup-before", (Unavailable, OutcomeUnknown)),
        ],
    )
    def test_verify_fails_by_kind(
        self, place: Place, adapter: Adapter, kind: str, leaf: type[DeliveryError] | tuple[type[DeliveryError], ...]
    ) -> None:
        """`verify` tells a refused account from a network that cannot be asked."""
        place.fault(kind, on="verify", times=9)
        with pytest.raises(leaf):
            adapter.verify()

    def test_locate(self, place: Place, adapter: Adapter) -> None:
        """A permalink a person pastes leads back to the receipt."""
        receipt = adapter.publish(make(adapter.features), Go(place))
        assert receipt.permalink.startswith("https://")
        assert adapter.locate(receipt.permalink) == receipt
        assert adapter.locate(f"  {receipt.permalink}\n").remote_id == receipt.remote_id

    @pytest.mark.parametrize("wrong", ["", "rubbish", "https://elsewhere.example/status/1", "javascript:alert(1)"])
    def test_locate_refuses_others(self, adapter: Adapter, wrong: str) -> None:
        """An address that is no post of the platform is refused."""
        with pytest.raises(ValueError, match=r"."):
            adapter.locate(wrong)

    def test_retract(self, place: Place, adapter: Adapter) -> None:
        """A retracted post is gone; doing it again is no error."""
        receipt = adapter.publish(make(adapter.features), Go(place))
        adapter.retract(receipt)
        assert place.posts() == []
        adapter.retract(receipt)

    @pytest.mark.parametrize(
        ("kind", "leaf"),
        [("500-before", OutcomeUnknown), ("401", AccountRefused), ("429", RateLimited), ("rubbish", OutcomeUnknown)],
    )
    def test_retract_fails_by_kind(self, place: Place, adapter: Adapter, kind: str, leaf: type[DeliveryError]) -> None:
        """`retract` returns only on the platform's word."""
        receipt = adapter.publish(make(adapter.features), Go(place))
        place.fault(kind, on="retract", times=9)
        with pytest.raises(leaf):
            adapter.retract(receipt)
