"""Who may pass which door: every route of the desk is tried by nobody and by each role."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from syndicator.desk.app import create_app
from syndicator.models import Role, Status
from tests.desk.doors import ADMINISTRATOR, DOORS, EDITOR, FOR_HUBS, SIGNED, VIEWER, Door, House, kept, of
from tests.desk.newsroom import Newsroom, logged_in, token

ROLES = tuple(Role)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[House]:
    """One newsroom for all doors: refusals change nothing, and what is allowed spoils nothing for the next."""
    newsroom = Newsroom(tmp_path_factory.mktemp("roles"), hashed_password)
    newsroom.serve()
    made = House(newsroom, hashed_password)
    yield made
    made.close()
    newsroom.close()


def refused(door: Door, answer: httpx.Response) -> bool:
    """Whether somebody who is not logged in was told so in the way that the door's users understand."""
    if door.api:
        return answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"
    if door.changes:
        return answer.status_code == 401 and 'name="password"' in answer.text
    return answer.status_code == 303 and answer.headers["location"].startswith("/login")


def test_every_route_has_a_row_in_the_table(house: House) -> None:
    """A route that is added, or taken away, has to say here who may use it."""
    assert of(create_app(house.newsroom.room)) == {(door.method, door.path) for door in DOORS} | FOR_HUBS | SIGNED


@pytest.mark.parametrize("door", [door for door in DOORS if door.least], ids=lambda door: door.name)
def test_a_door_opens_to_its_role_and_to_no_lesser_one(house: House, door: Door) -> None:
    """Nobody and lesser roles are refused and change nothing; the role and those above it get in."""
    assert door.least is not None
    before = kept(house.newsroom)
    with httpx.Client(base_url=house.newsroom.url) as nobody, house.knock(door, nobody) as answer:
        assert refused(door, answer), (answer.status_code, answer.headers)
    for role in ROLES:
        with house.knock(door, house.browsers[role], house.tokens[role]) as answer:
            if role.at_least(door.least):
                assert answer.status_code < 500 and answer.status_code not in {401, 403, 404}, answer.status_code
                continue
            assert answer.status_code == 403
        assert kept(house.newsroom) == before, role


@pytest.mark.parametrize("door", [door for door in DOORS if door.least], ids=lambda door: door.name)
def test_a_cookie_that_is_none_of_ours_opens_nothing(house: House, door: Door) -> None:
    """A made-up session is nobody's, with whatever token beside it."""
    before = kept(house.newsroom)
    forger = httpx.Client(base_url=house.newsroom.url, cookies={"syndicator_desk": "x" * 43})
    with forger, house.knock(door, forger, house.tokens[ADMINISTRATOR]) as answer:
        assert refused(door, answer)
    assert kept(house.newsroom) == before


def test_a_refusal_says_who_can(newsroom: Newsroom, ben: httpx.Client) -> None:
    """A viewer's POST is told the role, the role it takes and its people; the same on the page and for machines."""
    page = ben.post("/stop", data={"csrf": token(ben.get("/stop")), "reason": "no"})
    assert page.status_code == 403
    assert "Your role is viewer. Editors can do this: Anna, Cleo, Root." in page.text
    machine = ben.put("/api/v1/stop", json={"reason": "no"}, headers={"x-csrf": token(ben.get("/stop"))})
    assert machine.status_code == 403
    assert machine.json()["detail"].startswith("Your role is viewer. Editors can stop all sending: Anna")
    assert newsroom.room.ledger.accounts.stopped() is None


VERBS = ("approve", "hold", "send", "move", "suppress", "release", "retry", "deliver", "clear", "leave", "retract")


