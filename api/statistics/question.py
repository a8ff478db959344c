"""What is asked of statistics: groups, periods and filters, read from an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from api.faults import Findings, RequestFaultsError
from api.store.models_events import CountedShipment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

Period = Literal["month", "year", "all"]
When = Literal["confirmed", "departure"]
PERIODS: tuple[Period, ...] = ("month", "year", "all")
WHENS: tuple[When, ...] = ("confirmed", "departure")
UNKNOWN = "unknown"
"""Stands for what nobody said, in filters."""
COLUMNS: dict[str, Any] = {
    "regime": CountedShipment.regime,
    "mode": CountedShipment.mode,
    "origin": CountedShipment.origin,
    "destination": CountedShipment.destination,
    "hs_chapter": CountedShipment.hs_chapter,
    "firm": CountedShipment.firm_id,
}
"""By what totals are grouped and filtered."""
OTHERS = ("by", "period", "when", "from", "to")
_MONTH = re.compile(r"(19[7-9]\d|[2-8]\d{3})-(0[1-9]|1[0-2])", re.ASCII)
_MOST_TEXT, _YEAR = 80, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is asked.

    Parameters
    ----------
    by
        Names of `COLUMNS` by which totals are grouped.
    period
        How long the periods are.
    when
        Whether a shipment counts in the month of its confirmation or of its departure.
    first, last
        The months from which and to which shipments count, such as 202605, None for no limit.
    filters
        Values of columns, `UNKNOWN` for none.
    """

    by: tuple[str, ...] = ("mode",)
    period: Period = "month"
    when: When = "confirmed"
    first: int | None = None
    last: int | None = None
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def month(self) -> Any:  # noqa: ANN401 - a column
        """The column of the month that counts."""
        return CountedShipment.confirmed_month if self.when == "confirmed" else CountedShipment.depart_month

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions of filters and months."""
        found = [COLUMNS[name] == ("" if value == UNKNOWN else value) for name, value in self.filters]
        if self.first is not None:
            found.append(self.month >= self.first)
        if self.last is not None:
            found.append(self.month <= self.last)
        return found

    def shipments_query(self, period: int | None, values: Mapping[str, str]) -> str:
        """
        Return the query of the shipments behind a total.

        Parameters
        ----------
        period
            Month or year of the total, None if it is that of all.
        values
            The values of the columns by which it was grouped.
        """
        first, last = self.first, self.last
        if period is not None and self.period == "month":
            first = last = period
        elif period is not None:
            year = period * _YEAR
            first, last = max(year + 1, first or 0), min(year + 12, last or year + 12)
        filters = dict(self.filters) | {name: value or UNKNOWN for name, value in values.items()}
        months = {name: month_text(value) for name, value in (("from", first), ("to", last)) if value is not None}
        return urlencode({"when": self.when} | months | filters)

    def query(self) -> str:
        """Return the query that asks the same."""
        months = {name: month_text(value) for name, value in (("from", self.first), ("to", self.last)) if value}
        shown = {"by": ",".join(self.by), "period": self.period, "when": self.when} | months
        return urlencode(shown | dict(self.filters))


def month_text(month: int) -> str:
    """
    Return a month as it is written.

    Examples
    --------
    >>> month_text(202605)
    '2026-05'
    """
    return f"{month // _YEAR:04}-{month % _YEAR:02}"


def read_question(given: Mapping[str, str], *, ignored: frozenset[str] = frozenset()) -> Question:
    """
    Return what an address asks.

    Parameters
    ----------
    given
        The parameters of the address; empty ones ask nothing.
    ignored
        Names that belong to something else.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    found = Findings()
    asked = {name: text for name, text in given.items() if name not in ignored and (text or name == "by")}
    for name in asked.keys() - COLUMNS.keys() - set(OTHERS):
        found.add(name, asked[name], "unknown_field")
    by = _by(found, asked.get("by"))
    period = _choice(found, "period", asked.get("period", "month"), PERIODS)
    when = _choice(found, "when", asked.get("when", "confirmed"), WHENS)
    first, last = (_month(found, name, asked.get(name)) for name in ("from", "to"))
    if first is not None and last is not None and last < first:
        found.add("to", asked["to"], "periods")
    filters = [(name, asked[name]) for name in COLUMNS if name in asked]
    for name, value in filters:
        if len(value) > _MOST_TEXT or not value.isprintable() or not value.isascii():
            found.add(name, value, "text", limit=_MOST_TEXT)
    if found.faults:
        raise RequestFaultsError(found.faults)
    return Question(by=by, period=period, when=when, first=first, last=last, filters=tuple(filters))  # type: ignore[arg-type]


def _by(found: Findings, text: str | None) -> tuple[str, ...]:
    """Return the names of columns, each once, in their order."""
    names = ["mode"] if text is None else [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            found.add("by", name, "event_word", choices=", ".join(COLUMNS))
    return tuple(dict.fromkeys(names))


def _choice(found: Findings, name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        found.add(name, text, "event_word", choices=", ".join(choices))
    return text


def _month(found: Findings, name: str, text: str | None) -> int | None:
    if text is None:
        return None
    match = _MONTH.fullmatch(text)
    if match is None:
        found.add(name, text, "period")
        return None
    return int(match[1]) * _YEAR + int(match[2])
