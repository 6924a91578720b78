"""Feeds that go wrong in one way each."""

import random
from collections.abc import Iterator
from functools import partial

from tests.sources.nasty.corpus import DECLARATION, FORMS, JSON, RSS, SITE, SITEMAP, XML, Case, Form, Group

ODD_LINKS = {
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,x",
    "mailto": "mailto:desk@news.example",
    "tel": "tel:+4930123456",
    "file": "file:///etc/passwd",
    "feed": "feed://news.example/x",
    "empty": "",
    "fragment": "#top",
    "relative": "../2026/odd",
    "protocol-relative": "//news.example/odd",
    "root-relative": "/odd",
    "query-only": "?p=9",
    "idn": "https://nachrichten-über.example/ö",
    "punycode-broken": "https://xn--a/odd",
    "port": "https://news.example:8443/odd",
    "port-zero": "https://news.example:0/odd",
    "port-huge": "https://news.example:99999999999/odd",
    "port-word": "https://news.example:http/odd",
    "spaces": "https://news.example/an odd  address",
    "tabs": "https://news.example/an\todd\naddress",
    "userinfo": "https://user:pass@news.example/odd",
    "ipv6-open": "http://[::1/odd",
    "ipv6-word": "http://[news]/odd",
    "ipv6-zone": "http://[fe80::1%25eth0]/odd",
    "host-dots": "https://...../odd",
    "host-long": "https://" + "a" * 300 + ".example/odd",
    "labels-many": "https://" + "a." * 900 + "example/odd",
    "long": SITE + "/" + "odd-" * 25_000,
    "long-amp": SITE + "/amp" * 25_000,
    "long-query": SITE + "/?" + "%61=1;" * 20_000,
    "percent": "https://news.example/%",
    "percent-host": "https://%6eews.example/odd",
    "backslashes": "https:\\\\news.example\\odd",
    "one-slash": "https:/news.example/odd",
    "three-slashes": "https:///news.example/odd",
    "only-scheme": "https://",
    "dots": "https://news.example/../../../../odd",
    "home": "https://news.example/",
    "emoji": "https://news.example/🚢",
    "rtl": "https://news.example/\u202eddo",
}
ODD_DATES = (
    "2026-11-23", "20261123", "23 Nov 2026", "Mon, 23 Nov 26 10:00 GMT", "23/11/2026", "11/23/2026", "2026", "2026-11",
    "Lun, 23 nov. 2026 10:00:00 +0100", "Mo, 23. November 2026", "23 décembre 2026", "2026年11月23日", "٢٣-١١-٢٠٢٦",
    "Mon, 31 Feb 2026 10:00:00 GMT", "2026-02-30", "2026-13-45T99:99:99Z", "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00Z", "-0044-03-15", "44 BC", "9999-12-31", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-2400",
    "12026-01-01", "2026-11-23T10:00:00+2400", "2026-11-23T10:00:00+99:99", "2026-11-23T10:00:00 -2400",
    "2026-11-23T24:00:00Z", "2026-11-23T23:59:60Z", "1764000000", "1764000000000", "-1", "NaN", "Infinity",
    "1e400", "now", "tomorrow", "TBD", "", " ", "9" * 5_000, "2026-W48-1", "2026-327", "2026-11-23T10:00:00.123456789Z",
    "Mon, 23 Nov 2026 10:00:00 XYZ", "Mon, 23 Nov 2026 10:00:00 (" + "(" * 5_000, "1899-12-30T00:00:00Z",
    "Thu, 01 Jan 1970 00:00:00 GMT", "T" * 100_000,
)  # fmt: skip
_ZALGO = "a" + "\u0327\u0301" * 200_000
ODD_TITLES = {
    "none": "",
    "spaces": " \n\t ",
    "zalgo": _ZALGO,
    "right-to-left": "\u202eegassem\u202c",
    "zero-width": "\u200b\u200b\ufeff",
    "megabyte": "word " * 200_000,
    "one-word": "x" * 1_000_000,
    "escaped": "&amp;amp;amp;amp;amp;lt;b&gt;" * 2_000,
    "entities": "&amp;#x110000; &amp;#0; &amp;#55296; &amp;nosuch;" * 2_000,
    "tags": "&lt;b&gt;" * 100_000,
    "open-tags": "&lt;" * 300_000,
    "comments": "&lt;!--" * 100_000,
    "scripts": "&lt;script&gt;" * 50_000,
    "credits": "| Photo: " * 50_000,
    "references to no character": "&#xD800;&#0;&#x1F;&#xFFFF;&#1114112;",
    "noncharacters": "\ufffe\uffff\U0001ffff",
}
ODD_GUIDS = {
    "empty": "",
    "home": SITE + "/",
    "javascript": "javascript:1",
    "ipv6": "http://[::1",
    "megabyte": "x" * 1_000_000,
    "wide": "ü" * 1_500,
    "amp": SITE + "/amp" * 50_000,
    "spaces": "   ",
}
TIMES = (  # elements and attributes in which an impossible moment must not cost anything
    "<dcterms:available>{}</dcterms:available>",
    "<dc:date>{}</dc:date>",
    '<x:embargo xmlns:x="https://news.example/embargo">{}</x:embargo>',
)


