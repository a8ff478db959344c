"""Records of the tables about events: their words, the milestones they tell of, and how webhooks are tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    from data.codes import DcsaType, EventAction, EventType, EventWordKind, LegEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWord(Row):
    """A word of EPCIS events; columns as in ``schema/event_words.csv``."""

    id: str
    kind: EventWordKind
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMilestone(Row):
    """A milestone and the event that tells of it; columns as in ``schema/event_milestones.csv``."""

    id: str
    name_zh: str
    name_en: str
    event_type: EventType
    action: EventAction | None
    biz_step: str
    leg_end: LegEnd | None
    dcsa_type: DcsaType | None
    dcsa_code: str | None
    dcsa_document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWait(Row):
    """A wait before an attempt to deliver; columns as in ``schema/webhook_waits.csv``."""

    id: str
    attempt: int
    wait_s: int
