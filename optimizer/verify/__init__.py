"""
The independent checker of quotes and plans.

It reads the tables and the answer, and nothing else: no code of the search or of the price function is shared.
Time is kept in aware instants, converted one at a time, and money in exact fractions.
"""

from optimizer.verify.check import verify_option as verify_option
from optimizer.verify.check import verify_quote as verify_quote
from optimizer.verify.placement import verify_placement as verify_placement
from optimizer.verify.plan import verify_plan as verify_plan
from optimizer.verify.schedule import verify_schedule as verify_schedule
from optimizer.verify.stock import verify_stock as verify_stock
from optimizer.verify.violation import Violation as Violation