def groups() -> dict[str, Group]:
    """All of them, made one by one when they are asked for: together they would fill a memory."""
    each = {"cut off": _cut, "odd items": _odd_items, "many items": _many_items, "encodings": _encodings}
    made: dict[str, Group] = {
        f"{form.name}, {name}": partial(kind, form) for form in FORMS for name, kind in each.items()
    }
    for name, kind in {"entities": _entities, "markup": _markup, "roots": _roots}.items():
        made |= {f"{form.name}, {name}": partial(kind, form) for form in XML}
    for name, kind in {"cut off": _cut, "encodings": _encodings, "entities": _entities, "markup": _markup}.items():
        made[f"sitemap, {name}"] = partial(kind, SITEMAP)
    return made | {"json, odd items of its own": _json, "no feeds": _no_feeds}


def _case(form: Form, name: str, good: int, body: str | bytes, **more: bool) -> Case:
    return Case(f"{form.name}: {name}", partial(_bytes, body), good, **more)


def _bytes(body: str | bytes) -> bytes:
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")


def _cut(form: Form) -> Iterator[Case]:
    body = form.document(*(form.good(n) for n in range(40)))
    first = len(form.before.encode()) + 1
    ends, at = [], len(form.before.encode())
    for n in range(40):
        at += len(form.good(n).encode()) + (len(form.between) if n else 0)
        ends.append(at)
    for cut in range(1_024, len(body) - len(form.after), 1_024):
        if cut > first:
            yield _case(form, f"cut after {cut} bytes", sum(end <= cut for end in ends), body[:cut])


def _odd_items(form: Form) -> Iterator[Case]:
    odd: list[tuple[str, dict[str, str]]] = [(f"link {name}", {"link": link}) for name, link in ODD_LINKS.items()]
    odd += [(f"title {name}", {"title": title}) for name, title in ODD_TITLES.items()]
    odd += [(f"guid {name}", {"guid": guid}) for name, guid in ODD_GUIDS.items()]
    odd += [("neither link nor guid", {"link": "", "guid": ""}), ("nothing at all", dict.fromkeys(_NAMES, ""))]
    for name, changes in odd:
        spoiled = form.item({**_odd(), **changes})
        yield Case(f"{form.name}: {name}", partial(form.beside, spoiled), 2)
    for number, date in enumerate(ODD_DATES):
        # A date nobody can read costs an item nothing: it is one of the good ones.
        yield Case(f"{form.name}: date {number}", partial(_dated, form, date), 3)


def _many_items(form: Form) -> Iterator[Case]:
    yield Case(f"{form.name}: 2,000 items", partial(many, form, 2_000), 2_000)
    yield Case(f"{form.name}: one GUID for all", partial(many, form, 50, guid="constant"), 50)
    yield Case(f"{form.name}: no GUIDs", partial(many, form, 50, guid=""), 50)
    yield Case(f"{form.name}: a text of 9 MB", partial(_long_text, form), 3)


_NAMES = ("title", "link", "guid", "date", "text")


def _odd() -> dict[str, str]:
    return {"title": "Odd", "link": f"{SITE}/2026/odd", "guid": "odd", "date": "", "text": "", "inside": ""}


def _dated(form: Form, date: str) -> bytes:
    return form.beside(form.good(3, date=date))


def many(form: Form, number: int, **more: str) -> bytes:
    """A document of many sound items."""
    return form.document(*(form.good(n, **more) for n in range(number)))


def _long_text(form: Form) -> bytes:
    return form.beside(form.good(3, text="A long story. " * 650_000))


