"""A network on which cut-offs of some services come earlier than the tables say: room for what a place needs before."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.compile import mirror

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.network import Network


class Lead(NamedTuple):
    """
    Minutes by which cargo, and its papers, are to be earlier than the cut-offs of a service at a place.

    Parameters
    ----------
    place, service
        Where, and before which departures.
    cargo_min, papers_min
        Minutes before the cut-offs of the cargo, and before that of the documents.
    """

    place: str
    service: str
    cargo_min: int
    papers_min: int


def with_leads(network: Network, leads: Iterable[Lead]) -> Network:
    """
    Return a network on which departures are caught only by what is earlier than their cut-offs.

    Every way on it is a way on the network given, with the same steps, cut-offs and charges.

    Parameters
    ----------
    network
        The compiled network.
    leads
        How much earlier, once for a place and service.
    """
    wanted = {(lead.place, lead.service): lead for lead in leads}
    tt = network.compiled.forward
    cargo, papers = tt.leg_pre.copy(), tt.leg_doc.copy()
    for number, leg in enumerate(network.legs):
        lead = None if leg.service is None else wanted.get((leg.origin, leg.service.id))
        if lead is not None:
            cargo[number] += lead.cargo_min
            papers[number] += lead.papers_min if papers[number] >= 0 else 0
    forward = tt._replace(leg_pre=cargo, leg_doc=papers)
    is_movement = np.array([leg.service is not None for leg in network.legs], dtype=np.bool_)
    changed = copy(network)
    backward = mirror(forward, is_movement, network.compiled.horizon_min)
    changed.compiled = replace(network.compiled, forward=forward, backward=backward)
    return changed
