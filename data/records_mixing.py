"""The record of the table that says what may share a load unit; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    from data.codes import MixingAttribute


@dataclass(frozen=True, slots=True, kw_only=True)
class MixingGroup(Row):
    """The group of one value of one attribute; columns as in ``schema/mixing_groups.csv``."""

    id: str
    attribute: MixingAttribute
    value: str
    group: str
    shares: bool
