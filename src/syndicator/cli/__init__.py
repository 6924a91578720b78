"""The command line. Only typer is imported here and in the modules of commands: what a command needs, it imports
itself, so that `--help` and shell completion answer at once.
"""

import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from syndicator.cli import accounts, demo, history, people, queue, running, setup, sources, stories
from syndicator.cli.options import ConfigFile, Level, Options

__all__ = ["app", "main"]

app = typer.Typer(
    name="syndicator",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

COMMANDS = (
    demo.demo,
    setup.init,
    setup.check,
    running.run,
    running.status,
    stories.preview,
    stories.why,
    history.history,
    running.stop,
    running.resume,
    running.desk,
    setup.backup,
    setup.migrate,
    running.sandbox,
)
for _command in COMMANDS:
    app.command()(_command)
app.add_typer(queue.app, name="queue")
app.add_typer(accounts.app, name="accounts")
app.add_typer(sources.app, name="sources")
app.add_typer(people.app, name="user")


def _version(wanted: bool) -> None:
    if wanted:
        from syndicator import __version__

        print(f"syndicator {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    config: ConfigFile = None,
    log_level: Annotated[
        Level | None, typer.Option("--log-level", help="What to log to standard error.", show_default=False)
    ] = None,
    _show: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Carry a newsroom's articles to its social accounts, each exactly once.

    Exit codes: 0 done; 1 something failed or needs a person; 2 the configuration or the call is wrong.
    """
    options = ctx.ensure_object(Options)
    options.config, options.level = config, log_level


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Carry out one command (of `sys.argv` unless given) and exit with its code. An error is one line, no traceback."""
    options = Options()
    try:
        try:
            app(args=arguments, prog_name="syndicator", obj=options)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)  # as shells call the end by Ctrl-C
    except Exception as error:  # noqa: BLE001 -- the last place where an error can be told in words
        from syndicator.cli.failures import tell

        sys.exit(tell(error, options))
    sys.exit(0)