def _encodings(form: Form) -> Iterator[Case]:
    text = form.document(form.good(1), form.good(2)).decode().removeprefix(DECLARATION)
    for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield Case(f"{form.name}: in {name}", partial(text.encode, name), 2)
    for charset in ("utf-16", "utf-32", "utf-7", "punycode", "idna", "unicode_escape", "rot13", "zlib", "hex",
                    "x" * 999, "undefined", "nonsense", "latin1; DROP", "\u00fc"):  # fmt: skip
        yield Case(f"{form.name}: called {charset[:20]}", text.encode, 2, charset=charset)
        if form is RSS and charset.isascii():
            lie = f'<?xml version="1.0" encoding="{charset}"?>{text}'
            yield Case(f"{form.name}: declared as {charset[:20]}", lie.encode, 2)
    yield Case(f"{form.name}: called punycode, and large", partial(_punycode, form), 3, charset="punycode")
    for broken in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"):
        odd = form.item({**_odd(), "title": "Odd @"}).encode().replace(b"@", broken)
        yield Case(f"{form.name}: damaged UTF-8 {broken.hex()}", partial(_spliced, form, odd), 2)


def _punycode(form: Form) -> bytes:
    return form.beside(form.good(3, text="b9" * 1_000_000))


def _spliced(form: Form, odd: bytes) -> bytes:
    return form.beside("@@@").replace(b"@@@", odd)


