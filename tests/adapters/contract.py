"""The contract of every adapter as tests: inherit `Contract`, or `NetworkContract` where there are sockets, and set
`platform`. A surprise in production goes in here first, then into the adapter.
"""

import logging
import re
import time
import traceback
from collections.abc import Iterator

import pytest

from syndicator.adapters import Adapter
from syndicator.errors import AccountRefused, DeliveryError, LookError, OutcomeUnknown, Unavailable
from syndicator.sandbox import Sandbox

from .contract_base import NONE, SINCE, Go
from .contract_publish import LOST, TEXTS, Publishing
from .contract_read import Reading
from .contract_shown import Budgeting, Listing, Paging
from .places import LINK, Place, SandboxPlace, closed_port, make, photo

__all__ = ["LOST", "NONE", "SINCE", "TEXTS", "Contract", "Go", "NetworkContract"]


class Contract(Publishing, Reading, Listing):
    """What holds for every adapter."""


class NetworkContract(Contract, Budgeting, Paging):
    """What holds beyond it where there are sockets and secrets."""

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        """The network under test, its own for each test: none sees another's posts or faults."""
        with Sandbox((self.platform,)) as box:
            yield SandboxPlace(box, self.platform)

    @pytest.mark.parametrize("kind", ["drip", "hang"])
    def test_deadline(self, place: Place, kind: str) -> None:
        """A server that drips or hangs ends the call at its deadline, with the outcome unknown."""
        adapter = place.adapter(seconds=1.0)
        post = make(adapter.features)
        place.fault(kind)
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            adapter.publish(post, Go(place))
        assert time.monotonic() - started < 1.9

    @pytest.mark.parametrize("on", ["find", "verify"])
    def test_deadline_of_reading(self, place: Place, on: str) -> None:
        """The deadline also bounds what only reads."""
        adapter = place.adapter(seconds=1.0)
        place.fault("drip", on=on, times=9)
        started = time.monotonic()
        with pytest.raises((LookError, Unavailable, OutcomeUnknown)):
            self.look(adapter, make(adapter.features)) if on == "find" else adapter.verify()
        assert time.monotonic() - started < 1.9

    def test_nothing_listening(self, place: Place) -> None:
        """Nobody at the address is proof that nothing was published."""
        adapter = place.adapter(base_url=closed_port())
        with pytest.raises(Unavailable):
            adapter.publish(make(adapter.features, "Photo", LINK, photo()), Go(place))
        with pytest.raises(Unavailable):
            adapter.publish(make(adapter.features), Go(place))
        with pytest.raises(Unavailable):
            adapter.verify()
        with pytest.raises(LookError):
            self.look(adapter, make(adapter.features))

    def test_errors_tell_the_status(self, place: Place, adapter: Adapter) -> None:
        """An error carries the platform's status and one line of words."""
        place.fault("401")
        with pytest.raises(AccountRefused) as caught:
            adapter.publish(make(adapter.features), Go(place))
        assert caught.value.http_status in {400, 401, 403}
        assert re.fullmatch(r".{5,500}", str(caught.value))

    def test_no_secret_leaks(self, place: Place, caplog: pytest.LogCaptureFixture) -> None:
        """No secret shows in a repr, an error with its traceback, or a log at DEBUG."""
        caplog.set_level(logging.DEBUG)
        adapter = place.adapter()
        told = [repr(adapter), repr(vars(adapter))]
        kinds = ("", "401", "429", "500-after", "rubbish", "hangup-after")
        for number, kind in enumerate(kinds):
            if kind:
                place.fault(kind, on="any")
            try:
                adapter.publish(make(adapter.features, f"Secret {number}", LINK, photo()), Go(place))
                self.look(adapter, make(adapter.features, f"Other {number}"))
                adapter.verify()
            except (DeliveryError, LookError) as error:
                told += [repr(error), *traceback.format_exception(error)]
        told += [record.getMessage() for record in caplog.records] + [caplog.text]
        assert not [secret for secret in place.secrets.values() if any(secret in words for words in told)]