@pytest.mark.parametrize("verb", VERBS)
def test_a_viewer_has_no_verb(house: House, verb: str) -> None:
    """Whatever verb a viewer's form names, nothing is changed."""
    before = kept(house.newsroom)
    form = {"csrf": house.tokens[VIEWER], "verb": verb, "id": str(house.names["fourth"]), "day": "2027-01-04",
            "time": "10:00", "permalink": "https://social.example/1"}  # fmt: skip
    answer = house.browsers[VIEWER].post("/actions", data=form)
    assert (answer.status_code, kept(house.newsroom)) == (403, before)


@pytest.mark.parametrize("verb", ["approve", "send"])
def test_what_a_policy_holds_an_editor_cannot_let_go(tmp_path: Path, hashed_password: str, verb: str) -> None:
    """A post held for approval stays held under an editor's form, in bulk as well, and leaves by a chief's."""
    newsroom = Newsroom(tmp_path, hashed_password, policy="approval = true")
    newsroom.serve()
    try:
        rows = newsroom.publish("harbour")
        assert {row.status for row in rows} == {Status.HELD}
        for name, wanted in (("anna", Status.HELD), ("cleo", Status.QUEUED)):
            with logged_in(newsroom, name) as client:
                form = {"csrf": token(client.get("/stop")), "verb": "approve", "id": [str(row.id) for row in rows]}
                client.post("/actions", data=form | {"verb": verb if wanted is Status.HELD else "approve"})
            assert {newsroom.row(row.id).status for row in rows} == {wanted}, name
    finally:
        newsroom.close()


def test_an_editor_cannot_take_a_post_down(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A sent post stays sent under an editor's form."""
    row = newsroom.sent(newsroom.publish("harbour")[2])
    before = kept(newsroom)
    form = {"csrf": token(anna.get("/stop")), "verb": "retract", "id": str(row.id), "reason": "wrong"}
    assert anna.post("/actions", data=form).status_code == 403
    assert kept(newsroom) == before


def test_an_edit_does_not_let_go_what_a_policy_holds(tmp_path: Path, hashed_password: str) -> None:
    """Saving other words of a post that waits for a chief leaves it waiting for one."""
    newsroom = Newsroom(tmp_path, hashed_password, policy="approval = true")
    newsroom.serve()
    try:
        row = newsroom.publish("harbour")[2]
        with logged_in(newsroom, "anna") as client:
            form = {"csrf": token(client.get("/stop")), "id": f"{row.id}:{row.version}", "account": "mastodon",
                    "answer": "save", "text": "An editor's own words"}  # fmt: skip
            assert client.post("/edit", data=form).status_code == 303
        after = newsroom.row(row.id)
        assert (after.status, after.version, after.approved) == (Status.HELD, row.version + 1, row.approved)
    finally:
        newsroom.close()


def test_a_role_that_was_taken_away_is_gone_at_once(newsroom: Newsroom, anna: httpx.Client) -> None:
    """An editor who becomes a viewer in the middle of a session may do no more than a viewer from the next request."""
    csrf = token(anna.get("/stop"))
    newsroom.room.ledger.people.set_role("anna", Role.VIEWER)
    assert anna.post("/stop", data={"csrf": csrf}).status_code == 403
    assert anna.get("/queue").status_code == 200


def test_the_last_administrator_stays_one(newsroom: Newsroom, root: httpx.Client) -> None:
    """The only administrator can neither be disabled nor be given another role."""
    csrf = token(root.get("/stop"))
    before = kept(newsroom)
    for path, form in (("role", {"role": "viewer"}), ("disable", {})):
        assert root.post(f"/people/root/{path}", data={"csrf": csrf, **form}).status_code == 422
    assert kept(newsroom) == before


def test_a_page_offers_a_viewer_nothing_to_press(house: House) -> None:
    """A viewer's queue and article hold no form for a verb."""
    pages = [house.browsers[VIEWER].get(path).text for path in ("/queue", f"/articles/{house.names['story']}")]
    assert not [page for page in pages if 'name="verb"' in page]
    assert 'name="verb"' in house.browsers[EDITOR].get("/queue").text
