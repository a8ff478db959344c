"""Plain values as JSON: the quick way says what the standard library says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.plain import json_bytes
from api.store.canonical import canonical

KEYS = st.text(max_size=5)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | KEYS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
SMALL = st.floats(-1e-3, 1e-3) | st.floats(1e14, 1e18)
"""Where ways of writing a number differ: with an exponent or without."""


@given(VALUES | SMALL)
def test_values_come_back(value: Any) -> None:  # noqa: ANN401 - any JSON
    """What is written is what is read."""
    assert json.loads(json_bytes(value)) == value


@given(VALUES | SMALL | st.lists(SMALL))
def test_the_canonical_text_is_that_of_the_standard_library(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Hashes that were made by the standard library alone still hold."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    assert canonical(value) == written


@pytest.mark.parametrize("value", [{"a": "\ud800"}, {1: "a", 2: [0.00001]}, {"a": (1, 2)}, "\u2028\x7f\x00"])
def test_strange_values(value: Any) -> None:  # noqa: ANN401 - any value
    """Halves of characters and keys that are numbers are written as before."""
    assert canonical(value) == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
