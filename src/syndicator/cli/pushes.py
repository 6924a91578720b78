"""Sources that push: what one lacks, and a push as its CMS would send it."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import typer

from syndicator.cli import show
from syndicator.cli.failures import FAILED, complain
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import reading, remark_if_alone
from syndicator.errors import ConfigError
from syndicator.models import Source
from syndicator.pipeline import pushing
from syndicator.room import Room
from syndicator.sources import polled
from syndicator.sources.push import signing

PATIENCE = 30.0  # seconds
SHORT = 16  # characters of a secret that somebody could try out


def lack(room: Room, source: Source) -> str:
    """What keeps the pushes of a source from being taken, in a sentence; "" when nothing does."""
    if not room.config.desk.listen:
        return "nobody listens for its pushes: desk.listen is empty; give an address and a port, such as 127.0.0.1:8600"
    try:
        secret = room.config.source_secret(source)
    except ConfigError as error:
        return "; ".join(str(error).splitlines())
    if len(secret) < SHORT:
        return f"its secret is shorter than {SHORT} characters; make a longer one: openssl rand -hex 32"
    return ""


def where(room: Room, source: Source) -> str:
    """What to put into the CMS, and who can reach it."""
    told = f"its CMS pushes to {pushing.address(room.config.desk, source)}"
    if room.config.desk.public_url:
        return told
    return f"{told} (only as far as that reaches; from elsewhere by desk.public_url)"


def send(options: Options, name: str, file: Path, form: Listing) -> None:
    """Sign a body, send it to this machine's desk and print the answer. Exit 1 when it was not taken."""
    with reading(options) as room:
        source = room.source(name)
        if source is None or polled([source]):
            known = ", ".join(one.name for one in room.config.sources.values() if not polled([one])) or "none"
            raise ConfigError(f"{name} is no source that pushes; there are: {known}")
        if missing := lack(room, source):
            raise ConfigError(missing)
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        signature = signing.sign(source.form, room.config.source_secret(source), body, room.clock())
        status, answer = _post(pushing.here(room.config.desk, source), signing.HEADERS[source.form], signature, body)
        _print(status, answer, form)
        if status >= 300:
            raise typer.Exit(FAILED)
        remark_if_alone(room)


def _post(url: str, header: str, signature: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer. Raises ConfigError when nobody answers."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", header: signature})  # noqa: S310 - http, as made by us
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=PATIENCE) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _json(error.read())
    except OSError as error:
        reason = getattr(error, "reason", error)
        words = getattr(reason, "strerror", None) or reason
        raise ConfigError(f"nobody answers at {url} ({str(words).lower()}); start it: syndicator run") from None


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": body.decode("utf-8", "replace").strip()[:200]}


def _print(status: int, answer: dict[str, Any], form: Listing) -> None:
    if form is Listing.JSON:
        print(show.as_json({"status": status, **answer}))
    elif status < 300:
        print(f"{status}: {answer.get('taken', 0)} taken, {answer.get('new', 0)} of them to be planned")
        for one in answer.get("articles", ()):
            print(show.plain(f"  {one.get('url')}" + (f" (article {one['id']})" if "id" in one else "")))
        if answer.get("detail"):
            print(show.plain(answer["detail"]))
    else:
        complain(f"{status}: {answer.get('detail', 'no words')}")
