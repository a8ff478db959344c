"""From a quote to the JSON that the command line and the service both print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from api.answer_schema import Json
from api.notes import notes, on_time_meaning
from api.requests import Request
from data import Catalogue
from data.itinerary import Block, Charge, CutOffTime, Option, Quote, Step
from data.money import format_minor, from_fen
from data.records import EmissionFactor, ExchangeRate
from data.shipment_read import BASE_CURRENCY
from data.timeaxis import TimeAxis
from viz.lines import LineBook

_MISSING: dict[str, tuple[str, str]] = {
    "import_duty": ("进口关税未计入", "import duty is not included"),
    "import_vat": ("进口增值税未计入", "import VAT is not included"),
    "insurance": ("货物保险未计入", "cargo insurance is not included"),
}
_BACKWARD_CRITERIA = ("cost", "latest_ready", "emissions")
_MOST_LOCAL = 100_000
_UNPRICED = ("{code}：{subject} 的价格未知，未计入", "{code}: the price at {subject} is unknown and not included")


class Renderer:
    """
    Turns quotes of one catalogue into plain JSON values.

    Parameters
    ----------
    catalogue
        Where names, zones, rates and factors come from.
    axis
        Its calendar.
    book
        Its places and rotations.
    """

    def __init__(self, catalogue: Catalogue, axis: TimeAxis, book: LineBook) -> None:
        self.catalogue = catalogue
        self.axis = axis
        self.book = book
        self._areas = {row.code: row.customs_area for row in catalogue.territories}
        self._factors = {row.id: row for row in catalogue.emission_factors}
        self._clearance = {row.id: row for row in catalogue.clearance}
        self._local: dict[tuple[int, str], str] = {}
        self._leg_factors: dict[tuple[str, str, str], list[Json]] = {}

    def quote(self, request: Request, quote: Quote) -> Json:
        """Return the whole answer to a request."""
        rate = self.catalogue.exchange_rate(request.currency)
        options = _best_backward(quote.options) if request.is_backward else quote.options
        return {
            "shipment": self.shipment(request),
            "options": [self._option(option, request, rate) for option in options],
            "nearest": [self._option(option, request, rate) for option in quote.nearest],
            "blocked": _blocks(quote.blocked),
            "notes": notes(self.catalogue, request),
            "on_time": on_time_meaning(self.catalogue, request),
            "fx": {
                "currency": rate.currency,
                "cny_per_unit": str(rate.cny_per_unit),
                "exponent": rate.exponent,
                "as_of": rate.as_of,
                "source": rate.source,
                "assumed": rate.assumed,
                "rounding": "half_up_per_line",
            },
            "fingerprint": quote.fingerprint,
        }

    def shipment(self, request: Request) -> Json:
        """Return what was understood of a request."""
        shipment = request.shipment
        filters = request.filters
        value = None
        if shipment.value_minor is not None and shipment.value_currency is not None:
            value = format_minor(shipment.value_minor, self.catalogue.exchange_rate(shipment.value_currency))
        return {
            **self._ends(shipment.origin, shipment.destination),
            "weight_kg": shipment.mass_g / 1000,
            "volume_m3": shipment.volume_cm3 / 10**6,
            "pieces": shipment.pieces,
            "pieces_given": request.has_pieces,
            "hs": shipment.hs,
            "value": value,
            "currency": request.currency,
            **self._at("ready", self.axis.to_min(shipment.ready_at), shipment.origin),
            **(
                {}
                if shipment.due_at is None
                else self._at("due", self.axis.to_min(shipment.due_at), shipment.destination)
            ),
            **(
                {}
                if shipment.depart_by is None
                else self._at("depart_by", self.axis.to_min(shipment.depart_by), shipment.origin)
            ),
            "box": shipment.box,
            "boxes": shipment.boxes,
            "goods": sorted(shipment.goods),
            "regime": shipment.regime,
            "modes": None if filters.modes is None else sorted(filters.modes),
            "avoid": sorted(filters.avoid_services | filters.avoid_territories | filters.avoid_passages),
            "via": list(filters.via),
            "max_transfers": filters.max_transfers,
            "scenarios": sorted(filters.scenarios),
            "backward": request.is_backward,
        }

    def place(self, code: str) -> Json:
        """Return code, names and kind of a location."""
        row = self.book.locations[code]
        return {"code": row.code, "name_zh": row.name_zh, "name_en": row.name_en, "kind": row.kind}

    def local(self, minute: int, code: str) -> tuple[str, str]:
        """Return an instant in the local time of a place as RFC 3339, and the zone."""
        zone = self.book.locations[code].zone
        key = (minute, zone)
        shown = self._local.get(key)
        if shown is None:
            # The same instants come up in many options; the dictionary is emptied before it grows large.
            if len(self._local) >= _MOST_LOCAL:
                self._local.clear()
            shown = self._local[key] = self.axis.to_local(minute, zone).isoformat()
        return shown, zone

    def _area(self, code: str) -> str:
        return self._areas[self.book.locations[code].territory]

    def _at(self, name: str, minute: int, code: str) -> Json:
        local, zone = self.local(minute, code)
        return {f"{name}_at": local, f"{name}_zone": zone}

    def _ends(self, origin: str, destination: str) -> Json:
        start, end = self.book.locations[origin], self.book.locations[destination]
        return {
            "from": origin,
            "from_name_zh": start.name_zh,
            "from_name_en": start.name_en,
            "to": destination,
            "to_name_zh": end.name_zh,
            "to_name_en": end.name_en,
        }

    def _option(self, option: Option, request: Request, rate: ExchangeRate) -> Json:
        origin, destination = option.steps[0].origin, option.steps[-1].destination
        charges = [self._charge(charge, rate) for charge in option.charges]
        steps = [self._step(step) for step in option.steps]
        shipment = request.shipment
        crosses = self._area(shipment.origin) != self._area(shipment.destination)
        missing = ("import_duty", "import_vat", "insurance") if crosses else ("insurance",)
        ready = option.latest_ready_min if request.is_backward else self.axis.to_min(shipment.ready_at)
        return {
            "cost_minor": sum(charge["amount_minor"] for charge in charges),
            "currency": rate.currency,
            "cost_cny_minor": option.cost_cny_minor,
            **self._at("depart", option.depart_min, origin),
            **self._at("arrive", option.arrive_min, destination),
            "arrive_p50": self.local(option.arrive_p50_min, destination)[0],
            "arrive_p90": self.local(option.arrive_p90_min, destination)[0],
            **self._at("latest_ready", option.latest_ready_min, origin),
            "duration_min": option.arrive_min - ready,
            "emissions_g": option.emissions_g,
            "emissions_complete": option.emissions_complete,
            "on_time_probability": round(option.on_time_probability, 4),
            "best_in": list(option.best_in),
            "legs": [step for step in steps if step["kind"] == "leg"],
            "steps": steps,
            "charges": charges,
            "assumed_share": option.assumed_ppm / 10**6,
            "not_included": [_missing(code) for code in missing] + [_unpriced(*item) for item in option.unpriced],
            "alternatives": [self._option(other, request, rate) for other in option.alternatives],
        }

    def _charge(self, charge: Charge, rate: ExchangeRate) -> Json:
        return {
            "code": charge.code,
            "name_zh": charge.name_zh,
            "name_en": charge.name_en,
            "amount_minor": charge.cny_minor if rate.currency == BASE_CURRENCY else from_fen(charge.cny_minor, rate),
            "currency": rate.currency,
            "original_amount_minor": charge.amount_minor,
            "original_currency": charge.currency,
            "cny_minor": charge.cny_minor,
            "step": charge.step,
            "basis": charge.basis,
            "quantity": _plain(charge.quantity),
            "rate": _plain(charge.rate),
            "table": charge.table,
            "row": charge.row,
            "source": charge.source,
            "as_of": charge.as_of,
            "valid_to": charge.valid_to,
            "assumed": charge.assumed,
        }

    def _step(self, step: Step) -> Json:
        shown: Json = {
            "kind": step.kind,
            "mode": step.mode,
            "service": step.service,
            **self._ends(step.origin, step.destination),
            "form": step.form,
            "status": step.status,
            **self._at("ready", step.ready_min, step.origin),
            **self._at("depart", step.depart_min, step.origin),
            **self._at("arrive", step.arrive_min, step.destination),
            **self._at("available", step.available_min, step.destination),
            "emissions_g": step.emissions_g,
        }
        if step.kind == "leg":
            shown |= self._leg(step)
        elif step.kind == "clearance":
            row = self._clearance.get(step.row or "")
            shown |= {
                "direction": None if row is None else row.direction,
                "row": step.row,
                "papers": [] if row is None else list(row.papers),
            }
        else:
            shown["row"] = step.row
        return shown

    def _leg(self, step: Step) -> Json:
        service = self.book.services[step.service or ""]
        binding = next((cutoff for cutoff in step.cutoffs if cutoff.binding), None)
        return {
            "service_name_zh": service.name_zh,
            "service_name_en": service.name_en,
            "operator": service.operator,
            "service_status": service.status,
            "product": step.product,
            "unit": step.unit,
            "through": step.through,
            "cutoffs": [self._cutoff(cutoff, step.origin) for cutoff in step.cutoffs],
            "binding_cutoff": None if binding is None else self._cutoff(binding, step.origin),
            "slack_min": None if binding is None else binding.slack_min,
            "emission_factors": self._factors_of(step),
        }

    def _cutoff(self, cutoff: CutOffTime, code: str) -> Json:
        return {
            "type": cutoff.type,
            **self._at("cutoff", cutoff.at_min, code),
            "slack_min": cutoff.slack_min,
            "binding": cutoff.binding,
        }

    def _factors_of(self, step: Step) -> list[Json]:
        """Return the emission factors of the runs of a leg, each once."""
        key = (step.service or "", step.origin, step.destination)
        if key not in self._leg_factors:
            calls = self.book.stretch(*key)[1:]
            rows = [self._factors[call.factor] for call in calls if call.factor in self._factors]
            self._leg_factors[key] = [_factor(row) for row in dict.fromkeys(rows)]
        return self._leg_factors[key]


def _factor(row: EmissionFactor) -> Json:
    return {
        "id": row.id,
        "factor_set": row.factor_set,
        "g_per_tkm": _plain(row.g_per_tkm),
        "gwp_basis": row.gwp_basis,
    }


def _plain(number: Decimal) -> str:
    """
    Return a number as plain digits.

    Examples
    --------
    >>> _plain(Decimal("1E+2")), _plain(Decimal("2.50"))
    ('100', '2.5')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _best_backward(options: Sequence[Option]) -> list[Option]:
    """Return options with the latest ready instant as a criterion in place of the arrival, which is due anyway."""
    latest = max((option.latest_ready_min for option in options), default=0)
    marked = []
    for option in options:
        best = {*option.best_in} | ({"latest_ready"} if option.latest_ready_min == latest else set())
        marked.append(replace(option, best_in=tuple(name for name in _BACKWARD_CRITERIA if name in best)))
    return marked


def _blocks(blocks: Iterable[Block]) -> list[Json]:
    """Return reasons in order, each said once, with everything it is about."""
    subjects: dict[tuple[str, str, str], dict[str, None]] = {}
    for block in blocks:
        subjects.setdefault((block.rule, block.message_zh, block.message_en), {})[block.subject] = None
    return [
        {"rule": rule, "subject": next(iter(about)), "subjects": list(about), "message_zh": zh, "message_en": en}
        for (rule, zh, en), about in subjects.items()
    ]


def _missing(code: str) -> Json:
    zh, en = _MISSING[code]
    return {"code": code, "subject": "", "message_zh": zh, "message_en": en}


def _unpriced(code: str, subject: str) -> Json:
    zh, en = (text.format(code=code, subject=subject) for text in _UNPRICED)
    return {"code": code, "subject": subject, "message_zh": zh, "message_en": en}
