"""What the tables are made of: their metadata, the column of a moment, and columns with a default."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Dialect, Integer, MetaData, String, Text, TypeDecorator, text


@lru_cache(maxsize=64)  # one moment is often several columns of many rows
def _text(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone: {value}")
    return f"{value.astimezone(UTC).isoformat(timespec='milliseconds')[:-6]}Z"


def text_of(value: datetime | None) -> str | None:
    """A moment as SQLite has it. Raises ValueError for one without a zone."""
    return None if value is None else _text(value)


def moment_of(value: str | None) -> datetime | None:
    """A moment of SQLite's."""
    return None if value is None else datetime.fromisoformat(value)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time: timestamptz on PostgreSQL, "2026-11-23T14:05:09.123Z" on SQLite (sorts as text)."""

    impl = String(24)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(24))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "postgresql":
            return text_of(value)
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "postgresql":
            return moment_of(value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=text("false"))


def words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")
