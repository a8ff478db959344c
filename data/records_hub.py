"""Records of the tables about the work in a hub, from which its schedule is made; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    from decimal import Decimal

    from data.codes import CreditGrade, GoodsClass, HubResourceKind, HubTaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HubResource(Row):
    """Some resources of a hub that are alike; columns as in ``schema/hub_resources.csv``."""

    id: str
    location: str
    kind: HubResourceKind
    type: str
    count: int
    calendar: str
    overtime_calendar: str | None
    overtime_rate: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubTask(Row):
    """How long a kind of task takes and what it needs; columns as in ``schema/hub_tasks.csv``."""

    id: str
    task: HubTaskKind
    location: str | None
    regime: str
    goods: GoodsClass
    credit: CreditGrade
    minutes: int
    min_per_m3: Decimal
    min_per_t: Decimal
    min_per_piece: Decimal
    min_per_line: Decimal
    needs: tuple[str, ...]
    may_pause: bool
    odds_ppm: int | None
    p50_min: int | None
    p90_min: int | None
