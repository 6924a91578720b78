"""A WordPress with its editors, and what has become of their stories."""

import io
import random
from dataclasses import dataclass
from typing import Any

from PIL import Image

from syndicator.models import Article
from syndicator.sandbox import NETWORKS
from syndicator.sources.identity import keys
from tests.e2e.stand import Stand
from tests.services.wordpress import WordPress

ALL = set(NETWORKS)
HEADLINE, PRINTED = 'Fish & chips "for all" on the quay', "Fish & chips “for all” on the quay"  # WordPress sets quotes
SUMMARY = "What is known so far."
ALT = 'Two boats & a "net" on the quay'
CAPTION = "The quay in the morning. Photo: Ann Example"
PATIENCE = 15.0  # seconds for what takes one or two on an idle machine

QUEUED = dict.fromkeys(ALL, "queued")
SUPPRESSED = dict.fromkeys(ALL, "suppressed")


def photo() -> bytes:
    """A JPEG of 1200 × 800."""
    kept = io.BytesIO()
    noise = Image.frombytes("RGB", (120, 80), random.Random(7).randbytes(120 * 80 * 3))
    noise.resize((1200, 800)).save(kept, "JPEG")
    return kept.getvalue()


@dataclass(frozen=True)
class Newsroom:
    """What its editors do, with the answers of WordPress, and what the ledger and the networks have of it."""

    site: WordPress
    stand: Stand

    def publish(self, title: str = HEADLINE, **more: Any) -> dict[str, Any]:
        """A new story, published unless more says otherwise."""
        story = {"title": title, "content": "<p>The boats came in at six.</p>", "excerpt": SUMMARY, "status": "publish"}
        made: dict[str, Any] = self.site.call("POST", "posts", story | more)
        return made

    def change(self, story: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Other values of a story's fields."""
        changed: dict[str, Any] = self.site.call("POST", f"posts/{story['id']}", fields)
        return changed

    def delete(self, story: dict[str, Any], *, for_good: bool = False) -> None:
        """Put a story into the trash, or delete it for good."""
        self.site.call("DELETE", f"posts/{story['id']}", params={"force": str(for_good).lower()})

    def term(self, kind: str, name: str) -> int:
        """The number of the category or tag of that name."""
        found = self.site.call("GET", kind, params={"slug": name.lower()})
        made = found[0] if found else self.site.call("POST", kind, {"name": name, "slug": name.lower()})
        return int(made["id"])

    def article(self, story: dict[str, Any]) -> Article:
        """The story in the ledger. AssertionError when it is not there."""
        article = self.stand.ledger.articles.by_keys([key.key for key in keys(story["link"])])
        assert article is not None
        return article

    def texts(self, story: dict[str, Any]) -> list[str]:
        """What the story's posts say."""
        return [row["text"] for row in self.stand.rows(story["link"]).values()]

    def public(self, story: dict[str, Any]) -> bool:
        """Whether the story is on all networks."""
        return self.stand.public(story["link"]) == ALL

    def once(self, story: dict[str, Any]) -> bool:
        """Whether it is on each of them exactly once."""
        return {len(self.stand.posts(network, story["link"])) for network in NETWORKS} == {1}

    def statuses(self, story: dict[str, Any]) -> dict[str, str]:
        """The states of its posts, by network."""
        return self.stand.statuses(story["link"])
