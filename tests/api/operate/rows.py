"""A service with rows in every table, as they come about by using it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import MetaData, select

from api.backup_file import MANIFEST, member
from api.bookings.sweep import sweep
from api.bookings.terms import Terms
from api.datasets.opening import keep_started
from api.identity import people
from api.store.models_login import LogInState
from api.store.session import WHOLE
from tests.api.booking_world import FIRST, SHIPMENT, serving
from tests.api.events.samples import document, seen
from tests.api.shipments.test_files import bring, lines

if TYPE_CHECKING:
    from api.store.session import Store

FIRST_ROWS = Path(__file__).parent / "first"
"""A backup of the first revision, as the members of its file."""


def content(store: Store) -> dict[str, list[str]]:
    """Return every row of every table, as text and in an order that both databases have."""
    metadata = MetaData()
    with store.engines.read.connect() as connection:
        metadata.reflect(connection)
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }


def address(store: Store) -> str:
    """Return where a store is."""
    return store.engines.url.render_as_string(hide_password=False)


def packed(target: Path, folder: Path = FIRST_ROWS) -> Path:
    """Make a file of the members of a backup."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name if path.name == MANIFEST else member(path.stem))
    return target


def fill(store: Store) -> None:
    """Use a service until every table has rows, and bookings are in every state."""
    with serving(store, "on") as world:
        people.first_token(store, world.clock())
        keep_started(store, world.desk, is_active=True)
        house = world.caller("house", "admin")
        for name in ("瓯海眼镜出口", "Überseehandel \U0001f6a2"):
            caller = world.caller(world.firm(name), "admin")
            caller.send("POST", "/v1/webhooks", {"url": "https://example.com/hook", "kinds": ["booking.held"]})
            world.browser(caller)
            world.identity(caller.get("/v1/me")["user"])
            world.worked(caller.firm)
            house.send("POST", "/v1/allotments", {"firm": caller.firm, "departure": FIRST, "mass_g": 1500})
            quote = caller.quote(**{"from": "CNWNZ"})
            caller.booked(quote, reference="箱 1", note="two\nlines")
            caller.booked(quote, confirm=True)
            party = {"name_en": "Überseehandel GmbH", "name_zh": name, "address": "Kai 3\nHamburg", "remember": True}
            moved = caller.booked(quote, option=2, confirm=True, particulars={"consignee": party})
            caller.change(moved, "roll", {"quote": quote["id"], "option": 3})
            caller.change(caller.booked(quote), "cancel")
            world.clock.forward(minutes=1)
        caller.booked(caller.quote(weight_kg=9500, volume_m3=20), wait=True)
        world.clock.forward(hours=36)
        sweep(store, world.desk.catalogue.derived(Terms), world.clock())
        caller.booked(caller.quote(ready="2026-05-20"))
        old = caller.send("POST", "/v1/keys", {"user": caller.get("/v1/me")["user"], "name": "ERP"}).json()
        caller.send("POST", f"/v1/keys/{old['id']}/rotate", {"grace_hours": 1})
        kept = caller.send("POST", "/v1/shipments", SHIPMENT | {"reference": "1", "ready": "2026-06-01"}).json()
        caller.send("POST", f"/v1/shipments/{kept['id']}/quotes")
        bring(caller, lines(2))
        caller.send("POST", "/v1/events:capture", document(seen("2026-05-18T07:45:00+08:00", "departing", "CNWNZ")))
        way = LogInState(id="lis_1", state_hash="a", cookie_hash="b", return_to="/", expires_at=world.clock())
        store.write(WHOLE, "test", world.clock(), lambda session: session.insert([way]))
