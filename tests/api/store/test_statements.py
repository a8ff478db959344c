"""What is kept of a statement is what the driver makes of it."""

from __future__ import annotations

import pytest
from pg8000.dbapi import convert_paramstyle

from api.store.statements import converted

STATEMENTS = [
    ("SELECT 1", ()),
    ("SELECT a FROM b WHERE c = %s::VARCHAR AND d IN (%s, %s)", ("x", 1, None)),
    ("SELECT '%%s', \"a%%b\", E'it\\'s' FROM b WHERE c %% %s = 0 -- not %%s\n AND d = %s", (3, 4)),
    ("INSERT INTO a (b) VALUES (%s), (%s), (%s)", (1, 2, 3)),
]


@pytest.mark.parametrize(("statement", "values"), STATEMENTS)
def test_as_the_driver(statement: str, values: tuple[object, ...]) -> None:
    """The first time as well as later, and whatever the values are."""
    expected = convert_paramstyle("format", statement, values)
    assert converted("format", statement, values) == expected
    others = tuple(f"other {value}" for value in values)
    assert converted("format", statement, others) == (expected[0], others)


def test_other_styles() -> None:
    """Values that have names are left to the driver."""
    asked = ("named", "SELECT :a, :b, :a", {"a": 1, "b": 2})
    assert converted(*asked) == convert_paramstyle(*asked)  # type: ignore[arg-type]
