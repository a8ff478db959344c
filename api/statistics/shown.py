"""How totals and shipments are shown to people: names of groups, and amounts in usual units."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.present import mode_name
from api.statistics.totals import MEASURES
from api.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data import Catalogue
    from viz.theme import Lang

SCALES = {"mass_g": (3, 1), "volume_cm3": (6, 2), "value_cny_minor": (2, 2), "freight_cny_minor": (2, 2)} | {
    "emissions_g": (3, 1)
}
"""By how many digits a measure is scaled, and how many decimals are shown."""
_PLACES = frozenset({"origin", "destination"})


class Names:
    """
    Names of values in one language.

    Parameters
    ----------
    catalogue
        With the places.
    lang
        The language.
    firms
        Names of firms by id.
    """

    def __init__(self, catalogue: Catalogue, lang: Lang, firms: Mapping[str, str] = MappingProxyType({})) -> None:
        self.lang = lang
        self._firms = firms
        self._places = {row.code: row.name_zh if lang == "zh" else row.name_en for row in catalogue.locations}

    def value(self, name: str, value: str | None) -> str:
        """Return the name of a value of a group."""
        if value is None:
            return say(self.lang, "statistics_unknown")
        if name == "mode":
            return mode_name(value, self.lang)
        if name == "firm":
            return self._firms.get(value, value)
        place = self._places.get(value) if name in _PLACES else None
        return value if place is None else f"{place} {value}"

    def group(self, row: dict[str, Any], by: Iterable[str]) -> list[str]:
        """Return the period and the names of the groups of a total."""
        return [row["period"] or say(self.lang, "period_all"), *(self.value(name, row[name]) for name in by)]

    def heads(self, by: Iterable[str]) -> list[str]:
        """Return the heads of the columns of totals."""
        groups = [say(self.lang, f"dimension_{name}") for name in by]
        return [say(self.lang, "statistics_period"), *groups, *(say(self.lang, f"measure_{name}") for name in MEASURES)]


def scaled(name: str, value: int) -> Decimal:
    """
    Return a measure in the unit in which it is shown.

    Examples
    --------
    >>> scaled("mass_g", 1250), scaled("shipments", 3)
    (Decimal('1.250'), Decimal('3'))
    """
    digits, _ = SCALES.get(name, (0, 0))
    return Decimal(value).scaleb(-digits)


def figure(name: str, value: int | None) -> str:
    """
    Return a measure as people read it.

    Examples
    --------
    >>> figure("freight_cny_minor", 123456789), figure("mass_g", 1250), figure("value_cny_minor", None)
    ('1,234,567.89', '1.2', '–')
    """
    if value is None:
        return "–"
    _, decimals = SCALES.get(name, (0, 0))
    return f"{scaled(name, value):,.{decimals}f}"
