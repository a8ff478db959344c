"""Shipments of firms: kept, changed, quoted, in files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from api.client.models import Answer, Quote, Tagged
from api.client.models_plans import Job
from api.client.operations import Resource, at, given, match_of, operation, tagged
from api.client.wire import Form, Upload


class Shipment(Tagged):
    """A shipment, in people's units."""

    reference: str
    firm: str
    version: int
    state: Literal["open", "booked"]
    shipper: str | None
    origin: str = Field(alias="from")
    destination: str = Field(alias="to")
    pieces: int | None
    weight_kg: float
    volume_m3: float
    goods: list[str] | None
    hs: str | None
    currency: str | None
    value: float | None
    regime: str | None
    ready: str
    depart_by: str | None
    due: str | None
    priority: int | None
    late_per_day: float | None
    unserved_price: float | None
    splittable: bool | None
    box: str | None
    boxes: int | None
    temperature: str | None
    odour: str | None
    customs_seal: bool | None
    imported: str | None = Field(alias="import")
    created_at: AwareDatetime
    changed_at: AwareDatetime


class Imported(Answer):
    """A file of shipments that are kept; `id` finds them, as the filter ``imported``."""

    id: str
    rows: int
    digest: str


class Shipments(Resource):
    """What a firm wants moved."""

    @operation("post_shipment")
    def add(
        self,
        reference: str,
        origin: str,
        destination: str,
        *,
        weight_kg: float,
        volume_m3: float,
        ready: str,
        key: str | None = None,
        **more: Any,  # noqa: ANN401 - any JSON
    ) -> Shipment:
        """
        Keep a shipment.

        Parameters
        ----------
        reference
            The sender's own number, each once in a firm.
        origin, destination
            Codes or unambiguous names.
        weight_kg, volume_m3
            Of all pieces together.
        ready
            A date, or a time with its zone.
        key
            Idempotency key; a new one if there is none.
        more
            Other fields of cargo lists, such as ``pieces``, ``goods``, ``due``, ``hs``, ``value``, ``currency``.
        """
        ends = {"reference": reference, "from": origin, "to": destination, "ready": ready}
        body = ends | {"weight_kg": weight_kg, "volume_m3": volume_m3} | given(**more)
        return tagged(Shipment, self._wire.write("POST", at("shipments"), body, key=key))

    @operation("get_shipment")
    def get(self, identifier: str) -> Shipment:
        """Read a shipment."""
        return tagged(Shipment, self._wire.get(at("shipments", identifier)))

    @operation("get_shipments")
    def list(self, *, sort: str = "id", limit: int = 50, **only: str | None) -> Iterator[Shipment]:
        """
        Yield shipments.

        Parameters
        ----------
        sort
            By which field; with a minus sign the last first.
        limit
            Size of a page.
        only
            Filters: ``state``, ``reference``, ``origin``, ``destination``, ``regime``, ``imported``, ``ready_since``,
            ``ready_before``, ``due_since``, ``due_before``.
        """
        return self._all(at("shipments"), Shipment, _named(only) | {"sort": sort}, limit)

    @operation("patch_shipment")
    def change(
        self,
        shipment: Shipment,
        *,
        key: str | None = None,
        **fields: Any,  # noqa: ANN401 - any JSON
    ) -> Shipment:
        """Change fields by their names in the interface; None takes back what was said."""
        path, match = at("shipments", shipment.id), match_of(shipment)
        return tagged(Shipment, self._wire.write("PATCH", path, _named(fields), key=key, match=match))

    @operation("delete_shipment")
    def delete(self, shipment: Shipment, *, key: str | None = None) -> Shipment:
        """Delete a shipment that was never booked, and return it as it was."""
        path, match = at("shipments", shipment.id), match_of(shipment)
        return Shipment.model_validate(self._wire.write("DELETE", path, key=key, match=match).json())

    @operation("post_shipment_quote")
    def quote(self, shipment: Shipment | str, *, key: str | None = None, **more: Any) -> Quote:  # noqa: ANN401 - any JSON
        """Ask for a quote of a shipment; `more` is such as ``avoid``, ``modes``, ``via``, ``alternatives``."""
        identifier = shipment if isinstance(shipment, str) else shipment.id
        answer = self._wire.write("POST", at("shipments", identifier, "quotes"), given(**more), key=key)
        return Quote.model_validate(answer.json())

    @operation("post_import")
    def load(self, content: bytes, form: Form = "csv", *, key: str | None = None) -> Imported:
        """Keep the shipments of a cargo list, whose fields lines of JSON have as well; all of them or none."""
        answer = self._wire.write("POST", at("shipments:import"), Upload(form, content), key=key)
        return Imported.model_validate(answer.json())

    def submit(self, content: bytes, form: Form = "csv", *, key: str | None = None) -> Job:
        """Have a job do what `load` does, for long lists; its result has the id of the import, or all faults."""
        answer = self._wire.write("POST", at("shipments:import"), Upload(form, content), key=key, params={"job": True})
        return Job.model_validate(answer.json())

    @operation("get_shipment_file")
    def export(self, form: Form = "csv", *, headers: Literal["en", "zh"] = "en", **only: str | None) -> bytes:
        """Return all shipments that fit as a cargo list; the filters are those of `list`."""
        return self._wire.get(at(f"shipments.{form}"), _named(only) | {"headers": headers}).content


_NAMES = {"origin": "from", "destination": "to", "imported": "import"}


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields and filters by their names in the interface, some of which are words of Python."""
    return {_NAMES.get(name, name): value for name, value in fields.items()}
