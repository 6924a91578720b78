"""The kinds of values that go in and out: times in UTC with milliseconds, texts a ledger can keep, numbers in range."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

HIGHEST = 2**31 - 1  # of a row's number
LONGEST = 100_000  # characters of a post's text; no platform takes as many


def utc(moment: datetime) -> str:
    """ "2026-11-23T14:05:09.123Z"."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def clean(text: str) -> str:
    """Text that every ledger can keep. Raises ValueError."""
    if "\0" in text:
        raise ValueError("there is a NUL in it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair is no character") from None
    return text


def _in_range(moment: datetime) -> datetime:
    if not 2000 <= moment.year <= 2100:
        raise ValueError("a time between the years 2000 and 2100")
    return moment.astimezone(UTC)


Moment = Annotated[
    datetime,
    PlainSerializer(utc, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T13:02:00.000Z"]}),
]
"""A time that goes out."""

Day = Annotated[
    datetime | date,
    PlainSerializer(lambda one: utc(one) if isinstance(one, datetime) else one.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2026-11-23T13:02:00.000Z", "2022-01-06"]}),
]
"""A time, or a day of which nobody knows the hour."""

Given = Annotated[AwareDatetime, AfterValidator(_in_range), Field(description="With its offset, or Z.")]
"""A time that comes in."""

Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(clean)]
Address = Annotated[str, Field(max_length=4_000), AfterValidator(clean)]
Line = Annotated[str, Field(max_length=500), AfterValidator(clean)]
Name = Annotated[str, Field(max_length=100), AfterValidator(clean)]

Number = Annotated[int, Path(ge=1, le=HIGHEST)]
Named = Annotated[str, Path(max_length=100), AfterValidator(clean)]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before."), AfterValidator(clean)]
Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=1_000), AfterValidator(clean)]
Names = Annotated[list[Name], Query(max_length=50)]
Since = Annotated[Given | None, Query()]


class Sent(BaseModel):
    """What goes out."""


class Asked(BaseModel):
    """What comes in; a member nobody knows is refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")


def as_json(value: BaseModel) -> Any:
    """A model as JSON knows it, every key there."""
    return value.model_dump(mode="json", by_alias=True)
