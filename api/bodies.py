"""Words of request bodies that several resources share: their shape is checked before anything is done."""

from __future__ import annotations

import datetime as dt
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

# What is refused is refused before blanks around a text are removed, so that the documented pattern is all there is.
Name = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*[^\s\x00-\x1f\x7f\u2028\u2029][^\x00-\x1f\x7f\u2028\u2029]*$",
    ),
    AfterValidator(str.strip),
]
"""One line of text that is not empty."""
Line = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$"),
    AfterValidator(str.strip),
]
"""One line of text, possibly empty."""
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Several lines of text."""
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
"""The id of something the service made."""

_YEARS = (1970, 9000)


def _usual(instant: dt.datetime) -> dt.datetime:
    """Refuse years that no calendar of freight needs and no database keeps."""
    if not _YEARS[0] < instant.year < _YEARS[1]:
        msg = f"the year must be after {_YEARS[0]} and before {_YEARS[1]}"
        raise ValueError(msg)
    return instant.astimezone(dt.UTC).replace(microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(_usual), Field(examples=["2027-01-01T00:00:00Z"])]
"""An instant with its zone, as RFC 3339."""


class Body(BaseModel):
    """A body; a field that it does not know is refused, and so is what only looks like a number or a flag."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def check_kind(cls, value: object, info: ValidationInfo) -> object:
        """Refuse a flag or a text for a number, and a number or a text for a flag."""
        kinds = _kinds(cls.model_fields[str(info.field_name)].annotation) - {NoneType}
        if not kinds or not kinds <= {bool, int, float}:
            return value
        if isinstance(value, str) or (isinstance(value, bool) != (kinds == {bool}) and value is not None):
            name, text = ("bool_type", "a boolean") if kinds == {bool} else ("int_type", "a number")
            raise PydanticCustomError(name, "Input should be {kind}", {"kind": text})
        return value


def _kinds(annotation: object) -> set[object]:
    """Return the plain types of an annotation."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    parts = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()
    return {kind for part in parts for kind in _kinds(part)} or {annotation}


def rfc3339(instant: dt.datetime | None) -> str | None:
    """
    Return an instant as RFC 3339 in UTC.

    Examples
    --------
    >>> rfc3339(dt.datetime(2026, 12, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    '2026-12-01T00:00:00Z'
    """
    return None if instant is None else instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def described(text: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the description of an answer for the interface's own documentation."""
    return {"description": text, "content": {"application/json": {"schema": schema or {"type": "object"}}}}


def described_file(text: str, media: str) -> dict[str, Any]:
    """Return the description of an answer of another content type."""
    schema = {"type": "string"} | ({} if media.startswith("text/") else {"format": "binary"})
    return {"description": text, "content": {media: {"schema": schema}}}
