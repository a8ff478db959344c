"""Why a plan is as it is: what else a shipment could do, what keeps it from that, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AlternativeKind = Literal["join", "alone", "box", "behind"]
BindingRule = Literal[
    "restriction",
    "regime",
    "place",
    "papers",
    "stuffing",
    "departure",
    "onward",
    "volume",
    "payload",
    "late",
    "cost",
    "mixing",
    "own_box",
    "capacity",
    "throughput",
]
ChangeKind = Literal["ready", "due", "volume", "payload"]
SensitivityKind = Literal["ready", "due", "cutoff"]
HoldCause = Literal["shipment", "departure", "process"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """
    A way in few words.

    Parameters
    ----------
    services
        Ids of the services in order; of a box those between stuffing and stripping.
    origin, destination
        Where they begin and end.
    depart_min
        First departure.
    arrive_min
        Instant the shipment is ready at its destination.
    """

    services: tuple[str, ...]
    origin: str
    destination: str
    depart_min: int
    arrive_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """
    Something else that a shipment could do while all others do what the plan says.

    Parameters
    ----------
    kind
        ``join`` a load of the plan, go ``alone``, in a ``box`` that is filled for it alone, or stay ``behind``.
    difference_minor
        What the whole plan would cost more, in fen; less if negative.
    load, box
        Id of the load joined; code of the box.
    days_late
        Days begun after the due instant.
    ride
        How it would go, None if it would stay behind.
    """

    kind: AlternativeKind
    difference_minor: int
    load: str | None = None
    box: str | None = None
    days_late: int = 0
    ride: Ride | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """
    A rule that keeps a shipment out of a load of the plan, or off a departure, or off the day of a place.

    Parameters
    ----------
    rule
        Which: a leg is closed by a ``restriction`` or to its ``regime``; only shipments that start or end at the
        ``place`` may use it; its ``papers`` or the cargo, which must be there for ``stuffing``, are late; its last
        ``departure`` or the way ``onward`` does not allow it; ``volume`` or ``payload`` is exceeded; it would be
        ``late``, or pay more (``cost``); what it is forbids ``mixing``; or it has an ``own_box``. Or a departure has
        no ``capacity`` left for it; with a load, no departure of the service has enough. Or the ``throughput`` of a
        place on a day was used up.
    load
        Id of the load; None if it is kept out of all of them.
    subject
        Row, place or attribute in question; of a throughput ``stuff.`` or ``strip.`` and the place.
    over
        By how much: minutes (papers, stuffing), cm3, grams, days late, or fen.
    saving_minor
        What joining would save if the rule was not, at most; 0 if that is not known.
    depart_min
        Of a departure that is full, when it leaves its first call; of a place, when the day begins.
    """

    rule: BindingRule
    load: str | None = None
    subject: str = ""
    over: int = 0
    saving_minor: int = 0
    depart_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    A change to a shipment with which the plan would cost less.

    Parameters
    ----------
    kind
        It is ``ready`` earlier, ``due`` later, or its load has room for more ``volume`` or ``payload``.
    by
        How much: minutes, cm3 or grams.
    saving_minor
        What the plan would cost less, at least, in fen.
    load
        Id of the load it would join; None if it would go as it does.
    """

    kind: ChangeKind
    by: int
    saving_minor: int
    load: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """
    More than a day for which a shipment waits.

    Parameters
    ----------
    place
        Where.
    since_min, until_min
        From when until when.
    cause
        It waits for another ``shipment`` of its load, for a ``departure``, or for a ``process`` to begin.
    subject
        The shipment or the service; of a process its kind.
    """

    place: str
    since_min: int
    until_min: int
    cause: HoldCause
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """
    Why one shipment travels as it does.

    Parameters
    ----------
    shipment
        Its id.
    next_best
        The cheapest other thing it could do, None if there is nothing.
    first
        Going alone on the way that arrives first, None if that is what it does.
    bindings
        What keeps it out of loads in which it would cost less, the most expensive first.
    changes
        What would change that, the smallest change first.
    holds
        Waits of more than a day, in order of time.
    """

    shipment: str
    next_best: Alternative | None = None
    first: Alternative | None = None
    bindings: tuple[Binding, ...] = ()
    changes: tuple[Change, ...] = ()
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """
    What a little more time for some shipments would save, at least.

    Parameters
    ----------
    kind
        They are ``ready`` earlier or ``due`` later, or the ``cutoff`` of a departure is later.
    by
        Minutes.
    saving_minor
        Of the whole plan, at least, in fen.
    shipments
        Those that gain by it.
    service, origin, depart_min
        The departure that they are on, or would catch.
    load
        Id of the load on it, None if they go alone.
    """

    kind: SensitivityKind
    by: int
    saving_minor: int
    shipments: tuple[str, ...]
    service: str
    origin: str
    depart_min: int
    load: str | None = None
