"""Every error syndicator raises on purpose. A class is a decision: what is to be done, not what went wrong."""

from datetime import datetime


class SyndicatorError(Exception):
    """Something a person can read and mend. The message names the file, key or command that mends it."""


class ConfigError(SyndicatorError):
    """The configuration is wrong: refused at start, exit code 2. Names file, key and what was expected."""


class StoreError(SyndicatorError):
    """The ledger could not be read or written (full disk, lock, no permission). Nothing was half-recorded."""


class IllegalMove(SyndicatorError):
    """The delivery's state does not allow this verb."""


class Stale(SyndicatorError):
    """Somebody was faster: the row moved, or has another version than the one that was named."""


class RenderError(SyndicatorError):
    """The template is wrong, or its shortest version does not fit the platform."""


class FetchError(SyndicatorError):
    """An address of the newsroom could not be read.

    `status` is the HTTP status where there was an answer; `retry_at` (aware UTC) is set when the server asked
    for patience; `refused` is true when syndicator itself declined to go there (private address, wrong scheme).
    """

    def __init__(
        self, message: str, *, status: int | None = None, retry_at: datetime | None = None, refused: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_at = retry_at
        self.refused = refused


class PhotoError(SyndicatorError):
    """The photo cannot be had or used. Never a reason not to post: the post goes with a card or a link alone."""


class Withheld(SyndicatorError):
    """`go` said no: the request must not leave. Nothing was published by this attempt."""


class LookError(SyndicatorError):
    """`find` could not read the whole window: nothing is known about presence or absence.

    `until` (aware UTC) is set when the platform asked for patience.
    """

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class DeliveryError(SyndicatorError):
    """A publish that brought no receipt. Only the leaves below are raised.

    `code` is a short machine reason ("too_long"), the message one scrubbed sentence for a person,
    `http_status` and `request_id` the platform's, where it answered.
    """

    def __init__(
        self, message: str, *, code: str = "", http_status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.http_status = http_status
        self.request_id = request_id


class Rejected(DeliveryError):
    """Understood and refused: this post will never be taken as it is. Nothing is public."""


class MediaRefused(DeliveryError):
    """The photo was refused before the publishing request. The post can go without it."""


class AccountRefused(DeliveryError):
    """The account may not post now: token, permission, credits, suspension, usage cap. Nothing is public."""


class RateLimited(DeliveryError):
    """Nothing was published; come back at `until` (aware UTC)."""

    def __init__(
        self,
        message: str,
        *,
        until: datetime,
        code: str = "rate_limited",
        http_status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code, http_status=http_status, request_id=request_id)
        self.until = until


class Unavailable(DeliveryError):
    """PROOF that nothing was published: connection refused, unknown host, connect time-out, upload failed."""


class OutcomeUnknown(DeliveryError):
    """The post may be public. Never retried blindly."""
