"""Colours, line styles and mode names; the palette is Okabe and Ito's, readable without red-green vision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]

INK = "#1d2733"
MUTED = "#5b6875"
SEA = "#e3ebf1"
LAND = "#fbfaf6"
COAST = "#b9c6d0"
GRID = "#cfdae3"
ORIGIN = "#009E73"
DESTINATION = "#D55E00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeStyle:
    """
    How a mode looks and is called.

    Parameters
    ----------
    colour
        Hexadecimal colour.
    width
        Line width in pixels.
    dash
        Dash pattern in pixels, empty for a solid line; patterns differ so that colour is never the only sign.
    name_zh, name_en
        Names for legends.
    symbol
        One character that stands for the mode in a running line of text.
    """

    colour: str
    width: float
    dash: str
    name_zh: str
    name_en: str
    symbol: str

    def name(self, lang: Lang) -> str:
        """Return the name in a language."""
        return self.name_zh if lang == "zh" else self.name_en


MODES: dict[str, ModeStyle] = {
    "sea": ModeStyle(colour="#0072B2", width=2.6, dash="", name_zh="海运", name_en="Sea", symbol="≈"),
    "rail": ModeStyle(colour="#D55E00", width=3.0, dash="9 4", name_zh="铁路", name_en="Rail", symbol="═"),
    "air": ModeStyle(colour="#AA4499", width=2.2, dash="2 5", name_zh="空运", name_en="Air", symbol="✈"),
    "road": ModeStyle(colour="#3d4852", width=2.0, dash="", name_zh="公路", name_en="Road", symbol="─"),
    "parcel": ModeStyle(colour="#117A5E", width=2.0, dash="6 3 1 3", name_zh="快递派送", name_en="Parcel", symbol="·"),
}

_UNKNOWN = ModeStyle(colour=MUTED, width=2.0, dash="1 3", name_zh="其他", name_en="Other", symbol="?")


def mode_style(mode: str | None) -> ModeStyle:
    """
    Return the style of a mode.

    Examples
    --------
    >>> mode_style("rail").name("zh")
    '铁路'
    >>> mode_style(None).name("en")
    'Other'
    """
    return MODES.get(mode or "", _UNKNOWN)
