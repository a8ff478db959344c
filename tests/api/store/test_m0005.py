"""From a database of before: what was confirmed then is counted, and changes like anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from api.store import migrate
from api.store.models import Booking
from api.store.models_events import CountedShipment
from api.store.session import WHOLE, Store
from tests.api.booking_world import serving
from tests.api.fakes import NOW

if TYPE_CHECKING:
    from tests.databases import Databases

AT = int(NOW.timestamp())
QUOTE = (
    "INSERT INTO quote (id, created_at, created_by, expires_at, fingerprint, request, offers, answer, firm_id) "
    """VALUES ('qt_1', :at, 'local', :at, 'f', '{"regime":"9710"}', '[]', :answer, 'house')"""
)
BOOKING = """
    INSERT INTO booking (id, quote_id, option, state, version, reference, note, origin, destination, mass_g, volume_cm3,
        pieces, mode, depart_at, arrive_at, price_minor, currency, price_cny_minor, fees_cny_minor, fees, legs,
        held_until, created_at, created_by, changed_at, firm_id)
    VALUES (:id, 'qt_1', 1, :state, 2, '', '', 'CNNGB-P', 'DEHAM-P', 5000, 7000,
        1, 'sea', :depart, :depart, 900, 'CNY', 900, 0, '[]', '[]', :held, :at, 'local', :at, 'house')
"""


def test_old_bookings_are_counted(databases: Databases, backend: str) -> None:
    """Confirmed bookings of the first tables are counted with what is known of them; others are not."""
    location = databases.empty(backend)
    store = Store(location)
    migrate.upgrade(store.engines, "0001")
    with store.engines.write.begin() as connection:
        connection.execute(text(QUOTE), {"at": AT, "answer": b""})
        for name, state, held in (("bk_1", "confirmed", None), ("bk_2", "held", AT), ("bk_3", "cancelled", None)):
            row = {"id": name, "state": state, "held": held, "at": AT, "depart": AT + 30 * 86_400}
            connection.execute(text(BOOKING), row)
    migrate.upgrade(store.engines)
    assert migrate.check(store.engines) == []
    with store.read(WHOLE) as session:
        (counted,) = session.all(select(CountedShipment))
        assert session.one(select(Booking.regime).where(Booking.id == "bk_1")) is None
    assert (counted.booking_id, counted.confirmed_month, counted.depart_month) == ("bk_1", 202605, 202606)
    assert (counted.regime, counted.mass_g, counted.freight_cny_minor) == ("9710", 5000, 900)
    assert (counted.value_cny_minor, counted.emissions_g, counted.hs_chapter) == (None, None, "")
    with serving(store) as world:
        assert world.local.get("/v1/statistics?by=regime")["rows"][0]["regime"] == "9710"
        assert world.local.change({"id": "bk_1"}, "cancel").status_code == 200
        assert world.local.get("/v1/statistics")["totals"]["shipments"] == 0
    store.close()
