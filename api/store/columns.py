"""How values are kept in columns: instants, documents, and ids (see `api.store.ids`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeDecorator

from api.store.canonical import canonical, parsed
from api.store.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy import Dialect


__all__ = ["Document", "Instant", "new_id"]


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, kept as whole seconds since 1970 in UTC, so that every database sorts it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        """Return what is kept of an instant."""
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            msg = f"{value.isoformat()} has no time zone"
            raise ValueError(msg)
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
        """Return the instant that was kept."""
        del dialect
        return None if value is None else dt.datetime.fromtimestamp(value, tz=dt.UTC)


class Document(TypeDecorator[Any]):
    """Plain JSON, kept as canonical text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Return the text of a value."""
        del dialect
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any JSON
        """Return the value of a text."""
        del dialect
        return None if value is None else parsed(value)
