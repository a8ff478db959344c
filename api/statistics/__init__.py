"""Totals of confirmed shipments by month, and the shipments behind every number."""
