"""Lists summed up: which share a declaration, how few declarations there are, and that every line can be followed."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ceb.messages import Document
from data.declare_rules import DeclareRules
from data.errors import UnknownIdError
from data.faultlist import FaultList
from network.declare.deadline import deadline
from network.declare.summary import Declaration, Summary
from network.declare.trace import TraceError, rows_of, trace
from tests.data.test_ceb import MESSAGES, value
from tests.declare import DAY, shipped

EXPORT = MESSAGES["CEB603"]
HEAD = {name: value(field) for name, field in EXPORT.head.items()}
LINE = {name: value(field) for name, field in EXPORT.goods.items()}
SET = ("ebcCode", "ownerCode", "country", "portCode", "trafMode", "customsCode", "tradeMode", "agentCode")
SAME_LINE = ("country", "gcode", "currency", "unit", "unit1", "unit2")


def a_list(number: int, lines: list[dict[str, str]], **head: str) -> Document:
    """Return a list of an order of its own."""
    fixed = {"ebpCode": "P", "copNo": f"L{number}", "orderNo": f"A{number}", "ieDate": "20261105", "appType": "1"}
    fixed |= {"statisticsFlag": "B", "packNo": "1"}
    amounts = {"grossWeight": "2", "netWeight": "1.5"}
    goods = [
        LINE | {"gnum": str(place), "qty": "2", "qty1": "2", "qty2": "1", "totalPrice": "10.5", "gname": "货"} | line
        for place, line in enumerate(lines, 1)
    ]
    return Document("CEB603", number, number, HEAD | fixed | amounts | head, goods)


def rules(most: int = 50) -> DeclareRules:
    """Return the shipped rules with another limit of lines."""
    rows = []
    for row in shipped().declare_rules:
        names = (*type(row).__slots__, "source", "as_of", "confidence", "assumed", "row")
        shared = {name: getattr(row, name) for name in dict.fromkeys(names)}
        rows.append(type(row)(**shared | ({"value": str(most)} if row.rule == "lines_per_declaration" else {})))
    return DeclareRules(rows, direction="export", regime="9610", day=DAY)


def summed(lists: list[Document], most: int = 50) -> tuple[list[Declaration], FaultList]:
    """Return the declarations of lists."""
    faults = FaultList()
    summary = Summary(sqlite3.connect(":memory:"), rules(most))
    summary.add(lists, "lists", faults)
    summary.check("lists", faults)
    return (list(summary.declarations()) if not faults else []), faults


def test_sums() -> None:
    """Lines that agree add up; the declaration counts the parcels and the weight of its lists once."""
    (found,), _ = summed([a_list(1, [{}, {"gcode": "0000000001"}]), a_list(2, [{}])])
    assert (found.packs, found.gross_e5, found.net_e5, len(found.lines)) == (2, 400_000, 300_000, 2)
    assert [(line.qty_e5, line.total_e5, line.price) for line in found.lines] == [
        (200_000, 1_050_000, "5.25"),
        (400_000, 2_100_000, "5.25"),
    ]
    assert [[(one.list_no, one.gnum, one.platform, one.order_no) for one in line.sources] for line in found.lines] == [
        [("L1", 2, "P", "A1")],
        [("L1", 1, "P", "A1"), ("L2", 1, "P", "A2")],
    ]


@pytest.mark.parametrize("field", SET)
def test_every_field_of_a_set(field: str) -> None:
    """Lists that differ in one of the fields never share a declaration."""
    found, _ = summed([a_list(1, [{}]), a_list(2, [{}], **{field: "7" * len(HEAD[field])})])
    assert len(found) == 2


@pytest.mark.parametrize("field", SAME_LINE)
def test_every_field_of_a_line(field: str) -> None:
    """Lines that differ in one of the fields never become one."""
    (found,), _ = summed([a_list(1, [{}]), a_list(2, [{field: "7" * len(LINE[field])}])])
    assert len(found.lines) == 2


@pytest.mark.parametrize(
    "field",
    sorted(
        HEAD.keys() - set(SET) - {"ieDate", "statisticsFlag", "copNo", "orderNo", "packNo", "grossWeight", "netWeight"}
    ),
)
def test_other_fields_do_not_part(field: str) -> None:
    """Lists that differ in any other field share a declaration."""
    found, _ = summed([a_list(1, [{}]), a_list(2, [{}], **{field: "7" * len(HEAD[field])})])
    assert len(found) == 1


def test_months() -> None:
    """Lists of different months are not summed up together."""
    found, _ = summed([a_list(1, [{}], ieDate="20261130"), a_list(2, [{}], ieDate="20261201")])
    assert [one.month for one in found] == ["202611", "202612"]


def test_statistics_only() -> None:
    """Lists that are only counted by the customs are not summed up."""
    summary = Summary(sqlite3.connect(":memory:"), rules())
    summary.add([a_list(1, [{}], statisticsFlag="A")], "lists", FaultList())
    assert (summary.taken.lists, summary.taken.skipped, list(summary.declarations())) == (0, 1, [])


def test_two_lists_of_one_order() -> None:
    """An order with two lists is refused, as is a number that two lists have; the same list again is not."""
    _, faults = summed([a_list(1, [{}]), a_list(2, [{}], orderNo="A1")])
    assert [(fault.rule, fault.column, fault.value) for fault in faults.faults] == [("two-lists", "P A1", "L1; L2")]
    _, faults = summed([a_list(1, [{}]), a_list(2, [{}], copNo="L1")])
    assert [fault.rule for fault in faults.faults] == ["list-number"]
    found, faults = summed([a_list(1, [{}, {}]), a_list(1, [{}, {}])])
    assert (len(found), found[0].lines[0].qty_e5, faults.count) == (1, 400_000, 0)


def test_only_export_lists() -> None:
    """Another message is no list to sum up."""
    _, faults = summed([a_list(1, [{}])._replace(message="CEB621")])
    assert [fault.rule for fault in faults.faults] == ["summary-message"]


CODES = st.lists(st.sampled_from(["1", "2", "3", "4", "5", "6"]), min_size=1, max_size=4)
LISTS = st.lists(
    st.tuples(st.sampled_from(["X", "Y"]), st.sampled_from(["20261101", "20261201"]), CODES), min_size=1, max_size=6
)


def drawn(given_lists: list[tuple[str, str, list[str]]]) -> list[Document]:
    """Return lists of sellers, dates and codes."""
    return [
        a_list(number, [{"gcode": code * 10} for code in codes], ebcCode=seller, ieDate=day)
        for number, (seller, day, codes) in enumerate(given_lists, 1)
    ]


def fewest(lists: list[Document], most: int) -> int:
    """Return the least number of declarations by trying every way to spread the lines of each set over them."""
    total = 0
    for seller, month in {(one.head["ebcCode"], one.head["ieDate"][:6]) for one in lists}:
        same = [one for one in lists if (one.head["ebcCode"], one.head["ieDate"][:6]) == (seller, month)]
        codes = sorted({line["gcode"] for one in same for line in one.lines})
        for parts in range(1, len(codes) + 1):
            ways = itertools.product(range(parts), repeat=len(codes))
            if any(max(Counter(way).values()) <= most for way in ways):
                total += parts
                break
    return total


@settings(max_examples=150, deadline=None)
@given(LISTS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_fewest_and_followed(given_lists: Any, most: int, dice: Any) -> None:  # noqa: ANN401 - what the library gives
    """There are as few declarations as can be, every list line is in exactly one line, whatever the order."""
    lists = drawn(given_lists)
    found, _ = summed(lists, most)
    assert len(found) == fewest(lists, most)
    assert all(1 <= len(one.lines) <= most for one in found)
    sources = Counter(
        (source.list_no, source.gnum, source.order_no) for one in found for line in one.lines for source in line.sources
    )
    assert sources == Counter(
        (one.head["copNo"], int(line["gnum"]), one.head["orderNo"]) for one in lists for line in one.lines
    )
    assert sum(one.packs for one in found) == len(lists)
    assert sum(line.total_e5 for one in found for line in one.lines) == sum(1_050_000 * len(one.lines) for one in lists)
    assert summed(dice.sample(lists, len(lists)), most)[0] == found
    assert len({one.id for one in found}) == len(found)


@settings(max_examples=40, deadline=None)
@given(LISTS, st.integers(1, 3))
def test_both_ways(given_lists: Any, most: int) -> None:  # noqa: ANN401 - what the library gives
    """From every order to its lines and declarations and from every declaration back to its orders is one relation."""
    lists = drawn(given_lists)
    found, _ = summed(lists, most)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.ndjson"
        rows = [row for one in found for row in rows_of(one, "2026-12-15")]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        down = {
            (one.head["orderNo"], row["gnum"], row["declaration"], row["line"])
            for one in lists
            for row in trace(path, one.head["orderNo"])
            if row["kind"] == "source"
        }
        up = {
            (row["order_no"], row["gnum"], one.id, row["line"])
            for one in found
            for row in trace(path, one.id)
            if row["kind"] == "source"
        }
        assert down == up
        assert len(down) == sum(len(one.lines) for one in lists)
        assert trace(path, "L1") == trace(path, "A1")


def test_trace_of_nothing(tmp_path: Path) -> None:
    """An unknown number, and a file that was cut off, are told."""
    (found,), _ = summed([a_list(1, [{}])])
    path = tmp_path / "s.ndjson"
    text = "".join(json.dumps(row) + "\n" for row in rows_of(found, ""))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownIdError, match="B9"):
        trace(path, "B9")
    path.write_text(text[:-5], encoding="utf-8")
    with pytest.raises(TraceError):
        trace(path, "A1")


@pytest.mark.parametrize(
    ("month", "day"),
    [("202611", "2026-12-15"), ("202601", "2026-02-15"), ("202607", "2026-08-17"), ("202612", "2027-01-15")],
)
def test_deadline(month: str, day: str) -> None:
    """The fifteenth, or the next working day; 15 February 2026 is a Sunday."""
    found = deadline(month, rules(), shipped())
    known = {row.date: row.is_workday for row in shipped().holidays if row.territory == "CN"}
    assert known.get(found, found.isoweekday() < 6)
    if month != "202601":
        assert found == dt.date.fromisoformat(day)
