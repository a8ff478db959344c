"""What the pages of stock abroad share: who asks, rendering, and the analysis of a stock, which is made once."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import secrets
import threading
import zlib
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.endpoints import DeskOf
from api.identity.page_faults import NO_STORE
from api.identity.policy import PrincipalOf, TokenOf
from api.office import OfficeOf
from api.pages import language, templates, with_language
from api.plan_view import gap_text, yuan
from api.store.canonical import digest
from api.texts import say
from api.warehouses_page.answer import stock_answer
from api.warehouses_page.pictures import markets_of, names_of, pictures, span
from api.writes import Call
from data.rowsfile import MAX_BYTES
from data.rules_warehouses import ORIGIN

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from api.identity.principal import Principal
    from api.office import Office
    from data.catalogue import Catalogue
    from data.stock import Stock
    from viz.theme import Lang

PATH = "/warehouses"
SAMPLES = {"20": (20, False), "200": (200, False), "20-fba": (20, True)}
"""SKUs of each sample, and whether some of its stock lies at marketplaces."""
MOST = {"alerts": 25, "dry": 25, "old": 25, "rows": 200, "faults": 200, "goods": 12, "changes": 25}
"""Rows of each kind that are shown; of what is folded, `rows` with those above it."""
_MOST_KEPT = 8


class Ground:
    """
    One request of somebody on the pages of stock abroad.

    Parameters
    ----------
    request, desk, office, principal, token
        Who asks what, where; the token is that of the session's forms.
    """

    def __init__(
        self, request: Request, desk: DeskOf, office: OfficeOf, principal: PrincipalOf, token: TokenOf
    ) -> None:
        self.request = request
        self.desk: Desk = desk
        self.office: Office = office
        self.principal: Principal = principal
        self.token = token
        self.lang: Lang = language(request)

    @property
    def may_plan(self) -> bool:
        """Whether who asks may have plans made, and they can be kept."""
        return self.office.store is not None and "stock:write" in self.principal.permissions

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of a page only."""
        return self.request.headers.get("x-part") == "1"

    def call(self, once: str) -> Call:
        """Return a form as a write that is done once, however often it is sent."""
        key = f"form-{once}" if once else None
        return Call(request=self.request, office=self.office, principal=self.principal, key=key)

    def to(self, address: str) -> RedirectResponse:
        """Return the way on."""
        return RedirectResponse(f"{address}?lang={self.lang}", status_code=303, headers=NO_STORE)

    def page(self, template: str = "page", /, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - its values
        """Return a page."""
        usual: dict[str, Any] = {"typed": {}, "wrong": {}, "faults": (), "faults_count": 0, "name": "", "answer": None}
        html = templates.get_template(f"warehouses/{template}.html").render(
            lang=self.lang, other=with_language(self.request, self.lang), fingerprint=self.desk.catalogue.fingerprint,
            token=self.token, once=secrets.token_urlsafe, may_plan=self.may_plan, origins=self.origins(),
            samples=SAMPLES, most=MOST, span=span, yuan=yuan, gap_text=gap_text, **(usual | values),
        )  # fmt: skip
        return HTMLResponse(html, status_code=status, headers=NO_STORE)

    def origins(self) -> list[str]:
        """Return what the places are called that goods may leave from: the usual one first, then those of hubs."""
        catalogue = self.desk.catalogue
        usual = [row.value for row in catalogue.settings if row.key == ORIGIN]
        counts = Counter(row.location for row in catalogue.hub_resources)
        places = {row.code: row for row in catalogue.locations}
        codes = dict.fromkeys([*usual, *(code for code, _ in counts.most_common())])
        found = [places[code] for code in codes if code in places]
        return [place.name_zh if self.lang == "zh" else place.name_en for place in found]

    def shown(self, answer: Json) -> dict[str, Any]:
        """Return what the template of an analysis needs besides the analysis itself."""
        catalogue = self.desk.catalogue
        return {
            "answer": answer,
            "drawn": pictures(catalogue, answer, self.lang),
            "names": names_of(catalogue, self.lang),
            "markets": markets_of(catalogue, self.lang),
            "old": [one for one in answer["advice"]["lots"] if one["steps"]],
        }

    def sample_name(self) -> str:
        """Return what the made-up seller is called."""
        return say(self.lang, "wh_sample")


GroundOf = Annotated[Ground, Depends(Ground)]
Word = Annotated[str, Form(max_length=200)]
"""A field of a form."""
_kept: OrderedDict[tuple[str, str, dt.date], Json] = OrderedDict()
_lock = threading.Lock()


def analysed(catalogue: Catalogue, stock: Stock, text: str, today: dt.date) -> Json:
    """
    Return what the page shows of a stock; of the last ones it is still known.

    Parameters
    ----------
    catalogue, stock, today
        As in `stock_answer`.
    text
        The stock as the text of a question.

    Raises
    ------
    SettingsError
        When the data set lacks a number that decisions rest on.
    """
    key = (catalogue.fingerprint, digest(text), today)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    answer = stock_answer(catalogue, stock, today)
    with _lock:
        _kept[key] = answer
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return answer


def packed_text(text: str) -> str:
    """Return a text as a field of a form carries it."""
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def unpacked_text(field: str) -> str | None:
    """
    Return the text of a field, None if there is none in it.

    Examples
    --------
    >>> unpacked_text(packed_text("库存")), unpacked_text("x")
    ('库存', None)
    """
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(field, validate=True), 2 * MAX_BYTES)
        return content.decode() if reader.eof else None
    except (binascii.Error, zlib.error, ValueError):
        return None
