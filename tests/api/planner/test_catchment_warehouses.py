"""Catchments are those of warehouses that serve third parties: neither private ones nor those of marketplaces."""

from __future__ import annotations

from api.desk import Desk
from api.planner.catchment_view import warehouses_of
from data import load_catalogue
from tests.api.fakes import NOW, FakePlanner


def test_marketplaces_are_left_out() -> None:
    """Of the shipped data set the public and the unknown ones stand, and each place once."""
    catalogue = load_catalogue()
    found = warehouses_of(Desk(catalogue, FakePlanner(catalogue), lambda: NOW))
    rows = {row.id: row for row in catalogue.warehouses}
    assert rows["AMZ-DE"].location not in found
    assert rows["GC-DE"].location in found
    others = {row.location for row in rows.values() if row.access != "private" and row.kind != "marketplace"}
    assert sorted(found) == sorted(others)
