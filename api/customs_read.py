"""Reading questions about customs, whichever way they came in; all faults at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from api.faults import Findings, RequestFaultsError
from data.cargo_rules import MAX_AMOUNT, MAX_MASS_G, MAX_PIECES
from data.codes import RegimeFact
from data.fields import is_blank, match_place, read_amount, read_count, read_measure, read_text
from data.shipment_read import BASE_CURRENCY, FLAGS
from network.customs import (
    COSTS,
    GoodsLine,
    LandedQuestion,
    RegimeQuestion,
    RulesOfDate,
    Ways,
    check_landed,
    check_regimes,
    regimes,
)
from network.customs.refunds import REFUNDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.records import ExchangeRate

LANDED_FIELDS = (
    "to",
    "date",
    "currency",
    "lines",
    *COSTS,
    "incoterm",
    "channel",
    "scheme",
    "mode",
    "origin",
    "origin_proof",
    "regime",
    "purchase",
    "warehouse",
)
WAREHOUSE_FIELDS = (*COSTS, "per_order", "orders", "with_vat", "mix_lines")
FACTS: tuple[str, ...] = get_args(RegimeFact)
REGIME_FIELDS = ("direction", "date", "currency", "lines", "purchase", "mode", "regime", *FACTS)
MODES = ("road", "rail", "sea", "air", "parcel")
CHANNELS = ("b2c", "b2b")
_MAX_LINES = 200
_MAX_ORDERS = 1_000_000
_ML_PER_LITRE = 1000
_WORDS = {
    "customer": ("b2c", "b2b", "stock"),
    "credit": ("aeo", "ordinary", "dishonest"),
    "way": ("port", "transit", "integration"),
}
_AMOUNTS = ("value", "buyer_year_value")
_LINE_FIELDS = ("hs", "value", "quantity", "kg", "litres")
_MOST_DAYS = 36_500

Given = Mapping[str, object]
# Stands for a line that could not be read, so that the numbers of the others stay.
_UNREAD = GoodsLine(hs="", value_minor=1)


class LandedAsk(NamedTuple):
    """A question about landed cost that holds, with the rows of its date, and the ways to compare, if any."""

    question: LandedQuestion
    rules: RulesOfDate
    ways: Ways | None
    mix: tuple[GoodsLine, ...]


class RegimeAsk(NamedTuple):
    """A question about regimes that holds, with the rows of its date."""

    question: RegimeQuestion
    rules: RulesOfDate


class _Reader:
    """Takes the fields of one question."""

    def __init__(self, given: Given, catalogue: Catalogue, today: dt.date, known: Sequence[str]) -> None:
        self.given = given
        self.found = Findings()
        self.catalogue = catalogue
        for name in given:
            if name not in known:
                self.found.add(name, given[name], "unknown_field")
        self.rules = RulesOfDate(catalogue, self._date(today))
        self.currency = (self.text("currency") or BASE_CURRENCY).upper()
        rate = self.rules.rate(self.currency)
        self.rate = None if rate is None else cast("ExchangeRate", rate.row)

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


def read_landed(given: Given, catalogue: Catalogue, today: dt.date) -> LandedAsk:
    """
    Return the question about landed cost that somebody asked.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    reader = _Reader(given, catalogue, today, LANDED_FIELDS)
    lines = reader.lines()
    question = LandedQuestion(
        territory=reader.territory(),
        date=reader.rules.date,
        currency=reader.currency,
        lines=lines,
        costs_minor=reader.costs(given),
        incoterm=(reader.text("incoterm") or "DAP").upper(),
        channel=cast("Any", reader.word("channel", CHANNELS, "b2c")),
        scheme=reader.text("scheme"),
        mode=reader.word("mode", MODES),
        origin=(reader.text("origin") or "CN").upper(),
        origin_proof=bool(reader.flag("origin_proof")),
        regime=reader.regime(),
        purchase_minor=reader.amount("purchase"),
    )
    ways, mix = _ways(reader, question)
    _add(reader, check_landed(question, reader.rules), has_lines=bool(given.get("lines")))
    reader.refuse()
    return LandedAsk(question, reader.rules, ways, mix)


def _add(reader: _Reader, faults: Sequence[Any], *, has_lines: bool, place: str = "") -> None:
    """
    Take over the faults of a question itself, but those that follow from values that could not be read.

    Parameters
    ----------
    reader
        With the faults so far.
    faults
        Those of the question.
    has_lines
        Whether lines were given, readable or not.
    place
        Only faults of lines count, and they stand below this.
    """
    if place:
        faults = [item._replace(field=place + item.field.removeprefix("lines")) for item in faults if "[" in item.field]
    told = {item.field for item in reader.found.faults}
    for item in faults:
        follows = item.field == "lines" and has_lines and bool(told)
        if not follows and item.field not in told and item.field.rpartition(".")[0] not in told:
            reader.found.add(item.field, item.value, item.rule, **item.values)


