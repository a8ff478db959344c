"""
The rules a set of tables must keep, one function per rule, all reported together.

A rule names the tables it reads. It is left out while one of them has rows that could not be read, because it
would then report what is only a consequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data import (
    rules_booking,
    rules_charges,
    rules_customs,
    rules_declare,
    rules_demand,
    rules_events,
    rules_feeding,
    rules_generic,
    rules_hub,
    rules_mixing,
    rules_papers,
    rules_places,
    rules_prices,
    rules_services,
    rules_throughput,
    rules_warehouses,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.rules import Rule

RULES: tuple[Rule, ...] = (
    *rules_generic.RULES,
    *rules_places.RULES,
    *rules_services.RULES,
    *rules_prices.RULES,
    *rules_charges.RULES,
    *rules_demand.RULES,
    *rules_mixing.RULES,
    *rules_throughput.RULES,
    *rules_customs.RULES,
    *rules_declare.RULES,
    *rules_hub.RULES,
    *rules_papers.RULES,
    *rules_booking.RULES,
    *rules_warehouses.RULES,
    *rules_feeding.RULES,
    *rules_events.RULES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """
    What could not be read, so that its consequences are not reported as well.

    Parameters
    ----------
    broken_keys
        By table, the keys of rows that could not be read.
    unreadable
        Tables of which some rows are unknown altogether.
    """

    broken_keys: Mapping[str, set[str]]
    unreadable: frozenset[str]

    @property
    def tables(self) -> frozenset[str]:
        """Every table that is not known in full."""
        return self.unreadable | {name for name, keys in self.broken_keys.items() if keys}


_NO_DOUBT = Doubt(broken_keys={}, unreadable=frozenset())


def check(catalogue: Catalogue, doubt: Doubt = _NO_DOUBT) -> list[Fault]:
    """
    Return every fault of a catalogue.

    Parameters
    ----------
    catalogue
        The tables to check; rules about completeness apply only if it is meant to be complete.
    doubt
        The rows that are missing from it because they could not be read.
    """
    faults = list(rules_generic.dangling_references(catalogue, doubt.broken_keys, doubt.unreadable))
    for rule in RULES:
        if rule.only_complete and not catalogue.is_complete:
            continue
        if not doubt.tables.isdisjoint(rule.tables):
            continue
        faults += rule.find(catalogue)
    return faults
