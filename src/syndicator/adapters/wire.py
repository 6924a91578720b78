"""The way to a platform, shared by all adapters: one deadline for the whole call, no hidden retry, no redirect, no
secret in any message, and for every failure the answer to one question: can the post be public?

An adapter makes a `Wire`, gives `wire.session` to its SDK, and wraps each call:

    with self.wire.publishing(go) as call:
        upload()        # as many requests as it takes; a failure here is proof that nothing is public
        call.go()       # the pipeline's word; what it raises passes through untouched
        return create() # one request, on a fresh connection; a second one is refused before it leaves

`reading()` is for verify, `looking()` for find, `changing()` for retract (`call.go()` before its one request).
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from syndicator.adapters import Go
from syndicator.adapters.budgets import Reader
from syndicator.adapters.times import moment
from syndicator.adapters.transport import (
    Answer,
    AnswerLost,
    Call,
    Deadline,
    NotSent,
    Session,
    WatchedAdapter,
    current_call,
)
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    LookError,
    MediaRefused,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, Budget, Receipt

__all__ = [
    "Answer",
    "AnswerLost",
    "Call",
    "Deadline",
    "NotSent",
    "Session",
    "Translate",
    "Wire",
    "answered",
    "classify",
    "retry_time",
    "scrub",
]

WORDS_LIMIT = 500  # characters of a platform's words that are kept
PATIENCE = timedelta(minutes=15)  # when a platform says "too many" without saying until when


Translate = Callable[[Exception, Call], DeliveryError | None]
"""An adapter's table: the leaf an SDK's exception stands for, or None when only the wire can tell."""


class Wire:
    """An account's way to its platform. `host` is the SDK's fixed address, replaced by the account's `base_url`.

    `budget` is what the last publishing request whose headers said anything said of the limit, read by `reader`.
    """

    def __init__(
        self,
        account: Account,
        secrets: Iterable[str],
        translate: Translate,
        host: str = "",
        reader: Reader = lambda _: None,
    ) -> None:
        self.budget: Budget | None = None
        self.seconds = account.delivery.timeout.total_seconds()
        self.session = Session(WatchedAdapter(host, account.base_url, self.seconds))
        self._secrets = tuple(secrets)
        self._translate, self._reader = translate, reader
        hush()

    @contextmanager
    def publishing(self, go: Go | None) -> Iterator[Call]:
        """Whatever happens inside leaves as a leaf of DeliveryError, scrubbed, or as what `go` raised."""
        call = Call(self.seconds, go)
        token = current_call.set(call)
        try:
            yield call
        except Exception as error:
            if error is call.withheld or isinstance(error, LookError):
                raise
            raise self._leaf(error, call) from None  # the causes carry addresses and headers with tokens
        finally:
            current_call.reset(token)
            if go and call.sent and call.answer:
                self.budget = self._reader(call.answer.headers) or self.budget

    @contextmanager
    def changing(self, missing: Callable[[Answer], bool] = lambda _: False) -> Iterator[Call]:
        """For retract: as publishing, with nobody to ask; an answer that is `missing` ends the block without error."""
        with self.publishing(None) as call:
            try:
                yield call
            except Exception:
                if call.answer is None or not missing(call.answer):
                    raise

    @contextmanager
    def reading(self) -> Iterator[Call]:
        """For verify: a refused question is a refused account."""
        try:
            with self.publishing(None) as call:
                yield call
        except (Rejected, MediaRefused) as error:
            raise _copy(AccountRefused, error) from None

    @contextmanager
    def looking(self) -> Iterator[Call]:
        """For find: any failure is a LookError."""
        try:
            with self.publishing(None) as call:
                yield call
        except LookError as error:
            error.args = (scrub(str(error), self._secrets),)
            raise
        except DeliveryError as error:
            raise LookError(str(error), until=getattr(error, "until", None)) from None

    def _leaf(self, error: Exception, call: Call) -> DeliveryError:
        try:
            leaf = error if isinstance(error, DeliveryError) else self._translate(error, call)
        except Exception:  # noqa: BLE001 - an answer so strange that reading it fails is no proof of anything
            leaf = None
        leaf = leaf or classify(error, sent=call.sent)
        leaf.args = (scrub(str(leaf), self._secrets),)
        if call.answer is not None:
            leaf.http_status = leaf.http_status or call.answer.status
            leaf.request_id = leaf.request_id or call.answer.request_id
        return leaf


def answered(receipt: Receipt, call: Call) -> Receipt:
    """The receipt with status and request id of the call's last answer."""
    if call.answer is None:
        return receipt
    return replace(receipt, http_status=call.answer.status, request_id=call.answer.request_id)


