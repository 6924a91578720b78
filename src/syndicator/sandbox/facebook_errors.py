"""Errors as the Graph API words them. Source: developers.facebook.com/docs/graph-api/guides/error-handling, read
2026-11.
"""

from collections.abc import Mapping
from typing import Any

from syndicator.sandbox.network import Answer

JSON_TYPE = "application/json; charset=UTF-8"
USAGE = {"X-App-Usage": '{"call_count":1,"total_cputime":0,"total_time":1}', "facebook-api-version": "v26.0"}
CODES: Mapping[int, tuple[int, str, str]] = {
    1: (500, "OAuthException", "An unknown error occurred"),
    2: (500, "OAuthException", "Service temporarily unavailable"),
    4: (403, "OAuthException", "(#4) Application request limit reached"),
    32: (403, "OAuthException", "(#32) Page request limit reached"),
    100: (400, "OAuthException", "(#100) Invalid parameter"),
    190: (401, "OAuthException", "Invalid OAuth access token - Cannot parse access token"),
    200: (403, "OAuthException", "(#200) The user does not have permission to publish on this page"),
    324: (400, "OAuthException", "(#324) Missing or invalid image file"),
    341: (403, "OAuthException", "(#341) Feed action request limit reached"),
    368: (403, "OAuthException", "(#368) The action attempted has been deemed abusive or is otherwise disallowed"),
    506: (400, "FacebookApiException", "(#506) Duplicate status message"),
    803: (404, "OAuthException", "(#803) Some of the aliases you requested do not exist"),
}
KINDS = {"500": 2, "401": 190, "expired": 190, "403": 200, "404": 803, "429": 32, "duplicate": 506, "bad_media": 324}


def graph_error(code: int, message: str = "", subcode: int = 0, status: int = 0) -> Answer:
    """An error as Graph words it; `code` is one of CODES."""
    usual, kind, words = CODES[code]
    error: dict[str, Any] = {"message": message or words, "type": kind, "code": code}
    if subcode:
        error["error_subcode"] = subcode
    error |= {"is_transient": code in (2, 4, 32), "fbtrace_id": "ASandboxTrace0000000000"}
    return Answer(status or usual, {"error": error}, USAGE, JSON_TYPE)
