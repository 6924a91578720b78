"""`check`: everything that could fail, tried before it does. Reads only."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

import typer

from syndicator import sources
from syndicator.adapters import PLATFORMS
from syndicator.cli import pushes, show
from syndicator.cli.failures import FAILED, MISUSED, complain
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import ReadingLedger, configuration, readable, reading
from syndicator.compose import fetcher
from syndicator.config import format_duration
from syndicator.desk.health import of_hub
from syndicator.errors import ConfigError, RenderError, StoreError, SyndicatorError
from syndicator.fetch import PRIVATE
from syndicator.models import Account, AccountState, Identity, Source, SourceState
from syndicator.pipeline import hubs
from syndicator.room import Room

SOON = timedelta(days=14)  # a token that expires within this time is worth a word


@dataclass(frozen=True, slots=True)
class Result:
    """What one trial found; `code` is its exit code when it failed."""

    what: str
    name: str
    result: Literal["ok", "warn", "fail"]
    detail: str = ""
    code: int = FAILED


def check_all(options: Options, form: Listing) -> None:
    """Print a table of trials; exit 2 when the configuration fails, 1 when anything else does."""
    config = configuration(options)
    with reading(options, config=config, need=False) as room:
        with _progress() as say:
            results = list(_results(room, say))
        if form is Listing.JSON:
            show.stream_json({name: value for name, value in asdict(one).items() if name != "code"} for one in results)
        else:
            show.table(("what", "name", "result", "detail"), ((r.what, r.name, r.result, r.detail) for r in results))
    failed = [one for one in results if one.result == "fail"]
    for one in failed:
        complain(f"{one.what} {one.name}: {one.detail}")
    if failed:
        raise typer.Exit(max(one.code for one in failed))


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line that tells a person at a terminal what is being tried."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("checking") as status:
        yield status.update


def _results(room: Room, say: Callable[[str], None]) -> Iterator[Result]:
    yield from _configuration(room)
    secret = {name: _secrets(room, account) for name, account in room.accounts.items()}
    yield from secret.values()
    yield _ledger(room)
    yield from (_template(room, account) for account in room.accounts.values())
    say("reading sources")
    yield from asyncio.run(_sources(room))
    yield from _hubs(room)
    yield from (_pushed(room, one) for one in room.config.sources.values() if not sources.polled([one]))
    say("asking accounts")
    ready = [account for name, account in room.accounts.items() if account.enabled and secret[name].result == "ok"]
    yield from _accounts(room, ready)


def _configuration(room: Room) -> Iterator[Result]:
    config = room.config
    yield Result("configuration", config.file.name, "ok", str(config.file))
    for kind, tables in (("sources", config.sources), ("accounts", config.accounts)):
        if not tables:
            yield Result("configuration", kind, "fail", f"there are none: add a table [{kind}.NAME] to {config.file}")


def _secrets(room: Room, account: Account) -> Result:
    needs = PLATFORMS[account.platform].secrets
    try:
        held = room.config.secrets(account)
    except ConfigError as error:
        return Result("secrets", account.name, "fail", "; ".join(str(error).splitlines()), MISUSED)
    missing = [key for key in needs if key not in held]
    if missing:
        detail = (
            f"switched off; to send it needs {', '.join(missing)} below [{account.name}] in {room.config.secrets_file}"
        )
        return Result("secrets", account.name, "warn", detail)
    return Result("secrets", account.name, "ok", "" if needs else "none needed")


def _ledger(room: Room) -> Result:
    ledger = room.ledger
    state = ledger.state if isinstance(ledger, ReadingLedger) else "ready"
    if state == "none":
        return Result("ledger", ledger.store.name, "ok", "will be made by the first run")
    if state == "old":
        return Result(
            "ledger", ledger.store.name, "warn", "has an old schema: `syndicator migrate` or the next run mends it"
        )
    try:
        ledger.check()
    except StoreError as error:
        return Result("ledger", ledger.store.name, "fail", str(error))
    return Result("ledger", ledger.store.name, "ok")


def _template(room: Room, account: Account) -> Result:
    try:
        room.renderer.check(account, room.features(account))
    except RenderError as error:
        return Result("template", account.name, "fail", str(error))
    return Result("template", account.name, "ok")


# ---------------------------------------------------------------------------------------------- sources


async def _sources(room: Room) -> list[Result]:
    async with fetcher(room) as way:
        polls = (
            sources.poll(one, SourceState(one.name, one.url), way, now=room.clock(), zone=room.zone)
            for one in sources.polled(room.config.sources.values())
        )
        found = await asyncio.gather(*polls)
    return [_source(room.config.sources[one.source], one.error, len(one.articles), one.skipped) for one in found]


def _pushed(room: Room, source: Source) -> Result:
    lack = pushes.lack(room, source)
    return Result("source", source.name, "fail" if lack else "ok", lack or pushes.where(room, source), MISUSED)


def _mend(source: Source, error: str) -> str:
    if PRIVATE in error and not source.allow_private:
        return f"If it is your own, set allow_private = true in [sources.{source.name}]."
    return f"Mend [sources.{source.name}], or the site."


def _source(source: Source, error: str, articles: int, skipped: Sequence[str]) -> Result:
    if error:
        return Result("source", source.name, "fail", f"{error} {_mend(source, error)}")
    if not articles:
        lately = "" if source.type == "feed" else f" of the last {format_duration(source.fresh)}"
        return Result("source", source.name, "warn", f"answers, but has no articles{lately}")
    if skipped:
        return Result("source", source.name, "warn", f"{articles} articles; {len(skipped)} skipped: {skipped[0]}")
    return Result("source", source.name, "ok", f"{articles} article{'' if articles == 1 else 's'}")


def _hubs(room: Room) -> Iterator[Result]:
    """Hubs that do not tell us what they should, as the daemon has seen them; nothing of the others."""
    known = room.ledger.told.subscriptions() if readable(room) else {}
    for name, one in known.items():
        if name in room.config.sources and hubs.is_wrong(one):
            yield Result("hub", name, "warn", of_hub(one, room.clock(), room.zone))


# ---------------------------------------------------------------------------------------------- accounts


def _accounts(room: Room, accounts: Sequence[Account]) -> Iterable[Result]:
    """Each platform is asked, all side by side; nothing is stored."""
    with ThreadPoolExecutor(max_workers=8) if accounts else nullcontext() as pool:
        answers = list(pool.map(lambda one: _verify(room, one), accounts)) if pool else []
    states = {state.name: state for state in room.ledger.accounts.states()} if readable(room) else {}
    owners: dict[tuple[str, str], str] = {}
    for account, answer in zip(accounts, answers, strict=True):
        if isinstance(answer, str):
            yield Result("account", account.name, "fail", answer)
            continue
        owner = owners.setdefault((account.platform, answer.id), account.name)
        yield _identified(room, account, answer, owner, states.get(account.name))


def _verify(room: Room, account: Account) -> Identity | str:
    try:
        return room.adapter(account).verify()
    except SyndicatorError as error:
        return f"{error}; mend [{account.name}] in {room.config.secrets_file}"


def _identified(room: Room, account: Account, answer: Identity, owner: str, state: AccountState | None) -> Result:
    whose = f"@{answer.handle.lstrip('@')} ({answer.id})"
    if owner != account.name:
        detail = f"accounts {owner} and {account.name} are one: both tokens belong to {whose}; remove one of them"
        return Result("account", account.name, "fail", detail)
    if state and state.identity and state.identity != answer.id:
        detail = f"this token belongs to {whose}, not to @{state.handle.lstrip('@')} ({state.identity})"
        return Result("account", account.name, "fail", detail)
    if answer.expires and answer.expires - room.clock() < SOON:
        return Result(
            "account", account.name, "warn", f"{whose}; its token expires {show.local(answer.expires, room.zone)}"
        )
    return Result("account", account.name, "ok", whose)
