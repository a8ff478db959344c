"""Cells of every type: what is read, what is refused, and the way back to text."""

from __future__ import annotations

import contextlib
import datetime as dt
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.tableschema import Column, schemas
from data.values import BadValueError, format_hours, parser, to_text

MINUTES = st.integers(0, 1439)


def column(kind: str, *, required: bool = False, default: str = "", choices: tuple[str, ...] = ()) -> Column:
    """Return a column of a kind."""
    return Column(
        name="x",
        name_zh="某",
        kind=kind,
        choices=choices,
        target=None,
        unit="",
        default=default,
        required=required,
        meaning="",
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  温州 ", "温州"),
        ("id", "CNWNZ-A", "CNWNZ-A"),
        ("int", "007", 7),
        ("int", "-3", -3),
        ("decimal", "12.50", Decimal("12.50")),
        ("money", "0", Decimal(0)),
        ("bool", "YES", True),
        ("bool", "否", False),
        ("date", "2026-02-28", dt.date(2026, 2, 28)),
        ("date", "2026/1/5", dt.date(2026, 1, 5)),
        ("times", "22:00;8:00", (480, 1320)),
        ("times", "08：00；09：30", (480, 570)),
        ("weekdays", "531", (1, 3, 5)),
        ("hours", "24h", ((0, 1440),)),
        ("hours", "13:00-24:00;08:00-12:00", ((480, 720), (780, 1440))),
        ("list", "a; b；c", ("a", "b", "c")),
        ("zone", "Europe/Berlin", "Europe/Berlin"),
        ("zone", "UTC", "UTC"),
        ("currency", "CNY", "CNY"),
    ],
)
def test_good_cells(kind: str, text: str, value: object) -> None:
    """Text is read as the value it stands for, also as people type it."""
    assert parser(column(kind))(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "two\nlines"),
        ("text", "bell\a"),
        ("id", "two words"),
        ("id", "a;b"),
        ("id", "x" * 81),
        ("int", "1.0"),
        ("int", "1,000"),
        ("int", "１２"),  # full-width digits
        ("int", "9" * 16),
        ("decimal", "1e3"),
        ("decimal", "1,5"),
        ("decimal", "nan"),
        ("decimal", ".5"),
        ("money", "¥5"),
        ("bool", "1"),
        ("date", "2026-02-29"),
        ("date", "2026-1/5"),
        ("date", "01-02-2026"),
        ("date", "0000-01-01"),
        ("times", "24:00"),
        ("times", "25:00"),
        ("times", "08:00;08:00"),
        ("times", "08:60"),
        ("times", "8"),
        ("weekdays", "08"),
        ("weekdays", "11"),
        ("hours", "08:00"),
        ("hours", "22:00-06:00"),  # past midnight
        ("hours", "08:00-08:00"),
        ("hours", "08:00-12:00;11:00-13:00"),
        ("hours", "08:00-24:01"),
        ("list", "a;;b"),
        ("list", "a;a"),
        ("zone", "Asia/Wenzhou"),
        ("zone", "../etc/passwd"),
        ("zone", "Asia"),
        ("currency", "cny"),
        ("currency", "RMBX"),
    ],
)
def test_bad_cells(kind: str, text: str) -> None:
    """Text that is no value of the column is refused."""
    with pytest.raises(BadValueError):
        parser(column(kind))(text)


def test_empty_cells() -> None:
    """An empty cell is the default, None or an empty tuple, and refused where a value is required."""
    assert parser(column("int", default="3"))(" ") == 3
    assert parser(column("int"))("") is None
    assert parser(column("hours"))("") == ()
    with pytest.raises(BadValueError) as caught:
        parser(column("int", required=True))("　")
    assert caught.value.problem.rule == "required"


def test_enum() -> None:
    """An enumerated column holds its codes only, in their exact spelling."""
    parse = parser(column("enum", choices=("sea", "air")))
    assert parse("sea") == "sea"
    with pytest.raises(BadValueError, match="sea, air"):
        parse("Sea")


def test_every_default_is_a_value() -> None:
    """Every default in the schema is a value of its column."""
    for schema in schemas().values():
        for each in schema.columns:
            if not each.required:
                parser(each)("")


VALUES = {
    "text": st.text(string.ascii_letters + "温州义乌,;\"'=+-@ ", min_size=1).map(str.strip).filter(bool),
    "int": st.integers(-(10**15) + 1, 10**15 - 1),
    "decimal": st.decimals(-(10**9), 10**9, places=4),
    "money": st.decimals(0, 10**9, places=2),
    "bool": st.booleans(),
    "date": st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31)),
    "times": st.sets(MINUTES, min_size=1).map(lambda minutes: tuple(sorted(minutes))),
    "weekdays": st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))),
    "hours": st.sets(st.integers(0, 1440), min_size=2, max_size=8).map(
        lambda edges: tuple(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
    ),
    "list": st.lists(st.text("abc温州", min_size=1), min_size=1, unique=True).map(tuple),
}


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_round_trip(kind: str, data: st.DataObject) -> None:
    """A value written as text and read again is the same, and its text too."""
    value = data.draw(VALUES[kind])
    text = to_text(column(kind), value)
    assert parser(column(kind))(text) == value
    assert to_text(column(kind), parser(column(kind))(text)) == text


PARSERS = [parser(column(kind)) for kind in (*VALUES, "id", "ref", "zone", "currency")]


@given(st.text())
def test_nothing_but_refusal(text: str) -> None:
    """Any text at all is either read or refused in words, whatever the type of the column."""
    for parse in PARSERS:
        with contextlib.suppress(BadValueError):
            parse(text)


def test_typed_values() -> None:
    """Values of programs and of workbooks have their canonical text; others are refused."""
    assert to_text(column("decimal"), 0.1) == "0.1"
    assert to_text(column("decimal"), Decimal("1E+2")) == "100"
    assert to_text(column("date"), dt.datetime(2026, 1, 5, tzinfo=dt.UTC)) == "2026-01-05"
    assert to_text(column("times"), dt.time(8, 5)) == "08:05"
    assert to_text(column("times"), [485]) == "08:05"
    assert to_text(column("text"), None) == ""
    assert format_hours(((0, 1440),)) == "24h"
    with pytest.raises(BadValueError):
        to_text(column("text"), object())
