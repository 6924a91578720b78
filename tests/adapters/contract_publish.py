"""The contract, first part: what `publish` promises."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.adapters import Adapter
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Withheld,
)
from syndicator.text import measure

from .contract_base import Base, Go
from .places import LINK, Place, make, photo

LOST = ("500-before", "500-after", "hangup-before", "hangup-after", "rubbish", "empty", "truncated")
TEXTS = (
    "Harbour reopens",
    "Profit & loss: 3 < 4 > 2, \"quoted\" &amp; 'so'",
    "Two lines\nand a third\n\nafter a gap",
    "Family 👨‍👩‍👧‍👦 at the 🏳️‍🌈 parade, 👩🏽‍🚀 waves",
    "🇺🇦🇪🇺🇩🇪 summit",
    "港の再開、二年ぶり。한국어 中文",
    "Hafen wieder geöffnet – „endlich“ … 50 % günstiger",
    "شارع البحر",
)


class Publishing(Base):
    """What holds for every adapter's `publish`."""

    def test_is_an_adapter(self, adapter: Adapter) -> None:
        """The adapter has every member of the protocol."""
        assert isinstance(adapter, Adapter)

    def test_limits_are_sane(self, adapter: Adapter) -> None:
        """Features hold numbers a post can be measured with."""
        features = adapter.features
        assert features.platform == self.platform
        assert features.label
        assert len(features.monogram) <= 2
        assert features.text_limit > 0
        assert 0 <= features.link_cost < features.text_limit
        assert features.images >= 1
        assert features.image_types
        assert features.settle >= timedelta(0)
        assert features.price.post_with_link >= features.price.post >= 0

    @pytest.mark.parametrize("text", TEXTS)
    def test_text_on_the_wire(self, place: Place, adapter: Adapter, text: str) -> None:
        """What readers see is the post's text, character for character, with its link."""
        post = make(adapter.features, text)
        receipt = adapter.publish(post, Go(place))
        (seen,) = place.posts()
        assert (seen.id, seen.text) == (receipt.remote_id, post.text)
        assert LINK in seen.links

    @pytest.mark.parametrize("text", TEXTS)
    def test_find_knows_the_text(self, place: Place, adapter: Adapter, text: str) -> None:
        """`find` recognises the post whatever the platform does to its characters."""
        post = make(adapter.features, text)
        assert self.look(adapter, post) is None
        receipt = adapter.publish(post, Go(place))
        assert self.look(adapter, post) == receipt

    def test_very_long_link(self, place: Place, adapter: Adapter) -> None:
        """A link of 2,000 characters goes out, or is refused as too long where links count as written."""
        link = "https://news.example.com/" + "a" * 1975
        post = make(adapter.features, "Long", link)
        fits = adapter.features.links != "text" or adapter.features.link_cost > 0
        if fits or len(post.text) <= adapter.features.text_limit:
            adapter.publish(post, Go(place))
            assert place.posts()[0].links == (link,)
        else:
            with pytest.raises(Rejected):
                adapter.publish(post, Go(place))

    @pytest.mark.parametrize("unit", ["a", "é", "港", "…", "&", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🇺🇦", "1️⃣"])
    def test_measured_as_the_platform_measures(self, place: Place, adapter: Adapter, unit: str) -> None:
        """The longest text that measures within the limit is taken, whatever it is made of."""
        low, high = 0, adapter.features.text_limit + 1
        while high - low > 1:
            middle = (low + high) // 2
            fits = measure(unit * middle, adapter.features).fits
            low, high = (middle, high) if fits else (low, middle)
        adapter.publish(make(adapter.features, unit * low, ""), Go(place))
        assert place.posts()[0].text == unit * low
        with pytest.raises(Rejected) as caught:
            adapter.publish(make(adapter.features, unit * (low + 1), ""), Go(place))
        assert caught.value.code == "too_long"

    def test_photo_and_alt_text_arrive(self, place: Place, adapter: Adapter) -> None:
        """The photo's bytes and its description reach the platform."""
        picture = photo('Crane & ship, "dawn" 🚢')
        adapter.publish(make(adapter.features, "With a photo", LINK, picture), Go(place))
        assert place.posts()[0].media == ((picture.sha256, picture.alt),)

    def test_without_link(self, place: Place, adapter: Adapter) -> None:
        """A post without a link goes out, and is found by its text alone."""
        post = make(adapter.features, "Good morning", "")
        receipt = adapter.publish(post, Go(place))
        assert place.posts()[0].text == "Good morning"
        assert self.look(adapter, post) == receipt

    @pytest.mark.parametrize("kind", ["", "500-before", "500-after", "429", "401", "rubbish"])
    @pytest.mark.parametrize("pictures", [0, 1])
    def test_go_once_just_before_the_last_request(self, place: Place, kind: str, pictures: int) -> None:
        """`go` is called once, right before the one publishing request, and nothing is sent after it."""
        adapter = place.adapter()
        go = Go(place)
        post = make(adapter.features, "Once", LINK, *[photo()] * pictures)
        if kind:
            place.fault(kind)
        try:
            adapter.publish(post, go)
        except DeliveryError:
            assert kind
        assert len(go.asked) == 1
        assert place.ops()[go.asked[0] :] == ["publish"]

    def test_nothing_is_sent_when_go_refuses(self, place: Place, adapter: Adapter) -> None:
        """Withheld comes back as it was raised, and nothing becomes public."""
        refusal = Withheld("stopped")
        with pytest.raises(Withheld) as caught:
            adapter.publish(make(adapter.features, "Never", LINK, photo()), Go(place, refusal))
        assert caught.value is refusal
        assert "publish" not in place.ops()
        assert place.posts() == []

    def test_what_else_go_raises_passes(self, place: Place, adapter: Adapter) -> None:
        """An error of the pipeline's own is not turned into one about the platform."""
        with pytest.raises(ZeroDivisionError):
            adapter.publish(make(adapter.features), Go(place, ZeroDivisionError()))
        assert place.posts() == []

    @pytest.mark.parametrize("kind", LOST)
    def test_lost_answers_are_unknown(self, place: Place, adapter: Adapter, kind: str) -> None:
        """Without proof that nothing is public the outcome is unknown, and `find` tells what happened."""
        post = make(adapter.features, "Maybe")
        place.fault(kind)
        with pytest.raises(OutcomeUnknown):
            adapter.publish(post, Go(place))
        found = self.look(adapter, post)
        assert [one.id for one in place.posts()] == ([found.remote_id] if found else [])
        assert not kind.endswith("-after") or found

    @pytest.mark.parametrize("kind", ["429", "429-bare"])
    def test_too_many_requests(self, place: Place, adapter: Adapter, kind: str) -> None:
        """A limit gives an aware time in the future, also when the platform names none."""
        place.fault(kind)
        with pytest.raises(RateLimited) as caught:
            adapter.publish(make(adapter.features), Go(place))
        assert caught.value.until > datetime.now(UTC)
        assert caught.value.until < datetime.now(UTC) + timedelta(days=2)
        assert place.posts() == []

    @pytest.mark.parametrize("kind", ["401", "403"])
    def test_refused_accounts(self, place: Place, adapter: Adapter, kind: str) -> None:
        """A dead token and a lost permission are the account's matter, not the post's."""
        place.fault(kind)
        with pytest.raises(AccountRefused):
            adapter.publish(make(adapter.features), Go(place))
        assert place.posts() == []

    def test_too_long(self, place: Place, adapter: Adapter) -> None:
        """A text over the limit is refused for good, with a code that says so."""
        with pytest.raises(Rejected) as caught:
            adapter.publish(make(adapter.features, "x" * (adapter.features.text_limit + 1), ""), Go(place))
        assert caught.value.code == "too_long"
        assert place.posts() == []

    def test_duplicate_is_unknown(self, place: Place, adapter: Adapter) -> None:
        """Being told "you posted this already" proves nothing about which post it was."""
        if adapter.features.idempotency != "none":
            pytest.skip("the platform has keys of its own")
        place.fault("duplicate")
        with pytest.raises(OutcomeUnknown) as caught:
            adapter.publish(make(adapter.features), Go(place))
        assert caught.value.code == "duplicate"

    @pytest.mark.parametrize("kind", ["500-before", "rubbish", "hangup-after", "429", "401"])
    def test_failed_upload(self, place: Place, adapter: Adapter, kind: str) -> None:
        """What goes wrong before `go` leaves nothing public, and says so."""
        if not self.uploads:
            pytest.skip("the photo travels in the publishing request")
        place.fault(kind, on="upload")
        go = Go(place)
        with pytest.raises((MediaRefused, Unavailable, RateLimited, AccountRefused)):
            adapter.publish(make(adapter.features, "Photo", LINK, photo()), go)
        assert go.asked == []
        assert place.posts() == []

    def test_same_key_same_post(self, place: Place, adapter: Adapter) -> None:
        """Where the platform has keys, the same delivery twice is one post with one receipt."""
        if adapter.features.idempotency == "none":
            pytest.skip("the platform has no keys")
        post = make(adapter.features)
        first = adapter.publish(post, Go(place))
        assert place.adapter().publish(post, Go(place)) == first
        assert len(place.posts()) == 1
