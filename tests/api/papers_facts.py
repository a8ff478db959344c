"""A small data set with the papers of the shipped one, and what somebody may type for them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from data import Catalogue
from tests.api.booking_world import catalogue
from tests.data import world

TABLES = Path(__file__).parents[2] / "data" / "tables"

SHIPPER: dict[str, Any] = {
    "name_en": "Wenzhou Ouhai Optical Instruments Import and Export Trading Company Limited",
    "name_zh": "温州市瓯海区光学仪器进出口贸易有限责任公司",
    "address": "18 Chashan Road\nOuhai District, Wenzhou",
    "territory": "CN",
    "tax_id": "91330304MA2ABCDE1F",
    "contact": "王丽",
    "phone": "+86 577 8888 0000",
    "email": "wang@example.com",
}
CONSIGNEE: dict[str, Any] = {"name_en": "Müller & Söhne Brillen GmbH", "territory": "DE", "address": "Kai 3, Hamburg"}
FRAMES: dict[str, Any] = {
    "description_en": "Spectacle frames of plastic", "description_zh": "塑料眼镜架", "hs": "900311", "pieces": 4,
    "mass_kg": 400, "net_mass_kg": 350, "volume_m3": 2, "value": "1000.50", "package": "carton", "marks": "OH-118\n1-4",
}  # fmt: skip
CASES: dict[str, Any] = {
    "description_en": "Cases for spectacles", "hs": "420232", "pieces": 6, "mass_kg": 600, "net_mass_kg": 550,
    "volume_m3": "3", "value": "99.50", "package": "carton", "marks": "OH-118\n5-10",
}  # fmt: skip
"""With the frames they add up to the shipment of `booking_world`: 10 pieces, 1 t, 5 m3."""
FACTS: dict[str, Any] = {"currency": "USD", "incoterm": "FOB", "invoice_no": "INV-7", "date": "2026-05-18"}
PARTICULARS: dict[str, Any] = {
    "shipper": SHIPPER, "consignee": CONSIGNEE, "notify": {"name_en": "Same as consignee"}, "goods": [FRAMES, CASES],
    "facts": FACTS,
}  # fmt: skip


@cache
def facts() -> Catalogue:
    """Return the small data set with the papers of the shipped one, which alone are read."""
    small = catalogue()
    regimes = {"*", *(row.code for row in small.regimes)}
    tables = {name: _rows(name) for name in ("paper_kinds", "paper_fields", "paper_rules", "incoterms", "territories")}
    tables["paper_rules"] = [row for row in tables["paper_rules"] if row["regime"] in regimes]
    read = Catalogue.from_rows(tables | {"regimes": world.small()["regimes"]}, is_complete=False)
    return small.replace(**{name: getattr(read, name) for name in tables})


def _rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a shipped table."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
