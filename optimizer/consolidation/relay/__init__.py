"""Relay: cargo that changes shared boxes at hubs, box by box."""

from optimizer.consolidation.params import Params
from optimizer.consolidation.relay.engine import solve
from optimizer.consolidation.relay.params import Progress, Result, Status
from optimizer.consolidation.relay.problem import Commodity, Departure, Link, Plan, Problem, RelayError, Ride

__all__ = [
    "Commodity",
    "Departure",
    "Link",
    "Params",
    "Plan",
    "Problem",
    "Progress",
    "RelayError",
    "Result",
    "Ride",
    "Status",
    "solve",
]