def _ways(reader: _Reader, question: LandedQuestion) -> tuple[Ways | None, tuple[GoodsLine, ...]]:
    """Return the ways to compare if a warehouse is asked for, and the lines of a second kind of order."""
    given = reader.given.get("warehouse")
    if given is None:
        return None, ()
    if not isinstance(given, Mapping):
        reader.found.add("warehouse", given, "malformed", detail="object")
        return None, ()
    for name in given:
        if name not in WAREHOUSE_FIELDS:
            reader.found.add(f"warehouse.{name}", given[name], "unknown_field")
    orders: int | None = 1000
    if not is_blank(given.get("orders")):
        orders = read_count(reader.found, "warehouse.orders", given["orders"], low=1, high=_MAX_ORDERS)
    with_vat = FLAGS.get(str(given.get("with_vat") or "no").strip().casefold())
    if with_vat is None:
        reader.found.add("warehouse.with_vat", given["with_vat"], "flag", choices="yes, no")
    mix = reader.lines("warehouse.mix_lines", given.get("mix_lines") or ())
    costs = reader.costs(given, "warehouse.")
    bulk = replace(question, costs_minor=costs, channel="b2b", scheme=None)
    per_order = reader.amount("per_order", given, "warehouse.") or 0
    ways = Ways(parcel=question, bulk=bulk, per_order_minor=per_order, orders=orders or 1, with_vat=bool(with_vat))
    if mix:
        found = check_landed(replace(question, lines=mix), reader.rules)
        _add(reader, found, has_lines=True, place="warehouse.mix_lines")
    return ways, mix


def read_regimes(given: Given, catalogue: Catalogue, today: dt.date) -> RegimeAsk:
    """
    Return the question about regimes that somebody asked.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it. A `regime` that is asked for and barred is a fault, too, with its rules.
    """
    reader = _Reader(given, catalogue, today, REGIME_FIELDS)
    lines = reader.lines()
    facts = _facts(reader)
    if lines and "value" not in facts:
        facts["value"] = int(sum(line.value_minor for line in lines))
    question = RegimeQuestion(
        direction=cast("Any", reader.word("direction", ("export", "import"), "export")),
        date=reader.rules.date,
        facts=facts,
        currency=reader.currency,
        lines=lines,
        purchase_minor=reader.amount("purchase"),
        mode=reader.word("mode", MODES),
    )
    _add(reader, check_regimes(question, reader.rules), has_lines=True)
    wanted = reader.text("regime")
    if not reader.found.faults and wanted is not None:
        _refuse_barred(reader, question, wanted)
    reader.refuse()
    return RegimeAsk(question, reader.rules)


def _facts(reader: _Reader) -> dict[str, str | int]:
    """Return what is said of a shipment."""
    facts: dict[str, str | int | None] = {}
    for name in FACTS:
        if is_blank(reader.given.get(name)):
            continue
        if name in _WORDS:
            facts[name] = reader.word(name, _WORDS[name])
        elif name in _AMOUNTS:
            facts[name] = reader.amount(name)
        elif name == "days_since_export":
            facts[name] = read_count(reader.found, name, reader.given[name], low=0, high=_MOST_DAYS)
        else:
            flag = reader.flag(name)
            facts[name] = None if flag is None else "yes" if flag else "no"
    return {name: value for name, value in facts.items() if value is not None}


def _refuse_barred(reader: _Reader, question: RegimeQuestion, wanted: str) -> None:
    """Note why a regime that is asked for by code or id may not be used, if all its variants are barred."""
    options = regimes(question, reader.rules).options
    named = [option for option in options if wanted in {option.regime.id, option.regime.code}]
    if not named:
        choices = ", ".join(option.regime.id for option in options)
        reader.found.add("regime", wanted, "unknown_regime", choices=choices)
    elif all(option.broken for option in named):
        rows = dict.fromkeys(row for option in named for row in option.broken)
        zh = "；".join(f"{row.rule_zh} ({row.id})" for row in rows)
        en = "; ".join(f"{row.rule_en} ({row.id})" for row in rows)
        reader.found.add("regime", wanted, "regime_barred", rules_zh=zh, rules_en=en)
