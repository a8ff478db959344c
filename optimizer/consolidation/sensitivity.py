"""What a day more for some shipments of a class would save at least, the rest of the plan as it is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from data.insight import Sensitivity
from optimizer.consolidation.sandbox import main_hop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.insight import SensitivityKind
    from network.lanes import Lanes
    from network.timeline import Hop
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.market import Offer
    from optimizer.consolidation.sandbox import Chosen
    from optimizer.consolidation.situation import Situation

DAY = 1440
MOST = 10
"""Sensitivities of a plan."""
MOST_RELIEVED = 12
"""Loads of a class for which later cut-offs are tried."""


class Gain(NamedTuple):
    """
    What a shipment saves with a day more.

    Parameters
    ----------
    kind, house
        What is changed, and the shipment.
    hop
        Leg and departure of the main ride it is on then.
    load
        The load in which it travels then, None if alone.
    needs_room
        Whether it is not in that load yet.
    saving
        Fen.
    """

    kind: SensitivityKind
    house: House
    hop: Hop
    load: Chosen | None
    needs_room: bool
    saving: int


class Miss(NamedTuple):
    """A shipment that is late for a load, and what it would pay of its own in it at least."""

    i: int
    load: Chosen
    least: int


def best_of(found: Iterable[Sensitivity]) -> tuple[Sensitivity, ...]:
    """Return the sensitivities that save most."""
    return tuple(sorted(found, key=lambda one: (-one.saving_minor, one.kind, one.shipments))[:MOST])


def grouped(lanes: Lanes, gains: Iterable[Gain]) -> Iterator[Sensitivity]:
    """Yield what the shipments of one departure save together, as far as they fit into its load."""
    groups: dict[tuple[str, str | None, Hop], list[Gain]] = defaultdict(list)
    for gain in gains:
        groups[gain.kind, None if gain.load is None else gain.load.name, gain.hop].append(gain)
    for (_, load, hop), members in groups.items():
        kept = list(_fitting(sorted(members, key=lambda gain: (-gain.saving, gain.house.index))))
        saving = sum(gain.saving for gain in kept)
        if kept:
            yield _sensitivity(lanes, kept[0].kind, hop, load, [gain.house for gain in kept], saving)


def _fitting(gains: Iterable[Gain]) -> Iterator[Gain]:
    """Yield those that fit into a load together, in order."""
    volume = mass = 0
    for gain in gains:
        if gain.load is not None and gain.needs_room:
            shipment = gain.house.shipment
            if volume + shipment.volume_cm3 > gain.load.volume_left or mass + shipment.mass_g > gain.load.mass_left:
                continue
            volume, mass = volume + shipment.volume_cm3, mass + shipment.mass_g
        yield gain


def _sensitivity(
    lanes: Lanes, kind: SensitivityKind, hop: Hop, load: str | None, houses: Iterable[House], saving: int
) -> Sensitivity:
    service = lanes.legs[hop.leg].service
    return Sensitivity(
        kind=kind,
        by=DAY,
        saving_minor=saving,
        shipments=tuple(house.shipment.id for house in sorted(houses, key=lambda house: house.index)),
        service="" if service is None else service.id,
        origin=lanes.legs[hop.leg].origin,
        depart_min=int(lanes.tt.departures[hop.departure] + lanes.tt.leg_offset[hop.leg]),
        load=load,
    )


def later_cutoffs(situation: Situation, misses: Iterable[Miss]) -> Iterator[Sensitivity]:
    """Yield what the cut-offs of one departure a day later would save, those it lets into its load being priced."""
    by_load: dict[str, list[Miss]] = defaultdict(list)
    for miss in misses:
        by_load[miss.load.name].append(miss)

    def promise(missed: Sequence[Miss]) -> int:
        return sum(situation.now(miss.i) - miss.least for miss in missed)

    for missed in sorted(by_load.values(), key=promise, reverse=True)[:MOST_RELIEVED]:
        load = missed[0].load
        later = situation.sent_later(load)
        # They miss the box even if it leaves as late as its main departure allows.
        offer = load.offer if later is None else later[0]
        hops = situation.sandbox.chain(offer).hops
        for number in range(hops.index(main_hop(situation.lanes, hops)) + 1):
            found = _relieved(situation, load, offer, number, missed)
            if found is not None:
                yield found


def _relieved(
    situation: Situation, load: Chosen, offer: Offer, number: int, missed: Sequence[Miss]
) -> Sensitivity | None:
    """Return what later cut-offs of one departure of a load, sent by an offer, save; None if nothing."""
    sandbox = situation.sandbox
    hop = sandbox.chain(offer).hops[number]
    relief = _relief(situation, hop)
    chain = sandbox.later(offer, number, *relief) if any(relief) else None
    before, later = sandbox.cost(load.offer, load.items), situation.sent_later(load)
    if chain is None or before is None:
        return None
    relieved = sandbox.put_off(offer, number, chain)
    joining = _joining(situation, load, relieved, missed)
    after = sandbox.cost(relieved, (*load.items, *joining)) if joining else None
    if after is None:
        return None
    # What a later start saves without later cut-offs is none of their merit.
    before += 0 if later is None else min(0, later[1])
    saving = before + sum(map(situation.now, joining)) - after
    joined = [situation.market.houses[i] for i in joining]
    return _sensitivity(situation.lanes, "cutoff", hop, load.name, joined, saving) if saving > 0 else None


def _relief(situation: Situation, hop: Hop) -> tuple[int, int]:
    """Return by how many minutes cargo, and papers, may come later if the cut-offs of a ride are a day later."""
    movement = situation.lanes.legs[hop.leg]
    if hop.departure < 0 or movement.service is None:
        return 0, 0
    rows = situation.lanes.network.answers.builder.cut_rows(movement.service, movement.form)
    closes = max((row.minutes_before for row in rows if row.type != "documentation"), default=0)
    return min(DAY, closes), min(DAY, max(0, movement.papers_min))


def _joining(situation: Situation, load: Chosen, offer: Offer, missed: Sequence[Miss]) -> list[int]:
    """Return the shipments that gain by joining a load sent by an offer, as far as they fit."""
    joining: list[int] = []
    volume, mass = load.volume_left, load.mass_left
    for miss in sorted(missed, key=lambda miss: (miss.least - situation.now(miss.i), miss.i)):
        shipment = situation.market.houses[miss.i].shipment
        if shipment.volume_cm3 <= volume and shipment.mass_g <= mass:
            paid = situation.sandbox.own_cost(miss.i, offer)
            if paid is not None and paid < situation.now(miss.i):
                joining.append(miss.i)
                volume, mass = volume - shipment.volume_cm3, mass - shipment.mass_g
    return joining
