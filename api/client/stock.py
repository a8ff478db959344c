"""Stocking of overseas warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from api.client.models_plans import Job, StockPlan
from api.client.operations import Resource, at, given, operation

Json = dict[str, Any]
_PLANS = ("stock", "plans")


class Stock(Resource):
    """What to send to overseas warehouses, when and how."""

    @operation("post_stock_plan")
    def plan(self, stock: Json, origin: str, *, key: str | None = None, **more: Any) -> Job:  # noqa: ANN401 - any JSON
        """
        Ask for a stocking plan; a job makes it.

        Parameters
        ----------
        stock
            The seller's file: its sheets, each a list of rows.
        origin
            Where goods leave from: code or name of a place.
        key
            Idempotency key; a new one if there is none.
        more
            Other fields of the request, such as ``weeks``, ``service``, ``time_limit``, ``gap``, ``seed``, ``name``.
        """
        body = {"stock": stock, "from": origin} | given(**more)
        return Job.model_validate(self._wire.write("POST", at("stock:plan"), body, key=key).json())

    @operation("get_stock_plans")
    def list(self, *, limit: int = 50) -> Iterator[StockPlan]:
        """Yield stocking plans in short, oldest first; `limit` is the size of a page."""
        return self._all(at(*_PLANS), StockPlan, {}, limit)

    @operation("get_stock_plan")
    def get(self, identifier: str) -> StockPlan:
        """Read a stocking plan in short."""
        return StockPlan.model_validate(self._wire.get(at(*_PLANS, identifier)).json())

    @operation("get_stock_plan_json")
    def whole(self, identifier: str) -> Json:
        """Return a stocking plan whole, as ``hubport stock plan -o plan.json`` writes it."""
        found: Json = self._wire.get(at(*_PLANS, identifier, "plan.json")).json()
        return found

    @operation("get_stock_plan_answer")
    def told(self, identifier: str) -> Json:
        """Return what to send with boxes, prices and reasons, what runs dry, and what everything costs."""
        found: Json = self._wire.get(at(*_PLANS, identifier, "answer.json")).json()
        return found

    @operation("get_stock_plan_xlsx")
    def workbook(self, identifier: str, *, lang: Literal["zh", "en"] = "zh") -> bytes:
        """Return the workbook of a stocking plan."""
        return self._wire.get(at(*_PLANS, identifier, "plan.xlsx"), {"lang": lang}).content
