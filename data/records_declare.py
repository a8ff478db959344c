"""Records of the tables of customs messages and of the rules for matching and summing up; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from data.codes import CebCodeKind, CebDocument, CebFieldKind, ClearanceDirection


@dataclass(frozen=True, slots=True, kw_only=True)
class CebMessage(Row):
    """A customs message; columns as in ``schema/ceb_messages.csv``."""

    id: str
    direction: ClearanceDirection
    document: CebDocument
    node: str
    head: str | None
    line: str | None
    most_documents: int
    most_lines: int
    valid_from: dt.date
    valid_to: dt.date | None
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CebField(Row):
    """A field of a customs message; columns as in ``schema/ceb_fields.csv``."""

    id: str
    message: str
    node: str
    seq: int
    field: str
    kind: CebFieldKind
    min_length: int | None
    max_length: int
    decimals: int | None
    needed: bool
    choices: tuple[str, ...]
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CebCode(Row):
    """A code of the customs; columns as in ``schema/ceb_codes.csv``."""

    id: str
    kind: CebCodeKind
    code: str
    iso: str | None
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareRule(Row):
    """A rule of matching or of summing up; columns as in ``schema/declare_rules.csv``."""

    id: str
    rule: str
    direction: ClearanceDirection | None
    regime: str | None
    value: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareProfile(Row):
    """A number of the profile of samples; columns as in ``schema/declare_profile.csv``."""

    id: str
    direction: ClearanceDirection | None
    is_fault: bool
    value: Decimal
    meaning: str
