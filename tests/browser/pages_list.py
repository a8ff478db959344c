"""
All pages, each with who opens it and what must have come before it is whole.

Every check of `test_every_page.py` runs on every entry in both languages, and `make screenshots` draws each; a page
that is served and stands neither here nor in `NO_PAGES` fails a test.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """
    A page.

    Parameters
    ----------
    name
        Name of its pictures.
    path
        Where it is, with names of ids in braces; without the language.
    role
        Who opens it; None for somebody who has not logged in.
    ready
        Selector of what shows that it is whole.
    is_frame
        Whether it is shown inside of another page: no heading, no header.
    status
        How it is answered.
    """

    name: str
    path: str
    role: str | None = "admin"
    ready: str = "main h1"
    is_frame: bool = False
    status: int = 200


_QUOTE = "/quote?from=CNNGB-P&to=DEHAM-P&weight_kg=800&volume_m3=4.2"
_WRONG = "/quote?from=<script>alert(1)</script>&weight_kg=-5&volume_m3=x&pieces=0&due=2020-01-01T00:00"
_MAP = ".leaflet-overlay-pane path"

PAGES: tuple[Entry, ...] = (
    Entry("quote-form", "/", "forwarder", ".ask"),
    Entry("quote-result", f"{_QUOTE}&pieces=3&ready=2026-05-18T09:00", "forwarder", "#results"),
    Entry("quote-faults", _WRONG, "forwarder", ".notice.bad", status=422),
    Entry("map-quote", f"/map{_QUOTE}&ready=2026-05-18T09:00", "forwarder", _MAP, is_frame=True),
    Entry("map-network", "/map/network", "planner", _MAP, is_frame=True),
    Entry("network", "/network", "planner"),
    Entry("planner", "/planner", "planner"),
    Entry("planner-flows", "/planner/flows", "planner"),
    Entry("planner-reach", "/planner/reach", "planner"),
    Entry("planner-catchments", "/planner/catchments", "planner"),
    Entry("planner-scenario", "/planner/scenario", "planner"),
    Entry("forwarder", "/forwarder", "forwarder"),
    Entry("forwarder-table", "/forwarder/table", "forwarder"),
    Entry("forwarder-quotes", "/forwarder/quotes", "forwarder"),
    Entry("forwarder-bookings", "/forwarder/bookings", "forwarder"),
    Entry("forwarder-particulars", "/forwarder/bookings/{booking_id}/particulars", "forwarder", ".party"),
    Entry("forwarder-shipments", "/forwarder/shipments", "forwarder"),
    Entry("warehouses", "/warehouses", "planner"),
    Entry("statistics", "/statistics", "planner", "svg.chart"),
    Entry("statistics-groups", "/statistics?by=origin&by=firm&period=year&when=departure", "planner", "table"),
    Entry("statistics-empty", "/statistics?from=2031-01", "planner", ".empty"),
    Entry("statistics-faults", "/statistics?from=2026-13&to=x&period=week", "planner", ".notice.bad", status=422),
    Entry("statistics-shipments", "/statistics/shipments", "planner", "table"),
    Entry("desk-empty", "/dispatcher", "dispatcher", ".empty"),
    Entry("desk-new", "/dispatcher/new", "dispatcher", ".drop"),
    Entry("desk-plans", "/dispatcher/plans", "dispatcher", ".empty"),
    Entry("desk-compare", "/dispatcher/compare", "dispatcher", ".empty"),
    Entry("account", "/account", "forwarder"),
    Entry("admin-users", "/admin/users", ready="table"),
    Entry("admin-user", "/admin/users/{user_id}", ready="table"),
    Entry("admin-keys", "/admin/keys", ready="table"),
    Entry("admin-sessions", "/admin/sessions", ready="table"),
    Entry("admin-firms", "/admin/firms", ready="table"),
    Entry("refused", "/admin/users", "forwarder", ".notice.bad", status=403),
    Entry("login", "/login", None, "#key"),
    Entry("login-over", "/login?why=session-over&return=/network", None, ".notice"),
    Entry("start-void", "/start?token=none", None, "main h1"),
    Entry("reference", "/docs", None, ".operation"),
)  # fmt: skip
"""In the order in which they are drawn."""

NO_PAGES = {
    "/healthz": "for machines",
    "/metrics": "for machines",
    "/readyz": "for machines",
    "/admin": "leads to /admin/users",
    "/dispatcher/blank.xlsx": "a file",
    "/dispatcher/sample.xlsx": "a file",
    "/warehouses/blank.xlsx": "a file",
    "/warehouses/blank-orders.xlsx": "a file",
    "/dispatcher/jobs/{job_id}": "needs a worker: test_dispatcher.py opens it",
    "/dispatcher/plans/{plan_id}": "needs a plan of a solver: test_dispatcher.py opens every view of it",
    "/dispatcher/plans/{plan_id}/move": "is opened by test_dispatcher.py in its dialog",
    "/dispatcher/plans/{plan_id}/news": "a part of a page",
    "/dispatcher/plans/{plan_id}/print": "needs a plan of a solver: test_dispatcher.py opens it",
    "/forwarder/calendar.ics": "a calendar",
    "/forwarder/shared": "needs a signed link: test_forwarder.py opens it",
    "/forwarder/table.csv": "a file",
    "/forwarder/table.xlsx": "a file",
    "/map/shared": "needs a signed link",
    "/planner/scenario/compare": "needs a scenario: test_planner.py opens it",
    "/login/oidc": "leads to the provider",
    "/login/oidc/back": "leads on from the provider",
    "/map/quote": "needs a question, and stands in the list with one",
    "/quote": "needs a question, and stands in the list with one",
    "/warehouses/jobs/{job_id}": "needs a job: tests/api/stocking opens it",
    "/warehouses/plans/{stock_id}": "needs a plan of a solver: tests/api/stocking opens it",
    "/warehouses/simulations/{simulation_id}": "needs a simulation of a plan: tests/api/stocking opens it",
    "/static/land.js": "a script",
}
"""What the router serves beside pages, with why it needs no entry of its own."""
