"""A shipment of a plan and its journey."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.walk import check_words

if TYPE_CHECKING:
    from data.cargo import CargoShipment
    from data.plan import Journey
    from optimizer.verify.case import Case
    from optimizer.verify.log import Log


class Passenger(NamedTuple):
    """A shipment, what it does, and what the rules need to know of it."""

    shipment: CargoShipment
    journey: Journey
    case: Case

    @property
    def subject(self) -> str:
        """Its name in violations."""
        return f"shipment {self.shipment.id}"

    @property
    def shared(self) -> tuple[int, int] | None:
        """Positions of its one stuffing and its one stripping, None if there are others, or none."""
        steps = self.journey.steps
        changes = [index for index, step in enumerate(steps) if step.kind in {"stuff", "strip"}]
        if [steps[index].kind for index in changes] != ["stuff", "strip"]:
            return None
        return changes[0], changes[1]

    def is_readable(self, log: Log) -> bool:
        """Tell whether the tables know the words of its steps, having noted those they do not."""
        before = len(log.violations)
        check_words(self.case.facts, self.journey.steps, log.of(self.subject))
        return len(log.violations) == before
