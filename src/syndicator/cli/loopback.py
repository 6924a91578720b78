"""`sandbox`: the loopback networks alone, with what a configuration needs to post there."""

import json
import signal
import threading
from pathlib import Path

from syndicator.cli.show import block
from syndicator.errors import SyndicatorError
from syndicator.sandbox import NETWORKS, Sandbox


def run_sandbox(port_base: int | None, folder: Path | None) -> None:
    """Keep the networks up until a signal. Raises SyndicatorError when a port is taken."""
    names = (*NETWORKS, "newsroom")
    ports = {name: port_base + place for place, name in enumerate(names)} if port_base else {}
    box = Sandbox(newsroom=True, folder=folder, ports=ports)
    try:
        box.start()
    except OSError as error:
        used = f" ({', '.join(map(str, ports.values()))})" if ports else ""
        raise SyndicatorError(
            f"the sandbox cannot listen{used}: {error.strerror or error}; try another --port-base"
        ) from error
    told = threading.Event()
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        print(_described(box), flush=True)
        told.wait()
    finally:
        box.stop()


def _described(box: Sandbox) -> str:
    """Addresses, configuration, secrets, and how to ask for faults."""
    accounts, secrets = [], []
    for name in NETWORKS:
        found = box.accounts(name)
        table = f"{name.replace('_', '-')}-sandbox"
        keys = {"platform": name, "base_url": box.url(name), **found["options"]}
        accounts.append(_table(f"accounts.{table}", keys))
        secrets.append(_table(table, found["secrets"]))
    source = f'[sources.sandbox]\nurl = "{box.newsroom.base}/feed.xml"\nallow_private = true'
    addresses = "\n".join(f"  {name:<14}{box.url(name)}" for name in (*NETWORKS, "newsroom"))
    fault = json.dumps({"kind": "500", "on": "publish", "times": 1})
    story = json.dumps({"slug": "hello", "title": "Hello", "summary": "A story to try things with."})
    parts = (
        f"The sandbox is running:\n{addresses}",
        f"For syndicator.toml:\n{block(chr(10).join((source, *accounts)))}",
        f"For secrets.toml (none of them opens anything):\n{block(chr(10).join(secrets))}",
        f"The next post meets a server's error:\n  curl -d '{fault}' {box.url(NETWORKS[0])}/_sandbox/faults",
        f"A new story:\n  curl -d '{story}' {box.newsroom.base}/_sandbox/publish",
        "What was posted: GET /_sandbox/posts of a network. Ctrl-C ends it.",
    )
    return "\n\n".join(parts)


def _table(name: str, values: dict[str, str]) -> str:
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return "\n".join((f"[{name}]", *lines))
