"""The posting process of `publish`, plain: the four client libraries in a loop, as a script would use them."""

import base64
import hmac
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import atproto
import facebook
import mastodon
import requests
import tweepy
from requests.adapters import HTTPAdapter

from bench.children import answer

Post = Mapping[str, str]
HOST = "https://api.twitter.com"


class _Here(HTTPAdapter):
    """Tweepy's host is fixed; what is meant for it goes to the sandbox."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As inherited, to another host."""
        request.url = self._base + str(request.url)[len(HOST) :]
        return super().send(request, *args, **kwargs)


def x(place: Mapping[str, Any]) -> Callable[[Post], object]:
    """A way to post with tweepy."""
    keys = place["secrets"]
    client = tweepy.Client(
        consumer_key=keys["api_key"],
        consumer_secret=keys["api_secret"],
        access_token=keys["access_token"],
        access_token_secret=keys["access_token_secret"],
    )
    client.session.mount(HOST, _Here(place["url"]))

    def post(one: Post) -> object:
        photo = base64.b64encode(Path(one["file"]).read_bytes()).decode()
        body = {"media": photo, "media_category": "tweet_image"}
        number = client.request("POST", "/2/media/upload", json=body, user_auth=True).json()["data"]["id"]
        alt = {"id": number, "metadata": {"alt_text": {"text": one["alt"]}}}
        client.request("POST", "/2/media/metadata", json=alt, user_auth=True)
        return client.create_tweet(text=one["text"], media_ids=[number], user_auth=True)

    return post


def facebook_page(place: Mapping[str, Any]) -> Callable[[Post], object]:
    """A way to post with facebook-sdk."""
    facebook.FACEBOOK_GRAPH_URL = place["url"] + "/"
    token, secret = place["secrets"]["page_token"], place["secrets"].get("app_secret", "")
    graph = facebook.GraphAPI(token, session=requests.Session())
    graph.version = "v26.0"
    proof = {"appsecret_proof": hmac.new(secret.encode(), token.encode(), "sha256").hexdigest()}

    def post(one: Post) -> object:
        with Path(one["file"]).open("rb") as photo:
            album = f"{place['options']['page_id']}/photos"
            return graph.put_photo(photo, album, caption=one["text"], alt_text_custom=one["alt"], **proof)

    return post


def mastodon_(place: Mapping[str, Any]) -> Callable[[Post], object]:
    """A way to post with Mastodon.py."""
    client = mastodon.Mastodon(access_token=place["secrets"]["access_token"], api_base_url=place["url"])

    def post(one: Post) -> object:
        photo = client.media_post(Path(one["file"]).read_bytes(), one["mime"], description=one["alt"])
        return client.status_post(one["text"], media_ids=[photo], language=one["language"])

    return post


def bluesky(place: Mapping[str, Any]) -> Callable[[Post], object]:
    """A way to post with atproto."""
    client = atproto.Client(base_url=f"{place['url']}/xrpc")
    client.login(place["handle"], place["secrets"]["app_password"])

    def post(one: Post) -> object:
        text = atproto.client_utils.TextBuilder()
        before, link, after = one["text"].partition(one["link"] or "\0")
        text.text(before)
        if link:
            text.link(link, link).text(after)
        return client.send_image(text, Path(one["file"]).read_bytes(), one["alt"], langs=[one["language"]])

    return post


WAYS = {"x": x, "facebook-page": facebook_page, "mastodon": mastodon_, "bluesky": bluesky}


def main() -> None:
    """`python -m bench.plain POSTS PLACES`: two files of JSON; sends the next posts of an account when asked to."""
    posts, places = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    ways = {account: WAYS[account](places[account.replace("-", "_")]) for account in posts}
    waiting = {account: iter(found) for account, found in posts.items()}

    def sent(account: str, number: int) -> dict[str, float]:
        started, at = process_time(), perf_counter()
        for _ in range(number):
            ways[account](next(waiting[account]))
        return {"cpu": process_time() - started, "wall": perf_counter() - at}

    answer({"ready": True}, sent)


if __name__ == "__main__":
    main()
