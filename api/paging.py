"""Lists in pages: a cursor says where the next page begins, and does not mind what is added meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query
from sqlalchemy import Select

from api.faults import RequestFaultsError, fault
from api.store.session import ReadSession

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
After = Annotated[str | None, Query(max_length=200, description="The cursor `next` of the page before")]


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


def make_cursor(value: str | int) -> str:
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
    try:
        value = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        value = None
    if isinstance(value, bool) or not isinstance(value, kind) or "\0" in str(value) or not str(value).isascii():
        raise RequestFaultsError([fault("after", text, "malformed", detail="cursor")])
    return value
