"""Shipments that travel in parts of whole pieces: what each part is, and which splits a cargo allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.cargo import Cargo
from data.errors import Fault
from data.messages import echo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.cargo import CargoShipment

FEWEST_PARTS = 2
_MESSAGES: dict[str, tuple[str, str]] = {
    "split_unknown": ("货物清单里没有这票货", "the cargo list has no such shipment"),
    "split_twice": ("这票货拆分了两次", "this shipment is split twice"),
    "split_forbidden": ("货物 {shipment} 不可拆分", "shipment {shipment} is not splittable"),
    "split_few": ("拆分后至少应有 {limit} 部分", "a split has at least {limit} parts"),
    "split_empty": ("每部分至少应有 1 件", "each part has at least one piece"),
    "split_sum": (
        "各部分件数之和应为货物 {shipment} 的件数 {limit}",
        "the pieces of the parts must sum to those of shipment {shipment}, which are {limit}",
    ),
    "split_named": (
        "货物清单里已有编号 {limit}，部分不能再用",
        "a part would be called {limit}, as a shipment of the cargo list is",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """
    A shipment in parts.

    Parameters
    ----------
    shipment
        Its id.
    pieces
        How many of its pieces are in each part.
    """

    shipment: str
    pieces: tuple[int, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """
        Ids of the parts.

        Examples
        --------
        >>> Split(shipment="S001", pieces=(40, 7)).parts
        ('S001/1', 'S001/2')
        """
        return tuple(f"{self.shipment}/{number}" for number in range(1, len(self.pieces) + 1))


def parted(cargo: Cargo, splits: Iterable[Split]) -> Cargo:
    """
    Return a cargo with parts in the places of the shipments that are split.

    Parameters
    ----------
    cargo
        The whole shipments.
    splits
        Those in parts; of shipments the cargo has, with whole pieces that sum to theirs (see `check_splits`).
    """
    found = {split.shipment: split for split in splits}
    if not found:
        return cargo
    every = (parts_of(one, found[one.id]) if one.id in found else (one,) for one in cargo)
    return Cargo(shipments=tuple(part for parts in every for part in parts))


def parts_of(shipment: CargoShipment, split: Split) -> tuple[CargoShipment, ...]:
    """
    Return the parts of a shipment, each a shipment of its own.

    Pieces are alike, so mass, volume, value, late penalty and price of staying behind are shared out by pieces; sums
    are those of the whole to the gram, the cubic centimetre and the minor unit.
    """

    def shared(total: int | None) -> Sequence[int | None]:
        return [None] * len(split.pieces) if total is None else shares(total, split.pieces)

    return tuple(
        replace(
            shipment, id=name, pieces=pieces, is_splittable=False, mass_g=mass_g, volume_cm3=volume_cm3,
            value_minor=value, late_minor_per_day=late, unserved_minor=unserved,
        )
        for name, pieces, mass_g, volume_cm3, value, late, unserved in zip(
            split.parts, split.pieces,
            shares(shipment.mass_g, split.pieces), shares(shipment.volume_cm3, split.pieces),
            shared(shipment.value_minor), shares(shipment.late_minor_per_day, split.pieces),
            shared(shipment.unserved_minor), strict=True,
        )
    )  # fmt: skip


def shares(total: int, pieces: Sequence[int]) -> list[int]:
    """
    Return a total shared out by pieces, in whole units that sum to it.

    Each part has its exact share rounded down; what is left goes, one each, to those of which most was cut off, among
    equals to the first.

    Examples
    --------
    >>> shares(100, (3, 3, 1)), shares(2, (1, 1, 1))
    ([43, 43, 14], [1, 1, 0])
    """
    whole = sum(pieces)
    found = [total * count // whole for count in pieces]
    cut = sorted(range(len(pieces)), key=lambda place: -(total * pieces[place] % whole))
    for place in cut[: total - sum(found)]:
        found[place] += 1
    return found


def check_splits(cargo: Cargo, splits: Sequence[Split], label: str = "plan.json") -> list[Fault]:
    """
    Return everything wrong with the splits of a cargo.

    Parameters
    ----------
    cargo
        The whole shipments.
    splits
        Which of them travel in parts.
    label
        Name of the file; the column of a fault is the path to the value in it.
    """
    return [fault for place, split in enumerate(splits) for fault in _faults(cargo, splits, place, split, label)]


def _faults(cargo: Cargo, splits: Sequence[Split], place: int, split: Split, label: str) -> Iterator[Fault]:
    """Yield what is wrong with one split."""
    shipment, name = cargo.by_id.get(split.shipment), f"splits[{place}].shipment"
    if shipment is None:
        yield _fault(label, name, split.shipment, "split_unknown")
    if split.shipment in (other.shipment for other in splits[:place]):
        yield _fault(label, name, split.shipment, "split_twice")
    if shipment is not None and not shipment.is_splittable:
        yield _fault(label, name, split.shipment, "split_forbidden", shipment=split.shipment)
    for part in split.parts:
        if part in cargo.by_id:
            yield _fault(label, name, split.shipment, "split_named", limit=part)
    column = f"splits[{place}].pieces"
    if len(split.pieces) < FEWEST_PARTS:
        yield _fault(label, column, len(split.pieces), "split_few", limit=FEWEST_PARTS)
    for number, count in enumerate(split.pieces):
        if count < 1:
            yield _fault(label, f"{column}[{number}]", count, "split_empty")
    if shipment is not None and sum(split.pieces) != shipment.pieces:
        limits = {"shipment": shipment.id, "limit": shipment.pieces}
        yield _fault(label, column, sum(split.pieces), "split_sum", **limits)


def _fault(label: str, column: str, value: object, rule: str, **values: object) -> Fault:
    """Return a fault with the sentences of its rule."""
    zh, en = (text.format(**{key: echo(given) for key, given in values.items()}) for text in _MESSAGES[rule])
    return Fault(file=label, column=column, value=echo(value) or "", rule=rule, message_zh=zh, message_en=en)
