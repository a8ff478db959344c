"""The JSON interface of shipments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response
from sqlalchemy import delete, select

from api.answer_schema import ANSWER_SCHEMA
from api.bodies import described
from api.bookings.quotes import new_quote, packed
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.exports import Form, all_rows, as_file
from api.faults import Findings, RequestFaultsError, fault
from api.fields import Fields, fields_of
from api.filters import Filters, before, filters_of, is_text, is_word, since
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.openapi_words import some_of
from api.paging import After, Limit, Order, sorted_page
from api.plain import json_bytes
from api.problem_docs import problems
from api.refusals import Refusal
from api.shipments.records import (
    NAMES,
    REFERENCE,
    SHOWN,
    ask_of,
    cells_of,
    columns_of,
    heading,
    line_of,
    read_shipment,
    shipment_json,
)
from api.shipments.schema import CHANGE, NEW, OPTIONS, SHIPMENT
from api.shipments.states import STATES, has_bookings, is_booked, states_of
from api.store.columns import new_id
from api.store.models import KeptQuote
from api.store.models_shipments import KeptShipment, ShipmentQuote
from api.store.session import ReadSession, WriteSession
from api.uploads import file_of
from api.writes import Answer, CallOf, ChangeOf, IfNoneMatch, check_match, etag, is_unchanged
from data.cargo import CargoShipment
from data.export import Headers

PATH = "/v1/shipments"

router = APIRouter(prefix="/v1", tags=["shipments"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
_SORTED = {
    "id": KeptShipment.id,
    REFERENCE: KeptShipment.reference,
    "from": KeptShipment.origin,
    "to": KeptShipment.destination,
    "ready": KeptShipment.ready_at,
    "due": KeptShipment.due_at,
    "weight_kg": KeptShipment.mass_g,
    "volume_m3": KeptShipment.volume_cm3,
}
_MAY_SORT = ", ".join(_SORTED)
Sort = Annotated[
    str,
    Query(max_length=40, description=f"By which of {_MAY_SORT}; with a minus sign the last first", examples=["-ready"]),
]
ShipmentFields = Annotated[Fields, fields_of(*SHOWN)]
ShipmentFilters = Annotated[
    Filters,
    filters_of(
        is_word("state", is_booked, *STATES),
        is_text(REFERENCE, KeptShipment.reference, "The sender's own number"),
        is_text("from", KeptShipment.origin, "Code of the origin", "CNNGB-P"),
        is_text("to", KeptShipment.destination, "Code of the destination", "DEHAM-P"),
        is_text("regime", KeptShipment.regime, "Customs regime", "9610"),
        is_text("import", KeptShipment.import_id, "Id of the file they came in"),
        since("ready_since", KeptShipment.ready_at),
        before("ready_before", KeptShipment.ready_at),
        since("due_since", KeptShipment.due_at),
        before("due_before", KeptShipment.due_at),
    ),
]
Given = Annotated[dict[str, Any], Body()]


@router.post(
    "/shipments",
    dependencies=[may("shipments:write")],
    responses={201: described("The shipment", SHIPMENT), **problems(409)},
    openapi_extra=NEW,
    status_code=201,
    response_class=Response,
    summary="Keep a shipment",
)
def post_shipment(body: Given, desk: DeskOf, call: CallOf) -> Response:
    """Keep a shipment; its fields are those of cargo lists."""

    def prepare() -> Callable[[WriteSession], Answer]:
        columns = _read(body, desk)

        def work(session: WriteSession) -> Answer:
            _check_reference(session, call.principal.firm, columns[REFERENCE])
            row = KeptShipment(
                id=new_id("sp", session.now),
                firm_id=call.principal.firm,
                created_at=session.now,
                created_by=call.principal.user,
                changed_at=session.now,
                **columns,
            )
            session.insert([row])
            return _shown(row, "open", 201)

        return work

    return call.write("shipment.add", body).run(prepare)


@router.get(
    "/shipments",
    dependencies=[may("shipments:read")],
    responses={200: described("A page of shipments", page_schema(some_of(SHIPMENT))), **problems()},
    response_class=Response,
    summary="List shipments",
)
def get_shipments(
    store: StoreOf,
    principal: PrincipalOf,
    filters: ShipmentFilters,
    fields: ShipmentFields,
    sort: Sort = "id",
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the shipments of the caller's firm, of every firm for those who oversee all."""
    order = _order(sort)
    with store.read(principal.scope) as session:
        page = sorted_page(session, select(KeptShipment).where(*filters), order, limit=limit, after=after, show=_itself)
        page["items"] = list(_all_shown(session, page["items"]))
    return as_json(page | {"items": fields.of_all(page["items"])})


