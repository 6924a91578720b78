"""What a Page's answers tell beside the post: limits, the request's name, and posts as their readers see them."""

from datetime import UTC, datetime

import pytest

from .rawserver import answer, serving
from .test_facebook_page import OURS, POST, SHIM, a_page, told


@pytest.mark.parametrize(
    ("headers", "left", "minutes"),
    [
        ({"X_App_Usage": '{"call_count":28,"total_time":3}'}, 72, 60),
        (
            {
                "X_App_Usage": '{"call_count":28}',
                "X_Business_Use_Case_Usage": '{"7":[{"call_count":97,"estimated_time_to_regain_access":42}]}',
            },
            3,
            42,
        ),
        ({"X_App_Usage": "rubbish", "X_Business_Use_Case_Usage": "[]"}, None, 0),
        ({}, None, 0),
    ],
)
def test_budget_in_percent(headers: dict[str, str], left: int | None, minutes: int) -> None:
    """The largest share in use says what is left of a hundred; what cannot be read leaves the receipt as it is."""
    with serving(answer(told({"id": "7_42"}, 200, **headers))) as server:
        page = a_page(server)
        assert page.publish(POST, lambda: None) == OURS
    if left is None or page.budget is None:
        assert (left, page.budget) == (None, None)
    else:
        wait = page.budget.resets - datetime.now(UTC)
        assert (page.budget.limit, page.budget.left, round(wait.total_seconds() / 60)) == (100, left, minutes)


def test_receipt_names_the_request() -> None:
    """Facebook's own name for the request is kept."""
    with serving(answer(told({"id": "7_42"}, x_fb_trace_id="Tr4ce"))) as server:
        receipt = a_page(server).publish(POST, lambda: None)
    assert (receipt.http_status, receipt.request_id) == (200, "Tr4ce")


def test_shown_as_readers_see_it() -> None:
    """An attached link stands with its full address beside the text."""
    one = {"id": "7_42", "message": POST.text, "attachments": {"data": [{"url": SHIM}]}}
    with serving(answer(told({"data": [one]}))) as server:
        (found,) = a_page(server).shown(datetime.now(UTC))
    assert (found.receipt, found.text, found.links, found.key) == (OURS, POST.text, frozenset({SHIM, POST.link}), "")
