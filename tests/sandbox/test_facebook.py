"""facebook-sdk against the sandbox's Page."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import facebook
import pytest

from syndicator.sandbox import Sandbox
from tests.sandbox.clients import VERSION, Page

LINK = "https://example.com/news/ferry?a=1&b=2"


def test_a_photo_with_caption_and_alt(box: Sandbox, photo: bytes) -> None:
    """A photo post holds its caption, its alt text and the bytes, and both ids come back."""
    page = Page(box)
    answer = page.graph.put_photo(
        BytesIO(photo), f"{page.id}/photos", caption=f"Ferry & more {LINK}", alt_text_custom="A ferry", **page.proof
    )
    (post,) = box.posts("facebook_page")
    assert answer["post_id"] == post.id == f"{page.id}_{post.id.partition('_')[2]}"
    assert (post.text, post.links, post.media[0].alt) == (f"Ferry & more {LINK}", (LINK,), "A ferry")
    assert box.photo(post.media[0].sha256) == photo


def test_a_link_post_is_found_again_with_its_link(box: Sandbox) -> None:
    """published_posts gives message, time, permalink and the attached link behind Facebook's own."""
    page = Page(box)
    post_id = page.post(message="Ferry & more", link=LINK)
    (found,) = page.published(fields="id,message,created_time,permalink_url,attachments{url,unshimmed_url}")["data"]
    assert (found["id"], found["message"]) == (post_id, "Ferry & more")
    assert found["attachments"]["data"][0]["unshimmed_url"] == LINK
    assert found["permalink_url"] == f"https://www.facebook.com/{post_id}" == box.posts("facebook_page")[0].permalink
    assert abs(datetime.fromisoformat(found["created_time"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_unpublished_photos_are_attached_to_a_post(box: Sandbox, photo: bytes) -> None:
    """A photo uploaded with published=false is public only with the post that names it."""
    page = Page(box)
    uploaded = page.graph.put_photo(BytesIO(photo), f"{page.id}/photos", published="false", **page.proof)
    assert ("post_id" in uploaded, box.posts("facebook_page")) == (False, [])
    page.post(message="Two steps", **{"attached_media[0]": f'{{"media_fbid": "{uploaded["id"]}"}}'})
    assert [len(post.media) for post in box.posts("facebook_page")] == [1]
    assert [request.op for request in box.requests("facebook_page")] == ["upload", "publish"]


def test_posts_are_paged_with_cursors(box: Sandbox) -> None:
    """get_all_connections reads every post once, newest first."""
    for number in range(7):
        box.hand_post("facebook_page", f"Post {number}")
    page = Page(box)
    posts = page.graph.get_all_connections(page.id, "published_posts", limit=3, fields="message", **page.proof)
    assert [post["message"] for post in posts] == [f"Post {number}" for number in reversed(range(7))]
    newest = page.published(limit=1)
    assert page.published(limit=5, before=newest["paging"]["cursors"]["before"])["data"] == []


def test_a_window_of_time_can_be_read(box: Sandbox) -> None:
    """since and until take Unix times."""
    page = Page(box)
    page.post(message="Now")
    later = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    assert (len(page.published(until=later)["data"]), page.published(since=later)["data"]) == (1, [])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"message": "x" * 63_207}, 100),
        ({"message": "🎉" * 31_604}, 100),
        ({"message": ""}, 100),
        ({"message": "Hello", "link": "no address"}, 100),
    ],
)
def test_a_bad_post_is_refused_with_graphs_code(box: Sandbox, data: dict[str, str], code: int) -> None:
    """Too many UTF-16 units, nothing at all, or a link that is none."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        Page(box).post(**data)
    assert (caught.value.code, box.posts("facebook_page")) == (code, [])


def test_the_longest_message_is_taken(box: Sandbox) -> None:
    """63,206 UTF-16 units are not too many."""
    Page(box).post(message="🎉" * 31_603)
    assert len(box.posts("facebook_page")) == 1


def test_the_same_message_twice_running_is_a_duplicate(box: Sandbox) -> None:
    """506 for the words of the latest post; other words in between make it new."""
    page = Page(box)
    page.post(message="Twice", link=LINK)
    with pytest.raises(facebook.GraphAPIError) as caught:
        page.post(message="Twice", link=LINK)
    page.post(message="Between")
    page.post(message="Twice", link=LINK)
    assert (caught.value.code, len(box.posts("facebook_page"))) == (506, 3)


def test_delete_removes_and_says_so_once(box: Sandbox) -> None:
    """The second delete is error 100, subcode 33."""
    page = Page(box)
    post_id = page.post(message="Oops")
    assert page.delete(post_id) == {"success": True}
    with pytest.raises(facebook.GraphAPIError) as caught:
        page.delete(post_id)
    assert (caught.value.code, caught.value.result["error"]["error_subcode"]) == (100, 33)
    assert (page.published()["data"], box.posts("facebook_page")[0].deleted) == ([], True)


def test_tokens_and_proofs_are_checked(box: Sandbox) -> None:
    """A wrong token is 190, a wrong or missing proof 100; an account without an app secret needs none."""
    page = Page(box)
    codes = []
    for token, proof in (
        ("nobody", page.proof),
        (page.graph.access_token, {}),
        (page.graph.access_token, {"appsecret_proof": "0"}),
    ):
        page.graph.access_token = token
        with pytest.raises(facebook.GraphAPIError) as caught:
            page.graph.get_object("me", **proof)
        codes.append(caught.value.code)
    box.add_account("facebook_page", "open", without=("app_secret",))
    bare = Page(box, "open")
    assert (codes, bare.graph.get_object("me")["id"]) == ([190, 100, 100], bare.id)


def test_who_a_token_belongs_to(box: Sandbox) -> None:
    """The page names itself with or without a version in the path, and debug_token says the token is valid."""
    page = Page(box)
    secret = box.accounts("facebook_page")["secrets"]["app_secret"]
    about = page.graph.get_object(page.id, fields="name", **page.proof)
    told = page.graph.request(
        f"{VERSION}/debug_token", {"input_token": page.graph.access_token, "access_token": f"100000000000042|{secret}"}
    )
    assert (about["id"], told["data"]["is_valid"], told["data"]["expires_at"]) == (page.id, True, 0)


def test_another_pages_feed_is_forbidden(box: Sandbox) -> None:
    """A page token works for its own page."""
    other = box.add_account("facebook_page", "sports")["options"]["page_id"]
    page = Page(box)
    with pytest.raises(facebook.GraphAPIError) as caught:
        page.graph.put_object(other, "feed", message="Hello", **page.proof)
    assert (caught.value.code, box.posts("facebook_page")) == (200, [])


def test_bytes_that_are_no_image_are_refused(box: Sandbox) -> None:
    """324, and nothing is posted."""
    page = Page(box)
    with pytest.raises(facebook.GraphAPIError) as caught:
        page.graph.put_photo(BytesIO(b"not a photo"), f"{page.id}/photos", caption="Hello", **page.proof)
    assert (caught.value.code, box.posts("facebook_page")) == (324, [])
