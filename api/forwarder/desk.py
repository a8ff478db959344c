"""All routes of the forwarder's desk."""

from __future__ import annotations

from api.forwarder import (
    booking_forms,
    booking_pages,
    feed,
    home,
    papers,
    particulars_pages,
    quote_pages,
    shipment_pages,
    table,
)

ROUTERS = (
    home.router,
    table.router,
    quote_pages.router,
    booking_pages.router,
    booking_forms.router,
    particulars_pages.router,
    papers.router,
    feed.router,
    shipment_pages.router,
)
LARGER = table.LARGER | shipment_pages.LARGER
"""Limits of bodies that are above the usual one, by address."""
