"""X keeps the contract through tweepy over a real socket, and its own rules."""

from .contract import NetworkContract


class TestX(NetworkContract):
    """X."""

    platform = "x"
