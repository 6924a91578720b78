"""Errors are decisions: what each one carries, and which kinds there are."""

from datetime import UTC, datetime

import pytest

from syndicator import errors
from syndicator.errors import DeliveryError, FetchError, LookError, RateLimited, SyndicatorError

UNTIL = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LEAVES = {"Rejected", "MediaRefused", "AccountRefused", "RateLimited", "Unavailable", "OutcomeUnknown"}


def make(name: str, **values: object) -> DeliveryError:
    """One leaf of DeliveryError; a rate limit always says until when."""
    until = {"until": UNTIL} if name == "RateLimited" else {}
    error: DeliveryError = getattr(errors, name)("the platform said no", **until, **values)
    return error


def test_leaves_are_the_contract() -> None:
    """There are exactly six ways in which a publish can bring no receipt, and none has kinds of its own."""
    assert {leaf.__name__ for leaf in DeliveryError.__subclasses__()} == LEAVES
    assert not [kind for leaf in DeliveryError.__subclasses__() for kind in leaf.__subclasses__()]


def test_every_error_is_ours() -> None:
    """Whatever the module raises can be caught as a SyndicatorError, and as nothing built in besides Exception."""
    ours = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(ours) == 17
    assert all(issubclass(kind, SyndicatorError) for kind in ours)
    assert not any(issubclass(kind, (OSError, ValueError, LookupError)) for kind in ours)


def test_unclear_outcomes_are_not_proofs() -> None:
    """No leaf is a kind of another: proof that nothing is public is never mistaken for an open question."""
    kinds = DeliveryError.__subclasses__()
    assert not [(a, b) for a in kinds for b in kinds if a is not b and issubclass(a, b)]


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_leaf_carries_what_the_platform_said(name: str) -> None:
    """A leaf keeps its sentence, machine code, HTTP status and request id."""
    error = make(name, code="too_long", http_status=422, request_id="r-1")
    assert (str(error), error.code) == ("the platform said no", "too_long")
    assert (error.http_status, error.request_id) == (422, "r-1")


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_leaf_without_an_answer(name: str) -> None:
    """Where the platform did not answer there is no status and no request id."""
    error = make(name)
    assert (error.http_status, error.request_id) == (None, None)
    assert error.code == ("rate_limited" if name == "RateLimited" else "")


def test_rate_limit_says_until_when() -> None:
    """A rate limit names the time to come back, and cannot be raised without one."""
    assert RateLimited("slow down", until=UNTIL).until == UNTIL
    with pytest.raises(TypeError):
        RateLimited("slow down")  # type: ignore[call-arg]


def test_fetch_error_tells_refusals_of_both_sides_apart() -> None:
    """A fetch error says whether the server answered, when to come back, or that we declined to go."""
    plain, ours = FetchError("no answer"), FetchError("private address", refused=True)
    busy = FetchError("busy", status=503, retry_at=UNTIL)
    assert (str(plain), plain.status, plain.retry_at, plain.refused) == ("no answer", None, None, False)
    assert (ours.refused, busy.refused, busy.status, busy.retry_at) == (True, False, 503, UNTIL)


def test_look_error_may_name_a_time() -> None:
    """A look that failed says when the platform wants to be asked again, where it said so."""
    assert (LookError("page 2 is missing").until, LookError("limit", until=UNTIL).until) == (None, UNTIL)
