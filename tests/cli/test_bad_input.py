"""What people get wrong, as a person would run it: exit code, one line that names file and key, no row changed."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from syndicator.sandbox import Sandbox
from tests.cli.desk import Desk, account
from tests.cli.site import Site


@dataclass(frozen=True)
class World:
    """What a case may use to go wrong."""

    desk: Desk
    site: Site
    box: Sandbox

    def source(self, path: str) -> str:
        """The table of a source on the site."""
        return f'[sources.world]\nurl = "{self.site.base}{path}"\nallow_private = true'

    def town(self, name: str = "town") -> str:
        """The table of an account on a loopback network."""
        return f'[accounts.{name}]\nplatform = "mastodon"\nbase_url = "{self.box.url("mastodon")}"'

    def token(self, name: str = "town", token: str = "") -> str:
        """The secrets of such an account."""
        return f'[{name}]\naccess_token = "{token or self.box.accounts("mastodon")["secrets"]["access_token"]}"\n'


def _no_config(world: World) -> None:
    world.desk.file.unlink()


def _unknown_key(world: World) -> None:
    world.desk.configure('[links]\nutmm = "x"')


def _wrong_type(world: World) -> None:
    world.desk.configure('[alerts]\nwebhook = 5\n[accounts.one]\nplatform = "memory"\nburst = "many"')


def _missing_secret(world: World) -> None:
    world.desk.configure(world.town())


def _open_secrets(world: World) -> None:
    world.desk.configure(world.town())
    world.desk.secret(world.token(), 0o644)


def _bad_template(world: World) -> None:
    world.desk.template("memory", "{{ article.title }}\n{{ article.headline }}")


def _nobody_listens(world: World) -> None:
    world.desk.configure('[sources.world]\nurl = "http://127.0.0.1:1/feed.xml"\nallow_private = true')


def _page_as_feed(world: World) -> None:
    world.desk.configure(world.source("/feed.html"))


def _huge_feed(world: World) -> None:
    world.desk.configure(world.source("/huge.xml"))


def _dead_token(world: World) -> None:
    world.desk.configure(world.town())
    world.desk.secret(world.token(token="revoked-long-ago"))


def _one_identity(world: World) -> None:
    world.desk.configure(world.town("town"), world.town("city"))
    world.desk.secret(world.token("town") + world.token("city"))


def _newer_ledger(world: World) -> None:
    world.desk.sql("UPDATE alembic_version SET version_num = '9999'")


def _no_ledger(world: World) -> None:
    world.desk.ledger.write_text("this is no database " * 100, "utf-8")


def _nothing(world: World) -> None:
    pass


Case = tuple[str, Callable[[World], None], str, int, tuple[str, ...]]
CASES: tuple[Case, ...] = (
    ("no configuration", _no_config, "history", 2, ("syndicator.toml", "syndicator init")),
    ("unknown key", _unknown_key, "history", 2, ("syndicator.toml", "links.utmm")),
    ("wrong type", _wrong_type, "history", 2, ("syndicator.toml", "alerts.webhook", "accounts.one.burst")),
    ("missing secret", _missing_secret, "check", 2, ("secrets.toml", "accounts.town", "access_token")),
    ("secrets others can read", _open_secrets, "check", 2, ("secrets.toml", "chmod 600")),
    ("template error", _bad_template, "check", 1, ("posts/memory.j2:2", "headline")),
    ("unreachable feed", _nobody_listens, "check", 1, ("source world", "127.0.0.1:1", "[sources.world]")),
    ("a page instead of a feed", _page_as_feed, "check", 1, ("source world", "/feed.html")),
    ("a feed of 2 GB", _huge_feed, "sources poll", 1, ("source world", "/huge.xml")),
    ("dead token", _dead_token, "check", 1, ("account town", "secrets.toml")),
    ("two accounts, one identity", _one_identity, "check", 1, ("town", "city", "are one")),
    ("unknown id", _nothing, "queue approve 999", 1, ("no post 999",)),
    ("wrong state", _nothing, "queue approve 1", 1, ("cannot approve post 1", "queued")),
    ("unknown account", _nothing, "history --account nobody", 2, ("--account", "nobody", "one, two")),
    ("newer ledger", _newer_ledger, "history", 1, ("syndicator.db", "newer")),
    ("no ledger at all", _no_ledger, "stop fire", 1, ("syndicator.db", "not a database")),
)


@pytest.mark.parametrize(("name", "arrange", "command", "code", "words"), CASES, ids=[case[0] for case in CASES])
def test_bad_input_is_told_in_words(
    name: str, arrange: Callable[[World], None], command: str, code: int, words: tuple[str, ...],
    posted: Desk, website: Site, box: Sandbox,
) -> None:  # fmt: skip
    """A mistake ends with its exit code and a line that names what mends it, and changes no post."""
    arrange(World(posted, website, box))
    before = _posts(posted)
    done = posted.process(*command.split())
    assert done.code == code, done
    assert [word for word in words if word not in done.err] == [], done.err
    assert "Traceback" not in done.err + done.out
    assert _posts(posted) == before


def _posts(desk: Desk) -> list[str]:
    """The ledger without what polls and first sights note: their failures are to be remembered."""
    kept = (
        'INSERT INTO "sources"',
        'INSERT INTO "accounts"',
        'INSERT INTO "polls"',
        "INSERT INTO \"sqlite_sequence\" VALUES('polls'",
    )
    try:
        return [line for line in desk.rows() if not line.startswith(kept)]
    except sqlite3.DatabaseError:
        return []


def test_a_huge_feed_is_left_unread(desk: Desk, website: Site) -> None:
    """Of two gigabytes only what may be a feed is taken from the server."""
    website.sent = 0
    desk.configure(World(desk, website, None).source("/huge.xml"))  # type: ignore[arg-type]
    done = desk.call("sources", "poll")
    assert done.code == 1
    assert website.sent < 64 << 20


def test_a_photo_that_is_text_does_not_stop_a_post(desk: Desk, website: Site) -> None:
    """A photo that cannot be used is remarked on, and the post goes without it."""
    desk.configure(account("one", desk.folder), World(desk, website, None).source("/feed.html"))  # type: ignore[arg-type]
    before = desk.rows()
    done = desk.process("preview", f"{website.base}/story")
    assert (done.code, "without photo" in done.out, "\nphoto:" in done.out) == (0, True, False), done
    assert desk.rows() == before


USAGE = (
    ("queue settle 1", "exactly one"),
    ("queue settle 1 --absent --leave", "exactly one"),
    ("queue add", "either"),
    ("queue add http://127.0.0.1/a --link http://127.0.0.1/b", "--link"),
    ("queue approve 0", "equal to 1"),
    ("queue approve 1 2 --version 1", "--version"),
    ("queue move 1 teatime", "teatime"),
    ("queue move 1 2026-11-24", "no hour"),
    ("queue edit 1", "$EDITOR"),
    ("history --since tomorrow", "tomorrow"),
    ("history --status gone", "retracted"),
    ("history --format yaml", "yaml"),
    ("why example", "example"),
    ("accounts pause nobody", "one, two"),
    ("sources poll nowhere", "nowhere"),
    ("preview http://127.0.0.1/a --account nobody", "nobody"),
    ("celebrate", "celebrate"),
)


@pytest.mark.parametrize(("command", "word"), USAGE, ids=[case[0] for case in USAGE])
def test_bad_usage_is_exit_code_2(command: str, word: str, posted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that cannot be meant is refused with exit code 2, naming the word that is wrong."""
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    before = posted.rows()
    done = posted.call(*command.split())
    assert (done.code, word in done.err) == (2, True), done
    assert posted.rows() == before


def test_what_nobody_foresaw_is_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error is one line that says how to see more; with --log-level debug the trace is shown."""
    monkeypatch.setattr("syndicator.cli.waiting.list_waiting", lambda *_: {}["no such key"])
    plain, full = desk.call("queue", "list"), desk.call("--log-level", "debug", "queue", "list")
    assert (plain.code, plain.err.count("\n"), "--log-level debug" in plain.err) == (1, 1, True)
    assert (full.code, "Traceback" in full.err) == (1, True)
