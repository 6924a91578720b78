"""APScheduler: the clock, threads, signals; nothing else."""

from syndicator.daemon.clock import Daemon
from syndicator.daemon.notify import notify
from syndicator.daemon.round import once, tidy, work

__all__ = ["Daemon", "notify", "once", "tidy", "work"]
