"""The words of events: names of ours, words of the tables, and the milestone that an event tells of."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from data import Catalogue
    from data.codes import EventWordKind
    from data.records_events import EventMilestone

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CONTEXTS = frozenset(
    {
        CONTEXT,
        "https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld",
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    }
)
"""The addresses under which the context of EPCIS 2.0 is known; it is never fetched."""
VERSION = "2.0"
PREFIX = "hubport"
URN = "urn:hubport:"
BOOKING = f"{URN}booking:"
LOCATION = f"{URN}location:"
STEP = f"{URN}step:"

Kind = Literal[
    "booking.held",
    "booking.waitlisted",
    "booking.promoted",
    "booking.confirmed",
    "booking.amended",
    "booking.rolled",
    "booking.cancelled",
    "booking.expired",
    "event.captured",
]
"""What webhooks can be told of."""
KINDS: tuple[Kind, ...] = get_args(Kind)
CAPTURED: Kind = "event.captured"

TYPES = {"ObjectEvent": "object", "AggregationEvent": "aggregation"}
"""The types of events that are kept, and their names in the tables."""
ACTIONS = ("ADD", "OBSERVE", "DELETE")

_CBV = re.compile(
    r"(?:https?://(?:ns|ref)\.gs1\.org/cbv/(?:BizStep|Disp|BTT|SDT|ER)-|urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):)"
    r"([a-z_]+)"
)
_DCSA_FIELD = {
    "shipment": "shipmentEventTypeCode",
    "transport": "transportEventTypeCode",
    "equipment": "equipmentEventTypeCode",
}
Classifier = Literal["PLN", "ACT"]


class Vocabulary:
    """
    The words of one data set.

    Parameters
    ----------
    catalogue
        With the tables of words and milestones.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._words: dict[str, set[str]] = {}
        for row in catalogue.event_words:
            self._words.setdefault(row.kind, set()).add(row.code)
        self._milestones = {(row.event_type, row.action, row.biz_step): row for row in catalogue.event_milestones}
        self._ends = {row.leg_end: row for row in catalogue.event_milestones if row.leg_end is not None}

    def known(self, kind: EventWordKind) -> list[str]:
        """Return the words of a kind, sorted."""
        return sorted(self._words.get(kind, ()))

    def is_word(self, kind: EventWordKind, text: str) -> bool:
        """Say whether a text is a word of a kind."""
        return text in self._words.get(kind, ())

    def near(self, kind: EventWordKind, text: str) -> list[str]:
        """Return words that may have been meant."""
        return difflib.get_close_matches(text, self.known(kind), n=2)

    def milestone(self, event: dict[str, Any]) -> EventMilestone | None:
        """Return the milestone an event tells of, None if none."""
        kind, step = TYPES.get(event["type"], ""), event.get("bizStep")
        keys = ((kind, event["action"], step), (kind, None, step))
        return next((self._milestones[key] for key in keys if key in self._milestones), None)

    def of_leg(self, end: Literal["depart", "arrive"]) -> EventMilestone | None:
        """Return the milestone at an end of a leg."""
        return self._ends.get(end)


def short_word(text: str) -> str:
    """
    Return a word of CBV in its short form, and anything else as it is.

    Examples
    --------
    >>> short_word("urn:epcglobal:cbv:bizstep:departing"), short_word("https://ref.gs1.org/cbv/Disp-in_transit")
    ('departing', 'in_transit')
    >>> short_word("urn:example:hoisting")
    'urn:example:hoisting'
    """
    found = _CBV.fullmatch(text)
    return text if found is None else found[1]


def dcsa_json(milestone: EventMilestone | None, classifier: Classifier = "ACT") -> dict[str, str] | None:
    """Return how DCSA names a milestone, None if it has no name for it."""
    if milestone is None or milestone.dcsa_type is None or milestone.dcsa_code is None:
        return None
    found = {
        "eventType": milestone.dcsa_type.upper(),
        "eventClassifierCode": classifier,
        _DCSA_FIELD[milestone.dcsa_type]: milestone.dcsa_code,
    }
    if milestone.dcsa_document is not None:
        found["documentTypeCode"] = milestone.dcsa_document
    return found
