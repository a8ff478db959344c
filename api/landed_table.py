"""Landed cost of many consignments from a table, row by row: all faults at once, and a result whole or not at all."""

from __future__ import annotations

import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.customs_read import LANDED_FIELDS, read_landed
from api.declare_files import Row, rows_file
from api.faults import RequestFaultsError
from api.plan_landed import trust_of
from data.declare_fields import Field
from data.declare_read import MAX_BYTES, Source
from data.declare_tables import rows_of
from data.errors import Fault
from data.faultlist import FaultList, place_fault
from data.money import format_minor
from data.textstream import look_at
from network.customs import COSTS, landed_sums

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from api.customs_read import LandedAsk
    from data.catalogue import Catalogue

READ_SUFFIXES = (".csv", ".xlsx")
WRITE_SUFFIXES = (".csv", ".ndjson", ".xlsx")
_COST_ZH = ("提货费", "出口报关费", "起运港费用", "主运费", "保险费", "目的港费用", "派送费")
_GOODS = (
    Field(name="hs", zh="海关编码", aliases=("编码",), is_needed=True),
    Field(name="value", zh="货值", is_needed=True),
    Field(name="quantity", zh="数量", aliases=("件数",)),
    Field(name="kg", zh="重量kg", aliases=("净重kg",)),
    Field(name="litres", zh="升"),
)
_HEAD = (
    Field(name="ref", zh="编号"),
    Field(name="to", zh="目的地", aliases=("目的关境",)),
    Field(name="date", zh="申报日期"),
    Field(name="currency", zh="币种"),
    *(Field(name=name, zh=zh) for name, zh in zip(COSTS, _COST_ZH, strict=True)),
    Field(name="incoterm", zh="贸易术语"),
    Field(name="channel", zh="渠道"),
    Field(name="scheme", zh="税收制度"),
    Field(name="mode", zh="运输方式"),
    Field(name="origin", zh="原产地"),
    Field(name="exporter", zh="出口商"),
    Field(name="origin_proof", zh="原产地证"),
    Field(name="regime", zh="监管方式"),
    Field(name="purchase", zh="采购价"),
)
FIELDS = (*_HEAD, *_GOODS)
"""The columns of a table; rows with the same number that follow each other are the lines of one consignment."""
_AMOUNTS = (
    *("goods", "cost", "duty", "excise", "fee", "vat", "refund"),
    *("total", "low", "high", "seller", "buyer"),
)
COLUMNS = ("row", "ref", "to", "date", "currency", *_AMOUNTS, "low_value", "confidence", "assumed")
"""The columns of the result, one row for each consignment."""
_DIFFERS = ("与该票首行 {first} 不一致", "differs from {first} in the first row of its consignment")


class Consigned(NamedTuple):
    """Rows of one consignment: their lines in the file, and their texts by column."""

    rows: list[int]
    texts: list[dict[str, str]]


def landed_table(
    path: Path, output: Path | None, catalogue: Catalogue, today: dt.date, usual: Mapping[str, str]
) -> tuple[int, str | None]:
    """
    Write what each consignment of a table costs on arrival; return their number, and the result if it has no file.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` file.
    output
        A ``.csv``, ``.ndjson`` or ``.xlsx`` file; None returns the text of a CSV file.
    catalogue
        All rows.
    today
        Day of the declaration of rows that name none.
    usual
        What holds where a row says nothing.

    Raises
    ------
    TableFaultsError
        With what is wrong with all rows; then nothing is written.
    CommandError
        If the system refuses.
    """
    if output is not None:
        return _write(path, output, catalogue, today, usual), None
    with tempfile.TemporaryDirectory(prefix="landed-") as folder:
        place = Path(folder) / "landed.csv"
        count = _write(path, place, catalogue, today, usual)
        return count, place.read_text(encoding="utf-8-sig")


def _write(path: Path, output: Path, catalogue: Catalogue, today: dt.date, usual: Mapping[str, str]) -> int:
    """Write the answers as they come; the file appears only if no row has a fault."""
    faults = FaultList()
    count = 0
    with rows_file(output, COLUMNS) as write:
        for consigned in _consignments(path, faults):
            ask = _ask(consigned, catalogue, today, usual, path.name, faults)
            if ask is not None and not faults:
                write(_answer(consigned, ask))
            count += 1
        if not count and not faults:
            pair = ("没有货物", "has no rows of goods")
            faults.add(place_fault((path.name, None), None, None, "rows_required", pair))
        faults.check()
    return count


