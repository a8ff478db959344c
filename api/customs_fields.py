"""The fields of a question about customs, read one by one; each problem becomes a fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from api.faults import Findings, RequestFaultsError
from data.cargo_rules import MAX_AMOUNT, MAX_MASS_G, MAX_PIECES
from data.fields import is_blank, match_place, read_amount, read_count, read_measure, read_text
from data.shipment_read import BASE_CURRENCY, FLAGS
from network.customs import COSTS, GoodsLine, RulesOfDate
from network.customs.refunds import REFUNDED
from network.customs.rules_of_date import RulesByDate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.catalogue import Catalogue

_MAX_LINES = 200
_ML_PER_LITRE = 1000
_LINE_FIELDS = ("hs", "value", "quantity", "kg", "litres")

Given = Mapping[str, object]
# Stands for a line that could not be read, so that the numbers of the others stay.
_UNREAD = GoodsLine(hs="", value_minor=1)


class QuestionReader:
    """
    Takes the fields of one question.

    Parameters
    ----------
    given
        The fields as they came.
    catalogue
        All rows.
    today
        Day of the declaration when none is said.
    known
        Names a question of this kind may have; others are faults.
    """

    def __init__(self, given: Given, catalogue: Catalogue, today: dt.date, known: Sequence[str]) -> None:
        self.given = given
        self.found = Findings()
        self.catalogue = catalogue
        for name in given:
            if name not in known:
                self.found.add(name, given[name], "unknown_field")
        self.rules: RulesOfDate = catalogue.derived(RulesByDate).on(self._date(today))
        self.currency = (self.text("currency") or BASE_CURRENCY).upper()
        self.rate = self.rules.exchange_rate(self.currency) if self.rules.rate(self.currency) else None

    def _date(self, today: dt.date) -> dt.date:
        value = self.given.get("date")
        if is_blank(value):
            return today
        try:
            return dt.date.fromisoformat(str(value).strip())
        except ValueError:
            self.found.add("date", value, "date_only")
            return today

    def text(self, name: str) -> str | None:
        """Return a text, None if it is not said."""
        return read_text(self.found, name, self.given.get(name))

    def word(self, name: str, choices: Sequence[str], default: str | None = None) -> str | None:
        """Return one of some words."""
        text = self.text(name)
        word = None if text is None else text.casefold()
        if word is not None and word not in choices:
            self.found.add(name, text, "unknown_choice", choices=", ".join(choices))
            return default
        return word or default

    def flag(self, name: str) -> bool | None:
        """Return yes or no, None if it is not said."""
        value = self.given.get(name)
        if is_blank(value):
            return None
        flag = FLAGS.get(str(value).strip().casefold())
        if flag is None:
            self.found.add(name, value, "flag", choices="yes, no")
        return flag

    def amount(self, name: str, given: Given | None = None, place: str = "") -> int | None:
        """Return an amount in minor units of the question's currency, None if it is not said."""
        value = (self.given if given is None else given).get(name)
        if is_blank(value):
            return None
        return read_amount(self.found, place + name, value, limit=MAX_AMOUNT, rate=self.rate)

    def costs(self, given: Given, place: str = "") -> dict[str, int]:
        """Return the costs of the way that are said."""
        read = {name: self.amount(name, given, place) for name in COSTS}
        return {name: minor for name, minor in read.items() if minor is not None}

    def lines(self, name: str = "lines", value: object = None) -> tuple[GoodsLine, ...]:
        """Return the goods lines that could be read."""
        rows = self.given.get(name) if value is None else value
        if is_blank(rows):
            return ()
        if isinstance(rows, (str, Mapping)):
            rows = [rows]
        if not isinstance(rows, (list, tuple)):
            self.found.add(name, rows, "lines_form")
            return ()
        if len(rows) > _MAX_LINES:
            self.found.add(name, len(rows), "too_many", limit=_MAX_LINES)
            return ()
        return tuple(self._line(f"{name}[{number}]", row) for number, row in enumerate(rows, 1))

    def _line(self, place: str, row: object) -> GoodsLine:
        if isinstance(row, str):
            cells = [part.strip() for part in row.split(":")]
            if not 1 < len(cells) <= len(_LINE_FIELDS):
                self.found.add(place, row, "line_form")
                return _UNREAD
            row = dict(zip(_LINE_FIELDS, cells, strict=False))
        if not isinstance(row, Mapping):
            self.found.add(place, row, "line_form")
            return _UNREAD
        for name in row:
            if name not in _LINE_FIELDS:
                self.found.add(f"{place}.{name}", row[name], "unknown_field")
        return self._read_line(place, row)

    def _read_line(self, place: str, row: Given) -> GoodsLine:
        """Return a line; what could not be read is a fault, and something harmless in the line."""
        hs = read_text(self.found, f"{place}.hs", row.get("hs"))
        value = self.amount("value", row, f"{place}.")
        for name, part in (("hs", row.get("hs")), ("value", row.get("value"))):
            if is_blank(part):
                self.found.add(f"{place}.{name}", None, "required")
        quantity: int | None = 1
        if not is_blank(row.get("quantity")):
            quantity = read_count(self.found, f"{place}.quantity", row["quantity"], low=1, high=MAX_PIECES)
        mass = self._measure(row, place, "kg", 1000)
        volume = self._measure(row, place, "litres", _ML_PER_LITRE)
        return GoodsLine(
            hs=hs or "",
            value_minor=1 if value is None else value,
            quantity=quantity or 1,
            mass_g=mass,
            volume_ml=volume,
        )

    def _measure(self, row: Given, place: str, name: str, units: int) -> int:
        if is_blank(row.get(name)):
            return 0
        most = MAX_MASS_G // 1000
        return read_measure(self.found, f"{place}.{name}", row[name], units=units, limit=most) or 0

    def territory(self) -> str:
        """Return the code of the territory of destination: given as such, by name, or by a place in it."""
        text = self.text("to")
        if text is None:
            self.found.add("to", None, "required")
            return ""
        names = {name.casefold(): row.code for row in self.catalogue.territories for name in (row.name_zh, row.name_en)}
        codes = {row.code: row.code for row in self.catalogue.territories}
        code = codes.get(text.upper()) or names.get(text.casefold())
        if code is None:
            place = match_place(self.catalogue, text)
            code = self.catalogue.location(place).territory if isinstance(place, str) else text.upper()
        return code

    def regime(self) -> str | None:
        """Return the id of an export regime; a code of four digits means its variant with a refund, or its first."""
        text = self.text("regime")
        variants = [row for row in self.rules.regimes if row.code == text and row.direction == "export"]
        refunded = [row for row in variants if row.refund in REFUNDED]
        return next((row.id for row in [*refunded, *variants]), text)

    def refuse(self) -> None:
        """Raise every fault, if there is any."""
        if self.found.faults:
            raise RequestFaultsError(self.found.faults)
