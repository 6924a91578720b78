"""The sandbox in a process of its own, so that what it costs is not counted: `python -m bench.networks`."""

import sys

from bench.children import answer
from syndicator.sandbox import NETWORKS, Sandbox


def main() -> None:
    """Say where the networks are and how to get in, and serve until nobody asks any more."""
    with Sandbox(newsroom="newsroom" in sys.argv) as box:
        places = {name: {"url": box.url(name), **box.accounts(name)} for name in NETWORKS}
        if "newsroom" in sys.argv:
            places["newsroom"] = {"url": box.url("newsroom")}
        answer(places, lambda: {name: len(box.posts(name)) for name in NETWORKS})


if __name__ == "__main__":
    main()
