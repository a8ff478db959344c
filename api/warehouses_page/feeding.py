"""Feeding marketplaces on the page of stock abroad: a day in, which cartons go to which marketplace out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Response
from markupsafe import Markup

from api.faults import Findings, RequestFaultsError
from api.identity.policy import form
from api.plans.ask import Upload
from api.plans.endpoints import file_response
from api.stock_feed_view import COVER, MOVE, TEXTS, UnsoundFeedError, band_text, fed, feed_table, feed_workbook
from api.stocking.ask_today import FEED_FIELDS, read_feed_ask
from api.stocking.file import FILE
from api.stocking.sent import Sent
from api.texts import say
from api.warehouses_page.ground import MOST, PATH, Ground, GroundOf, Word
from api.warehouses_page.orders import given_again, shown_again, stock_asked
from data.errors import SettingsError
from data.rowsfile import MAX_BYTES
from viz.feed_charts import CoverMove, band_svg

if TYPE_CHECKING:
    from api.answer_schema import Json
    from viz.theme import Lang

router = APIRouter(include_in_schema=False)
LARGER = {f"{PATH}/feed": MAX_BYTES + 100_000}
"""Bytes of a body: a packed stock with the rest of the form."""
_MOST_LINES = 40


class Cell(NamedTuple):
    """
    One cell of a table.

    Parameters
    ----------
    key, head, text
        Of what, what stands above it, and what stands in it.
    """

    key: str
    head: str
    text: str

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return self.key not in TEXTS


@router.post(f"{PATH}/feed", dependencies=[form("stock:read")])
def send_feed(
    ground: GroundOf,
    stock: Annotated[str, Form(max_length=MAX_BYTES)] = "",
    plan: Word = "",
    sample: Word = "",
    name: Word = "",
    on: Word = "",
    day: Word = "",
    shape: Word = "",
) -> Response:
    """Return what goes to marketplaces on a day, as a page or a workbook, or what is wrong with what was asked."""
    text = stock_asked(ground, plan, stock, sample, on)
    if text is None:
        return ground.page(typed={"on": on}, wrong={"file": say(ground.lang, "wh_file_needed")}, status=422)
    shown = shown_again(ground, given_again(plan, text, sample, on), name, day)
    try:
        asked = read_feed_ask(Sent({FILE: Upload(".json", FILE, text.encode())}, {"on": day}, Findings()), ground.desk)
        answer = fed(ground.desk.catalogue, asked.stock, asked.today)
    except RequestFaultsError as error:
        return ground.page("feed", status=422, **_refused(error), **shown)
    except (SettingsError, UnsoundFeedError) as error:
        return ground.page("feed", amiss=str(error), status=422, **shown)
    if shape == "xlsx":
        return file_response(feed_workbook(answer, ground.lang), ".xlsx", f"fba-{answer['today']}")
    return ground.page("feed", **_told(answer, ground), **shown)


def _refused(error: RequestFaultsError) -> dict[str, Any]:
    """Return what is wrong with the day, which stands beside its field, and what with the stock, by row."""
    rows = [one for one in error.faults if one.field not in FEED_FIELDS]
    return {
        "day_wrong": {one.field: one.as_dict() for one in error.faults if one.field in FEED_FIELDS},
        "faults": rows[: MOST["faults"]],
        "faults_count": len(rows),
    }


def _told(answer: Json, ground: Ground) -> dict[str, Any]:
    """Return what the template tells of an answer."""
    lang, sent = ground.lang, sum(one["cost_fen"] for one in answer["moves"])
    covers = list(zip(_rows(answer, "covers", lang), answer["covers"], strict=True))
    return {
        "feed": answer,
        "today": dt.date.fromisoformat(answer["today"]),
        "sent_fen": sent,
        "left_fen": answer["cost_fen"] - sent,
        "outside": sum(one["reason"] != "kept" for one in answer["covers"]),
        "bands": [band_text(one, lang) for one in answer["marketplaces"]],
        "moves": _rows(answer, "moves", lang)[: MOST["rows"]],
        "missed": [row for row, one in covers if one["reason"] != "kept"][: MOST["rows"]],
        "met": [row for row, one in covers if one["reason"] == "kept"][: MOST["rows"]],
        "charts": [_chart(one, answer, lang) for one in answer["marketplaces"]],
    }


def _rows(answer: Json, name: str, lang: Lang) -> list[list[Cell]]:
    """Return the cells of moves, or of covers."""
    keys = MOVE if name == "moves" else COVER
    head, rows = feed_table(answer, name, lang)
    return [[Cell(*cell) for cell in zip(keys, head, row, strict=True)] for row in rows]


def _chart(market: Json, answer: Json, lang: Lang) -> tuple[str, Markup, int]:
    """Return a marketplace, the picture of its SKUs, those that are farthest from the band first, and how many lack."""
    low, high = market["low_days"], market["high_days"]
    covers = [one for one in answer["covers"] if one["to"] == market["warehouse"]]
    covers.sort(key=lambda one: -max(low - one["before_days"], one["before_days"] - high))
    lines = [
        CoverMove(
            one["sku"], one["before_days"], one["after_days"],
            say(
                lang, "wh_feed_tip", sku=one["sku"], before=f"{one['before_days']:,.0f}",
                after=f"{one['after_days']:,.0f}", low=low, high=high,
            ),
        )
        for one in covers[:_MOST_LINES]
    ]  # fmt: skip
    title = say(lang, "wh_feed_chart", to=market["warehouse"])
    picture = Markup(band_svg(lines, (low, high), title=title, unit=say(lang, "wh_days")))  # noqa: S704 - escaped there
    return title, picture, len(covers) - len(lines)
