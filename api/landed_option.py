"""Import duty, fees and VAT of the options of a quote, each for its own way and day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.customs_answer import amount_json, named_json
from api.faults import fault
from api.notes import note
from data.money import round_half_up
from network.customs import Border, check_landed, landed_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.answer_schema import Json
    from data.catalogue import Catalogue
    from data.itinerary import Option
    from data.shipment import Shipment
    from viz.theme import Lang

TAXES = ("duty", "excise", "fee", "vat")


class LandedOptions:
    """
    Works out what is due on arrival.

    Parameters
    ----------
    catalogue
        All rows.
    shipment
        What is asked about.
    currency
        Of the answer.
    """

    def __init__(self, catalogue: Catalogue, shipment: Shipment, currency: str) -> None:
        self._border = Border(catalogue, shipment, currency)

    def of(self, option: Option, paid: Sequence[int]) -> tuple[Json | None, list[Json]]:
        """
        Return what is due when goods take one way, and what is left out of it.

        Parameters
        ----------
        option
            The way.
        paid
            Its charges in minor units of the currency of the answer.
        """
        if not self._border.is_crossed:
            return None, []
        asked = self._border.question(option, paid)
        if asked is None:
            return None, [note("import_duty", ""), note("import_vat", "")]
        question, rules = asked
        faults = check_landed(question, rules)
        if faults:
            broken = fault(faults[0].field, faults[0].value, faults[0].rule, **faults[0].values)
            reason: dict[Lang, str] = {"zh": broken.message_zh, "en": broken.message_en}
            return None, [note("import_taxes", faults[0].field, reason=reason)]
        cost = landed_cost(question, rules)
        way = cost.total("goods") + cost.total("cost")
        dues = {kind: int(cost.total(kind)) for kind in TAXES}
        return {
            "territory": question.territory,
            "date": question.date.isoformat(),
            "channel": question.channel,
            "hs": question.lines[0].hs,
            "value_minor": round_half_up(question.value_minor),
            **{f"{kind}_minor": minor for kind, minor in dues.items()},
            "total_minor": sum(dues.values()),
            "low_minor": int(cost.low_minor - way),
            "high_minor": int(cost.high_minor - way),
            "with_way_minor": sum(paid) + sum(dues.values()),
            "assumed": any(one.row is not None and one.row.assumed for one in cost.amounts),
            "low_value": None if cost.low_value is None else named_json(cost.low_value),
            "amounts": [amount_json(one, rules) for one in cost.amounts if one.key.kind in TAXES],
        }, []
