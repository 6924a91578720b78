"""The words everybody uses: frozen, slotted, with aware UTC times. Imports nothing of ours.

An Article is found, a Post is what one account will say about it, a Delivery is the row that follows the post to
its end, an Attempt is one try, a Receipt the platform's proof, an Event one move. `docs/design.md` tells the story.
"""

from syndicator.models.accounts import Account, AccountState, DeliveryRules, Identity, Lead, Needs, Policy, QuietHours
from syndicator.models.articles import (
    Article,
    Key,
    PastPoll,
    Photo,
    Poll,
    Revision,
    Source,
    SourceState,
    Subscription,
)
from syndicator.models.deliveries import Attempt, Delivery, Event
from syndicator.models.features import Features, Preview, Price
from syndicator.models.people import Action, Answer, Person, Role, Session, Token, Unsaved
from syndicator.models.posts import Budget, Card, Media, Post, Receipt, Shown, Version
from syndicator.models.states import ArticleState, Outcome, Status, Wanted

__all__ = [
    "Account",
    "AccountState",
    "Action",
    "Answer",
    "Article",
    "ArticleState",
    "Attempt",
    "Budget",
    "Card",
    "Delivery",
    "DeliveryRules",
    "Event",
    "Features",
    "Identity",
    "Key",
    "Lead",
    "Media",
    "Needs",
    "Outcome",
    "PastPoll",
    "Person",
    "Photo",
    "Policy",
    "Poll",
    "Post",
    "Preview",
    "Price",
    "QuietHours",
    "Receipt",
    "Revision",
    "Role",
    "Session",
    "Shown",
    "Source",
    "SourceState",
    "Status",
    "Subscription",
    "Token",
    "Unsaved",
    "Version",
    "Wanted",
]
