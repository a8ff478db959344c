"""Why something better, or anything at all, is not possible."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from data.itinerary import Block
from data.shipment import Filters, Shipment
from network.capacity import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.itinerary import Option
    from network.network import Found, Network
    from network.prices import Bools
    from network.search import Path

DAY = 1440
_GRAMS_PER_KG = 1000


class Explainer:
    """
    Finds the rules that block, by searching again without them.

    Parameters
    ----------
    network
        The network that was asked.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def blocks(
        self, shipment: Shipment, filters: Filters, found: Found, options: Sequence[Option], late: Sequence[Path]
    ) -> Iterator[Block]:
        """Yield reasons: what misses the due instant, which restrictions bar better options, why nothing is left."""
        if not found.is_complete:
            yield Block(
                rule="search_cut", subject="",
                message_zh="可行组合过多,搜索提前结束:所列方案可行,但可能不是全部;请用方式、交期等条件缩小范围。",
                message_en="Too many combinations: the search was cut. What is listed is feasible, but more may exist; "
                "narrow the question by mode, due time or places to avoid.",
            )  # fmt: skip
        yield from self._late(shipment, options, late)
        if shipment.box is not None and not found.priced.boxes:
            yield Block(
                rule="boxes_too_small", subject=shipment.box,
                message_zh=f"货物装不进 {shipment.boxes} 个 {shipment.box}:请增加箱数或换箱型。",
                message_en=f"The cargo does not fit into {shipment.boxes} x {shipment.box}: use more or larger boxes.",
            )  # fmt: skip
            return
        yield from self._restricted(shipment, filters, found)
        if not found.paths:
            yield from self._too_large(shipment, filters, found)
            yield from self._nothing(shipment, filters)

    def _late(self, shipment: Shipment, options: Sequence[Option], late: Sequence[Path]) -> Iterator[Block]:
        """Yield the due instant as a reason, if a cheaper option or any option misses it."""
        if shipment.due_at is None or not late:
            return
        due = self._network.axis.to_min(shipment.due_at)
        cheapest = min(late, key=lambda path: path.cost_cny_minor)
        first = min(late, key=lambda path: path.arrive_min)
        if not options:
            days = _days(first.arrive_min - due)
            yield Block(
                rule="arrives_after_due", subject=shipment.destination,
                message_zh=f"最早的方案比要求晚 {days} 天到达:请推迟交期或提前备货。",
                message_en=f"The earliest option arrives {days} days after the due time: move it, or be ready earlier.",
            )  # fmt: skip
        elif cheapest.cost_cny_minor < options[0].cost_cny_minor:
            days = _days(cheapest.arrive_min - due)
            saving = (options[0].cost_cny_minor - cheapest.cost_cny_minor) / 100
            yield Block(
                rule="arrives_after_due", subject=shipment.destination,
                message_zh=f"若交期推迟 {days} 天,可再省 {saving:,.2f} CNY。",
                message_en=f"With {days} more days an option that is {saving:,.2f} CNY cheaper becomes possible.",
            )  # fmt: skip

    def _restricted(self, shipment: Shipment, filters: Filters, found: Found) -> Iterator[Block]:
        """Yield the restrictions without which a cheaper or faster option would exist."""
        rules = self._network.weigher.rules
        if found.paths and not shipment.goods:
            # Limits of size are met by other services; only what the goods are, or a missing way, is worth a word.
            return
        broken = rules.broken(shipment, found.priced.boxes)
        if not broken:
            return
        free = rules.allowed_without_restrictions(shipment, filters, found.priced.boxes)
        used = self._used(shipment, filters, found, free)
        for row, legs in broken:
            if used[legs].any():
                yield Block(rule="restriction", subject=row.id, message_zh=row.reason_zh, message_en=row.reason_en)

    def _too_large(self, shipment: Shipment, filters: Filters, found: Found) -> Iterator[Block]:
        """Yield the services that would lead to the destination if one departure took all of the shipment."""
        rules, boxes = self._network.weigher.rules, found.priced.boxes
        small = rules.too_small(shipment, boxes)
        if not len(small):
            return
        used = self._used(shipment, filters, found, rules.allowed_without_capacity(shipment, filters, boxes))
        legs = [self._network.legs[leg] for leg in small[used[small]].tolist()]
        sizes = {unit.code: unit.teu_milli for unit in self._network.catalogue.load_units}
        told: set[str] = set()
        for leg in legs:
            if leg.service is not None and leg.service.id not in told:
                told.add(leg.service.id)
                teu_milli = boxes.get(leg.form, 0) * sizes.get(leg.form, 0)
                need = Amount(teu_milli, shipment.mass_g, shipment.volume_cm3)
                yield _capacity(leg.service.id, rules.most_of(leg.service.id), need)

    def _used(self, shipment: Shipment, filters: Filters, found: Found, free: Bools) -> Bools:
        """Return the legs of the paths that there would be besides those found, if some more legs were free."""
        cost = found.priced.weights.leg_cost.copy()
        used = np.zeros(len(cost), dtype=np.bool_)
        unbarred = self._network.weigher.leg_costs(found.priced.quantities)
        reopened = free & (cost < 0) & (unbarred >= 0)
        if not reopened.any():
            return used
        cost[reopened] = unbarred[reopened]
        priced = found.priced._replace(weights=found.priced.weights._replace(leg_cost=cost))
        paths = self._network.search(shipment, filters, priced, found.window).paths
        known = {_criteria(path) for path in found.paths}
        used[[hop.leg for path in paths if _criteria(path) not in known for hop in path.hops]] = True
        return used

    def _nothing(self, shipment: Shipment, filters: Filters) -> Iterator[Block]:
        """Yield why there is no itinerary at all."""
        if filters != Filters(scenarios=filters.scenarios):
            again = self._network.find(shipment, Filters(scenarios=filters.scenarios))
            if again.paths:
                yield Block(
                    rule="filter", subject="",
                    message_zh="所选条件(方式、回避、经由、中转次数)排除了所有方案:请放宽条件。",
                    message_en="The filters (modes, avoid, via, transfers) exclude every option: relax them.",
                )  # fmt: skip
                return
        if shipment.depart_by is not None and self._network.find(replace(shipment, depart_by=None), filters).paths:
            yield Block(
                rule="departs_after_limit", subject=shipment.origin,
                message_zh="最晚发运时间之前没有可赶上的班次:请推迟最晚发运时间。",
                message_en="No departure can be caught before the latest departure time: move it later.",
            )  # fmt: skip
            return
        yield Block(
            rule="no_path", subject=shipment.destination,
            message_zh="网络中没有可行的路径:请检查货物尺寸、限制条款,或选择邻近的起讫地点。",
            message_en="The network holds no feasible way: check size and restrictions, or choose a place nearby.",
        )  # fmt: skip


def _capacity(service: str, most: Amount, need: Amount) -> Block:
    """Return what a departure of a service takes, and that cargo is more than that."""
    units = (("kg", 1, 1_000), ("m3", 2, 1_000_000), ("TEU", 0, 1_000))
    unit, axis, size = next(one for one in units if need[one[1]] > most[one[1]])
    takes, needs = (f"{_in_units(number, size)} {unit}" for number in (most[axis], need[axis]))
    return Block(
        rule="capacity", subject=service,
        message_zh=f"一个班次最多装 {takes},货物有 {needs}:请拆分货物或改选其他服务。",
        message_en=f"One departure takes up to {takes}, the cargo is {needs}: split it or choose another service.",
    )  # fmt: skip


def _in_units(number: int, size: int) -> str:
    """Return a number in larger units, with no more decimals than needed."""
    return f"{number / size:,.3f}".rstrip("0").rstrip(".")


def _days(minutes: int) -> str:
    """Return minutes as days with one decimal, rounded up."""
    return f"{np.ceil(minutes / DAY * 10) / 10:.1f}"


def _criteria(path: Path) -> tuple[int, int, int]:
    return path.cost_cny_minor, path.arrive_min, path.emissions_g
