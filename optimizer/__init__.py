"""Decisions: consolidation, load planning, pickup, scheduling, stocking, recovery."""
