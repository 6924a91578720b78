"""`run`, and the switch that stops everything."""

from contextlib import closing
from datetime import UTC, datetime

import typer

from syndicator.cli.failures import FAILED, complain, remark
from syndicator.cli.options import Options
from syndicator.cli.rooms import actor, configuration, opened
from syndicator.cli.show import local, plain
from syndicator.cli.standing import attention
from syndicator.room import open_room


def run_daemon(options: Options, *, once: bool) -> None:
    """Run until a signal, or once; then exit 1 when something failed or needs a person. StoreError for a second one."""
    from syndicator import daemon

    with closing(open_room(configuration(options, level="info"), migrate=True)) as room:
        if not once:
            daemon.Daemon(room).run()
            return
        daemon.once(room)
        troubles = list(attention(room, ended=True))
        for trouble in troubles:
            complain(trouble)
    if troubles:
        raise typer.Exit(FAILED)


def stop_all(options: Options, reason: str) -> None:
    """Turn the stop switch on; one that is on keeps its reason."""
    with opened(options) as (config, ledger):
        now, by = datetime.now(UTC), actor()
        found = ledger.accounts.stop(reason, by, now)
        if (found.reason, found.by) != (reason, by):
            remark(f"it was stopped already, {local(found.at, config.newsroom.zone)} by {found.by}")
        print(plain(f"all sending is stopped: {found.reason}"))
        print("`syndicator resume` lets posts leave again")


def resume_all(options: Options) -> None:
    """Turn the stop switch off; accounts that are paused stay so, and are named."""
    with opened(options) as (_config, ledger):
        print("posts leave again" if ledger.accounts.restart() else "sending was not stopped")
        for state in ledger.accounts.states():
            if state.configured and state.paused is not None:
                remark(f"account {state.name} is paused: {state.paused}; `syndicator accounts resume {state.name}`")
