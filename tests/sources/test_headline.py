"""Headlines with marks before them, sites behind them and capitals all over them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources import headline
from tests.sources.documents import read, rss

REST = "Storm closes all ferry lines"


@pytest.mark.parametrize(
    ("mark", "labels"),
    [
        ("UPDATE: ", ("Update",)),
        ("UPDATE 2-", ("Update",)),
        ("Update 3: ", ("Update",)),
        ("(Update) ", ("Update",)),
        ("LIVE: ", ("Live",)),
        ("Live: ", ("Live",)),
        ("LIVE BLOG | ", ("Live",)),
        ("LIVE - ", ("Live",)),
        ("BREAKING: ", ("Breaking",)),
        ("Breaking news – ", ()),
        ("BREAKING NEWS – ", ("Breaking",)),
        ("EXCLUSIVE: ", ("Exclusive",)),
        ("EXCLUSIVE-", ("Exclusive",)),
        ("CORRECTED: ", ("Correction",)),
        ("CORRECTED-UPDATE 1-", ("Correction", "Update")),
        ("Opinion | ", ("Opinion",)),
        ("WATCH: ", ("Video",)),
        ("VIDEO: ", ("Video",)),
        ("[VIDEO] ", ("Video",)),
        ("Analysis: ", ("Analysis",)),
        ("BREAKING | EXCLUSIVE: ", ("Breaking", "Exclusive")),
        ("LIVE: LIVE: ", ("Live",)),
        ("EIL: ", ("Eilmeldung",)),
        ("+++ EIL +++ ", ("Eilmeldung",)),
        ("Eilmeldung: ", ("Eilmeldung",)),
        ("Liveticker: ", ("Liveticker",)),
        ("Korrektur: ", ("Korrektur",)),
        ("Meinung: ", ("Meinung",)),
        ("Kommentar: ", ("Kommentar",)),
        ("Exklusiv | ", ("Exklusiv",)),
        ("DIRECT. ", ("En direct",)),
        ("EN DIRECT - ", ("En direct",)),
        ("VIDÉO. ", ("Vidéo",)),
        ("Alerte info : ", ("Alerte info",)),
        ("Tribune : ", ("Tribune",)),
        ("Exclusif : ", ("Exclusif",)),
        ("ÚLTIMA HORA: ", ("Última hora",)),
        ("EN VIVO | ", ("En vivo",)),
        ("Opinión: ", ("Opinión",)),
        ("Análisis | ", ("Análisis",)),
    ],
)
def test_a_mark_before_a_headline_becomes_a_label(mark: str, labels: tuple[str, ...]) -> None:
    """In the headline's own language and one spelling; the headline is what is left."""
    assert headline.read(mark + REST) == (REST if labels else mark + REST, labels)


