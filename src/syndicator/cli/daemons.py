"""`run`, and the switch that stops everything."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
import typer

from syndicator.cli.failures import FAILED, complain, remark
from syndicator.cli.options import Options
from syndicator.cli.rooms import actor, configuration, opened, remark_if_alone
from syndicator.cli.show import local, plain
from syndicator.cli.standing import attention
from syndicator.errors import ConfigError
from syndicator.room import Room, open_room

if TYPE_CHECKING:
    from syndicator.desk.server import Server

log = structlog.get_logger("syndicator.desk")


def run_daemon(options: Options, *, once: bool) -> None:
    """Run until a signal, or once; then exit 1 when something failed or needs a person. StoreError for a second one."""
    from syndicator import daemon

    with closing(open_room(configuration(options, level="info"), migrate=True)) as room:
        if not once:
            with desk_beside(room):
                daemon.Daemon(room).run()
            return
        daemon.once(room)
        troubles = list(attention(room, ended=True))
        for trouble in troubles:
            complain(trouble)
    if troubles:
        raise typer.Exit(FAILED)


@contextmanager
def desk_beside(room: Room) -> Iterator[None]:
    """The desk while the daemon runs. One that cannot be served is told loudly, and keeps no post from leaving."""
    if not room.config.desk.listen:
        yield
        return
    servers: list[Server] = []
    # Beside, because the web's libraries take a second to import, and posts may be due.
    starting = threading.Thread(target=_serve, args=(room, servers), name="desk-start", daemon=True)
    starting.start()
    try:
        yield
    finally:
        starting.join(10)
        for server in servers:
            server.stop()


def _serve(room: Room, servers: "list[Server]") -> None:
    from syndicator.desk.server import Server

    server = Server(room)
    try:
        server.start()
    except ConfigError as error:
        log.critical("no desk", error=str(error))
    else:
        servers.append(server)


def run_desk(options: Options) -> None:
    """Serve the desk alone until a signal. It publishes nothing: the daemon, started elsewhere, does."""
    from syndicator.desk.server import Server

    with closing(open_room(configuration(options, level="info"))) as room:
        if not room.config.desk.listen:
            raise ConfigError("desk.listen is empty; give an address and a port, such as 127.0.0.1:8600")
        server = Server(room)
        server.start()
        print(f"The desk is at {server.address}", flush=True)
        if not room.ledger.people.list():
            remark("nobody can log in yet; make the first person: syndicator user add NAME --role administrator")
        remark_if_alone(room)
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _which, _frame: ended.set())
        while not (ended.wait(1.0) or server.wait(0)):
            pass
        server.stop()


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
