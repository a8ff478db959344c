"""Orders of a day on the page of stock abroad: a file of them in, which warehouse sends which parcel out."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Response, UploadFile

from api.faults import Findings, RequestFaultsError
from api.identity.policy import form
from api.plans.ask import Upload, upload_from
from api.stocking.ask_today import read_route_ask
from api.stocking.file import FILE, stock_text
from api.stocking.kept import open_plan
from api.stocking.sent import STOCK_AND_ORDERS, Sent
from api.texts import say
from api.warehouses_page.endpoints import day_of, held_stock
from api.warehouses_page.ground import MOST, PATH, Ground, GroundOf, Word, packed_text
from api.warehouses_page.pictures import markets_of, names_of
from data.errors import SettingsError
from data.rowsfile import MAX_BYTES
from data.stock_fields import ORDERS

router = APIRouter(include_in_schema=False)
LARGER = {f"{PATH}/orders": 2 * MAX_BYTES + 100_000}
"""Bytes of a body: a packed stock and a file of orders with the rest of the form."""


@router.post(f"{PATH}/orders", dependencies=[form("stock:read")])
def send_orders(
    ground: GroundOf,
    orders: Annotated[UploadFile | None, File()] = None,
    stock: Annotated[str, Form(max_length=MAX_BYTES)] = "",
    plan: Word = "",
    sample: Word = "",
    name: Word = "",
    on: Word = "",
    day: Word = "",
) -> Response:
    """Return which warehouse sends which order of a file, or everything wrong with it by row."""
    text = stock_asked(ground, plan, stock, sample, on)
    if text is None:
        return ground.page(typed={"on": on}, wrong={"file": say(ground.lang, "wh_file_needed")}, status=422)
    shown = shown_again(ground, given_again(plan, text, sample, on), name, day)
    shown["label"] = PurePath((orders.filename if orders else None) or "").name or say(ground.lang, "wh_orders_file")
    sent = Sent({FILE: Upload(".json", FILE, text.encode())}, {"on": day}, Findings())
    from api.stock_route_view import UnsoundRoutingError, routed  # noqa: PLC0415 - only routing needs it

    try:
        _take(sent, orders)
        asked = read_route_ask(sent, ground.desk)
        answer = routed(ground.desk.catalogue, asked.stock, asked.orders, asked.today)
    except RequestFaultsError as error:
        some = error.faults[: MOST["faults"]]
        return ground.page("orders", faults=some, faults_count=len(error.faults), status=422, **shown)
    except (SettingsError, UnsoundRoutingError) as error:
        return ground.page("orders", amiss=str(error), status=422, **shown)
    called = markets_of(ground.desk.catalogue, ground.lang)
    buyers = {one.id: called.get(one.market, one.market) for one in asked.orders}
    return ground.page("orders", routed=answer, buyers=buyers, **shown)


def shown_again(ground: Ground, given: dict[str, str], name: str, day: str) -> dict[str, Any]:
    """Return what a page about the stock of a form shows, whatever the answer: its fields, its name, and the day."""
    return {
        "given": given,
        "name": name,
        "day_typed": day or ground.desk.clock().date().isoformat(),
        "names": names_of(ground.desk.catalogue, ground.lang),
    }


def given_again(plan: str, text: str, sample: str, on: str) -> dict[str, str]:
    """Return the fields with which a form says again which stock it is about."""
    return {"plan": plan} if plan else {"sample": sample, "stock": "" if sample else packed_text(text), "on": on}


def stock_asked(ground: Ground, plan: str, field: str, sample: str, on: str) -> str | None:
    """
    Return the seller's stock that a form is about: that of a kept plan, or what the page shows.

    Raises
    ------
    Refusal
        When there is no such plan for the caller.
    """
    if plan and ground.office.store is not None:
        with ground.office.store.read(ground.principal.scope) as session:
            return open_plan(session, plan).stock
    held = held_stock(ground, field, sample, day_of(on, ground, {}))
    return None if held is None else stock_text(held, ground.desk.catalogue)


def _take(sent: Sent, orders: UploadFile | None) -> None:
    """Put the file of orders where it is looked for; one of another kind is noted."""
    if orders is None or not orders.filename:
        return
    try:
        sent.files[ORDERS] = upload_from(orders.filename, orders.file.read(), ORDERS, STOCK_AND_ORDERS[ORDERS])
    except RequestFaultsError as error:
        sent.found.faults += error.faults
