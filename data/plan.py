"""The words of a plan: journeys of shipments, shared load units, bookings and tasks, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from data.insight import Insight, Sensitivity
    from data.itinerary import Charge, Step
    from data.splitting import Split

PlanStatus = Literal["optimal", "feasible", "stopped"]
Commitment = Literal["planned", "booked", "loaded", "departed"]
TaskKind = Literal["collect", "papers", "clear", "stuff", "depart", "arrive", "strip", "deliver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """
    What counts in the cost of a plan besides charges, penalties and prices of what stays behind.

    Parameters
    ----------
    holding_ppm_year
        What capital in goods on their way costs a year, in parts of their value per million; 0 if it does not count.
    carbon_minor_per_t
        What a tonne of CO2e costs, in fen; 0 if emissions do not count.
    """

    holding_ppm_year: int = 0
    carbon_minor_per_t: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """
    One load unit that several shipments may share, from where it is stuffed to where it is stripped.

    Parameters
    ----------
    id
        ``L001`` ...; also the number of its master consignment.
    box
        Load-unit code.
    origin, destination
        Locations where it is stuffed and stripped.
    shipments
        Ids of the shipments in it, one house consignment each.
    mass_g, volume_cm3
        Of its contents.
    fill_ppm
        Parts per million of the usable volume or of the payload, whichever is fuller.
    steps
        Legs and clearances between stuffing and stripping, in the form of the box.
    charges
        Lines paid once for the box; `Charge.step` is an index into `steps`, -1 for stuffing and ``len(steps)`` for
        stripping where those are charged by the box.
    cost_cny_minor
        Their sum in fen.
    commitment
        How far it is a promise, for its shipments as well; whatever is not just planned can be frozen in a new plan.
    """

    id: str
    box: str
    origin: str
    destination: str
    shipments: tuple[str, ...]
    mass_g: int
    volume_cm3: int
    fill_ppm: int
    steps: tuple[Step, ...]
    charges: tuple[Charge, ...]
    cost_cny_minor: int
    commitment: Commitment = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """
    What one shipment does in a plan.

    Parameters
    ----------
    shipment
        Its id.
    load
        Id of the shared load unit it travels in, None when it travels alone.
    steps
        From origin to destination, those in the load unit included.
    charges
        Lines of its own; `Charge.step` is an index into `steps`.
    own_cny_minor
        Their sum in fen.
    share_cny_minor
        Its part of the cost of its load unit, 0 when alone.
    penalty_cny_minor
        Penalty for days late, in fen.
    days_late
        Days begun after the due instant.
    alone_cny_minor
        What the cheapest way alone would cost, penalty, holding and carbon cost included; None if there is none.
    ready_min, arrive_min
        Ready at the origin and ready at the destination.
    emissions_g
        Grams CO2e.
    reason_zh, reason_en
        Why it travels so.
    commitment
        How far it is a promise when it travels alone; in a load unit that of the load counts, and this is ``planned``.
    holding_cny_minor
        What the capital in its goods costs from ready to arrival, in fen; 0 if the plan does not count that.
    carbon_cny_minor
        What its emissions cost, in fen; 0 if the plan does not count that.
    """

    shipment: str
    load: str | None
    steps: tuple[Step, ...]
    charges: tuple[Charge, ...]
    own_cny_minor: int
    share_cny_minor: int
    penalty_cny_minor: int
    days_late: int
    alone_cny_minor: int | None
    ready_min: int
    arrive_min: int
    emissions_g: int
    reason_zh: str = ""
    reason_en: str = ""
    commitment: Commitment = "planned"
    holding_cny_minor: int = 0
    carbon_cny_minor: int = 0

    @property
    def first_min(self) -> int | None:
        """Instant of its first departure, None if it never departs."""
        return next((step.depart_min for step in self.steps if step.kind == "leg"), None)

    @property
    def cost_cny_minor(self) -> int:
        """What the shipment bears in fen: own lines, share of its load unit, penalty, holding and carbon cost."""
        counted = self.penalty_cny_minor + self.holding_cny_minor + self.carbon_cny_minor
        return self.own_cny_minor + self.share_cny_minor + counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """
    A shipment that stays behind.

    Parameters
    ----------
    shipment
        Its id.
    price_cny_minor
        The price of that in fen, 0 if none was given.
    reason_zh, reason_en
        Why it stays.
    is_unplanned
        Whether the run was stopped before it was looked at.
    """

    shipment: str
    price_cny_minor: int
    reason_zh: str
    reason_en: str
    is_unplanned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """
    What a plan takes of one departure.

    Parameters
    ----------
    service, origin, destination
        Service and the places between which it is used.
    depart_min, arrive_min
        Instants of the vehicle.
    teu
        Slots of boxes; a 20-foot box is 1, a longer one 2.
    mass_g, volume_cm3
        Of the cargo, loose and in boxes.
    loads, shipments
        Ids of the load units, and of the shipments that travel on it alone.
    """

    service: str
    origin: str
    destination: str
    depart_min: int
    arrive_min: int
    teu: int
    mass_g: int
    volume_cm3: int
    loads: tuple[str, ...]
    shipments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    One plan for a cargo list.

    Parameters
    ----------
    status
        ``optimal`` (gap 0), ``feasible`` (asked gap or time reached) or ``stopped`` (by hand).
    journeys, unserved
        Every shipment of the cargo, or every part of one that is split, in one of the two, in the order of the cargo.
    loads
        Shared load units in order of departure.
    bookings
        Departures used, in order of time.
    cost_minor
        Objective in fen: own lines, load units, penalties, holding, carbon cost and prices of what stays behind.
    bound_minor
        No plan that the network allows, and that has the same frozen parts, costs less (see docs/model.md, section 10);
        None if not known. Shipments travel whole, or in the parts that were tried for them.
    gap
        (cost - bound) / cost, None without a bound.
    alone_minor
        Cost of sending everything alone.
    currency
        Always ``CNY``.
    fingerprint, cargo_fingerprint
        Of the data set and of the cargo list.
    seed, runtime_s
        Of the run.
    insights
        Why shipments travel as they do, in the order of the cargo; of some or all of them.
    sensitivities
        What a little more time would save, the most first.
    frozen_loads, frozen_shipments
        Ids of what an earlier plan fixed: load units with all in them, and shipments that travel alone or stay behind.
    objective
        What counts in the cost besides charges, penalties and prices of what stays behind.
    splits
        The shipments that travel in parts, in the order of the cargo. Everywhere else a part is a shipment, with an id
        of its own (see `data.splitting`).
    """

    status: PlanStatus
    journeys: tuple[Journey, ...]
    unserved: tuple[Unserved, ...]
    loads: tuple[Load, ...]
    bookings: tuple[Booking, ...]
    cost_minor: int
    bound_minor: int | None
    gap: float | None
    alone_minor: int
    currency: str
    fingerprint: str
    cargo_fingerprint: str
    seed: int
    runtime_s: float = field(compare=False, default=0.0)
    insights: tuple[Insight, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    frozen_loads: tuple[str, ...] = ()
    frozen_shipments: tuple[str, ...] = ()
    objective: Objective = Objective()
    splits: tuple[Split, ...] = ()