@pytest.mark.parametrize(
    "text",
    [
        "Live: storm hits",
        "Opinion | Vote!",
        "Video: watch",
        "Live Aid returns to the old stadium",
        "Update 2-1 win for the visitors today",
        "Live-Ticker for the match of the day",
        "Exclusive-looking homes are not selling well",
        "Watch out: ice on the roads tonight",
        "Breaking: bad",
        "Videos of the storm go around the world",
        "Opinion polls: what they can tell us now",
        "Analysis of a defeat - what went wrong here",
        "The council: live and in colour tonight",
        "LIVE",
        "LIVE:",
        "",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    """Words of the headline itself, and marks that are most of it."""
    assert headline.read(text) == (text, ())


def test_a_script_without_spaces_has_headlines_too() -> None:
    """Six characters of it are as good as three words."""
    assert headline.read("LIVE: 市議会が橋の計画を承認") == ("市議会が橋の計画を承認", ("Live",))


SUMMARY = (
    "On Monday the council approved the plan. It approves a bridge for Example Bay, says the EU, in a second vote."
)


@pytest.mark.parametrize(
    ("written", "told", "read_as"),
    [
        ("COUNCIL APPROVES BRIDGE", [SUMMARY], "Council approves bridge"),
        ("THE EU APPROVES A BRIDGE", [SUMMARY], "The EU approves a bridge"),
        ("BRIDGE FOR EXAMPLE BAY: SECOND VOTE", [SUMMARY], "Bridge for Example Bay: second vote"),
        ("BRIDGE APPROVES ITSELF AGAIN", [SUMMARY], "BRIDGE APPROVES ITSELF AGAIN"),  # "itself" is nowhere
        ("SECOND VOTE FOR MONDAY", [SUMMARY], "Second vote for Monday"),
        ("IT APPROVES A BRIDGE", [SUMMARY], "IT APPROVES A BRIDGE"),  # "It" only begins a sentence
        ("IT APPROVES A BRIDGE", [SUMMARY, "it says"], "It approves a bridge"),
        ("APPLE APPROVES A BRIDGE", [SUMMARY, "an apple of the firm Apple is eaten by it"], "APPLE APPROVES A BRIDGE"),
        (
            "RATS ENTSCHEIDUNG ÜBER BRÜCKE",
            ["gegen des Rats Entscheidung über die neue Brücke"],
            "Rats Entscheidung über Brücke",
        ),
        ("COUNCIL APPROVES BRIDGE", ["THE COUNCIL APPROVES A BRIDGE"], "COUNCIL APPROVES BRIDGE"),
        ("COUNCIL APPROVES BRIDGE", ["The Council Approves Its Bridge At Last"], "COUNCIL APPROVES BRIDGE"),
        ("COUNCIL APPROVES BRIDGE", ["council", "bridge", "approves"], "Council approves bridge"),
        ("COUNCIL’S PLAN APPROVED", ["of the council's plan that was approved"], "Council's plan approved"),
        ("EU APPROVES", [SUMMARY], "EU APPROVES"),
        ("NATO, EU, UN", ["of NATO and the EU and the UN, it is said"], "NATO, EU, UN"),
        ("Council APPROVES BRIDGE", [SUMMARY], "Council APPROVES BRIDGE"),
        ("市議会が橋の計画を承認 市議会が 橋の計画を", [SUMMARY], "市議会が橋の計画を承認 市議会が 橋の計画を"),
    ],
)
def test_capitals_are_calmed_where_the_story_shows_how(written: str, told: list[str], read_as: str) -> None:
    """Every word as the story writes it, names included; one unknown word, and all stays as it was."""
    assert headline.calm(written, told) == read_as


@pytest.mark.parametrize(
    ("text", "site", "expected"),
    [
        ("Boats return - Example Daily", "Example Daily", "Boats return"),
        ("Boats return | EXAMPLE DAILY", "Example Daily", "Boats return"),
        ("Boats return — Example Daily", "Example Daily", "Boats return"),
        ("Boats return to Example Daily", "Example Daily", "Boats return to Example Daily"),
        ("Example Daily", "Example Daily", "Example Daily"),
        ("Boats return - Other Daily", "Example Daily", "Boats return - Other Daily"),
        ("Boats return - Example Daily", "", "Boats return - Example Daily"),
    ],
)
def test_the_sites_name_is_no_part_of_the_headline(text: str, site: str, expected: str) -> None:
    """Only at the end, behind a mark, and only the name that the page gives itself."""
    assert headline.without_site(text, site) == expected


def test_a_changed_mark_alone_changes_no_story() -> None:
    """The same address, the same keys, the same headline: only the label tells of it."""
    link = "<link>https://news.example/world/ferries</link>"
    found = [
        read(rss(f"<title>{mark}{REST}</title>{link}<category>Live</category>")).articles[0]
        for mark in ("", "UPDATE 1-", "UPDATE 2-", "BREAKING: ")
    ]
    assert {(one.url, one.title, one.keys) for one in found} == {(found[0].url, REST, found[0].keys)}
    assert [one.labels for one in found] == [("Live",), ("Update", "Live"), ("Update", "Live"), ("Breaking", "Live")]


def test_a_feeds_own_words_calm_its_headlines() -> None:
    """Summary, text and categories of the item show how its words are written."""
    link = "<link>https://news.example/world/ferries</link>"
    told = "<description>All ferry lines are closed.</description><content:encoded>Then a storm closes in on lines."
    body = rss(f"<title>LIVE: STORM CLOSES FERRY LINES</title>{link}{told}</content:encoded>")
    (article,) = read(body).articles
    assert (article.title, article.labels) == ("Storm closes ferry lines", ("Live",))


@given(st.text(alphabet="LIVE: UPDATE-2|+()Aa.ßİǅ", max_size=40), st.text(max_size=40))
def test_no_headline_is_too_odd(text: str, told: str) -> None:
    """Nothing raises, and a headline is never lost."""
    title, _ = headline.read(text, (told, text.lower()))
    assert bool(title) == bool(text)


@pytest.mark.parametrize("piece", ["LIVE: ", "+", "A ", "UPDATE 1-", "([", "A. "])
def test_hostile_headlines_take_no_time(piece: str) -> None:
    """A long one of nothing but marks is read in a moment."""
    begun = time.monotonic()
    headline.read(piece * 20_000, (piece.lower() * 20_000,))
    assert time.monotonic() - begun < 4
