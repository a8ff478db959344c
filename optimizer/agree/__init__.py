"""
A plan and the schedule of its hubs that agree: who misses a departure is planned again, until nobody does.

The plan knows cut-offs, but not what the work in a hub takes when there is other work. So the two take turns: the
schedule says who misses, these are planned again with more time before the cut-offs while the rest stays as it is, and
the hubs are scheduled again. Every plan and every schedule is checked by code that did not make it.
"""

from optimizer.agree.back import hand_back
from optimizer.agree.first import agree
from optimizer.agree.params import Agreed, Params

__all__ = ["Agreed", "Params", "agree", "hand_back"]
