"""Data sets, and the overseas warehouses of the one that counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import AwareDatetime

from api.client.models import Answer
from api.client.operations import Resource, at, operation
from api.client.wire import Upload

Json = dict[str, Any]
ACTIVE = "active"
"""Stands for the fingerprint of the data set that counts."""


class DataSet(Answer):
    """A data set; its id is its fingerprint. Its tables are told when it is read by itself."""

    id: str
    number: int
    name: str
    base: str | None
    rows: int
    active: bool
    created_at: AwareDatetime
    created_by: str
    tables: list[Json] | None = None


class Warehouse(Answer):
    """An overseas warehouse; its fees are told when it is read by itself."""

    id: str
    location: str
    name_zh: str
    name_en: str
    territory: str
    operator_zh: str
    operator_en: str
    access: str
    kind: str
    services: list[str]
    bonded: bool
    class9: bool
    area_m2: int | None
    capacity_m3: str | None
    opened: int | None
    valid_from: str | None
    valid_to: str | None
    card: str | None
    note: str | None
    source: str
    as_of: str
    confidence: str
    assumed: bool
    card_name_zh: str | None = None
    card_name_en: str | None = None
    currency: str | None = None
    fees: list[Json] | None = None


class DataSets(Resource):
    """Facts that are kept, of which one set counts."""

    @operation("get_data_sets")
    def list(self, *, name: str | None = None, base: str | None = None, limit: int = 50) -> Iterator[DataSet]:
        """Yield data sets, oldest first; `name` is a part of the name, `limit` the size of a page."""
        return self._all(at("datasets"), DataSet, {"name": name, "base": base}, limit)

    @operation("post_data_set")
    def add(
        self,
        content: bytes,
        form: Literal["zip", "xlsx"] = "zip",
        *,
        name: str = "-",
        base: str | None = None,
        mode: Literal["rows", "tables"] = "rows",
        key: str | None = None,
    ) -> DataSet:
        """
        Keep a data set; it does not count before it is activated.

        Parameters
        ----------
        content, form
            CSV files in a ZIP file, or a workbook.
        name
            What people call it.
        base
            What it changes, `ACTIVE` for the one that counts; None for a whole one.
        mode
            Whether rows with the same key are replaced, or whole tables.
        key
            Idempotency key; a new one if there is none.
        """
        params = {"name": name, "base": base, "mode": mode}
        answer = self._wire.write("POST", at("datasets"), Upload(form, content), key=key, params=params)
        return DataSet.model_validate(answer.json())

    @operation("get_data_set")
    def get(self, fingerprint: str = ACTIVE) -> DataSet:
        """Read a data set with its tables."""
        return DataSet.model_validate(self._wire.get(at("datasets", fingerprint)).json())

    @operation("get_table_file")
    def table_csv(self, table: str, fingerprint: str = ACTIVE) -> bytes:
        """Return a table as canonical CSV, which can be changed and sent back."""
        return self._wire.get(at("datasets", fingerprint, "tables", f"{table}.csv")).content

    @operation("get_table")
    def table(self, table: str, fingerprint: str = ACTIVE, *, limit: int = 50) -> Iterator[dict[str, str]]:
        """Yield the rows of a table in their order, each cell as text; `limit` is the size of a page."""
        return self._items(at("datasets", fingerprint, "tables", table), {}, limit)

    @operation("get_diff")
    def diff(self, one: str, other: str, *, table: str | None = None, limit: int = 50) -> Iterator[Json]:
        """Yield the rows that another data set adds, removes and changes; `limit` is the size of a page."""
        return self._items(at("datasets", one, "diff", other), {"table": table}, limit)

    @operation("post_activation")
    def activate(self, fingerprint: str, *, key: str | None = None) -> DataSet:
        """Let a data set count from now on."""
        return DataSet.model_validate(self._wire.write("POST", at("datasets", fingerprint, "activate"), key=key).json())


class Warehouses(Resource):
    """Overseas warehouses: what they do, and what they charge."""

    @operation("get_warehouses")
    def list(
        self,
        *,
        territory: str | None = None,
        services: str | None = None,
        bonded: bool | None = None,
        class9: bool | None = None,
        access: str | None = None,
        on: str | None = None,
        limit: int = 50,
    ) -> Iterator[Warehouse]:
        """Yield warehouses that fit and are there on a day; `services` are all needed, separated by commas."""
        params = {"territory": territory, "services": services, "access": access, "on": on}
        return self._all(at("warehouses"), Warehouse, params | {"bonded": bonded, "class9": class9}, limit)

    @operation("get_warehouse")
    def get(self, identifier: str, *, on: str | None = None) -> Warehouse:
        """Read a warehouse with its fees on a day."""
        return Warehouse.model_validate(self._wire.get(at("warehouses", identifier), {"on": on}).json())
