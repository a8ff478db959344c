"""Shipments that firms keep: one by one, in files, and quoted from what is kept."""
