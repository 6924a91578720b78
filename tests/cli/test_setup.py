"""From an empty folder to a newsroom: init, check, migrate, backup."""

import json
import re
import stat
import tomllib
from pathlib import Path

from syndicator.sandbox import Sandbox
from tests.cli.desk import Desk, account


def test_init_makes_what_check_understands(bare: Desk) -> None:
    """Right after init the configuration loads, secrets are the owner's alone, and check says what is missing."""
    bare.file.unlink()
    done = bare.process("init")
    assert (done.code, done.out.count("\nnext:"), "syndicator check" in done.out) == (0, 1, True), done
    assert stat.S_IMODE((bare.folder / "secrets.toml").stat().st_mode) == 0o600
    assert tomllib.loads((bare.folder / "secrets.toml").read_text()) == {}
    assert (bare.folder / "templates" / "posts" / "default.j2").is_file()
    assert "secrets.toml" in (bare.folder / ".gitignore").read_text().split()
    checked = bare.call("check")
    assert checked.code == 1
    assert "[sources.NAME]" in checked.err
    assert "[accounts.NAME]" in checked.err


def test_what_init_wrote_can_be_uncommented(bare: Desk) -> None:
    """Without the comment signs the tables of sources and accounts are a configuration that loads."""
    bare.file.unlink()
    bare.ok("init", bare.folder)
    bare.file.write_text(re.sub(r"^# (?=\[[a-z]+\.|[a-z_]+ = )", "", bare.file.read_text(), flags=re.MULTILINE))
    bare.ok("migrate")
    assert len(json.loads(bare.ok("accounts", "list", "--format", "json"))) == 4


def test_init_overwrites_nothing(bare: Desk) -> None:
    """A file that is there stays as it is, and is said to be kept."""
    bare.secret("# mine\n", 0o640)
    before = bare.file.read_text()
    told = bare.ok("init", bare.folder)
    assert bare.file.read_text() == before
    assert (bare.folder / "secrets.toml").read_text() == "# mine\n"
    assert told.count("kept ") == 2


def test_init_in_another_folder_says_cd(bare: Desk, tmp_path: Path) -> None:
    """The next commands start with the way into the new folder."""
    assert "cd '" in bare.ok("init", tmp_path / "the newsroom")


def test_init_where_nothing_can_be_made_is_told(bare: Desk) -> None:
    """A folder that cannot be made is named."""
    done = bare.call("init", bare.file / "below")
    assert (done.code, "syndicator.toml" in done.err, "Traceback" in done.err) == (2, True, False)


def test_check_reads_only(desk: Desk, box: Sandbox) -> None:
    """When all is well check says so for everything, and changes no row; an account new to it stays unknown."""
    feed = f'[sources.world]\nurl = "{box.newsroom.base}/feed.xml"\nallow_private = true'
    desk.configure(feed, account("one", desk.folder), account("three", desk.folder))
    before = desk.rows()
    results = json.loads(desk.ok("check", "--format", "json"))
    kinds = {(one["what"], one["result"]) for one in results}
    assert kinds == {(what, "ok") for what in ("configuration", "secrets", "ledger", "template", "source", "account")}
    assert desk.rows() == before


def test_check_without_a_ledger(bare: Desk) -> None:
    """A ledger that is not there yet is no failure, and is not made."""
    bare.configure(account("one", bare.folder))
    done = bare.call("check")
    assert "will be made by the first run" in done.out
    assert not bare.ledger.exists()


def test_an_account_switched_off_may_lack_its_secrets(bare: Desk, box: Sandbox) -> None:
    """What a trial account would need is a warning."""
    address = box.url("mastodon")
    bare.configure(f'[accounts.town]\nplatform = "mastodon"\nbase_url = "{address}"\nenabled = false')
    results = {(one["what"], one["result"]) for one in json.loads(bare.call("check", "--format", "json").out)}
    assert ("secrets", "warn") in results
    assert "account" not in {what for what, _ in results}


def test_migrate_makes_a_ledger_once(bare: Desk) -> None:
    """The first migrate makes the ledger, the second finds it up to date."""
    assert "was made" in bare.ok("migrate")
    assert "up to date already" in bare.ok("migrate")


def test_a_backup_is_a_ledger(desk: Desk, tmp_path: Path) -> None:
    """The copy holds every row; a file that is there is never overwritten."""
    desk.ok("queue", "add", "--text", "Good evening")
    copy = tmp_path / "copy.db"
    assert "photos" in desk.ok("backup", copy)
    rows = desk.rows()
    again = desk.call("backup", copy)
    desk.ledger.unlink()
    copy.rename(desk.ledger)
    assert (desk.rows(), again.code) == (rows, 1)
