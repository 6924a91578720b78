"""The daemon takes the room for connections that the system grants."""

import subprocess
import sys

import pytest

CODE = """
import resource, sys
from syndicator.daemon.files import make_room
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
print(make_room(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard", "then"), [(256, 2000, 2000), (300, 300, 300)])
def test_as_many_files_as_are_granted(soft: int, hard: int, then: int) -> None:
    """The soft limit goes up to the hard one, which stays."""
    command = [sys.executable, "-c", CODE, str(soft), str(hard)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(then), str(then), str(hard)]
