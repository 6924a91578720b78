"""The demo's proof: what each network holds by its own store, beside what the ledger says was sent."""

from dataclasses import dataclass

from syndicator.ledger import Filter
from syndicator.models import Status
from syndicator.room import Room
from syndicator.sandbox import Sandbox, StoredPost

LEAST = 5  # stories that must be public on every account


@dataclass(frozen=True, slots=True)
class Count:
    """One account: posts, stories they link to and photos by the network's store; rows the ledger calls sent."""

    label: str
    posts: int
    links: int
    photos: int
    described: int
    sent: int

    def trouble(self) -> list[str]:
        """What is not as it must be, one sentence each."""
        wrong = []
        if self.posts < self.sent:
            wrong.append(f"{self.label}: {self.sent - self.posts} lost: sent by the ledger, not on the network")
        if self.posts > self.sent:
            wrong.append(f"{self.label}: {self.posts - self.sent} on the network that the ledger does not know")
        if self.posts > self.links:
            wrong.append(f"{self.label}: {self.posts - self.links} doubled: more posts than stories")
        if self.photos > self.described:
            wrong.append(f"{self.label}: {self.photos - self.described} photos without alt text")
        return wrong


def public(box: Sandbox, network: str) -> list[StoredPost]:
    """What readers of a network see of our account, oldest first."""
    return [post for post in box.posts(network) if not post.deleted and not post.by_hand]


def total(room: Room, box: Sandbox) -> int:
    """All posts on all networks."""
    return sum(len(public(box, account.platform)) for account in room.accounts.values())


def counts(room: Room, box: Sandbox) -> list[Count]:
    """Each account counted twice: on its network and in the ledger."""
    known = room.ledger.history.counts()
    base = box.url("newsroom")
    found = []
    for account in room.accounts.values():
        posts = public(box, account.platform)
        stories = {link.partition("?")[0] for post in posts for link in post.links if link.startswith(base)}
        media = [photo for post in posts for photo in post.media]
        described = sum(1 for photo in media if photo.alt)
        sent = known.get(account.name, {}).get(Status.SENT.value, 0)
        label = room.features(account).label
        found.append(Count(label, len(posts), len(stories), len(media), described, sent))
    return found


def everywhere(room: Room) -> int:
    """How many stories are public on every account, by the ledger."""
    rows = list(room.ledger.history.entries(Filter(statuses=(Status.SENT,))))
    accounts: dict[int, set[str]] = {}
    for row in rows:
        accounts.setdefault(row["article_id"], set()).add(row["account"])
    return sum(1 for names in accounts.values() if names >= set(room.accounts))


def troubles(room: Room, found: list[Count]) -> list[str]:
    """Everything that is not as it must be; empty when the demo has shown what it set out to show."""
    wrong = [sentence for count in found for sentence in count.trouble()]
    number = everywhere(room)
    if number < LEAST:
        wrong.append(f"stories public on all accounts: {number}; at least {LEAST} must be")
    unclear = room.ledger.history.entries(Filter(statuses=(Status.FAILED, Status.UNCONFIRMED, Status.SENDING)))
    return wrong + [f"post {row['id']} on {row['account']} is {row['status']}: {row['detail']}" for row in unclear]