def _entities(form: Form) -> Iterator[Case]:
    """Entities of the document's own are refused, whatever they would do."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    declared = {
        "a billion laughs": f'<!ENTITY l0 "ha">{laughs}',
        "a quadratic one": f'<!ENTITY l11 "{"ha" * 100_000}">',
        "a file": '<!ENTITY l11 SYSTEM "file:///etc/passwd">',
        "an address": '<!ENTITY l11 SYSTEM "http://127.0.0.1:9/">',
        "a parameter entity": '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd">%p;',
        "a parameter bomb": '<!ENTITY % a "ha"><!ENTITY % b "%a;%a;%a;"><!ENTITY l11 "%b;">',
        "itself": '<!ENTITY l11 "&l11;">',
        "in small letters": '<!entity l11 "x">',
    }
    body = form.beside(form.item({**_odd(), "title": "&l11;" * 1_000})).decode().removeprefix(DECLARATION)
    for name, inside in declared.items():
        yield _case(form, f"entity: {name}", 0, f"<!DOCTYPE x [{inside}]>{body}", refused=True)
    # Declared where no declaration may stand, it is only text.
    yield _case(form, "entity: in an item", 2, form.beside(f"<!DOCTYPE x [{declared['itself']}]>"))
    bare = form.beside().decode().removeprefix(DECLARATION)
    yield _case(form, "a document type elsewhere", 2, f'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">{bare}')


def _markup(form: Form) -> Iterator[Case]:
    beside, item = form.beside, form.good
    deep = ("<d>" * 10_000) + ("</d>" * 10_000)
    noise = random.Random(7)
    controls = "".join(map(chr, range(32)))
    inside: dict[str, str] = {
        "10,000 levels": deep,
        "10,000 levels never closed": "<d>" * 10_000,
        "10,000 ends too many": "</d>" * 10_000,
        "100,000 attributes": "<d " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>",
        "an attribute twice": "<d a='1' a='2'/>",
        "attributes without quotes": "<d a=1 b=x&y c='/>",
        "an attribute of 1 MB": f"<d a='{'x' * 1_000_000}'/>",
        "a name of 1 MB": f"<{'d' * 1_000_000}/>",
        "a prefix nobody declared": "<no:such>x</no:such>",
        "a prefix declared anew": '<media:title xmlns:media="urn:x">x</media:title>',
        "the default namespace declared anew": '<title xmlns="urn:x">x</title>',
        "300 tags never closed": "<b>" * 300,
        "300 breaks": "<br>" * 300,
        "tags that overlap": "<a><b></a></b>" * 300,
        "CDATA in CDATA": "<d><![CDATA[ a <![CDATA[ b ]]> c ]]></d>",
        "CDATA with half an end": "<d><![CDATA[ a ]]</d><d>]]></d>",
        "an end of CDATA alone": "<d>]]></d>" * 300,
        "comments in comments": "<!-- a <!-- b --> c -->",
        "comments with dashes": "<!-- a -- b --->",
        "an instruction that is none": "<?xml version='9'?><?php echo '<item>' ?>",
        "control characters": f"<d>{controls}</d>",
        "references to control characters": "<d>&#0;&#1;&#x1F;&#xD800;&#xFFFE;&#x110000;&#99999999999;</d>",
        "unknown entities": "<d>&nbsp;&nosuch;&;& &&amp;</d>",
        "loose signs": "<d>a < b > c & d << e &lt</d>",
        "an angle alone": "<d>1 <2 <3</d>",
        "100,000 children": "<d/>" * 100_000,
        "20,000 categories": "<category>x</category>" * 20_000,
        "20,000 authors": "<author>a@b.example (A)</author>" * 20_000,
        "an author of at signs": f"<author>{'@' * 100_000} x</author>",
        "100,000 pictures": "".join(f"<media:content url='/{n}.jpg' medium='image'/>" for n in range(100_000)),
        "10,000 groups": "<media:group><media:content url='/a.jpg'/></media:group>" * 10_000,
        "groups in groups": "<media:group>" * 90 + "</media:group>" * 90,
        "a picture at no address": "<media:content url='http://[::1/a.jpg' medium='image'/>",
        "an enclosure at no address": "<enclosure url='http://[x]/a.jpg' type='image/jpeg'/>",
        "a preview at no address": "<media:thumbnail url='https://[/a.jpg'/>",
        "a link element at no address": "<link rel='enclosure' href='http://[' type='image/jpeg'/>",
        "an impossible size": f"<media:content url='/a.jpg' medium='image' width='{'9' * 5_000}' height='-1'/>",
        "an impossible base": "<d xml:base='http://['/>",
        "content of broken HTML": f"<content:encoded>{'&lt;div&gt;' * 100_000}&lt;img src=x&gt;</content:encoded>",
        "content of pictures": f"<content:encoded>{'&lt;img src=/a.jpg alt=y&gt;' * 50_000}</content:encoded>"
        "<media:content url='/a.jpg' medium='image'/>",
        "ratings without end": "<media:rating>x</media:rating>" * 20_000,
        "an availability without end": "<dcterms:available>start=" + "start " * 50_000 + "</dcterms:available>",
        "rubbish": "".join(noise.choice("<>&;'\"/=abc[]!-? \n") for _ in range(20_000)),
    }
    for name, more in inside.items():
        yield _case(form, name, 3, beside(item(3, inside=more)))
    for number, (where, date) in enumerate((w, d) for w in TIMES for d in ODD_DATES[12:28]):
        yield _case(form, f"impossible time {number}", 3, beside(item(3, inside=where.format(date))))


def _roots(form: Form) -> Iterator[Case]:
    one, two = form.good(1), form.good(2)
    whole = form.document(one, two).decode()
    bare = whole.removeprefix(DECLARATION)
    around: dict[str, tuple[int, str]] = {
        "no root": (2, one + two),
        "2,000 items and no root": (2_000, "".join(form.good(n) for n in range(2_000))),
        "two roots": (4, whole + form.document(form.good(3), form.good(4)).decode()),
        "a root within a root": (2, bare.replace(one, one + "<rss><channel>").replace(two, two + "</channel></rss>")),
        "an item within an item": (
            2,
            whole.replace(one + two, one.replace("</item>", "").replace("</entry>", "") + two),
        ),
        "CDATA to the end": (1, whole.replace(two, two.replace("<title>", "<d><![CDATA[<title>"))),
        "comments before the root": (2, "<!---->" * 700 + bare),
        "comments after the root": (2, whole + "<!---->" * 3_000 + "&"),
        "a comment that never ends": (2, whole + "<!--" * 100_000),
        "a script's words after the root": (2, whole + "<br />\n<b>Warning</b>: too late"),
        "a script's words before the root": (2, "<br />\n<b>Warning</b>: headers sent\n" + bare),
        "a declaration after blanks": (2, "\n\n   " + whole),
        "two declarations": (2, '<?xml version="1.0"?><?xml version="1.1"?>' + bare),
        "XML 1.1": (2, '<?xml version="1.1"?>' + bare),
        "CDATA that is opened 300,000 times": (2, whole.replace(one, one + "<![CDATA[" * 300_000)),
        "NUL between all": (2, whole.replace("><", ">\0<")),
        "a NUL behind": (2, whole + "\0" * 1_000),
        "nine MB of blanks": (2, whole.replace(one, one + " " * 9_000_000)),
        "no closing root": (2, whole.removesuffix(form.after)),
        "an HTML page that goes on as a feed": (0, "<!DOCTYPE html><html><body>Sign in</body></html>" + bare),
    }
    for name, (good, text) in around.items():
        yield _case(form, name, good, text, refused=name.startswith("an HTML page"))


def _json() -> Iterator[Case]:
    def between(odd: str) -> bytes:
        return JSON.beside(odd)

    spoiled: dict[str, str] = {
        "10,000 lists": "[" * 10_000 + "]" * 10_000,
        "an item with 10,000 lists": '{"title": "Odd", "x": ' + "[" * 10_000 + "]" * 10_000 + "}",
        "an item with 10,000 objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
        "NaN": '{"title": NaN, "url": Infinity, "id": -Infinity}',
        "an id of 5,000 digits": '{"title": "Odd", "id": ' + "9" * 5_000 + "}",
        "a number too great": '{"title": "Odd", "id": 1e999}',
        "a number for every text": '{"title": 1, "url": 2, "id": 3, "tags": 4, "authors": 5, "image": 6}',
        "lists for every text": '{"title": [], "url": [[]], "id": [{}], "tags": [[]], "authors": [[]], "image": []}',
        "objects for every text": '{"title": {}, "url": {}, "id": {}, "tags": {}, "authors": {}, "attachments": {}}',
        "null for every text": '{"title": null, "url": null, "id": null, "tags": null, "authors": null}',
        "a name twice": '{"title": "One", "title": "Two", "url": "https://news.example/2026/odd"}',
        "a name 100,000 times": "{" + '"title": "x", ' * 100_000 + '"url": ""}',
        "half characters": '{"title": "a\\ud800", "id": "\\udfff", "url": "https://news.example/\\ud800"}',
        "NUL in everything": '{"title": "a\\u0000b", "id": "\\u0000x", "url": "https://news.example/\\u0000"}',
        "raw control characters": '{"title": "a\tb\nc", "url": "https://news.example/2026/odd"}',
        "an id with NUL": '{"title": "Odd", "id": "a\\u0000\\ud800", "url": "https://news.example/2026/odd"}',
        "a picture at no address": '{"title": "Odd", "url": "/odd", "image": "http://[::1/a.jpg"}',
        "a broken escape": '{"title": "\\x", "url": "/odd"}',
        "a missing comma": '{"title": "Odd" "url": "/odd"}',
        "single quotes": "{'title': 'Odd'}",
        "a trailing comma": '{"title": "Odd",}',
        "a word": "undefined",
        "texts": '"one", "two"',
        "a comment": '{"title": /* one */ "Odd"}',
        "20,000 tags": '{"title": "Odd", "url": "/odd", "tags": [' + '"x", ' * 20_000 + '"y"]}',
        "50,000 attachments": '{"title": "Odd", "url": "/odd", "attachments": ['
        + ", ".join(f'{{"url": "/{n}.jpg", "mime_type": "image/jpeg"}}' for n in range(50_000)) + "]}",
        "HTML that is deep": '{"title": "Odd", "url": "/odd", "image": "/a.jpg", "content_html": "'
        + "<div>" * 100_000 + "<img src=x alt=y>" + '"}',
    }  # fmt: skip
    for name, odd in spoiled.items():
        yield Case(f"json: {name}", partial(between, odd), 2)
    yield Case("json: with a byte order mark", partial(_marked, JSON), 2)
    yield Case("json: twice", partial(_twice, JSON), 2)
    yield Case("json: quotes without end", partial(_quotes, JSON), 1)


def _marked(form: Form) -> bytes:
    return b"\xef\xbb\xbf" + form.beside()


def _twice(form: Form) -> bytes:
    return form.beside() + form.beside()


def _quotes(form: Form) -> bytes:
    return (form.before + form.good(1) + ", {x" + '"\\"' * 500_000).encode()


def _no_feeds() -> Iterator[Case]:
    """What is no feed is refused."""
    bodies: dict[str, bytes] = {
        "nothing": b"",
        "blanks": b" \n" * 100_000,
        "a word": b"hello",
        "NULs": b"\0" * 1_000_000,
        "noise": random.Random(3).randbytes(300_000),
        "a picture": b"\xff\xd8\xff\xe0" + random.Random(4).randbytes(50_000),
        "an archive": b"PK\x03\x04" + random.Random(5).randbytes(50_000),
        "a page": b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Sign in</body></html>",
        "a page behind comments": b"<!---->" * 700 + b"<html><body>x</body></html>",
        "a page behind half comments": b"<!---->" * 700 + b"<!--<html>",
        "a list": b"[1, 2]",
        "an object": b"{}",
        "items that are none": b'{"items": {}}',
        "objects without end": b"{" * 500_000,
        "angles without end": b"<" * 1_000_000,
        "tags without end": b"<a" * 500_000,
        "only a declaration": b'<?xml version="1.0"?>',
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "SOAP": b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        "a byte order mark": b"\xff\xfe\0\0",
    }
    for name, body in bodies.items():
        yield Case(f"no feed: {name}", partial(_bytes, body), 0, refused=True)
