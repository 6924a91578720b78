"""Status, the stop switch, pauses, sources."""

import json
import subprocess
import sys

from syndicator.adapters import memory
from syndicator.errors import AccountRefused, Rejected
from syndicator.sandbox import Sandbox
from tests.cli.desk import Desk, account


def test_a_quiet_newsroom_needs_nobody(desk: Desk) -> None:
    """With nothing waiting, nothing failed and nothing stopped, status exits 0 although no daemon runs."""
    told = desk.ok("status")
    assert "not running" in told
    assert "stop switch:  off" in told


def test_posts_that_wait_need_a_daemon(desk: Desk) -> None:
    """Queued posts without a daemon need attention; held ones do not."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    done = desk.call("status")
    assert (done.code, "no daemon is running" in done.err) == (1, True)
    desk.ok("queue", "hold", 1)
    assert "1 held" in desk.ok("status")


def test_the_stop_switch_needs_attention_until_resumed(desk: Desk) -> None:
    """Stop is told by status with its reason, a second stop keeps the first reason, resume ends it."""
    desk.ok("stop", "wrong", "photo")
    assert "wrong photo" in desk.ok("stop", "another")
    done = desk.call("status")
    assert (done.code, "ON: wrong photo" in done.out) == (1, True)
    assert "posts leave again" in desk.ok("resume")
    assert "was not stopped" in desk.ok("resume")
    assert desk.call("status").code == 0


def test_a_paused_account_needs_attention_until_resumed(desk: Desk) -> None:
    """Pause and resume of one account are shown by status and by the list of accounts."""
    desk.ok("accounts", "pause", "one", "--reason", "audit")
    assert desk.call("status").code == 1
    assert "paused: audit" in desk.ok("accounts", "list")
    assert "sends again" in desk.ok("accounts", "resume", "one")
    assert desk.call("status").code == 0


def test_status_is_json_for_machines(desk: Desk) -> None:
    """As JSON status gives the same facts, and the same exit code."""
    desk.ok("stop", "fire")
    done = desk.call("status", "--format", "json")
    found = json.loads(done.out)
    assert (done.code, found["stopped"], found["daemon"], len(found["attention"])) == (1, "fire", "not running", 1)


def test_a_run_with_a_failed_post_exits_1(desk: Desk) -> None:
    """`run --once` says which post failed and why; so does status until somebody decides."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    memory.network((desk.folder / "one").as_uri() + ".jsonl").say(Rejected("not allowed here", code="rule"))
    done = desk.call("run", "--once")
    assert (done.code, "post 1 on one failed: not allowed here" in done.err) == (1, True)
    assert desk.call("status").code == 1
    desk.ok("queue", "suppress", 1)
    assert desk.call("status").code == 0


def test_verify_says_who_the_accounts_are(desk: Desk) -> None:
    """Verify asks every account that is switched on, and exits 1 when one refuses."""
    desk.configure(
        account("one", desk.folder), account("two", desk.folder), account("off", desk.folder, "enabled = false")
    )
    memory.network((desk.folder / "two").as_uri() + ".jsonl").say(AccountRefused("token revoked"), on="verify")
    done = desk.call("accounts", "verify", "--format", "json")
    found = {one["name"]: one["trouble"] for one in json.loads(done.out)}
    assert (done.code, found) == (1, {"one": None, "two": "token revoked"})
    assert desk.call("accounts", "verify", "two").code == 0


def test_sources_are_listed_and_polled(desk: Desk, box: Sandbox) -> None:
    """A poll stores what a source gives; with --backfill its newest articles become work."""
    feed = f'[sources.world]\nurl = "{box.newsroom.base}/feed.xml"\nallow_private = true'
    desk.configure(feed, account("one", desk.folder))
    assert "not read yet" in desk.ok("sources", "list")
    first = desk.call("sources", "poll", "--backfill", 2)
    assert (first.code, "2 new articles" in first.out, "no daemon" in first.err) == (0, True, True)
    assert json.loads(desk.ok("sources", "list", "--format", "json"))[0]["seeded"] is True
    assert json.loads(desk.ok("sources", "poll", "world", "--format", "json"))[0]["changed"] is False


def test_a_daemon_runs_alone_until_told_to_end(desk: Desk) -> None:
    """While it runs status says so and a second one is refused; at SIGTERM it ends with exit code 0."""
    command = [sys.executable, "-m", "syndicator", "--config", str(desk.file), "run"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stderr is not None
            assert any('"started"' in line for line in daemon.stderr)
            second = desk.call("run", "--once")
            status = desk.call("status", "--format", "json")
        finally:
            daemon.terminate()
        daemon.stderr.read()
    assert (second.code, "already running" in second.err) == (1, True)
    assert json.loads(status.out)["daemon"] == "running"
    assert daemon.returncode == 0
