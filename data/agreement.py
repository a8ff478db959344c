"""How a plan and the schedule of its hubs came to agree: rounds, minutes kept clear before cut-offs, costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AgreeStatus = Literal["agreed", "left", "rounds", "stopped"]
UnsavedReason = Literal["promised", "begun", "nowhere", "unsound", "rounds", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeRound:
    """
    One plan with its schedule.

    Parameters
    ----------
    number
        0 is the plan as it was first made.
    moved
        Shipments that were planned again.
    missed, weight
        Consignments that miss their departure in the schedule, and the sum of what they count.
    cost_cny_minor
        Cost of the plan in fen.
    is_kept
        Whether it was the best so far: least weight, then least cost.
    """

    number: int
    moved: tuple[str, ...]
    missed: int
    weight: int
    cost_cny_minor: int
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeLead:
    """
    Minutes kept clear before the cut-offs of a service at a hub by shipments that were planned again.

    Parameters
    ----------
    hub, service
        Where, and before which departures.
    cargo_minutes, papers_minutes
        Before the cut-offs of the cargo, and before that of the documents.
    """

    hub: str
    service: str
    cargo_minutes: int
    papers_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """
    A shipment that misses its departure all the same.

    Parameters
    ----------
    shipment, hub, unit
        What it is, where, and what it was to leave in.
    reason
        ``promised``: an earlier plan fixed it; ``begun``: it is marked as loaded or departed, or work on its box has
        begun; ``nowhere``: no other way was found; ``unsound``: what was found broke a rule; ``rounds``: there were as
        many rounds as allowed; ``stopped``: by hand.
    """

    shipment: str
    hub: str
    unit: str
    reason: UnsavedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """
    What changed for one shipment.

    Parameters
    ----------
    shipment
        Its id.
    was_cny_minor, cny_minor
        What it bore before, and what it bears now, in fen; the price of that if it stays behind.
    was_arrive_min, arrive_min
        When it was to arrive, and when it does; None where it stays behind.
    was_days_late, days_late
        Days begun after the due instant, before and now.
    """

    shipment: str
    was_cny_minor: int
    cny_minor: int
    was_arrive_min: int | None
    arrive_min: int | None
    was_days_late: int
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """
    How a plan and its schedule came to agree.

    Parameters
    ----------
    status
        ``agreed``: nobody misses; ``left``: those who do, no other plan saves; ``rounds``, ``stopped``: it ended before
        that was known.
    rounds
        In order, the first plan included.
    leads
        What was kept clear in the last round.
    unsaved
        Who misses all the same.
    shifts
        What changed for whom, against the first plan.
    """

    status: AgreeStatus
    rounds: tuple[AgreeRound, ...]
    leads: tuple[AgreeLead, ...] = ()
    unsaved: tuple[Unsaved, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def first(self) -> AgreeRound:
        """The plan as it was first made."""
        return self.rounds[0]

    @property
    def best(self) -> AgreeRound:
        """The round whose plan was taken."""
        return max((one for one in self.rounds if one.is_kept), key=lambda one: one.number)
