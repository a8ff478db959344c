"""Records of the tables about papers: which there are, when they are needed, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    from data.codes import FormClass, Mode, PaperFieldKind, PaperFirst, PaperGiver, PaperScope, PaperSharing, PaperValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperKind(Row):
    """A paper and who issues it; columns as in ``schema/paper_kinds.csv``."""

    code: str
    name_zh: str
    name_en: str
    version: int
    scope: PaperScope
    issuer_zh: str
    issuer_en: str
    needs_zh: str | None
    needs_en: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRule(Row):
    """When a paper is needed, and by when; columns as in ``schema/paper_rules.csv``."""

    id: str
    paper: str
    regime: str
    mode: Mode | None
    form: FormClass | None
    sharing: PaperSharing | None
    goods: tuple[str, ...]
    origins: tuple[str, ...]
    areas: tuple[str, ...]
    incoterms: tuple[str, ...]
    due: tuple[str, ...]
    minutes_before: int
    condition_zh: str | None
    condition_en: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperField(Row):
    """A field of a paper, and where its value comes from; columns as in ``schema/paper_fields.csv``."""

    id: str
    paper: str
    seq: int
    field: str
    name_zh: str
    name_en: str
    kind: PaperFieldKind
    needed: bool
    in_line: bool
    plan: PaperValue | None
    fact: str | None
    giver: PaperGiver | None
    of_load: bool
    first: PaperFirst
