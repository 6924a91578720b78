"""Tell the service manager how we are (sd_notify(3))."""

import os
import socket

import structlog

log = structlog.get_logger("syndicator.daemon")


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nothing where it does not listen."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(state.encode(), name)
    except OSError as error:
        log.warning("service manager not told", error=str(error))