def _consignments(path: Path, faults: FaultList) -> Iterator[Consigned]:
    """Yield the consignments of a table; what is wrong with its form is noted."""
    encoding = "utf-8-sig"
    if path.suffix.casefold() == ".csv":
        looked = look_at(path, path.name, MAX_BYTES)
        if isinstance(looked, Fault):
            faults.add(looked)
            return
        encoding = looked.encoding
    names = [field.name for field in FIELDS]
    rows = rows_of(Source(path, path.name, "", encoding), FIELDS, (), faults)
    read = ((number, dict(zip(names, texts, strict=True))) for number, texts, _ in rows)
    # A row without a number of its own is a consignment by itself.
    for _, group in groupby(read, key=lambda pair: pair[1]["ref"] or pair[0]):
        pairs = list(group)
        yield Consigned([number for number, _ in pairs], [texts for _, texts in pairs])


def _ask(
    consigned: Consigned,
    catalogue: Catalogue,
    today: dt.date,
    usual: Mapping[str, str],
    label: str,
    faults: FaultList,
) -> LandedAsk | None:
    """Return the question of a consignment, None with its faults noted."""
    before = faults.count
    first = consigned.texts[0]
    for number, texts in zip(consigned.rows[1:], consigned.texts[1:], strict=True):
        for field in _HEAD:
            if texts[field.name] and texts[field.name] != first[field.name]:
                pair = tuple(text.format(first=first[field.name] or "-") for text in _DIFFERS)
                faults.add(place_fault((label, number), field.name, texts[field.name], "differs", (pair[0], pair[1])))
    given: dict[str, Any] = {name: first[name] or usual.get(name) for name in _asked(first, usual)}
    given["lines"] = [
        {field.name: texts[field.name] for field in _GOODS if texts[field.name]} for texts in consigned.texts
    ]
    try:
        ask = read_landed(given, catalogue, today)
    except RequestFaultsError as error:
        for found in error.faults:
            number, column = _place(found.field, consigned.rows)
            pair = (found.message_zh, found.message_en)
            faults.add(place_fault((label, number), column, found.value, found.rule, pair))
        return None
    return ask if faults.count == before else None


def _asked(first: Mapping[str, str], usual: Mapping[str, str]) -> Iterable[str]:
    """Return the fields that are said of a consignment."""
    return (name for name in LANDED_FIELDS if first.get(name) or usual.get(name))


def _place(field: str, rows: list[int]) -> tuple[int, str]:
    """
    Return the row and the column of a field.

    Examples
    --------
    >>> _place("lines[2].hs", [7, 8]), _place("to", [7, 8])
    ((8, 'hs'), (7, 'to'))
    """
    if not field.startswith("lines["):
        return rows[0], field
    number, _, column = field.removeprefix("lines[").partition("]")
    return rows[int(number) - 1], column.removeprefix(".")


def _answer(consigned: Consigned, ask: LandedAsk) -> Row:
    """Return the row of the result."""
    sums = landed_sums(ask.question, ask.rules)
    rate = ask.rules.exchange_rate(ask.question.currency)
    way = sums.goods_minor + sums.cost_minor
    minor = {
        "goods": sums.goods_minor,
        "cost": sums.cost_minor,
        **sums.point._asdict(),
        "total": sums.total_minor,
        "low": way + sums.low_minor,
        "high": way + sums.high_minor,
        "seller": sums.seller_minor,
        "buyer": sums.total_minor - sums.seller_minor,
    }
    confidence, is_assumed = trust_of(sums.rows)
    return {
        "row": consigned.rows[0],
        "ref": consigned.texts[0]["ref"],
        "to": ask.question.territory,
        "date": ask.question.date.isoformat(),
        "currency": ask.question.currency,
        **{name: format_minor(minor[name], rate) for name in _AMOUNTS},
        "low_value": None if sums.low_value is None else sums.low_value.id,
        "confidence": confidence,
        "assumed": is_assumed,
    }
