"""What is due on arrival when goods take one way of a quote."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from data.timeaxis import TimeAxis
from network.customs.question import GoodsLine, LandedQuestion
from network.customs.rules_of_date import RulesByDate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from data.catalogue import Catalogue
    from data.itinerary import Option, Step
    from data.shipment import Shipment
    from network.customs.rules_of_date import RulesOfDate


class Paid(NamedTuple):
    """One charge of a way: the position of its step, its code, and what it comes to."""

    step: int
    code: str
    minor: int


class Areas:
    """
    The customs areas of places.

    Parameters
    ----------
    catalogue
        See `data.catalogue.Catalogue.derived`.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        areas = {row.code: row.customs_area for row in catalogue.territories}
        self.of: dict[str, str] = {row.code: areas[row.territory] for row in catalogue.locations}


class Border:
    """
    Asks what is due when the goods of a shipment cross into the territory they go to.

    Parameters
    ----------
    catalogue
        All rows.
    shipment
        Goods with a commodity code and a value; without one there is no question.
    currency
        Of the costs of the way, and of the answer.

    Notes
    -----
    The day of the declaration is the local date on which the first import clearance of the way begins, or else that of
    the arrival. Goods are sold to a person where the regime asks for that (fact ``customer`` of ``regime_rules``),
    else to a firm.
    """

    def __init__(self, catalogue: Catalogue, shipment: Shipment, currency: str) -> None:
        self._catalogue = catalogue
        self._shipment = shipment
        self._currency = currency
        self._axis = catalogue.derived(TimeAxis)
        self._area = catalogue.derived(Areas).of
        self._from, self._to = (self._area[code] for code in (shipment.origin, shipment.destination))
        self._rules = catalogue.derived(RulesByDate)

    @property
    def is_crossed(self) -> bool:
        """Whether the goods leave their customs area."""
        return self._from != self._to

    def question(self, option: Option, paid: Sequence[int]) -> tuple[LandedQuestion, RulesOfDate] | None:
        """
        Return the question for one way, with the rows of its date; None if code or value of the goods are not said.

        Parameters
        ----------
        option
            The way.
        paid
            Its charges in minor units of the currency, in their order.
        """
        parts = (Paid(one.step, one.code, minor) for one, minor in zip(option.charges, paid, strict=True))
        return self.asked(option.steps, option.arrive_min, parts)

    def asked(
        self, steps: Sequence[Step], arrive_min: int, paid: Iterable[Paid]
    ) -> tuple[LandedQuestion, RulesOfDate] | None:
        """
        Return the question for some steps, with the rows of its date; None if code or value of the goods are not said.

        Parameters
        ----------
        steps
            From origin to destination.
        arrive_min
            When the goods are there.
        paid
            What the way costs, by step.
        """
        shipment = self._shipment
        if shipment.hs is None or shipment.value_minor is None or shipment.value_currency is None:
            return None
        rules = self._rules.on(self._date(steps, arrive_min))
        if rules.rate(shipment.value_currency) is None or rules.rate(self._currency) is None:
            return None
        value = rules.convert(shipment.value_minor, shipment.value_currency, self._currency)
        line = GoodsLine(hs=shipment.hs, value_minor=value, quantity=shipment.pieces, mass_g=shipment.mass_g)
        entering = self._entering(steps)
        question = LandedQuestion(
            territory=self._catalogue.location(shipment.destination).territory, date=rules.date,
            currency=self._currency, lines=(line,), costs_minor=self._costs(steps, paid, entering),
            channel=rules.compiled.channel(shipment.regime), mode=steps[entering].mode,
            origin=self._catalogue.location(shipment.origin).territory,
        )  # fmt: skip
        return question, rules

    def _date(self, steps: Sequence[Step], arrive_min: int) -> dt.date:
        """Return the day of the import declaration."""
        cleared = (
            (step.depart_min, step.origin)
            for step in steps
            if step.kind == "clearance" and self._area[step.origin] == self._to
        )
        minute, place = next(cleared, (arrive_min, self._shipment.destination))
        return self._axis.local_date(minute, self._catalogue.location(place).zone)

    def _entering(self, steps: Sequence[Step]) -> int:
        """Return the position of the leg that enters the area of the destination; the last if none does."""
        entering = (
            place
            for place, step in enumerate(steps)
            if self._area[step.destination] == self._to != self._area[step.origin]
        )
        return next(entering, len(steps) - 1)

    def _costs(self, steps: Sequence[Step], paid: Iterable[Paid], entering: int) -> dict[str, int]:
        """Return the charges of a way by the kinds of costs that customs know."""
        costs: dict[str, int] = defaultdict(int)
        for place, code, minor in paid:
            costs[self._kind(steps, place, code, entering)] += minor
        return dict(costs)

    def _kind(self, steps: Sequence[Step], place: int, code: str, entering: int) -> str:
        """Return which cost a charge of a step is."""
        step = steps[place]
        is_moving = step.kind == "leg"
        if place > entering or (place == entering and code == "handling_in"):
            return "delivery" if is_moving and place > entering else "arrival_handling"
        if self._area[step.destination] != self._from:
            return "freight"
        if step.kind == "clearance":
            return "export_clearance"
        return "pickup" if is_moving and not code.startswith("handling") else "origin_handling"
