"""The sandbox itself: one loopback port per network, all served by one background thread."""

import asyncio
import json
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self, cast

from aiohttp import web
from multidict import MultiDict

from syndicator.sandbox.door import Door, listen
from syndicator.sandbox.faults import Fault, Faults, Scene, Shown, perform, send
from syndicator.sandbox.network import Call, Network, iso
from syndicator.sandbox.newsroom import Newsroom
from syndicator.sandbox.store import LoggedRequest, Store, StoredPost

NETWORKS = ("x", "facebook_page", "mastodon", "bluesky")
MODULES = {"x": "x", "facebook_page": "facebook", "mastodon": "mastodon", "bluesky": "bluesky", "newsroom": "newsroom"}
BODY_LIMIT = 64 << 20  # larger than any photo a network takes, so that its own limit answers
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Sandbox:
    """Loopback networks that behave as the real ones do on the wire. A context manager; nothing leaves the machine.

    `networks` are those to run, `newsroom` adds a small newsroom, `ports` fixes ports by name (others are free ones).
    With a `folder` the posts outlast the run. `clock` may be set at any time: it dates posts and rate windows.
    """

    def __init__(
        self,
        networks: Sequence[str] = NETWORKS,
        *,
        newsroom: bool = False,
        folder: Path | None = None,
        ports: Mapping[str, int] = {},
    ) -> None:
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._names = (*networks, *(("newsroom",) if newsroom else ()))
        self._folder, self._ports = folder, ports
        self._networks: dict[str, Network] = {}
        self._faults: dict[str, Faults] = {}
        self._doors: dict[str, Door] = {}
        self._thread: Thread | None = None
        self._stop: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on every port; returns when all of them answer. OSError when a port is taken."""
        self._store = Store(self._folder)
        sockets: dict[str, socket.socket] = {}
        try:
            for name in self._names:
                sockets[name] = listen(self._ports.get(name, 0))
        except OSError:
            for one in sockets.values():
                one.close()
            self._store.close()
            raise
        for name, listening in sockets.items():
            self._networks[name] = self._network(name, f"http://127.0.0.1:{listening.getsockname()[1]}")
            self._faults[name] = Faults()
        ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(sockets, ready)), name="sandbox", daemon=True)
        self._thread.start()
        if not ready.wait(30):
            raise OSError("the sandbox did not start within 30 s")

    def _network(self, name: str, base: str) -> Network:
        module = import_module(f"syndicator.sandbox.{MODULES[name]}")
        network: Network = module.NETWORK(self._store, self._now, base)
        network.add_account("main")
        return network

    def _now(self) -> datetime:
        return self.clock()

    def stop(self) -> None:
        """Close every port; calls that hang are let go."""
        if self._thread is None:
            return
        self._stop()
        self._thread.join(30)
        self._thread = None
        self._store.close()

    async def _serve(self, sockets: Mapping[str, socket.socket], ready: Event) -> None:
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        for name, listening in sockets.items():
            app = web.Application(client_max_size=BODY_LIMIT)
            port = _Port(self._networks[name], self._faults[name], self._store, stopping)
            app.router.add_route("*", "/_sandbox/{what:.*}", port.control)
            app.router.add_route("*", "/{path:.*}", port.serve)
            self._doors[name] = Door(app, listening)
            await self._doors[name].open()
        ready.set()
        await stopping.wait()
        await asyncio.gather(*(door.end() for door in self._doors.values()))

    # ------------------------------------------------------------------------------------------ for tests and demos

    def url(self, name: str) -> str:
        """The address of a network, or of "newsroom", without a slash at its end."""
        return self._networks[name].base

    def posts(self, network: str, skip: int = 0) -> list[StoredPost]:
        """All posts of a network, oldest first, deleted ones (marked) included, without the `skip` oldest."""
        return self._store.posts(network, skip)

    def photo(self, sha256: str) -> bytes | None:
        """The bytes of a photo some network was sent."""
        return self._store.data(sha256)

    def fault(
        self, network: str, kind: str, *, on: str = "publish", times: int = 1, match: str = "", **options: Any
    ) -> Fault:
        """Do this to the next `times` calls of an op (-1: to all) whose post's text contains `match`; `left` of what
        comes back counts down.

        ValueError for a kind or op there is not. The kinds are `faults.KINDS`. Options: `after` (carry the call out
        first), `late` and `seconds` (hang), `interval` (drip), `form` "html" or "json" (rubbish), `status`, `code` and
        `subcode` (errors; the last two of facebook_page), `polls` (processing), `pid`, `delay` and `when` "receipt",
        "stored" or "answered" (kill).
        """
        fault = Fault(kind, on, times, match, options)
        self._faults[network].add(fault)
        return fault

    def refuse(self, network: str, refusing: bool = True) -> None:
        """From now on new connections to this network are refused; False opens its port again."""
        self._doors[network].refuse(refusing)

    def allow_duplicates(self, network: str) -> None:
        """From now on this network takes the same post twice, as no network promises not to."""
        self._networks[network].refuses_duplicates = False

    def faults_left(self, network: str) -> int:
        """How many faults are still to happen there; one that never ends counts as one."""
        return self._faults[network].left()

    def clear_faults(self) -> None:
        """No more faults anywhere."""
        for faults in self._faults.values():
            faults.clear()

    def requests(self, network: str) -> list[LoggedRequest]:
        """The requests a network received, in order of arrival; without queries, headers and bodies."""
        return self._store.requests(network)

    def accounts(self, network: str, name: str = "main") -> dict[str, Any]:
        """What a configuration needs for an account: secrets, options, identity, handle. KeyError when unknown."""
        return self._networks[network].accounts[name].credentials()

    def add_account(self, network: str, name: str, without: Collection[str] = ()) -> dict[str, Any]:
        """One more account; what a configuration needs for it. `without` names secrets it shall not have."""
        return self._networks[network].add_account(name, without).credentials()

    def hand_post(self, network: str, text: str, link: str = "", account: str = "main") -> StoredPost:
        """Keep a post as if a person had typed it on the network's own site."""
        owner = self._networks[network]
        with owner.lock:
            return owner.hand_post(owner.accounts[account], text, link)

    def limit(self, network: str, op: str, calls: int, window: timedelta) -> None:
        """From now on refuse calls of this op beyond so many in each window, as the network refuses them."""
        self._networks[network].limit(op, calls, window)

    @property
    def newsroom(self) -> Newsroom:
        """The newsroom; KeyError when it was not asked for."""
        return cast("Newsroom", self._networks["newsroom"])


