"""What one departure of a service can take: legs that are closed to any larger shipment."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from network.timetable import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data import Catalogue
    from network.legs import Leg
    from network.timetable import Ints

_GRAMS_PER_KG = 1000


class Most:
    """
    Legs with a limit each, the tightest first.

    Parameters
    ----------
    of_leg
        The limits by leg.
    """

    def __init__(self, of_leg: dict[int, int]) -> None:
        tightest = sorted(of_leg, key=of_leg.__getitem__)
        self.legs = np.array(tightest, dtype=np.int64)
        self.values = np.array([min(of_leg[leg], FAR) for leg in tightest], dtype=np.int64)

    def below(self, value: int) -> Ints:
        """Return the legs with a limit below a value."""
        return self.legs[: np.searchsorted(self.values, value)]


class Capacity:
    """
    The most that one departure takes, by leg, in grams and in boxes of the leg's form.

    Parameters
    ----------
    catalogue
        With the sizes of boxes.
    legs
        Of the network.
    """

    def __init__(self, catalogue: Catalogue, legs: Sequence[Leg]) -> None:
        sizes = {unit.code: unit.teu_milli for unit in catalogue.load_units}
        grams: dict[int, int] = {}
        boxes: dict[str, dict[int, int]] = defaultdict(dict)
        for i, leg in enumerate(legs):
            if leg.service is None:
                continue
            size, room = sizes.get(leg.form, 0), leg.service.capacity_teu_milli
            if leg.service.capacity_kg is not None:
                grams[i] = leg.service.capacity_kg * _GRAMS_PER_KG
            if room is not None and size:
                boxes[leg.form][i] = room // size
        self.grams = Most(grams)
        self._boxes = {form: Most(most) for form, most in boxes.items()}

    def too_small(self, mass_g: int, boxes: dict[str, int]) -> Iterator[Ints]:
        """Yield the legs whose departures cannot take a mass, and those that cannot take so many boxes of a type."""
        yield self.grams.below(mass_g)
        for form, count in boxes.items():
            if form in self._boxes:
                yield self._boxes[form].below(count)
