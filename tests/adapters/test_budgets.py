"""What headers say of the limit on posts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.adapters.budgets import scarcest, usage, window
from syndicator.models import Budget

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=12)
EPOCH = str(int(LATER.timestamp()))


def told(limit: str, left: str, resets: str) -> dict[str, str]:
    """A window's headers."""
    return {"r-limit": limit, "r-remaining": left, "r-reset": resets}


@pytest.mark.parametrize(
    ("headers", "cost", "found"),
    [
        (told("300", "299", "2026-11-23T14:17:00.000000Z"), 1, Budget(300, 299, LATER)),
        (told("100", "0", EPOCH), 1, Budget(100, 0, LATER)),
        (told("5000", "4999", EPOCH), 2, Budget(2500, 2499, LATER)),
        (told("5000", "1", EPOCH), 2, Budget(2500, 0, LATER)),
        (told("100", "120", EPOCH), 1, Budget(100, 100, LATER)),
        (told(" 100 ", " 9 ", "720"), 1, Budget(100, 9, LATER)),
        (told("1", "1", EPOCH), 2, None),
        (told("0", "0", EPOCH), 1, None),
        (told("many", "9", EPOCH), 1, None),
        (told("100", "-1", EPOCH), 1, None),
        (told("100", "9.5", EPOCH), 1, None),
        (told("100", "9", "soon"), 1, None),
        (told("100", "9", ""), 1, None),
        (told("100", "9", "99999999999"), 1, None),
        (told("100", "9", "nan"), 1, None),
        ({"r-limit": "100", "r-reset": EPOCH}, 1, None),
        ({}, 1, None),
    ],
)
def test_window(headers: dict[str, str], cost: int, found: Budget | None) -> None:
    """Three numbers that can be read are a budget in posts; anything less is none."""
    assert window(headers, "r", cost, NOW) == found


DAY = NOW + timedelta(hours=20)


@pytest.mark.parametrize(
    ("budgets", "index"),
    [
        ([Budget(100, 50, LATER), Budget(10_000, 4_000, DAY)], 1),
        ([Budget(100, 30, LATER), Budget(10_000, 4_000, DAY)], 0),
        ([Budget(100, 0, LATER), Budget(10_000, 0, DAY)], 1),
        ([None, Budget(100, 30, LATER)], 1),
    ],
)
def test_scarcest(budgets: list[Budget | None], index: int) -> None:
    """The smallest share left counts, and of two that are used up the longer."""
    assert scarcest(budgets) == budgets[index]


def test_scarcest_of_none() -> None:
    """Nothing told is nothing known."""
    assert scarcest([None, None]) is None


HOUR = NOW + timedelta(hours=1)
APP: dict[str, Any] = {"call_count": 28, "total_cputime": 25, "total_time": 25}
PAGE: dict[str, Any] = {"type": "pages", "call_count": 20, "total_cputime": 61, "total_time": 25}


@pytest.mark.parametrize(
    ("app", "business", "found"),
    [
        (APP, None, Budget(100, 72, HOUR)),
        (None, {"7": [PAGE]}, Budget(100, 39, HOUR)),
        (APP, {"7": [PAGE], "8": [{**PAGE, "call_count": 90}]}, Budget(100, 10, HOUR)),
        (APP, {"7": [{**PAGE, "call_count": 140, "estimated_time_to_regain_access": 12}]}, Budget(100, 0, LATER)),
        (APP, {"7": [{**PAGE, "estimated_time_to_regain_access": 0}]}, Budget(100, 39, HOUR)),
        ({"call_count": "28"}, None, None),
        ({"call_count": -3}, None, None),
        ([APP], "7", None),
        (None, {"7": "rubbish", "8": [None, 3]}, None),
        ({}, {}, None),
        (None, None, None),
    ],
)
def test_usage(app: Any, business: Any, found: Budget | None) -> None:
    """The largest percentage anywhere counts; what is no percentage is none."""
    headers = {"x-app-usage": app, "x-business-use-case-usage": business}
    assert usage({name: json.dumps(value) for name, value in headers.items() if value is not None}, NOW) == found


RUBBISH = st.text(max_size=20) | st.floats().map(str) | st.integers().map(str) | st.datetimes().map(str)


@given(RUBBISH, RUBBISH, RUBBISH, st.integers(1, 3))
def test_any_window_can_be_read_or_not(limit: str, left: str, resets: str, cost: int) -> None:
    """Whatever the headers hold, there is a sensible budget or none, and no error."""
    found = window(told(limit, left, resets), "r", cost, NOW)
    assert found is None or (0 <= found.left <= found.limit > 0 and found.resets - NOW <= timedelta(days=2))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["7", "call_count", "estimated_time_to_regain_access"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON.map(json.dumps) | st.text(max_size=20), JSON.map(json.dumps))
def test_any_usage_can_be_read_or_not(app: str, business: str) -> None:
    """Whatever the usage headers hold, there is a sensible budget or none, and no error."""
    found = usage({"x-app-usage": app, "x-business-use-case-usage": business}, NOW)
    assert found is None or (0 <= found.left <= found.limit == 100 and NOW < found.resets <= NOW + timedelta(days=2))


@pytest.mark.parametrize("header", ["[" * 100_000, "1" * 5_000, "{"])
def test_hostile_usage(header: str) -> None:
    """What no parser takes says nothing."""
    assert usage({"x-app-usage": header}, NOW) is None