def _copy(kind: type[DeliveryError], error: DeliveryError) -> DeliveryError:
    return kind(str(error), code=error.code, http_status=error.http_status, request_id=error.request_id)


# ---------------------------------------------------------------------------------------------- proof

_PROOF = frozenset(
    {
        "NotSent",
        "ConnectionRefusedError",
        "gaierror",
        "NameResolutionError",
        "NewConnectionError",
        "ConnectTimeoutError",  # urllib3
        "ConnectTimeout",  # requests and httpx
        "ConnectError",  # httpx: refused, unknown host or TLS failed before the request
        "PoolTimeout",  # httpx
    }
)


def classify(error: BaseException, *, sent: bool) -> DeliveryError:
    """Unavailable where the error, or what caused it, proves that nothing left; else OutcomeUnknown once `sent`.

    Exceptions are known by the names of their classes, so that no SDK is imported here. Before `sent` nothing can be
    public: Unavailable. The message is not scrubbed yet.
    """
    names = [cls.__name__ for cause in _causes(error) for cls in type(cause).__mro__]
    proven = "AnswerLost" not in names and not _PROOF.isdisjoint(names)
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if proven:
        return Unavailable(f"could not connect: {words}", code="not_connected")
    if sent:
        return OutcomeUnknown(f"the answer was lost: {words}", code="answer_lost")
    return Unavailable(f"no usable answer: {words}", code="not_sent")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies behind it, by cause, context, urllib3's `reason` and wrapped arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        context = None if one.__suppress_context__ else one.__context__
        behind = (one.__cause__ or context, getattr(one, "reason", None), *one.args)
        waiting.extend(found for found in behind if isinstance(found, BaseException))


# ---------------------------------------------------------------------------------------------- times


def retry_time(headers: Mapping[str, str], *names: str, now: datetime | None = None) -> datetime:
    """When to come back: the first header of `names` (then Retry-After) that can be read, as an aware UTC time.

    Understood are seconds from now, epoch seconds, ISO 8601 and HTTP dates. At least a second from `now` (default:
    the present), a quarter of an hour when nothing can be read.
    """
    now = now or datetime.now(UTC)
    for name in (*names, "retry-after"):
        found = moment(str(headers.get(name) or "").strip(), now)
        if found is not None:
            return max(found, now + timedelta(seconds=1))
    return now + PATIENCE


# ---------------------------------------------------------------------------------------------- secrets

_TOKEN = re.compile(
    r"""(?ix)
    (\b (?: \w*token\w* | appsecret_proof | client_secret | oauth_\w+ | \w*password | (?:api|consumer)_?(?:key|secret) )
      ["']? \s* [=:] \s* ["']? ) [^\s"'&,;)}\]]+
    | (\b authorization ["']? \s* [:=] \s* ) .*
    | (\b bearer \s+ ) [^\s"',;)}\]]+
    | () \b eyJ[\w-]{8,}\.[\w.-]+
    """
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """The text on one line of at most 500 characters, with `secrets` and whatever looks like a token as "[…]"."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        for form in {secret, quote(secret, safe="")} if len(secret) >= 4 else ():
            text = text.replace(form, "[…]")
    text = _TOKEN.sub(lambda found: "".join(part or "" for part in found.groups()) + "[…]", " ".join(text.split()))
    return text if len(text) <= WORDS_LIMIT else text[: WORDS_LIMIT - 1] + "…"


# What these write at DEBUG and INFO are headers, addresses and signature bases: all carry tokens. A filter holds for
# the logger it is on, not for those below it, hence the full names.
_TALKATIVE = (
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util.retry",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.common",
    "requests_oauthlib.oauth1_auth",
    "tweepy.client",
    "mastodon",
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.proxy",
)


def _quiet(record: logging.LogRecord) -> bool:
    record.msg, record.args = scrub(record.getMessage()), ()
    return record.levelno >= logging.WARNING


def hush() -> None:
    """Keep the libraries' DEBUG and INFO lines out of every log, and tokens out of the rest."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_quiet)
