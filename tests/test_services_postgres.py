"""The PostgreSQL that other tests rely on."""

import os
import select
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest

from tests.services import postgres


def test_each_database_is_empty_and_a_copy_of_its_template(postgres_url: str, postgres_database: str) -> None:
    """A database made from a template has its tables, and what one writes the other does not see."""
    with psycopg.connect(postgres.plain(postgres_database)) as connection:
        connection.execute("CREATE TABLE story (title text)")
    template = postgres.name_of(postgres_database)
    with postgres.database(postgres_url, template) as one, postgres.database(postgres_url, template) as other:
        with psycopg.connect(postgres.plain(one)) as connection:
            connection.execute("INSERT INTO story VALUES ('one')")
        with psycopg.connect(postgres.plain(other)) as connection:
            assert connection.execute("SELECT count(*) FROM story").fetchone() == (0,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_ends_with_a_killed_parent() -> None:
    """No server is left when the test process is killed."""
    script = """
        import os
        from tests.services import postgres
        with postgres.server() as server:
            pid = (server.folder / "data" / "postmaster.pid").read_text().split()[0]
            print(pid, server.folder, flush=True)
            os.read(0, 1)
    """
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid, folder = parent.stdout.readline().split()
        gone = select.poll()
        gone.register(os.pidfd_open(int(pid)), select.POLLIN)
        parent.kill()
        ended = gone.poll(20_000)
    shutil.rmtree(folder)
    assert ended
