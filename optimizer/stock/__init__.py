"""Stocking of overseas warehouses: where, how much of each SKU, by which mode and when."""

from optimizer.stock.build import Choice as Choice
from optimizer.stock.build import build as build
from optimizer.stock.problem import Box as Box
from optimizer.stock.problem import Lane as Lane
from optimizer.stock.problem import Problem as Problem
