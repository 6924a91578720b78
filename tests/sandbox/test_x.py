"""tweepy against the sandbox's X."""

from datetime import UTC, datetime, timedelta

import pytest
import tweepy
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sandbox import Sandbox
from syndicator.sandbox.x_text import shorten
from tests.sandbox.clients import x_client, x_upload

LINK = "https://example.com/news/ferry?a=1&b=2"


def test_a_post_with_photo_and_alt_is_kept_as_a_reader_sees_it(box: Sandbox, photo: bytes) -> None:
    """The stored post has the text with its own link, and the photo with its alt text."""
    client = x_client(box)
    media_id = x_upload(client, photo, "A ferry & its captain")
    answer = client.create_tweet(text=f"Ferry <back> & well {LINK}", media_ids=[media_id], user_auth=True)
    (post,) = box.posts("x")
    assert post.id == answer.data["id"]
    assert post.text == f"Ferry <back> & well {LINK}"
    assert post.links == (LINK,)
    assert [(one.alt, one.mime, one.width, one.height) for one in post.media] == [
        ("A ferry & its captain", "image/jpeg", 320, 180)
    ]
    assert box.photo(post.media[0].sha256) == photo


def test_the_api_gives_text_encoded_and_links_shortened(box: Sandbox) -> None:
    """A timeline holds & < > as entities and t.co addresses with the expanded one beside them."""
    client = x_client(box)
    client.create_tweet(text=f"A & B < C {LINK}", user_auth=True)
    owner = box.accounts("x")["identity"]
    (tweet,) = client.get_users_tweets(owner, tweet_fields=["created_at", "entities"], user_auth=True).data
    assert tweet.text.startswith("A &amp; B &lt; C https://t.co/")
    (url,) = tweet.entities["urls"]
    assert (tweet.text[url["start"] : url["end"]], url["expanded_url"]) == (url["url"], LINK)
    assert abs(tweet.created_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_photo_adds_its_own_address_to_the_text(box: Sandbox, photo: bytes) -> None:
    """As on X, a post with media ends in a t.co address whose entity has a media key."""
    client = x_client(box)
    client.create_tweet(text="Look", media_ids=[x_upload(client, photo)], user_auth=True)
    owner = box.accounts("x")["identity"]
    (tweet,) = client.get_users_tweets(owner, tweet_fields=["entities"], user_auth=True).data
    assert [url["media_key"].startswith("3_") for url in tweet.entities["urls"]] == [True]
    assert tweet.text == f"Look {tweet.entities['urls'][0]['url']}"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("x" * 280, True),
        ("x" * 281, False),
        ("語" * 140, True),
        ("語" * 141, False),
        ("x" * 256 + " https://example.com/" + "y" * 300, True),
        ("x" * 257 + " https://example.com/a", False),
        ("👨‍👩‍👧‍👦" * 140, True),
    ],
)
def test_length_is_weighted(box: Sandbox, text: str, fits: bool) -> None:
    """280 of weight are taken, one more is refused with 400."""
    if fits:
        x_client(box).create_tweet(text=text, user_auth=True)
    else:
        with pytest.raises(tweepy.BadRequest, match="too long"):
            x_client(box).create_tweet(text=text, user_auth=True)
    assert len(box.posts("x")) == fits


def test_equal_text_is_refused_for_a_day(box: Sandbox) -> None:
    """The same words again are a 403 within 24 hours, and taken after."""
    client = x_client(box)
    client.create_tweet(text="Twice", user_auth=True)
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="Twice", user_auth=True)
    box.clock = lambda: datetime.now(UTC) + timedelta(hours=25)
    client.create_tweet(text="Twice", user_auth=True)
    assert [post.text for post in box.posts("x")] == ["Twice", "Twice"]


def test_a_deleted_post_is_gone_and_its_text_may_be_sent_again(box: Sandbox) -> None:
    """DELETE marks the post; it is in no timeline and no duplicate."""
    client = x_client(box)
    first = client.create_tweet(text="Oops", user_auth=True).data["id"]
    assert client.delete_tweet(first, user_auth=True).data == {"deleted": True}
    client.create_tweet(text="Oops", user_auth=True)
    timeline = client.get_users_tweets(box.accounts("x")["identity"], user_auth=True).data
    assert [post.deleted for post in box.posts("x")] == [True, False]
    assert [tweet.id for tweet in timeline] == [int(box.posts("x")[1].id)]
    assert client.get_tweet(first, user_auth=True).data is None


