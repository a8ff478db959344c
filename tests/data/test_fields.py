"""Reading single values: what is computed is exact, and what could not be computed is refused."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import load_catalogue
from data.fields import read_amount, read_count, read_list, read_measure, read_text
from data.messages import MESSAGES
from data.money import to_minor
from tests.data.world import SMALL

if TYPE_CHECKING:
    from pathlib import Path

WORLD = load_catalogue(SMALL)
EURO = WORLD.exchange_rate("EUR")
ABSURD = ["1e-999999999", "0e-999999999", "-1e-999999999", "1e999999999", "0." + "0" * 57 + "1", "9" * 61]


class Found:
    """The rules that were broken."""

    def __init__(self) -> None:
        self.rules: list[str] = []

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault, whose sentences must be complete."""
        assert name == "x"
        for sentence in MESSAGES[rule]:
            assert "{" not in sentence.format(**values)
        assert value is not None
        self.rules.append(rule)


@given(number=st.decimals(0, 10**10, allow_nan=False, places=20))
def test_amounts_are_exact(number: Decimal) -> None:
    """An amount is rounded once, from all its digits."""
    found = Found()
    assert read_amount(found, "x", f"{number:f}", limit=10**10, rate=EURO) == to_minor(number, EURO)
    assert found.rules == []


def test_measures_are_exact() -> None:
    """Digits beyond the usual precision of arithmetic still decide a rounding."""
    just_below = "0.0014" + "9" * 35
    assert read_measure(Found(), "x", just_below, units=1000, limit=9) == 1
    assert read_measure(Found(), "x", "0.0015", units=1000, limit=9) == 2


@given(number=st.floats(0, 10**7))
def test_floats_of_programs_are_read(number: float) -> None:
    """What a program sends as a number is read as it is written, unless it is too small to be meant."""
    found = Found()
    amount = read_amount(found, "x", number, limit=10**10, rate=EURO)
    if found.rules:
        assert found.rules == ["decimals"]
        assert Fraction(number) < Fraction(1, 10**15)
    else:
        assert amount == to_minor(Decimal(repr(number)), EURO)


def test_texts_and_lists() -> None:
    """Codes that a spreadsheet made numbers are texts again; lists have any usual separator."""
    found = Found()
    assert read_text(found, "x", 900311) == "900311"
    assert read_text(found, "x", b"x") is None
    assert read_text(found, "x", "x" * 201) is None
    assert read_list(found, "x", ["a,b", "c；a"]) == ("a", "b", "c")
    assert found.rules == ["text", "max"]


# Each reads a number in a process of its own, which is ended when it takes too long.
READERS = {
    "measure": "read_measure(found, 'x', value, units=1000, limit=10**7)",
    "count": "read_count(found, 'x', value, low=0, high=10**7)",
    "amount": "read_amount(found, 'x', value, limit=10**10, rate=rate)",
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_absurd_numbers_are_refused_at_once(reader: str) -> None:
    """No number is so long, so large or so small that refusing it takes noticeable time."""
    code = f"""
import sys
from data.fields import read_amount, read_count, read_measure
from tests.data.test_fields import EURO as rate, Found
for value in sys.argv[1:]:
    found = Found()
    assert {reader} is None and len(found.rules) == 1, (value, found.rules)
"""
    subprocess.run([sys.executable, "-c", code, *ABSURD], check=True, timeout=30)


@pytest.mark.parametrize("name", ["value", "late_per_day", "unserved_price", "weight_kg", "pieces"])
def test_a_file_with_absurd_numbers_ends(name: str, tmp_path: Path) -> None:
    """A cargo list with such a number is refused with a fault of that cell."""
    row = {"id": "A", "from": "温州", "to": "DEHAM-P", "weight_kg": "1", "volume_m3": "0.01", "ready": "2026-05-20"}
    row[name] = ABSURD[0]
    path = tmp_path / "cargo.csv"
    path.write_text(f"{','.join(row)}\n{','.join(row.values())}\n", encoding="utf-8")
    code = """
import sys
from pathlib import Path
from data import TableFaultsError, load_catalogue
from data.cargo_read import read_cargo
try:
    read_cargo(Path(sys.argv[1]), load_catalogue(Path(sys.argv[2])))
except TableFaultsError as error:
    print(*(fault.column for fault in error.faults))
"""
    found = subprocess.run(
        [sys.executable, "-c", code, str(path), str(SMALL)], capture_output=True, text=True, check=True, timeout=30
    )
    assert found.stdout.split() == [name]


def test_counts() -> None:
    """A count may be written as any whole number."""
    assert [read_count(Found(), "x", text, low=0, high=9) for text in ("4", "4.0", "0.4e1", 4.0)] == [4] * 4
