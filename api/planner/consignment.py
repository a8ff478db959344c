"""The consignment of a planner's question, and the compiled network it is asked of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from api.faults import Findings, RequestFaultsError
from api.requests import Ask, check_request
from data.fields import is_blank, match_place, read_list
from viz.sheet_words import place_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Request

    from api.desk import Desk
    from data.catalogue import Catalogue
    from data.shipment import Filters, Shipment
    from network import Network
    from viz.theme import Lang

FIELDS = ("weight_kg", "volume_m3", "goods", "ready", "hs", "value", "currency")
USUAL = {"weight_kg": "500", "volume_m3": "2.5"}
"""What a page asks about until somebody says something else."""


class Asked(NamedTuple):
    """A consignment from one place with no destination of its own, and what it may use."""

    shipment: Shipment
    filters: Filters


def network_of(desk: Desk) -> Network:
    """Return the compiled network of a desk."""
    # It brings the compiler of the search with it.
    from network import Network  # noqa: PLC0415

    planner = desk.planner
    return planner if isinstance(planner, Network) else desk.catalogue.derived(Network)


def typed_place(catalogue: Catalogue, code: str, lang: Lang) -> str:
    """Return how a person would type a place into a list: its name where that names nothing else, or else its code."""
    name = place_name(catalogue.location(code), lang)
    # A name with a comma in it would be read as two places.
    is_one = read_list(Findings(), "place", name) == (name,)
    return name if is_one and match_place(catalogue, name) == code else code


def typed_fields(request: Request, names: Sequence[str], usual: dict[str, str]) -> dict[str, str]:
    """Return what was typed into fields, or the usual values where the page is opened without any question."""
    query = request.query_params
    if not any(name in query for name in names):
        return dict(usual)
    return {name: query[name].strip() for name in names if query.get(name, "").strip()}


def read_consignment(
    desk: Desk, typed: dict[str, str], modes: Sequence[str], found: Findings, *, origin: str | None
) -> Asked | None:
    """Return the consignment that fields describe, None with faults in `found`."""
    place = typed.get("from", "") if origin is None else origin
    ends = [row.code for row in desk.catalogue.locations if row.kind == "market"] or [
        row.code for row in desk.catalogue.locations
    ]
    known: dict[str, Any] = {name: typed[name] for name in FIELDS if not is_blank(typed.get(name))}
    for end in ends[-2:]:
        ask = Ask(
            origin=place, destination=end, modes=list(modes) or None, local_times=True,
            **known,
        )  # fmt: skip
        try:
            request = check_request(ask, desk.catalogue, desk.clock())
        except RequestFaultsError as error:
            if any(one.rule == "same_place" for one in error.faults):
                continue
            found.faults += [one for one in error.faults if one.field != "to"]
            return None
        return Asked(replace(request.shipment, due_at=None), request.filters)
    return None
