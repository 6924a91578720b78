"""How errors reach a person: one line each on standard error, and an exit code."""

import os
import sys
from contextlib import suppress

from syndicator.cli.options import Level, Options
from syndicator.cli.show import plain
from syndicator.errors import ConfigError, SyndicatorError

DONE, FAILED, MISUSED = 0, 1, 2


def complain(message: object) -> None:
    """Say what is wrong, a line each."""
    for line in str(message).splitlines():
        print(f"syndicator: {plain(line)}", file=sys.stderr)


def remark(message: object) -> None:
    """Say something beside what was asked for."""
    print(f"note: {plain(str(message))}", file=sys.stderr)


def tell(error: Exception, options: Options) -> int:
    """Tell a person of an error that ended a command. Returns the exit code."""
    if isinstance(error, BrokenPipeError):
        return _nobody_reads()
    # A KeyError or IndexError is our own mistake; a plain LookupError is the ledger's word for "there is none".
    if isinstance(error, SyndicatorError) or type(error) is LookupError:
        complain(error)
        return MISUSED if isinstance(error, ConfigError) else FAILED
    if isinstance(error, OSError) and error.strerror:
        complain(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    elif options.level is Level.DEBUG:
        _trace(error, options)
    else:
        # Its message is left out: nobody has looked at it for secrets.
        complain(f"unexpected {type(error).__name__}; the same call with --log-level debug shows where")
    return FAILED


def _trace(error: Exception, options: Options) -> None:
    """The whole story, through the log, which hides secrets."""
    import structlog

    from syndicator import log

    if not options.logged:
        log.configure("console", level="debug")
    structlog.get_logger("syndicator.cli").error("unexpected error", exc_info=error)


def _nobody_reads() -> int:
    # What is still in the buffer would be written, in vain, when Python ends.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
