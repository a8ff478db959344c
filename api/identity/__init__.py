"""Who asks, for which firm, and what they may do."""
