"""The minute-by-minute schedule of hubs: from a plan to who does what when, and how that changes."""

from optimizer.schedule.build import build as build
from optimizer.schedule.params import Params as Params
from optimizer.schedule.params import Progress as Progress
from optimizer.schedule.problem import Problem as Problem
from optimizer.schedule.replan import plan_again as plan_again
from optimizer.schedule.replan import with_replan as with_replan
from optimizer.schedule.run import solve as solve
