"""Facts: records, units, money, time, and tables with their provenance."""
