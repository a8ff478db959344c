"""Consolidation: one plan for many shipments, with a bound on what any plan must cost."""

from optimizer.consolidation.params import Params, Progress
from optimizer.consolidation.run import solve
from optimizer.consolidation.standing import NEVER, Again, NowhereError, Stand

__all__ = ["NEVER", "Again", "NowhereError", "Params", "Progress", "Stand", "solve"]
