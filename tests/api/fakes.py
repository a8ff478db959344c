"""A planner that knows its answers by heart, on the small data set: what is tested here is the edge, not the search."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from data.itinerary import Block, Charge, CutOffTime, Option, Quote, Step
from data.shipment import Filters
from data.timeaxis import TimeAxis
from network import Departure

if TYPE_CHECKING:
    from data import Catalogue
    from data.shipment import Shipment

NOW = dt.datetime(2026, 5, 18, 1, 0, tzinfo=dt.UTC)
"""Monday, 09:00 in Wenzhou."""

HOUR, DAY = 60, 1440


def clock() -> dt.datetime:
    """Return the present of these tests."""
    return NOW


def charge(code: str, fen: int, *, step: int = 0, currency: str = "CNY", minor: int | None = None) -> Charge:
    """Return a line of one unit."""
    amount = fen if minor is None else minor
    return Charge(
        code=code,
        name_zh=f"{code}费",
        name_en=f"{code} charge",
        table="tariffs",
        row="T-1",
        step=step,
        basis="per_bl",
        quantity=Decimal(1),
        rate=Decimal(amount).scaleb(-2),
        amount_minor=amount,
        currency=currency,
        cny_minor=fen,
        assumed=code == "freight",
        source="test",
        as_of="2026",
        valid_to="2026-12-31",
    )


def sea_option(start: int, *, days: int = 33, charges: tuple[Charge, ...] = ()) -> Option:
    """Return truck, export clearance and ship, for cargo ready at a minute."""
    depart, port, sail = start + 2 * HOUR, start + 9 * HOUR, start + 60 * HOUR
    arrive = start + days * DAY
    cutoffs = (
        CutOffTime(type="documentation", at_min=sail - 30 * HOUR, slack_min=9 * HOUR, binding=False),
        CutOffTime(type="fcl_delivery", at_min=sail - 24 * HOUR, slack_min=5 * HOUR, binding=True),
    )
    road = Step(
        kind="leg",
        origin="CNWNZ",
        destination="CNNGB-P",
        form="loose",
        status="D",
        ready_min=start,
        depart_min=depart,
        arrive_min=port,
        available_min=port + HOUR,
        emissions_g=21_600,
        mode="road",
        service="ROAD-1",
        product="ftl",
        unit="T9.6",
    )
    clearance = Step(
        kind="clearance",
        origin="CNNGB-P",
        destination="CNNGB-P",
        form="loose",
        status="R",
        ready_min=port + HOUR,
        depart_min=port + HOUR,
        arrive_min=port + 5 * HOUR,
        available_min=port + 5 * HOUR,
        row="C-1",
    )
    sea = Step(
        kind="leg",
        origin="CNNGB-P",
        destination="DEHAM-P",
        form="loose",
        status="R",
        ready_min=port + 5 * HOUR,
        depart_min=sail,
        arrive_min=arrive - DAY,
        available_min=arrive,
        emissions_g=128_000,
        mode="sea",
        service="SEA-1",
        product="lcl",
        cutoffs=cutoffs,
    )
    lines = charges or (
        charge("freight", 260_000),
        charge("THC", 12_345, step=2),
        charge("freight", 1_739_855, step=2, currency="USD", minor=245_050),
    )
    return Option(
        steps=(road, clearance, sea),
        charges=lines,
        cost_cny_minor=sum(line.cny_minor for line in lines),
        depart_min=depart,
        arrive_min=arrive,
        emissions_g=149_600,
        emissions_complete=False,
        on_time_probability=0.8125,
        arrive_p50_min=arrive - HOUR,
        arrive_p90_min=arrive + 4 * DAY,
        assumed_ppm=129_000,
        latest_ready_min=start + 5 * HOUR,
        unpriced=(("handling_in", "DEHAM-P"),),
        best_in=("cost", "emissions"),
    )


def air_option(start: int) -> Option:
    """Return the flights over Taipei, for cargo ready at a minute."""
    first = Step(
        kind="leg",
        origin="CNWNZ-A",
        destination="TWTPE-A",
        form="loose",
        status="R",
        ready_min=start,
        depart_min=start + 6 * HOUR,
        arrive_min=start + 6 * HOUR + 75,
        available_min=start + 8 * HOUR,
        emissions_g=90_000,
        mode="air",
        service="AIR-1",
        product="air",
    )
    second = Step(
        kind="leg",
        origin="TWTPE-A",
        destination="DEFRA-A",
        form="loose",
        status="R",
        ready_min=start + 8 * HOUR,
        depart_min=start + 20 * HOUR,
        arrive_min=start + 34 * HOUR,
        available_min=start + 36 * HOUR,
        emissions_g=4_100_000,
        mode="air",
        service="AIR-2",
        product="air",
    )
    lines = (charge("freight", 3_200_050),)
    return Option(
        steps=(first, second),
        charges=lines,
        cost_cny_minor=3_200_050,
        depart_min=start + 6 * HOUR,
        arrive_min=start + 36 * HOUR,
        emissions_g=4_190_000,
        emissions_complete=True,
        on_time_probability=1.0,
        arrive_p50_min=start + 36 * HOUR,
        arrive_p90_min=start + 37 * HOUR,
        assumed_ppm=0,
        latest_ready_min=start + 2 * HOUR,
        best_in=("time",),
        alternatives=(sea_option(start),),
    )


class FakePlanner:
    """
    Answers two options; with a due instant within 30 days none, and the ship as the nearest.

    Parameters
    ----------
    catalogue
        Its calendar is used.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.axis = catalogue.derived(TimeAxis)
        self.asked: list[tuple[Shipment, Filters]] = []

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """Return the answer known by heart."""
        del alternatives
        self.asked.append((shipment, filters or Filters()))
        start = self.axis.to_min(shipment.ready_at)
        late = shipment.due_at is not None and shipment.due_at < shipment.ready_at + dt.timedelta(days=30)
        options = (sea_option(start), air_option(start))
        reason = Block(
            rule="arrives_after_due",
            subject="<b>SEA-1</b>",
            message_zh="最早到达晚于要求 3 天 <script>alert(1)</script>",
            message_en="the earliest arrival is 3 days after due <script>alert(1)</script>",
        )
        return Quote(
            shipment=shipment,
            options=() if late else options,
            blocked=(reason,) if late else (),
            nearest=options[:1] if late else (),
            fingerprint="f" * 64,
        )

    def latest_ready(self, shipment: Shipment, filters: Filters | None = None) -> Quote:
        """Return the same as a quote."""
        return self.quote(shipment, filters)

    def departures(
        self,
        location: str | None,
        after_min: int,
        limit: int,
        mode: str | None = None,
        destination: str | None = None,
    ) -> list[Departure]:
        """Return one departure a day."""
        del mode, destination
        return [
            Departure(
                service="SEA-1",
                mode="sea",
                status="active",
                origin=location or "CNNGB-P",
                destination="DEHAM-P",
                depart_min=after_min + n * DAY,
                arrive_min=after_min + (n + 30) * DAY,
                cargo_cutoff_min=after_min + (n - 1) * DAY,
                papers_cutoff_min=None,
            )
            for n in range(min(limit, 3))
        ]


class CrowdedPlanner(FakePlanner):
    """Answers two ships that hardly differ from the first, besides what the other planner answers."""

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """Return four options."""
        found = super().quote(shipment, filters, alternatives)
        if not found.options:
            return found
        sea, *rest = found.options
        like = [
            replace(
                sea,
                charges=(*sea.charges, charge("extra", fen)),
                cost_cny_minor=sea.cost_cny_minor + fen,
                arrive_min=sea.arrive_min - hours * HOUR,
                best_in=(),
            )
            for fen, hours in ((1_000, 2), (2_000, 5))
        ]
        return replace(found, options=(sea, *like, *rest))