@router.get(
    "/shipments.{form}",
    dependencies=[may("shipments:read")],
    responses={
        200: file_of("csv", "xlsx", "ndjson"),
        **problems(),
    },
    response_class=Response,
    summary="Export shipments",
)
def get_shipment_file(
    form: Form,
    store: StoreOf,
    principal: PrincipalOf,
    filters: ShipmentFilters,
    headers: Annotated[Headers, Query(description="Language of headings and words")] = "en",
) -> Response:
    """Return all shipments that fit as a cargo list, which can be imported again; of any number."""
    asked = select(KeptShipment).where(*filters)

    def show(_: ReadSession, rows: Sequence[KeptShipment]) -> Iterator[Any]:
        return (line_of(row) if form == "ndjson" else cells_of(row, headers) for row in rows)

    found = all_rows(store, principal.scope, asked, KeptShipment.id, show)
    return as_file("shipments", form, heading(headers), rows=found, objects=found)


@router.get(
    "/shipments/{shipment_id}",
    dependencies=[may("shipments:read")],
    responses={200: described("The shipment", some_of(SHIPMENT)), **problems(404)},
    response_class=Response,
    summary="Read a shipment",
)
def get_shipment(
    shipment_id: Id, store: StoreOf, principal: PrincipalOf, fields: ShipmentFields, none_match: IfNoneMatch = None
) -> Response:
    """Return a shipment."""
    with store.read(principal.scope) as session:
        row = session.one(select(KeptShipment).where(KeptShipment.id == shipment_id))
        if row is None:
            raise Refusal(why="not-found", subject=shipment_id)
        (shown,) = _all_shown(session, [row])
    tag = etag(row.id, row.version)
    if is_unchanged(none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response = as_json(fields.pick(shown))
    response.headers["ETag"] = tag
    return response


@router.patch(
    "/shipments/{shipment_id}",
    dependencies=[may("shipments:write")],
    responses={200: described("The shipment", SHIPMENT), **problems(404, 409, 412, 428)},
    openapi_extra=CHANGE,
    response_class=Response,
    summary="Change a shipment",
)
def patch_shipment(shipment_id: Id, body: Given, desk: DeskOf, call: ChangeOf) -> Response:
    """Change the fields that are given, null for what is not said any more; not while it is booked."""

    def work(session: WriteSession) -> Answer:
        row = _locked(session, shipment_id, call.match)
        if states_of(session, [row.id])[row.id] != "open":
            raise Refusal(why="in-use", detail="booking", subject=row.id)
        was = {name: row.facts.get(name) for name in NAMES} | {REFERENCE: row.reference}
        columns = _read(was | body, desk)
        if columns[REFERENCE] != row.reference:
            _check_reference(session, row.firm_id, columns[REFERENCE])
        if any(getattr(row, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(row, name, value)
            row.version += 1
            row.changed_at = session.now
            session.flush()
        return _shown(row, "open")

    return call.write("shipment.change", body).do(work)


@router.delete(
    "/shipments/{shipment_id}",
    dependencies=[may("shipments:write")],
    responses={200: described("The shipment as it was", SHIPMENT), **problems(404, 409, 412, 428)},
    response_class=Response,
    summary="Delete a shipment",
)
def delete_shipment(shipment_id: Id, call: ChangeOf) -> Response:
    """Delete a shipment that was never booked; quotes of it stay."""

    def work(session: WriteSession) -> Answer:
        row = _locked(session, shipment_id, call.match)
        if has_bookings(session, row.id):
            raise Refusal(why="in-use", detail="booking", subject=row.id)
        session.change(delete(ShipmentQuote).where(ShipmentQuote.shipment_id == row.id))
        session.remove(row)
        session.flush()
        return Answer(content=shipment_json(row, "open"), headers={"ETag": etag(row.id, row.version)})

    return call.write("shipment.delete").do(work)


@router.post(
    "/shipments/{shipment_id}/quotes",
    dependencies=[may("quotes:write")],
    responses={
        200: {
            "description": "Every non-dominated option, or the reasons why there is none",
            "content": {"application/json": {"schema": ANSWER_SCHEMA}},
        },
        **problems(404),
    },
    openapi_extra=OPTIONS,
    response_class=Response,
    summary="Price every sensible way of a shipment",
)
def post_shipment_quote(
    shipment_id: Id, desk: DeskOf, call: CallOf, body: Annotated[dict[str, Any] | None, Body()] = None
) -> Response:
    """Ask for a quote of a shipment that is kept; a booking of it is a booking of the shipment."""
    given = body or {}
    _check_options(given)

    def prepare() -> Callable[[WriteSession], Answer]:
        with call.store.read(call.principal.scope) as session:
            row = session.one(select(KeptShipment).where(KeptShipment.id == shipment_id))
        if row is None:
            raise Refusal(why="not-found", subject=shipment_id)
        ask = ask_of(row, given, call.office.clock())
        values, answer = new_quote(desk, ask, call.principal, call.office.clock())
        raw = json_bytes(answer)
        kept = values | {"answer": packed(raw), "firm_id": row.firm_id}

        def work(session: WriteSession) -> Answer:
            locked = _locked(session, shipment_id, "*")
            session.insert_row(KeptQuote, kept)
            link = ShipmentQuote(
                quote_id=kept["id"], shipment_id=locked.id, firm_id=locked.firm_id, created_at=session.now
            )
            session.insert([link])
            return Answer(raw=raw, headers={"Location": f"/v1/quotes/{kept['id']}"})

        return work

    return call.write("quote.make", given).run(prepare)


_OPTIONS = ("avoid", "modes", "via", "max_transfers", "scenario", "alternatives", "backward")


def _check_options(given: Mapping[str, Any]) -> None:
    """Refuse what is no option of a quote."""
    wrong = [fault(name, value, "unknown_field") for name, value in given.items() if name not in _OPTIONS]
    if wrong:
        raise RequestFaultsError(wrong)


def _read(given: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Return the columns of a shipment; refused with all its faults."""
    found = Findings()
    values = read_shipment(given, desk.catalogue, found)
    if found.faults:
        raise RequestFaultsError(found.faults)
    return columns_of(CargoShipment(**values), desk.catalogue)


def _check_reference(session: ReadSession, firm: str, reference: str) -> None:
    asked = select(KeptShipment.id).where(KeptShipment.firm_id == firm, KeptShipment.reference == reference)
    if session.one(asked) is not None:
        raise Refusal(why="name-taken", detail=REFERENCE, subject=reference)


def _locked(session: WriteSession, identifier: str, match: str | None) -> KeptShipment:
    rows = session.lock(select(KeptShipment).where(KeptShipment.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    check_match(match, identifier, rows[0].version)
    return rows[0]


def _order(sort: str) -> Order:
    column = _SORTED.get(sort.removeprefix("-"))
    if column is None:
        raise RequestFaultsError([fault("sort", sort, "unknown_choice", choices=_MAY_SORT)])
    return Order(sort, column, KeptShipment.id)


def _itself(row: KeptShipment) -> KeptShipment:
    return row


def _all_shown(session: ReadSession, rows: Sequence[KeptShipment]) -> Iterator[dict[str, Any]]:
    states = states_of(session, [row.id for row in rows])
    return (shipment_json(row, states[row.id]) for row in rows)


def _shown(row: KeptShipment, state: str, status: int = 200) -> Answer:
    headers = {"ETag": etag(row.id, row.version)}
    if status == 201:  # noqa: PLR2004 - created
        headers["Location"] = f"{PATH}/{row.id}"
    return Answer(content=shipment_json(row, state), status=status, headers=headers)
