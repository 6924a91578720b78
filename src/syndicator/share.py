"""Where the files that come with the package lie: templates, the example configuration."""

from pathlib import Path


def share(name: str) -> Path:
    """The directory `name` ("templates", "config"): inside an installed package, or the source checkout's."""
    here = Path(__file__).resolve()
    installed = here.parent / "_share" / name
    return installed if installed.is_dir() else here.parents[2] / name
