"""The words everybody uses: they cannot be changed in passing, and their defaults are those the documentation names."""

import dataclasses
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from syndicator import errors, models
from syndicator.delivery import OUTCOMES
from syndicator.models import Account, Delivery, DeliveryRules, Features, Media, Outcome, Policy, Status, Wanted

TYPES = [kind for kind in vars(models).values() if isinstance(kind, type) and dataclasses.is_dataclass(kind)]
FEATURES = Features("memory", "Memory", "y", "codepoints", 300, images=4)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_frozen_and_slotted(kind: type) -> None:
    """Every type is frozen and slotted: nobody changes in passing what another has read."""
    blank: object = object.__new__(kind)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(blank, dataclasses.fields(kind)[0].name, "changed")
    assert not hasattr(blank, "__dict__")


@pytest.mark.parametrize(("kind", "count"), [(Status, 10), (Wanted, 2), (Outcome, 9), (models.ArticleState, 4)])
def test_names_in_the_ledger(kind: type[StrEnum], count: int) -> None:
    """A state is stored and shown under its lower-case name."""
    assert len(kind) == count
    assert all(str(one) == one.name.lower() for one in kind)


def test_an_outcome_for_every_leaf() -> None:
    """Each leaf of DeliveryError has an outcome of its own on the attempt; three more are ours."""
    assert set(OUTCOMES) == set(errors.DeliveryError.__subclasses__())
    assert set(Outcome) - set(OUTCOMES.values()) == {Outcome.SENT, Outcome.WITHHELD, Outcome.CRASHED}
    assert all(kind.__name__.lower().endswith(one.value.replace("_", "")) for kind, one in OUTCOMES.items())


def test_policy_defaults() -> None:
    """Without a word in the configuration a post waits ten minutes, lives a day, and twelve go in an hour."""
    expected = Policy(timedelta(minutes=10), timedelta(days=1), None, timedelta(0), 12, False, False, (), "warn")
    assert Policy() == expected == Account("a", "memory").policy


def test_delivery_defaults() -> None:
    """Without a word in the configuration a try has 30 seconds, eight tries are made, and unknowns are proved."""
    half = timedelta(seconds=30)
    expected = DeliveryRules(half, half, timedelta(hours=1), 8, None, "prove")
    assert DeliveryRules() == expected == Account("a", "memory").delivery


def test_new_delivery_is_wanted_and_untried() -> None:
    """A row begins wanted, without post, tries, looks or receipt, and is not frozen."""
    row = Delivery(1, "k", 2, "u", "publication", Status.QUEUED)
    assert (row.wanted, row.version, row.approved, row.attempt) == (Wanted.PUBLIC, 0, 0, None)
    assert (row.tries, row.requests, row.looks, row.clears, row.remote_id) == (0, 0, 0, 0, None)
    assert not (row.urgent or row.breaking or row.closed or row.frozen)


@pytest.mark.parametrize(
    ("limits", "changed"),
    [
        ({}, {}),
        ({"text_limit": 5000}, {"text_limit": 5000}),
        ({"text_limit": 5000, "images": 1, "polls": 4}, {"text_limit": 5000, "images": 1}),
        ({"polls": 4, "limited": 7}, {}),
        ({"text_limit": 0, "image_bytes": -1}, {}),
    ],
    ids=["none", "one", "some unknown", "all unknown", "not positive"],
)
def test_limits_of_the_server(limits: dict[str, int], changed: dict[str, int]) -> None:
    """The server's own positive numbers replace the defaults; names we do not know are passed over."""
    assert FEATURES.limited(limits) == dataclasses.replace(FEATURES, **changed)  # type: ignore[arg-type]
    assert FEATURES.text_limit == 300


def test_photo_bytes_are_not_its_identity() -> None:
    """Two media are the same by content hash and texts; their bytes are in no repr."""
    full, bare = (Media("0" * 64, "image/png", 2, 1, data=data) for data in (b"SECRETBYTES", b""))
    assert full == bare
    assert "SECRETBYTES" not in repr(full)


def test_moments_are_kept_as_given() -> None:
    """A time goes through a model unchanged, zone included."""
    now = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    row = Delivery(1, "k", 2, "u", "publication", Status.QUEUED, due=now)
    assert row.due is now
    assert dataclasses.replace(row, due=None).due is None
