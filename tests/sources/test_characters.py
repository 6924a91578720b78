"""Characters and encodings as newsrooms' systems mangle them."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources.characters import balanced, clean, mended
from syndicator.sources.plain import decode, plain, summary
from tests.sources.documents import atom, read, rss

LINK = "<link>https://news.example/world/boats</link>"
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"  # Scotland's


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Itâ€™s over", "It’s over"),
        ("â€œNoâ€\x9d, she said", "“No”, she said"),
        ("â\x80\x9cNoâ\x80\x9d", "“No”"),  # as Latin-1 would have it
        ("Fish â€“ and chips â€¦", "Fish – and chips …"),
        ("CafÃ© opens in MÃ¼nchen", "Café opens in München"),
        ("Ã‰tat, Ã©tÃ©", "État, été"),
        ("PrzybyÅ‚ o Å›wicie", "Przybył o świcie"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚ Ð¼Ð¸Ñ€", "привет мир"),
        ("Â£5m for 20Â°C", "£5m for 20°C"),
        ("Costs â‚¬5", "Costs €5"),
        ("Well done ðŸ˜€", "Well done 😀"),
        ("ItÃ¢â‚¬â„¢s over", "It’s over"),  # twice
        ("Il a dit Â« oui Â»", "Il a dit « oui »"),
    ],
)
def test_utf8_that_was_taken_for_windows_is_mended(written: str, read_as: str) -> None:
    """A headline that is clean otherwise gets its signs back."""
    assert plain(written) == read_as


@pytest.mark.parametrize(
    "text",
    [
        "Why “â€™” stands in your mail",  # speaks of it, and was read rightly itself
        'Why "â€™" stands in your mail',
        "«CAFÉ»",
        "UM DIA NA MAÇÃ»",
        "BEYONCÉ’s tour",
        "„Ä“ und „Ö“",
        "SÃO PAULO, a maçã",
        "Â» LA ROMÂNĂ",
        "ÎLE-DE-FRANCE",
        "Sur l’île, à Nîmes, où l’été…",
        "Ð is a letter of Iceland’s",
        "naïve façade – coöperate",
        "Ångström",
        "“Smart” quotes, ‘single’ ones and an apostrophe’s",
    ],
)
def test_what_may_be_meant_stays(text: str) -> None:
    """Nothing that somebody may have written on purpose is touched."""
    assert (mended(text), plain(text)) == (text, text)


@given(st.text(alphabet="abcABCÄÖÜäöüßéàñçøåžšł '’“”«»…–", max_size=40))
def test_no_text_of_the_west_is_mended(text: str) -> None:
    """Letters with accents beside quotation marks are what they are where they stand with others of their kind."""
    assert mended(text + " é, ’") == text + " é, ’"


@given(st.text(alphabet="aeu éàüñ’“”–…", max_size=30))
def test_what_was_mangled_whole_comes_back_or_stays(text: str) -> None:
    """A text that was read wrongly becomes itself again, or is left alone: never something third."""
    mangled = (
        text.encode()
        .decode("latin-1")
        .translate({n: bytes([n]).decode("cp1252", "ignore") or n for n in range(128, 160)})
    )
    assert mended(mangled) in {text, mangled}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Q&amp;amp;parameter", "Q&parameter"),
        ("?a=1&amp;copy=2 &notin; &notaword;", "?a=1&copy=2 ∉ &notaword;"),
        ("Tom &amp;amp;amp; Ann", "Tom & Ann"),
        ("&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt; claim", "Bold claim"),
        ("&#8220;No&#8221; &#x2014; it&#146;s &#151; over&#133;", "“No” — it’s — over…"),
        ("It\x92s \x96 over\x85", "It’s – over…"),
        ("Q&amp;parameter", "Q&parameter"),
        ("Fish &copy 2026, AT&T", "Fish © 2026, AT&T"),
        ("5&nbsp;%\u202fof&thinsp;all\u3000now", "5 % of all now"),
        ("two\tlines\r\nand\u2028one", "two lines and one"),
        ("Cafe\u0301 A\u030angstro\u0308m", "Café Ångström"),
        ("e\u200b\u0301", "é"),
        ("Zero\u200bwidth\ufeff and soft\u00adhyphen\u2060s", "Zerowidth and softhyphens"),
        ("Bell\x07 null\x00 escape\x1b[31m", "Bell null escape[31m"),
        ("half an emoji \ud83d, \ufffcphoto", "half an emoji , photo"),
        ("blank\u3164name", "blankname"),
        # Joiners stay where a script or an emoji needs them.
        ("می\u200cشود", "می\u200cشود"),
        ("क्\u200dष", "क्\u200dष"),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525",
        ),
        (
            "\U0001f9d1\U0001f3fd\u200d\u2695\ufe0f 1\ufe0f\u20e3 \u2600\ufe0e",
            "\U0001f9d1\U0001f3fd\u200d\u2695\ufe0f 1\ufe0f\u20e3 \u2600\ufe0e",
        ),
        (f"{FLAG} wins", f"{FLAG} wins"),
        ("Auf\u200clage\u200d, e\ufe0f", "Auflage, e"),
        ("hid\U000e0068\U000e0069den", "hidden"),
        ("葛\U000e0100城市", "葛\U000e0100城市"),
        # Directions: marks and closed isolates stay, overrides and embeddings go.
        ("\u202eevil\u202c \u202aleft\u202c", "evil left"),
        ("שלום \u2066Web 2.0\u2069 עולם\u200f!", "שלום \u2066Web 2.0\u2069 עולם\u200f!"),
        ("\u2067open", "open"),
        ("closed\u2069 \u2066ok\u2069", "closed \u2066ok\u2069"),
        ("\u2066a\u2067b\u2069", "a\u2067b\u2069"),
    ],
)
def test_characters_become_what_readers_should_see(written: str, read_as: str) -> None:
    """Entities are decoded, what nobody sees goes, what scripts and emoji need stays."""
    assert plain(written) == read_as
    assert plain(read_as) == read_as


@given(st.text(max_size=60))
def test_clean_text_is_clean_and_can_be_stored(text: str) -> None:
    """Cleaning twice changes nothing more, and what comes back is NFC that UTF-8 can carry."""
    once = clean(text)
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode().decode() == once
    assert balanced(once) == once


def test_a_summary_that_is_cut_leaves_no_isolate_open() -> None:
    """What is cut off takes its opening with it."""
    text = "word " * 10 + "\u2067" + "שלום " * 30 + "\u2069"
    assert "\u2067" not in summary(text, 80)


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ('<title type="html">Boats &lt;b&gt;return&lt;/b&gt; &amp;amp; stay</title>', "Boats return & stay"),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><i>Sea</i> &amp; story</div></title>',
            "Sea & story",
        ),
        ('<title type="text">5 &lt; 6 &amp; 7</title>', "5 < 6 & 7"),
        ("<title>Boats <em>return</em> &amp; stay</title>", "Boats return & stay"),
        ("<title><![CDATA[Boats &#8217;return&#8217;]]></title>", "Boats ’return’"),
    ],
)
def test_every_kind_of_atom_title_is_plain_text(inside: str, title: str) -> None:
    """Text, HTML and XHTML give words alone, without the element they stood in."""
    (article,) = read(atom(f'<id>https://news.example/a</id><link href="/a"/>{inside}')).articles
    assert article.title == title


GERMAN = "Die Fähre – größer als je – „läuft“ über Ostern"
DECLARED = '<?xml version="1.0" encoding="{}"?><rss><title>{}</title></rss>'


@pytest.mark.parametrize(
    ("declared", "really", "charset"),
    [
        ("utf-8", "utf-8", "iso-8859-1"),
        ("utf-8", "cp1252", ""),
        ("iso-8859-1", "cp1252", ""),
        ("windows-1252", "utf-8", ""),
        ("iso-8859-15", "utf-8", "iso-8859-1"),
        ("utf-16", "utf-8", "utf-16"),
        ("nonsense", "utf-8", "zlib"),
        ("utf-16", "utf-16-le", ""),
        ("utf-16", "utf-16-be", ""),
        ("utf-8", "utf-16-le", "utf-8"),
        ("utf-16", "utf-16", ""),
        ("utf-7", "utf-8", ""),
    ],
)
def test_an_encoding_is_recognised_whatever_is_declared(declared: str, really: str, charset: str) -> None:
    """With and without a byte order mark, and where the declaration is wrong."""
    text = DECLARED.format(declared, GERMAN)
    assert decode(text.encode(really), charset) == text


@pytest.mark.parametrize(
    ("declared", "really", "words"),
    [
        ("gb2312", "gb18030", "市议会批准新桥 镕"),
        ("shift_jis", "cp932", "市議会が橋の計画を承認 ①"),
        ("x-sjis", "cp932", "市議会が橋の計画を承認"),
        ("euc-kr", "cp949", "시의회 다리 계획 승인 똠"),
        ("windows-1251", "cp1251", "Совет одобрил мост"),
        ("koi8-r", "koi8-r", "Совет одобрил мост"),
    ],
)
def test_encodings_are_what_browsers_take_them_for(declared: str, really: str, words: str) -> None:
    """A name stands for the larger set that is really used under it."""
    text = DECLARED.format(declared, words)
    assert decode(text.encode(really)) == text


def test_a_broken_character_spoils_nothing_else() -> None:
    """Of a mixture each part is read as what it is; a cut through a character costs that one."""
    mixed = "Über".encode() + b" caf\xe9 \x93no\x94 " + "żółw".encode()
    assert decode(mixed, "utf-8") == "Über café “no” żółw"
    assert decode("zwölf Türme".encode()[:-4] + "ü".encode()[:1]).startswith("zwölf T")
    eastern = DECLARED.format("shift_jis", "市議会が橋を承認").encode("cp932")
    assert "市議会" in decode(eastern.replace(b"</title>", b"\x81</title>"))


def test_a_feed_of_two_encodings_is_read() -> None:
    """Items pasted into a UTF-8 feed as Windows-1252 keep their signs, and so do their neighbours."""
    body = rss(f"<title>Über XX</title>{LINK}").replace(b"XX", b"caf\xe9 \x97 it\x92s")
    (article,) = read(body).articles
    assert article.title == "Über café — it’s"


@pytest.mark.parametrize("piece", ["â€™", "Ã©", "\u2066", "\u200d", "&amp;", "\U000e0041", "ðŸ", "\ufe0f"])
def test_hostile_characters_take_no_time(piece: str) -> None:
    """A long text of nothing else is cleaned in a moment."""
    begun = time.monotonic()
    plain("a" + piece * 100_000)
    assert time.monotonic() - begun < 4