def test_a_timeline_is_paged_newest_first(box: Sandbox) -> None:
    """Pages of five give every post once, newest first, from the start time on."""
    for number in range(12):
        box.hand_post("x", f"Post {number}")
    client, owner = x_client(box), box.accounts("x")["identity"]
    pages = tweepy.Paginator(
        client.get_users_tweets, owner, max_results=5, start_time=datetime.now(UTC) - timedelta(hours=1), user_auth=True
    )
    texts = [tweet.text for page in pages for tweet in page.data or ()]
    assert texts == [f"Post {number}" for number in reversed(range(12))]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert client.get_users_tweets(owner, start_time=later, user_auth=True).data is None


@pytest.mark.parametrize("count", [4, 101])
def test_a_page_size_out_of_range_is_refused(box: Sandbox, count: int) -> None:
    """max_results is 5 to 100."""
    with pytest.raises(tweepy.BadRequest, match="max_results"):
        x_client(box).get_users_tweets(box.accounts("x")["identity"], max_results=count, user_auth=True)


def test_media_must_be_ones_own_and_known(box: Sandbox, photo: bytes) -> None:
    """Unknown media, expired media and another account's media are a 400."""
    box.add_account("x", "sports")
    mine = x_upload(x_client(box), photo)
    for client, media_id in ((x_client(box, "sports"), mine), (x_client(box), "12345")):
        with pytest.raises(tweepy.BadRequest, match="media IDs are invalid"):
            client.create_tweet(text="Photo", media_ids=[media_id], user_auth=True)
    box.clock = lambda: datetime.now(UTC) + timedelta(days=2)
    with pytest.raises(tweepy.BadRequest, match="media IDs are invalid"):
        x_client(box).create_tweet(text="Photo", media_ids=[mine], user_auth=True)
    assert box.posts("x") == []


def test_alt_text_has_a_limit(box: Sandbox, photo: bytes) -> None:
    """A thousand characters of alt text are taken, one more is not."""
    client = x_client(box)
    assert x_upload(client, photo, "a" * 1000)
    with pytest.raises(tweepy.BadRequest):
        x_upload(client, photo, "a" * 1001)


def test_a_wrong_token_is_unauthorized(box: Sandbox) -> None:
    """A token nobody has is a 401, whatever the call."""
    client = x_client(box)
    client.access_token = "nobody"
    with pytest.raises(tweepy.Unauthorized):
        client.get_me()
    with pytest.raises(tweepy.Unauthorized):
        client.create_tweet(text="Hello", user_auth=True)


def test_me_and_the_rate_headers(box: Sandbox) -> None:
    """The account says who it is; a call beyond a set limit is a 429 with the time to come back."""
    client = x_client(box)
    me = client.get_me().data
    assert (str(me.id), me.username) == (box.accounts("x")["identity"], box.accounts("x")["handle"])
    box.limit("x", "publish", 1, timedelta(minutes=15))
    client.create_tweet(text="One", user_auth=True)
    with pytest.raises(tweepy.TooManyRequests) as caught:
        client.create_tweet(text="Two", user_auth=True)
    assert int(caught.value.response.headers["x-rate-limit-reset"]) > datetime.now(UTC).timestamp()


@given(
    st.lists(st.sampled_from(["a & b", "<i>", LINK, "example.com", "語", "🎉", "\n", " "]), max_size=8).map(" ".join)
)
def test_shortened_text_leads_back_to_the_original(text: str) -> None:
    """Expanding the entities of a wire text and decoding it gives the text that was sent."""
    wire, urls = shorten(text, "seed")
    for url in urls:
        written = url["expanded_url"] if url["expanded_url"] in text else url["expanded_url"].removeprefix("http://")
        wire = wire.replace(url["url"], written.replace("&", "&amp;"))
    assert wire.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text
