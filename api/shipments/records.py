"""A shipment as it is kept, and as it is shown: its fields as in a cargo list, in people's units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.bodies import rfc3339
from api.requests import Ask
from data.cargo_fields import BY_NAME, FIELDS, WORDS
from data.cargo_rules import limits_of
from data.cargo_write import Number, cargo_facts, plain_text
from data.shipment_read import ShipmentReader

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from api.store.models_shipments import KeptShipment
    from data import Catalogue
    from data.cargo import CargoShipment
    from data.export import Headers
    from data.fields import FaultSink

REFERENCE = "reference"
"""What the interface calls the number of one's own, which a cargo list calls ``id``."""
_ID = BY_NAME["id"].en
NAMES = tuple(known.en for known in FIELDS if known.en != _ID)
"""The fields of a shipment beside its reference."""
SHOWN = (
    "id", REFERENCE, "firm", "version", "state", *NAMES, "import", "created_at", "changed_at",
)  # fmt: skip
_QUOTED = (
    "from", "to", "weight_kg", "volume_m3", "pieces", "hs", "value", "currency", "ready", "due", "depart_by",
    "box", "boxes", "goods", "regime",
)  # fmt: skip
"""The fields that a quote asks for."""
_ENDS = {"from": "origin", "to": "destination"}


class _Renamed:
    """
    Where faults of a shipment go, by the names of the interface.

    Parameters
    ----------
    found
        Where they end.
    """

    def __init__(self, found: FaultSink) -> None:
        self._found = found

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        self._found.add(REFERENCE if name == _ID else name, value, rule, **values)


def read_shipment(given: Mapping[str, object], catalogue: Catalogue, found: FaultSink) -> dict[str, Any]:
    """
    Return the attributes of a shipment, all of them if there was no fault.

    Parameters
    ----------
    given
        Fields by the names of the interface; what is missing was not said.
    catalogue
        Whose places, boxes, currencies and planning calendar it must keep to.
    found
        Where faults go.
    """
    for name, value in given.items():
        if name not in NAMES and name != REFERENCE:
            found.add(name, value, "unknown_field")
    by_attribute = {known.name: given.get(REFERENCE if known.en == _ID else known.en) for known in FIELDS}
    return ShipmentReader(catalogue).read(by_attribute, _Renamed(found))


def columns_of(shipment: CargoShipment, catalogue: Catalogue) -> dict[str, Any]:
    """Return what of a shipment is kept, by column."""
    facts = cargo_facts(shipment, catalogue.derived(limits_of))
    return {
        REFERENCE: facts.pop(_ID),
        "origin": shipment.origin,
        "destination": shipment.destination,
        "regime": shipment.regime,
        "mass_g": shipment.mass_g,
        "volume_cm3": shipment.volume_cm3,
        "pieces": shipment.pieces,
        "ready_at": shipment.ready_at,
        "due_at": shipment.due_at,
        "facts": facts,
    }


def shipment_json(row: KeptShipment, state: str) -> dict[str, Any]:
    """Return a shipment as JSON."""
    return {
        "id": row.id,
        REFERENCE: row.reference,
        "firm": row.firm_id,
        "version": row.version,
        "state": state,
        **{name: row.facts.get(name) for name in NAMES},
        "import": row.import_id,
        "created_at": rfc3339(row.created_at),
        "changed_at": rfc3339(row.changed_at),
    }


def heading(headers: Headers) -> list[str]:
    """Return the headings of a file of shipments, which is a cargo list."""
    return [known.en if headers == "en" else known.zh for known in FIELDS]


def cells_of(row: KeptShipment, headers: Headers) -> list[str]:
    """Return the cells of a shipment in a file, none of which a spreadsheet takes for a formula."""
    facts = row.facts | {_ID: row.reference}
    return [_cell(known.name, facts.get(known.en), headers) for known in FIELDS]


def line_of(row: KeptShipment) -> dict[str, Any]:
    """Return a shipment as an object of a cargo list, as it is imported."""
    said = {name: row.facts.get(name) for name in NAMES}
    return {_ID: row.reference} | {name: value for name, value in said.items() if value is not None}


def _cell(name: str, value: object, headers: Headers) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return plain_text(";".join(value))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int | float):
        return Number(value)
    text = WORDS[name][str(value)] if name in WORDS and headers == "zh" else str(value)
    return plain_text(text)


def ask_of(row: KeptShipment, more: Mapping[str, object], now: dt.datetime) -> Ask:
    """
    Return the request for a quote of a shipment.

    Parameters
    ----------
    row
        The shipment.
    more
        What the answer may use, by the names of requests.
    now
        The present: what has been ready for long is ready now.
    """
    given: dict[str, Any] = {_ENDS.get(name, name): row.facts.get(name) for name in _QUOTED}
    ready = None if row.ready_at < now else given["ready"]
    return Ask(**given | {"ready": ready} | dict(more))
