"""Reading questions about customs, whichever way they came in; all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from api.customs_fields import Given, QuestionReader
from data.codes import RegimeFact
from data.fields import is_blank, read_count
from data.shipment_read import FLAGS
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

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from data.catalogue import Catalogue

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
    "exporter",
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
_MAX_ORDERS = 1_000_000
_WORDS = {
    "customer": ("b2c", "b2b", "stock"),
    "credit": ("aeo", "ordinary", "dishonest"),
    "way": ("port", "transit", "integration"),
}
_AMOUNTS = ("value", "buyer_year_value")
_MOST_DAYS = 36_500


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


def read_landed(given: Given, catalogue: Catalogue, today: dt.date) -> LandedAsk:
    """
    Return the question about landed cost that somebody asked.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    reader = QuestionReader(given, catalogue, today, LANDED_FIELDS)
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
        origin=(reader.text("origin") or reader.rules.home).upper(),
        exporter=reader.text("exporter"),
        origin_proof=bool(reader.flag("origin_proof")),
        regime=reader.regime(),
        purchase_minor=reader.amount("purchase"),
    )
    ways, mix = _ways(reader, question)
    _add(reader, check_landed(question, reader.rules), has_lines=bool(given.get("lines")))
    reader.refuse()
    return LandedAsk(question, reader.rules, ways, mix)


def _add(reader: QuestionReader, faults: Sequence[Any], *, has_lines: bool, place: str = "") -> None:
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


def _ways(reader: QuestionReader, question: LandedQuestion) -> tuple[Ways | None, tuple[GoodsLine, ...]]:
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
    reader = QuestionReader(given, catalogue, today, REGIME_FIELDS)
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


def _facts(reader: QuestionReader) -> dict[str, str | int]:
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


def _refuse_barred(reader: QuestionReader, question: RegimeQuestion, wanted: str) -> None:
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
