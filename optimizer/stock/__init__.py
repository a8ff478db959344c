"""Stocking of overseas warehouses: where, how much of each SKU, by which mode and when."""

from optimizer.stock.build import Choice as Choice
from optimizer.stock.build import build as build
from optimizer.stock.evaluate import evaluate as evaluate
from optimizer.stock.params import Params as Params
from optimizer.stock.params import Progress as Progress
from optimizer.stock.problem import Box as Box
from optimizer.stock.problem import Lane as Lane
from optimizer.stock.problem import Problem as Problem
from optimizer.stock.run import Result as Result
from optimizer.stock.run import solve as solve
