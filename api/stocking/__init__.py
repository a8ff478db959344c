"""Stocking of overseas warehouses over HTTP: plans and simulations by jobs, alerts and routed orders at once."""
