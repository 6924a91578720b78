"""The networks' own client libraries, turned towards the sandbox as a program would turn them."""

import base64
import hmac
from typing import Any
from urllib.parse import urlsplit

import atproto
import facebook
import mastodon
import requests
import tweepy
from atproto_client.request import Request
from requests.adapters import HTTPAdapter

from syndicator.sandbox import Sandbox

VERSION = "v24.0"
OPENED: list[Request] = []  # to be closed when the test is over


class _Rewritten(HTTPAdapter):
    """Sends what is meant for the real host to the sandbox, after it was signed."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._host = urlsplit(base).netloc

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = urlsplit(str(request.url))._replace(scheme="http", netloc=self._host).geturl()
        return super().send(request, *args, **{**kwargs, "timeout": 5})


def x_client(box: Sandbox, account: str = "main") -> tweepy.Client:
    """tweepy's client for API v2."""
    secrets = box.accounts("x", account)["secrets"]
    client = tweepy.Client(
        consumer_key=secrets["api_key"],
        consumer_secret=secrets["api_secret"],
        access_token=secrets["access_token"],
        access_token_secret=secrets["access_token_secret"],
    )
    client.session.mount("https://api.twitter.com", _Rewritten(box.url("x")))
    return client


def x_upload(client: tweepy.Client, photo: bytes, alt: str = "") -> str:
    """Upload a photo and its alt text by API v2; its id."""
    body = {"media": base64.b64encode(photo).decode(), "media_category": "tweet_image"}
    answer = client.request("POST", "/2/media/upload", json=body, user_auth=True).json()
    media_id = str(answer["data"]["id"])
    if alt:
        told = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
        client.request("POST", "/2/media/metadata", json=told, user_auth=True)
    return media_id


class Page:
    """facebook-sdk for one Page, with the proof of the app secret on every call."""

    def __init__(self, box: Sandbox, account: str = "main") -> None:
        session = requests.Session()
        session.mount(facebook.FACEBOOK_GRAPH_URL, _Rewritten(box.url("facebook_page")))
        known = box.accounts("facebook_page", account)
        self.id, token = known["options"]["page_id"], known["secrets"]["page_token"]
        self.graph = facebook.GraphAPI(access_token=token, timeout=5, session=session)
        self.graph.version = VERSION
        secret = known["secrets"].get("app_secret", "")
        self.proof = {"appsecret_proof": hmac.new(secret.encode(), token.encode(), "sha256").hexdigest()}

    def post(self, **data: Any) -> str:
        """Post to the feed; the post's id."""
        return str(self.graph.put_object(self.id, "feed", **data, **self.proof)["id"])

    def published(self, **args: Any) -> dict[str, Any]:
        """One answer of published_posts."""
        found: dict[str, Any] = self.graph.get_connections(self.id, "published_posts", **args, **self.proof)
        return found

    def delete(self, post_id: str) -> Any:
        """Delete a post."""
        return self.graph.request(f"{VERSION}/{post_id}", args=dict(self.proof), method="DELETE")


def mastodon_client(box: Sandbox, account: str = "main") -> mastodon.Mastodon:
    """Mastodon.py's client."""
    token = box.accounts("mastodon", account)["secrets"]["access_token"]
    return mastodon.Mastodon(
        access_token=token, api_base_url=box.url("mastodon"), ratelimit_method="throw", request_timeout=5
    )


def bluesky_client(box: Sandbox, account: str = "main") -> atproto.Client:
    """atproto's client, logged in."""
    known = box.accounts("bluesky", account)
    request = Request(timeout=5)
    OPENED.append(request)
    client = atproto.Client(base_url=box.url("bluesky") + "/xrpc", request=request)
    client.login(known["handle"], known["secrets"]["app_password"])
    return client