class _Port:
    """Serves one network on its port."""

    def __init__(self, network: Network, faults: Faults, store: Store, stopping: asyncio.Event) -> None:
        self._network, self._faults, self._store, self._stopping = network, faults, store, stopping
        self._controls: Mapping[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "health"): lambda _: {"network": network.name, "ok": True},
            ("GET", "posts"): lambda _: [asdict(post) for post in store.posts(network.name)],
            ("GET", "requests"): lambda _: [asdict(request) for request in store.requests(network.name)],
            ("GET", "faults"): lambda _: {"left": faults.left()},
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): lambda _: faults.clear(),
            ("POST", "hand-post"): self._hand_post,
            ("POST", "publish"): self._publish,
            ("POST", "withdraw"): self._withdraw,
        }

    async def serve(self, request: web.Request) -> web.StreamResponse:
        try:
            call = await _read(request)
        except ConnectionError:  # the caller is gone, as after a kill
            return web.Response()
        op, carry_out = self._network.find_route(call)
        heard = LoggedRequest(self._network.clock(), call.method, call.path, op, 0, call.size)
        answered = self._store.log(self._network.name, heard)
        fault = self._faults.take(op, self._network.text_of(call))
        if fault is None:
            shown = send(carry_out())
        else:
            shown = await self._spoil(fault, request, call, carry_out)
        answered(shown[1])
        return shown[0]

    async def _spoil(self, fault: Fault, request: web.Request, call: Call, carry_out: Callable[[], Any]) -> Shown:
        return await perform(Scene(fault, request, call, self._network, carry_out, self._stopping))

    async def control(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        if request.method == "GET" and what.startswith("photos/"):
            data = self._store.data(what.removeprefix("photos/"))
            return web.Response(body=data) if data else web.Response(status=404)
        act = self._controls.get((request.method, what))
        if act is None:
            return web.json_response({"error": "no such control"}, status=404)
        try:
            body = await request.json() if request.can_read_body else {}
            return web.json_response(act(body), dumps=lambda value: json.dumps(value, default=iso))
        except (ValueError, TypeError, LookupError) as error:
            return web.json_response({"error": str(error)}, status=400)

    def _add_fault(self, body: dict[str, Any]) -> dict[str, Any]:
        kind, on, times = body.pop("kind", ""), body.pop("on", "publish"), int(body.pop("times", 1))
        self._faults.add(Fault(kind, on, times, body.pop("match", ""), body))
        return {"left": self._faults.left()}

    def _hand_post(self, body: dict[str, Any]) -> dict[str, Any]:
        network = self._network
        with network.lock:
            account = network.accounts[body.get("account", "main")]
            return asdict(network.hand_post(account, body["text"], body.get("link", "")))

    def _publish(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"url": self._paper().publish(**body)}

    def _withdraw(self, body: dict[str, Any]) -> dict[str, Any]:
        self._paper().withdraw(body["slug"])
        return {"slug": body["slug"]}

    def _paper(self) -> Newsroom:
        if not isinstance(self._network, Newsroom):
            raise TypeError("only the newsroom has stories")
        return self._network


async def _read(request: web.Request) -> Call:
    """The whole request. Forms are read by aiohttp; a JSON body that cannot be read is None."""
    form: MultiDict[str] = MultiDict()
    files: dict[str, bytes] = {}
    body, value = b"", None
    if request.content_type in FORMS:
        for name, part in (await request.post()).items():
            if isinstance(part, web.FileField):
                files[name] = part.file.read()
            else:
                form.add(name, part if isinstance(part, str) else bytes(part).decode("utf-8", "replace"))
    else:
        body = await request.read()
        value = _json(body) if request.content_type == "application/json" else None
    return Call(
        request.method,
        request.path,
        MultiDict(request.query),
        form,
        files,
        value,
        body,
        request.headers,
        request.content_length or len(body),
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
