"""Claiming and recording on a ledger with a long queue: what a post costs in the ledger, and whether it stays so."""

from datetime import UTC, datetime, timedelta
from time import process_time

from bench.children import folder
from bench.figures import Figure
from bench.many import many
from syndicator.ledger import Ending, Ledger
from syndicator.models import Outcome, Receipt
from syndicator.policy import Gate

EDGE = 1000  # posts at either end that are compared


def run(quick: bool) -> list[Figure]:
    """CPU of a claim and of a receipt, and of the last thousand against the first."""
    number = 3_000 if quick else 10_000
    with folder() as here:
        ledger = many(here / "ledger.db", number, ("main",), sent=False)
        claims, receipts = _all_sent(ledger, number)
        ledger.close()
    raw = f"CPU, mean of {number:,}, on disk with FULL"
    both = [one + other for one, other in zip(claims, receipts, strict=True)]
    first, last = sum(both[:EDGE]), sum(both[-EDGE:])
    ends = f"{first / EDGE * 1000:.2f} and {last / EDGE * 1000:.2f} ms"
    return [
        Figure("claim", sum(claims) / number * 1000, "ms", 3, raw),
        Figure("let out and record", sum(receipts) / number * 1000, "ms", 3, raw),
        Figure("last 1,000 against first 1,000", last / first, "×", 1.2, ends),
    ]


def _all_sent(ledger: Ledger, number: int) -> tuple[list[float], list[float]]:
    """Seconds of CPU of each claim, and of each request let out with its receipt."""
    claims, receipts, tries = [], [], ledger.attempts
    now, timeout = datetime.now(UTC), timedelta(seconds=30)
    for one in range(number):
        now += timedelta(minutes=5)
        started = process_time()
        claim = tries.claim("main", lambda *_: None, process="bench/1", actor="bench", timeout=timeout, now=now)
        claimed = process_time()
        if claim is None or isinstance(claim, Gate):
            raise RuntimeError(f"nothing to claim after {one} posts: {claim}")
        tries.let_out(claim, now)
        receipt = Receipt(f"r{one}", f"https://social.example/r{one}")
        tries.receive(
            claim.row.id, receipt, "receipt", actor="bench", now=now, claim=claim, ending=Ending(Outcome.SENT)
        )
        receipts.append(process_time() - claimed)
        claims.append(claimed - started)
    return claims, receipts
