"""Lists in pages: a cursor says where the next page begins, and does not mind what is added meanwhile."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Query
from sqlalchemy import Select, case

from api.faults import RequestFaultsError, fault
from api.store.columns import Instant
from api.store.session import ReadSession

T = TypeVar("T")
_PLACE = 3
_GREATEST = 2**62

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
After = Annotated[str | None, Query(max_length=400, description="The cursor `next` of the page before")]


def page_of(
    session: ReadSession,
    statement: Select[T],
    column: Any,  # noqa: ANN401 - a column
    *,
    limit: int,
    after: str | None,
    show: Callable[[T], Any],
) -> dict[str, Any]:
    """
    Return one page of a list, with the cursor of the next.

    Parameters
    ----------
    session, statement
        What is listed.
    column
        By which it is sorted; no two rows have the same value.
    limit
        How many at most.
    after
        The cursor, None for the first page.
    show
        Returns a row as JSON.
    """
    if after is not None:
        statement = statement.where(column > read_cursor(after, column.type.python_type))
    rows: Sequence[T] = session.all(statement.order_by(column).limit(limit + 1))
    shown = rows[:limit]
    last = getattr(shown[-1], column.key) if len(rows) > limit else None
    return {"items": [show(row) for row in shown], "next": None if last is None else make_cursor(last)}


def slice_of(items: Sequence[T], *, limit: int, after: str | None, show: Callable[[T], Any]) -> dict[str, Any]:
    """
    Return one page of a list that does not change, with the cursor of the next.

    Parameters
    ----------
    items
        All of it.
    limit, after, show
        As in `page_of`.
    """
    start = 0 if after is None else max(0, int(read_cursor(after, int)))
    end = start + limit
    return {"items": [show(item) for item in items[start:end]], "next": make_cursor(end) if end < len(items) else None}


def sorted_page(
    session: ReadSession,
    statement: Select[T],
    order: Order,
    *,
    limit: int,
    after: str | None,
    show: Callable[[T], Any],
) -> dict[str, Any]:
    """
    Return one page of a list in an order of the caller's, with the cursor of the next.

    The cursor holds the value and the id of the last row, so that rows with the same value are neither repeated nor
    left out. Rows without a value come last in either direction.

    Parameters
    ----------
    session, statement
        What is listed.
    order
        How.
    limit, after, show
        As in `page_of`.
    """
    column, key = order.column, order.key
    is_missing = column.is_(None)
    if after is not None:
        value, last = _read_place(after, order)
        beyond = key < last if order.is_down else key > last
        if value is None:
            statement = statement.where(is_missing & beyond)
        else:
            further = column < value if order.is_down else column > value
            statement = statement.where(is_missing | further | ((column == value) & beyond))
    by = [column.desc(), key.desc()] if order.is_down else [column, key]
    rows: Sequence[T] = session.all(statement.order_by(case((is_missing, 1), else_=0), *by).limit(limit + 1))
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        value = getattr(shown[-1], column.key)
        plain = int(value.timestamp()) if isinstance(value, dt.datetime) else value
        following = make_cursor([order.name, plain, getattr(shown[-1], key.key)])
    return {"items": [show(row) for row in shown], "next": following}


class Order(NamedTuple):
    """
    How a list is sorted.

    Parameters
    ----------
    name
        As the caller says it, with a minus sign for the last first.
    column
        By which it is sorted.
    key
        A column of which no two rows have the same value; it decides where the first does not.
    """

    name: str
    column: Any
    key: Any

    @property
    def is_down(self) -> bool:
        """Whether the greatest comes first."""
        return self.name.startswith("-")


def _read_place(after: str, order: Order) -> tuple[Any, str]:
    """Return value and id of the last row of the page before; refused when the cursor is of another order."""
    found = _decoded(after)
    kind = order.column.type.python_type if not isinstance(order.column.type, Instant) else int
    is_fine = isinstance(found, list) and len(found) == _PLACE and found[0] == order.name and _is_plain(found[2], str)
    if not is_fine or not (found[1] is None or _is_plain(found[1], kind)):
        raise RequestFaultsError([fault("after", after, "malformed", detail="cursor")])
    value = found[1]
    if value is not None and isinstance(order.column.type, Instant):
        try:
            value = dt.datetime.fromtimestamp(value, tz=dt.UTC)
        except (OverflowError, OSError, ValueError):
            raise RequestFaultsError([fault("after", after, "malformed", detail="cursor")]) from None
    return value, found[2]


def make_cursor(value: str | int | list[Any]) -> str:
    """
    Return a cursor.

    Examples
    --------
    >>> read_cursor(make_cursor("bk_1"), str), read_cursor(make_cursor(7), int)
    ('bk_1', 7)
    """
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def read_cursor(text: str, kind: type[str | int]) -> str | int:
    """
    Return where the next page begins, as a value of a kind.

    Raises
    ------
    RequestFaultsError
        When the text is no cursor.
    """
    value = _decoded(text)
    if not _is_plain(value, kind) or not str(value).isascii():
        raise RequestFaultsError([fault("after", text, "malformed", detail="cursor")])
    found: str | int = value
    return found


def _decoded(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what a cursor holds, None if it is none."""
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _is_plain(value: object, kind: type[str | int]) -> bool:
    """Say whether a value is of a kind, and one that a database takes."""
    if isinstance(value, bool) or not isinstance(value, kind):
        return False
    return abs(value) <= _GREATEST if isinstance(value, int) else value.isprintable()
