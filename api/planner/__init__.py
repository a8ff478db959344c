"""The planner's desk: maps of the network, of flows, of reach and of catchments, and scenarios compared."""
