"""Shipments in parts: whether they may be split so, and what every part then is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from data.cargo import Cargo

if TYPE_CHECKING:
    from data.cargo import CargoShipment
    from data.plan import Plan
    from data.splitting import Split
    from optimizer.verify.log import Log


def in_parts(cargo: Cargo, plan: Plan, log: Log) -> Cargo:
    """Return the cargo with parts in place of what a plan splits, each part by its pieces; wrong splits are noted."""
    _check_list(cargo, plan, log)
    right = {split.shipment: split for split in plan.splits if _is_right(cargo, split, log)}
    shipments: list[CargoShipment] = []
    for shipment in cargo:
        shipments += _parts(shipment, right[shipment.id]) if shipment.id in right else [shipment]
    return Cargo(shipments=tuple(shipments))


def _check_list(cargo: Cargo, plan: Plan, log: Log) -> None:
    """Check that splits come in the order of the cargo, one for a shipment, and give no id that is taken."""
    places = {shipment.id: place for place, shipment in enumerate(cargo)}
    at = [places.get(split.shipment, -1) for split in plan.splits]
    if any(before > after for before, after in pairwise(at)):
        log.add("order", "splits", "splits come as in the cargo", str(at), str(sorted(at)))
    for name, count in Counter(split.shipment for split in plan.splits).items():
        log.same("split_twice", f"shipment {name}", "a shipment is split once", count, 1)
    for split in plan.splits:
        for number in range(len(split.pieces)):
            name = _name(split, number)
            if name in places:
                log.add("split_named", f"shipment {split.shipment}", "a part has the id of a shipment", name, None)


def _is_right(cargo: Cargo, split: Split, log: Log) -> bool:
    """Check that a shipment may be split, into at least two parts of whole pieces that sum to its pieces."""
    own, shipment = log.of(f"shipment {split.shipment}"), cargo.by_id.get(split.shipment)
    if shipment is None:
        own.add("split_unknown", "split", "the cargo has no such shipment", split.shipment, None)
        return False
    wrong = len(own.violations)
    if not shipment.is_splittable or shipment.box is not None:
        own.add("split_forbidden", "split", "it is not splittable", shipment.box, None)
    if len(split.pieces) < 2:  # noqa: PLR2004 - one part is no split
        own.add("split_few", "split", "a split has at least two parts", len(split.pieces), 2)
    if any(count <= 0 for count in split.pieces):
        own.add("split_empty", "split", "each part has at least one piece", min(split.pieces), 1)
    own.same("split_sum", "split", "the pieces of the parts are those of the whole", sum(split.pieces), shipment.pieces)
    return len(own.violations) == wrong


def _name(split: Split, number: int) -> str:
    """Return the id of a part."""
    return f"{split.shipment}/{number + 1}"


def _parts(shipment: CargoShipment, split: Split) -> list[CargoShipment]:
    """Return the parts of a shipment."""
    optional = (shipment.value_minor, shipment.unserved_minor)
    mass, volume, late = (
        _by_pieces(total, split.pieces) for total in (shipment.mass_g, shipment.volume_cm3, shipment.late_minor_per_day)
    )
    value, unserved = (None if total is None else _by_pieces(total, split.pieces) for total in optional)
    return [
        replace(
            shipment,
            id=_name(split, number),
            pieces=count,
            is_splittable=False,
            mass_g=mass[number],
            volume_cm3=volume[number],
            late_minor_per_day=late[number],
            value_minor=None if value is None else value[number],
            unserved_minor=None if unserved is None else unserved[number],
        )
        for number, count in enumerate(split.pieces)
    ]


def _by_pieces(total: int, pieces: tuple[int, ...]) -> list[int]:
    """
    Return an amount divided by pieces.

    Notes
    -----
    Part k of n pieces has total x pieces_k / n, rounded down, or up where less was to be rounded up; so the largest
    rests are rounded up until all sum to the total, the first part first among equal rests.
    """
    exact = [Fraction(total * count, sum(pieces)) for count in pieces]
    found = [int(share) for share in exact]
    for _ in range(total - sum(found)):
        rests = [share - value for share, value in zip(exact, found, strict=True)]
        found[rests.index(max(rests))] += 1
    return found
