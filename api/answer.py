"""From a quote to the JSON that the command line and the service both print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from api.answer_schema import Json
from api.notes import note, notes, on_time_meaning
from api.requests import Request
from data import Catalogue
from data.itinerary import Block, Charge, Option, Quote, Step
from data.money import format_minor, from_fen
from data.records import EmissionFactor, ExchangeRate
from data.shipment_read import BASE_CURRENCY
from data.timeaxis import TimeAxis
from viz.lines import LineBook

if TYPE_CHECKING:
    from api.landed_option import LandedOptions
    from api.papers_option import OptionPapers

_BACKWARD_CRITERIA = ("cost", "latest_ready", "emissions")
_MOST_LOCAL = 100_000
_MOST_NUMBERS = 10_000
_UNPRICED = ("{code}：{subject} 的价格未知，未计入", "{code}: the price at {subject} is unknown and not included")


T = TypeVar("T")


class _Once(Generic[T]):
    """Puts things into words, each once; they are told apart by identity, as comparing them would take longer."""

    def __init__(self, tell: Callable[[T], Json]) -> None:
        self._tell = tell
        # The thing is kept beside its words, lest another one gets its identity.
        self._told: dict[int, tuple[T, Json]] = {}

    def __call__(self, thing: T) -> Json:
        """Return the words."""
        found = self._told.get(id(thing))
        if found is None:
            found = self._told[id(thing)] = (thing, self._tell(thing))
        return found[1]


class _Shared(NamedTuple):
    """
    What the options of one answer have in common.

    Parameters
    ----------
    currency
        That of the answer.
    ready_min
        When the goods are ready, None when the answer says how late they may be.
    landed
        Tells what is due on arrival.
    papers
        Tells which papers an option needs, and by when.
    charge, step
        Show a charge and a step; options have most of them in common, so each is put into words once.
    """

    currency: str
    ready_min: int | None
    landed: LandedOptions
    papers: OptionPapers
    charge: Callable[[Charge], Json]
    step: Callable[[Step], Json]


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
        self._factors = {row.id: row for row in catalogue.emission_factors}
        self._clearance = {row.id: row for row in catalogue.clearance}
        self._local: dict[tuple[int, str], str] = {}
        self._leg_factors: dict[tuple[str, str, str], list[Json]] = {}

    def quote(self, request: Request, quote: Quote) -> Json:
        """Return the whole answer to a request."""
        rate = self.catalogue.exchange_rate(request.currency)
        options = _best_backward(quote.options) if request.is_backward else quote.options
        shared = self._shared(request, rate)
        return {
            "shipment": self.shipment(request),
            "options": [self._option(option, shared) for option in options],
            "nearest": [self._option(option, shared) for option in quote.nearest],
            "papers": shared.papers.kinds(),
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
            **self._at("ready", self.axis.by_min(shipment.ready_at), shipment.origin),
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
        return self._local_text(minute, zone), zone

    def _local_text(self, minute: int, zone: str) -> str:
        """Return an instant in the local time of a zone as RFC 3339."""
        key = (minute, zone)
        shown = self._local.get(key)
        if shown is None:
            # The same instants come up in many options; the dictionary is emptied before it grows large.
            if len(self._local) >= _MOST_LOCAL:
                self._local.clear()
            shown = self._local[key] = self.axis.to_local(minute, zone).isoformat()
        return shown

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

    def _shared(self, request: Request, rate: ExchangeRate) -> _Shared:
        # Looking up places and the like does not wait for the network, which this needs.
        from api.landed_option import LandedOptions  # noqa: PLC0415
        from api.papers_option import OptionPapers  # noqa: PLC0415

        return _Shared(
            currency=rate.currency,
            ready_min=None if request.is_backward else self.axis.by_min(request.shipment.ready_at),
            landed=LandedOptions(self.catalogue, request.shipment, rate.currency),
            papers=OptionPapers(self.catalogue, request.shipment, self.local),
            charge=_Once(partial(_charge, rate=rate)),
            step=_Once(self._step),
        )

    def _option(self, option: Option, shared: _Shared) -> Json:
        origin, destination = option.steps[0].origin, option.steps[-1].destination
        charges = [shared.charge(charge) for charge in option.charges]
        steps = [shared.step(step) for step in option.steps]
        ready = option.latest_ready_min if shared.ready_min is None else shared.ready_min
        landed, untaxed = shared.landed.of(option, [charge["amount_minor"] for charge in charges])
        return {
            "cost_minor": sum(charge["amount_minor"] for charge in charges),
            "currency": shared.currency,
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
            "landed": landed,
            "papers": shared.papers.of(option),
            "not_included": [*untaxed, note("insurance", ""), *(_unpriced(*item) for item in option.unpriced)],
            "alternatives": [self._option(other, shared) for other in option.alternatives],
        }

    def _step(self, step: Step) -> Json:
        start, end = (self.book.locations[code].zone for code in (step.origin, step.destination))
        local = self._local_text
        shown: Json = {
            "kind": step.kind,
            "mode": step.mode,
            "service": step.service,
            **self._ends(step.origin, step.destination),
            "form": step.form,
            "status": step.status,
            "ready_at": local(step.ready_min, start),
            "ready_zone": start,
            "depart_at": local(step.depart_min, start),
            "depart_zone": start,
            "arrive_at": local(step.arrive_min, end),
            "arrive_zone": end,
            "available_at": local(step.available_min, end),
            "available_zone": end,
            "emissions_g": step.emissions_g,
        }
        if step.kind == "leg":
            shown |= self._leg(step, start)
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

    def _leg(self, step: Step, zone: str) -> Json:
        """Return what only legs have; the zone is that of the departure."""
        service = self.book.services[step.service or ""]
        cutoffs = [
            {
                "type": cutoff.type,
                "cutoff_at": self._local_text(cutoff.at_min, zone),
                "cutoff_zone": zone,
                "slack_min": cutoff.slack_min,
                "binding": cutoff.binding,
            }
            for cutoff in step.cutoffs
        ]
        binding = next((cutoff for cutoff in cutoffs if cutoff["binding"]), None)
        return {
            "service_name_zh": service.name_zh,
            "service_name_en": service.name_en,
            "operator": service.operator,
            "service_status": service.status,
            "product": step.product,
            "unit": step.unit,
            "through": step.through,
            "cutoffs": cutoffs,
            "binding_cutoff": binding,
            "slack_min": None if binding is None else binding["slack_min"],
            "emission_factors": self._factors_of(step),
        }

    def _factors_of(self, step: Step) -> list[Json]:
        """Return the emission factors of the runs of a leg, each once."""
        key = (step.service or "", step.origin, step.destination)
        if key not in self._leg_factors:
            calls = self.book.stretch(*key)[1:]
            rows = [self._factors[call.factor] for call in calls if call.factor in self._factors]
            self._leg_factors[key] = [_factor(row) for row in dict.fromkeys(rows)]
        return self._leg_factors[key]


def _charge(charge: Charge, rate: ExchangeRate) -> Json:
    """Return a charge in the currency of the answer."""
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


def _factor(row: EmissionFactor) -> Json:
    return {
        "id": row.id,
        "factor_set": row.factor_set,
        "g_per_tkm": _plain(row.g_per_tkm),
        "gwp_basis": row.gwp_basis,
    }


@lru_cache(maxsize=_MOST_NUMBERS)
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


def _unpriced(code: str, subject: str) -> Json:
    zh, en = (text.format(code=code, subject=subject) for text in _UNPRICED)
    return {"code": code, "subject": subject, "message_zh": zh, "message_en": en}
