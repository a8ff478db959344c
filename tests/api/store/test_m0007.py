"""From a database of before: bookings without particulars keep everything, and get them like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from api.store import audit, migrate
from api.store.session import WHOLE, Store
from tests.api.booking_world import serving
from tests.api.store.test_m0005 import AT, BOOKING, QUOTE

if TYPE_CHECKING:
    from tests.databases import Databases


def test_old_bookings_get_particulars(databases: Databases, backend: str) -> None:
    """A booking of before has none, has nothing else changed, and its firm an empty address book that fills."""
    store = Store(databases.empty(backend))
    migrate.upgrade(store.engines, "0006")
    with store.engines.write.begin() as connection:
        assert "party" not in inspect(connection).get_table_names()
        connection.execute(text(QUOTE), {"at": AT, "answer": b""})
        row = {"id": "bk_1", "state": "confirmed", "held": None, "at": AT, "depart": AT + 30 * 86_400}
        connection.execute(text(BOOKING), row)
        before = dict(connection.execute(text("SELECT * FROM booking")).mappings().one())
    assert migrate.upgrade(store.engines) == ("0006", migrate.head_revision())
    assert migrate.check(store.engines) == []
    with store.engines.read.connect() as connection:
        after = dict(connection.execute(text("SELECT * FROM booking")).mappings().one())
    assert after == before | {"particulars": None}
    with serving(store) as world:
        assert world.local.get("/v1/bookings/bk_1")["particulars"] is None
        assert world.local.get("/v1/parties")["items"] == []
        party = {"shipper": {"name_en": "A", "remember": True}}
        assert world.local.booked(particulars=party)["particulars"] == {"shipper": {"name_en": "A"}}
        assert [row["name_en"] for row in world.local.get("/v1/parties")["items"]] == ["A"]
    with store.read(WHOLE) as session:
        assert audit.verify(session).breaks == []
    store.close()
