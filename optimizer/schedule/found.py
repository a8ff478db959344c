"""A schedule of one hub with what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.evaluate import Marks, Times


class Found(NamedTuple):
    """A schedule and what it is worth."""

    times: Times
    marks: Marks

    def key(self, tiers: Sequence[TierName]) -> tuple[int, ...]:
        """Return the aims in their order."""
        return tuple(self.marks.tiers[name] for name in tiers)
