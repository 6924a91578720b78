"""What an answer says beside its body: why it refuses, and what it claims to be."""

from http import HTTPStatus

from syndicator.fetch import Response, shown


def refusal(answer: Response) -> str:
    try:
        phrase = f" ({HTTPStatus(answer.status).phrase})"
    except ValueError:
        phrase = ""
    return f"{shown(answer.url)} answered {answer.status}{phrase}."


def content_type(answer: Response) -> tuple[str, str]:
    kind, _, rest = answer.headers.get("Content-Type", "").partition(";")
    charset = rest.partition("charset=")[2].partition(";")[0].strip(" \"'")
    return kind.strip().lower(), charset
