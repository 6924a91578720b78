"""What an answer says beside its body: why it refuses, and what it claims to be."""

import re
from http import HTTPStatus

from syndicator.fetch import Response, shown
from syndicator.sources.identity import absolute

# RFC 8288 (2017): <address>; name=value; name="value", and a comma before the next one.
_LINK = re.compile(r'<([^<>]*)>((?:[^,<"]|"[^"]*")*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


def refusal(answer: Response) -> str:
    try:
        phrase = f" ({HTTPStatus(answer.status).phrase})"
    except ValueError:
        phrase = ""
    return f"{shown(answer.url)} answered {answer.status}{phrase}."


def content_type(answer: Response) -> tuple[str, str]:
    return parts(answer.headers.get("Content-Type", ""))


def parts(content_type: str) -> tuple[str, str]:
    """The media type and the charset of a Content-Type."""
    kind, _, rest = content_type.partition(";")
    charset = rest.partition("charset=")[2].partition(";")[0].strip(" \"'")
    return kind.strip().lower(), charset


def linked(answer: Response, rel: str) -> tuple[str, ...]:
    """Where the answer's Link headers of this relation lead, absolute; those of another context ("anchor") do not."""
    found = []
    for value in (value for name, value in answer.headers.items() if name.lower() == "link"):
        for address, rest in _LINK.findall(value):
            named = _REL.search(rest)
            rels = (named[1] or named[2] or "").lower().split() if named else []
            if rel in rels and "anchor" not in rest.lower():
                found.append(absolute(answer.url, address.strip()))
    return tuple(found)
