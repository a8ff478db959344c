"""Stocking of overseas warehouses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from api.client.models_plans import Job, StockPlan, StockSimulation
from api.client.operations import Resource, at, given, operation

Json = dict[str, Any]
_PLANS = ("stock", "plans")
_SIMULATIONS = ("stock", "simulations")


class Stock(Resource):
    """What to send to overseas warehouses, when and how, what it would come to, and what is due today."""

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

    @operation("post_stock_alerts")
    def alerts(self, stock: Json, **more: Any) -> Json:  # noqa: ANN401 - any JSON
        """Return which stock gets dearer soon, and what is best done; `more` is ``on``, ``within``, ``card``."""
        return self._answered("stock:alerts", {"stock": stock} | given(**more))

    @operation("post_stock_route")
    def route(self, stock: Json, orders: Sequence[Json], *, on: str | None = None) -> Json:
        """Return which warehouse sends which order on a day; each of `orders` is a row for a SKU of an order."""
        return self._answered("stock:route", {"stock": stock, "orders": [*orders]} | given(on=on))

    @operation("post_stock_feed")
    def feed(self, stock: Json, *, on: str | None = None) -> Json:
        """Return which cartons go to marketplaces on a day, with cover before and after, price and reason."""
        return self._answered("stock:feed", {"stock": stock} | given(on=on))

    def _answered(self, path: str, body: Json) -> Json:
        found: Json = self._wire.post(at(path), body).json()
        return found

    @operation("post_stock_simulation")
    def simulate(
        self,
        stock: Json | None = None,
        origin: str | None = None,
        *,
        plan: str | None = None,
        key: str | None = None,
        **more: Any,  # noqa: ANN401 - any JSON
    ) -> Job:
        """
        Ask what a plan, or rules, would come to in many futures; a job plays them.

        Parameters
        ----------
        stock
            The seller's file; that of the plan if there is none.
        origin
            Where goods leave from; a plan says so.
        plan
            Id of a kept stocking plan.
        key
            Idempotency key; a new one if there is none.
        more
            Other fields of the request: ``policies``, ``futures``, ``seed``, ``weeks``, ``service``, ``name``.
        """
        body = given(stock=stock, plan=plan, **{"from": origin}, **more)
        return Job.model_validate(self._wire.write("POST", at("stock:simulate"), body, key=key).json())

    @operation("get_stock_simulations")
    def simulations(self, *, limit: int = 50) -> Iterator[StockSimulation]:
        """Yield simulations in short, oldest first; `limit` is the size of a page."""
        return self._all(at(*_SIMULATIONS), StockSimulation, {}, limit)

    @operation("get_stock_simulation")
    def simulation(self, identifier: str) -> StockSimulation:
        """Read a simulation in short."""
        return StockSimulation.model_validate(self._wire.get(at(*_SIMULATIONS, identifier)).json())

    @operation("get_stock_simulation_answer")
    def simulated(self, identifier: str) -> Json:
        """Return a simulation whole, each number with its interval."""
        found: Json = self._wire.get(at(*_SIMULATIONS, identifier, "answer.json")).json()
        return found
