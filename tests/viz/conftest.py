"""The small data set, its lines, and an option on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.timeaxis import TimeAxis
from tests.api.fakes import air_option, sea_option
from tests.data.world import build, small
from viz.lines import LineBook

if TYPE_CHECKING:
    from data import Catalogue
    from data.itinerary import Option


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Return the small data set, with a service whose name is markup."""
    rows = small()
    rows["services"][0]["name_zh"] = "</script><script>alert(1)</script>"
    rows["locations"][0]["name_zh"] = "<b>温州</b>"
    return build(rows)


@pytest.fixture(scope="session")
def book(catalogue: Catalogue) -> LineBook:
    """Return its lines."""
    return LineBook(catalogue)


@pytest.fixture(scope="session")
def axis(catalogue: Catalogue) -> TimeAxis:
    """Return its calendar."""
    return TimeAxis(catalogue)


@pytest.fixture(scope="session")
def sea() -> Option:
    """Return truck and ship to Hamburg."""
    return sea_option(200_000)


@pytest.fixture(scope="session")
def air() -> Option:
    """Return the flights over Taipei."""
    return air_option(200_000)
