"""How the planner's pages and files are given out: one sheet as a page, as the data of its map, or as a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.faults import Findings, RequestFaultsError
from api.pages import language, templates, with_language
from api.plain import json_bytes
from api.planner.tiles import tiles
from api.texts import catalogue, say
from data.cargo_rules import GOODS
from viz.sheet import sheet_json
from viz.sheet_files import sheet_geojson, sheet_geopackage
from viz.sheet_words import sheet_word

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.desk import Desk
    from api.faults import RequestFault
    from data import Catalogue
    from viz.sheet import Sheet
    from viz.theme import Lang

FORMATS: dict[str, str] = {
    "png": "image/png",
    "pdf": "application/pdf",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
DATA = "sheet"
"""The value of ``format`` by which a page asks for what its map shows."""
ANSWER = "json"
"""The value of ``format`` by which a program asks for what a page says."""
TABS = ("planner", "flows", "reach", "catchments", "scenario")


class Later(NamedTuple):
    """A sheet that is made when somebody looks at its map: the title, and how it is made."""

    title: str
    make: Callable[[], Sheet]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    What one of the planner's pages shows.

    Parameters
    ----------
    template
        Of the page.
    name
        Of its files, without an ending.
    sheets
        Its maps by name; a page with one map calls it ``map``.
    values
        What else the template wants.
    faults
        What is wrong with the question.
    answer
        Makes the plain values for ``format=json``; None where a page has no such answer.
    """

    template: str
    name: str
    sheets: dict[str, Later] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    faults: tuple[RequestFault, ...] = ()
    answer: Callable[[], dict[str, Any]] | None = None


def give(request: Request, desk: Desk, view: View) -> Response:
    """
    Return a view in the format that is asked for: a page if none is.

    Raises
    ------
    RequestFaultsError
        When there is no such format or map, or when the question of a file is faulty.
    """
    asked = request.query_params.get("format", "")
    if not asked:
        return page(request, desk, view)
    found = Findings()
    known = (*FORMATS, *([ANSWER] if view.answer is not None else []))
    if asked not in known and asked != DATA:
        found.add("format", asked, "choice", choices=", ".join(known))
    side = request.query_params.get("side") or next(iter(view.sheets), "map")
    if view.sheets and side not in view.sheets:
        found.add("side", side, "choice", choices=", ".join(view.sheets))
    faults = [*found.faults, *view.faults]
    if not faults and not view.sheets:
        found.add("format", asked, "nothing_to_draw")
        faults = found.faults
    if faults:
        raise RequestFaultsError(faults)
    if asked == ANSWER and view.answer is not None:
        headers = {"Content-Disposition": f'inline; filename="{view.name}.json"'}
        return Response(json_bytes(view.answer()), media_type="application/json", headers=headers)
    sheet = view.sheets[side].make()
    if asked == DATA:
        return Response(as_text(sheet), media_type="application/json")
    sheet = replace(sheet, note=data_note(desk.catalogue, sheet.lang))
    name = view.name if side == "map" else f"{view.name}-{side}"
    return Response(
        content(sheet, asked),
        media_type=FORMATS[asked],
        headers={"Content-Disposition": f'attachment; filename="{name}.{asked}"'},
    )


def data_note(catalogue: Catalogue, lang: Lang) -> str:
    """Return which data a saved map was made of."""
    newest = catalogue.derived(_newest)
    return sheet_word("data_of", lang, newest=newest, fingerprint=catalogue.fingerprint[:12])


def _newest(catalogue: Catalogue) -> str:
    """Return the date of the newest fact about a service or its price."""
    return max((row.as_of for rows in (catalogue.services, catalogue.tariffs) for row in rows), default="–")


def as_text(sheet: Sheet) -> str:
    """Return what the map of a page shows, as JSON."""
    return json_bytes(sheet_json(sheet)).decode()


def embedded(later: Later) -> Markup:
    """Return the same to stand within a page: no text in it may look like the end of a script."""
    return Markup(as_text(later.make()).replace("<", "\\u003c"))  # noqa: S704 - nothing in it can be read as markup


def content(sheet: Sheet, asked: str) -> bytes:
    """Return a sheet as a file of some format."""
    if asked == "geojson":
        return sheet_geojson(sheet)
    if asked == "gpkg":
        return sheet_geopackage(sheet)
    # Only pictures need fonts, and the libraries that draw.
    from api.pdf_fonts import fonts  # noqa: PLC0415
    from viz.picture_pdf import sheet_pdf  # noqa: PLC0415
    from viz.picture_png import sheet_png  # noqa: PLC0415

    return sheet_pdf(sheet, fonts()) if asked == "pdf" else sheet_png(sheet, _face())


@cache
def _face() -> tuple[str, int] | None:
    """Return the font of pictures, a file and a face in it; None where this machine has no Chinese one."""
    from api.pdf_fonts import picture_face  # noqa: PLC0415

    return picture_face()


def page(request: Request, desk: Desk, view: View) -> Response:
    """Return the page of a view."""
    lang = language(request)
    layer = tiles()
    html = templates.get_template(f"planner/{view.template}.html").render(
        lang=lang,
        other=with_language(request, lang),
        fingerprint=desk.catalogue.fingerprint,
        sheets=view.sheets,
        query=query_without(request, "format", "side", "lang"),
        tiles=layer,
        tabs=TABS,
        current="planner" if view.template == "network" else view.template,
        here_of="network" if request.url.path == "/network" else "planner",
        path=request.url.path,
        named_goods=[(code, say(lang, code)) for code in GOODS],
        named_currencies=[(row.currency, row.currency) for row in desk.catalogue.fx],
        formats=tuple(FORMATS),
        embedded=embedded,
        faults=view.faults,
        wrong={one.field: one for one in view.faults},
        names={one.field: say(lang, f"planner_{one.field}") for one in view.faults if is_named(one.field)},
        **view.values,
    )
    # A tile layer is the only thing for which a page may ask elsewhere.
    headers = {"Content-Security-Policy": layer.policy} if layer else None
    return HTMLResponse(html, status_code=422 if view.faults else 200, headers=headers)


def is_named(name: str) -> bool:
    """Return whether a field has a name of the planner's own."""
    return ("", f"planner_{name}") in catalogue("en")


def query_without(request: Request, *names: str) -> str:
    """Return the question of a page as part of an address, some fields apart."""
    return urlencode([(name, value) for name, value in request.query_params.multi_items() if name not in names])
