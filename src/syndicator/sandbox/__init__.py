"""Loopback networks and a small newsroom, for the demo, the tests and the benches. Nothing leaves the machine."""

from syndicator.sandbox.newsroom import Newsroom
from syndicator.sandbox.server import NETWORKS, Sandbox
from syndicator.sandbox.store import LoggedRequest, StoredMedia, StoredPost

__all__ = ["NETWORKS", "LoggedRequest", "Newsroom", "Sandbox", "StoredMedia", "StoredPost"]
