"""The multimodal time-dependent network: timetable, prices, clearance, search. No solver."""

from network.board import Departure as Departure
from network.network import Network as Network
