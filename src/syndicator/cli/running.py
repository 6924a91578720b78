"""The daemon, its state, the stop switch, and the loopback networks."""

from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.options import Format, Listing, of


def run(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Poll, plan, deliver what is due, look after unknowns, and end.")
    ] = False,
) -> None:
    """Run the daemon: poll, plan and deliver until told to end."""
    from syndicator.cli.daemons import run_daemon

    run_daemon(of(ctx), once=once)


def status(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """Tell how things stand; exit 1 if attention is needed."""
    from syndicator.cli.standing import tell_status

    tell_status(of(ctx), form)


def stop(
    ctx: typer.Context,
    reason: Annotated[list[str], typer.Argument(metavar="REASON", help="Why, for everybody who asks.")],
) -> None:
    """Let nothing leave any account until `syndicator resume`."""
    from syndicator.cli.daemons import stop_all

    stop_all(of(ctx), " ".join(reason))


def resume(ctx: typer.Context) -> None:
    """Turn the stop switch off."""
    from syndicator.cli.daemons import resume_all

    resume_all(of(ctx))


def desk(ctx: typer.Context) -> None:
    """Serve the editors' desk alone; `syndicator run` serves it, too."""
    from syndicator.cli.daemons import run_desk

    run_desk(of(ctx))


def sandbox(
    port_base: Annotated[
        int | None,
        typer.Option("--port-base", metavar="N", min=1, max=65_000, help="Ports N, N+1, …; else free ones."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Keep posts there from run to run.", show_default=False),
    ] = None,
) -> None:
    """Run loopback networks to try things on.

    They and a small newsroom run until Ctrl-C; nothing leaves this machine.
    """
    from syndicator.cli.loopback import run_sandbox

    run_sandbox(port_base, folder)
