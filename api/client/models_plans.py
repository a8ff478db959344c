"""Jobs, plans and schedules, as the service answers them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import AwareDatetime

from api.client.models import Answer

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(Answer):
    """Work that takes a while, and what came of it."""

    id: str
    firm: str
    kind: str
    name: str
    state: JobState
    priority: int
    created_at: AwareDatetime
    created_by: str
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    cancel_requested_at: AwareDatetime | None
    attempt: int
    failures: int
    about: str | None
    fingerprint: str
    progress: dict[str, Any] | None
    reason: dict[str, Any] | None
    result: str | None
    events: str

    @property
    def result_id(self) -> str | None:
        """Id of the plan or schedule that came of it, None as long as there is none."""
        return None if self.result is None else self.result.rpartition("/")[2]


class _Kept(Answer):
    id: str
    firm: str
    job: str
    name: str
    created_at: AwareDatetime
    created_by: str
    fingerprint: str
    is_partial: bool
    seed: int


class _Searched(_Kept):
    status: Literal["optimal", "feasible", "stopped"]
    runtime_s: float


class Plan(_Searched):
    """What is shown of a plan; money in fen."""

    cost_minor: int
    bound_minor: int | None
    gap: float | None
    alone_minor: int
    saving_minor: int
    currency: str
    shipments: int
    journeys: int
    unserved: int
    loads: int
    splits: int


class Schedule(_Searched):
    """What is shown of the schedule of the hubs of a plan."""

    plan: str
    consignments: int
    missed: int
    tasks: int
    tiers: list[dict[str, Any]]


class StockPlan(_Searched):
    """What is shown of a stocking plan; money in fen."""

    start: dt.date
    weeks: int
    cost_minor: int
    bound_minor: int
    gap: float
    nothing_minor: int
    service: float
    currency: str
    warehouses: int
    sendings: int
    now: int


class StockRun(Answer):
    """What a plan or a rule came to on average; money in fen."""

    name: str
    cost_minor: int
    fill: float


class StockSimulation(_Kept):
    """What is shown of a simulation of stock."""

    plan: str | None
    start: dt.date
    weeks: int
    futures: int
    currency: str
    runs: list[StockRun]
