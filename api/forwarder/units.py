"""Weights and volumes with the units people write: tonnes, jin, pounds, litres, edges of cartons."""

from __future__ import annotations

import re
from decimal import Decimal

_MASS: dict[str, Decimal] = {
    **dict.fromkeys(("kg", "kgs", "公斤", "千克"), Decimal(1)),
    **dict.fromkeys(("t", "ton", "tons", "tonne", "tonnes", "吨"), Decimal(1000)),
    **dict.fromkeys(("g", "克"), Decimal("0.001")),
    **dict.fromkeys(("斤", "市斤"), Decimal("0.5")),
    **dict.fromkeys(("lb", "lbs", "磅"), Decimal("0.45359237")),
}
"""Kilograms in each unit; a jin is half a kilogram, a pound is exact by definition."""
_VOLUME: dict[str, Decimal] = {
    **dict.fromkeys(("m3", "m³", "cbm", "方", "立方", "立方米"), Decimal(1)),
    **dict.fromkeys(("l", "升"), Decimal("0.001")),
    **dict.fromkeys(("cm3", "cm³"), Decimal("0.000001")),
    **dict.fromkeys(("ft3", "ft³", "cuft", "cft"), Decimal("0.028316846592")),
}
"""Cubic metres in each unit; a cubic foot is exact by definition."""
_EDGE: dict[str, Decimal] = {"cm": Decimal("0.01"), "mm": Decimal("0.001"), "m": Decimal(1), "": Decimal("0.01")}
"""Metres in each unit of an edge; without a unit, centimetres."""
_NUMBER = r"\d[\d,]*(?:\.\d+)?|\.\d+"
_AMOUNT = re.compile(rf"({_NUMBER})\s*(\D[^\d]*?[3³]?)")
_TIMES = r"\s*[x×*]\s*"
_BOXES = re.compile(
    rf"({_NUMBER}){_TIMES}({_NUMBER}){_TIMES}({_NUMBER})\s*(cm|mm|m|)(?:{_TIMES}(\d{{1,6}}))?", re.IGNORECASE
)


def kilograms(text: str) -> str:
    """
    Return a weight in kilograms as text; what is not understood is returned as it is, for the check of the field.

    Examples
    --------
    >>> kilograms("0.8 t"), kilograms("1,600斤"), kilograms("800"), kilograms("heavy")
    ('800', '800', '800', 'heavy')
    """
    return _converted(text, _MASS)


def cubic_metres(text: str) -> str:
    """
    Return a volume in cubic metres as text; what is not understood is returned as it is, for the check of the field.

    Examples
    --------
    >>> cubic_metres("4200 L"), cubic_metres("4.2方"), cubic_metres("60x40x50cm x 35"), cubic_metres("big")
    ('4.2', '4.2', '4.2', 'big')
    """
    found = _BOXES.fullmatch(text.strip())
    if found is None:
        return _converted(text, _VOLUME)
    *edges, unit, count = found.groups()
    size = _EDGE[unit.casefold()] ** 3 * int(count or 1)
    for edge in edges:
        size *= _number(edge)
    return _plain(size)


def _converted(text: str, units: dict[str, Decimal]) -> str:
    found = _AMOUNT.fullmatch(text.strip())
    factor = None if found is None else units.get(found[2].strip().casefold())
    return text if found is None or factor is None else _plain(_number(found[1]) * factor)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _plain(value: Decimal) -> str:
    """Return a number without exponent, to the sixth decimal, which is a gram or a cubic centimetre and finer."""
    return f"{value.quantize(Decimal('0.000001')).normalize():f}"
