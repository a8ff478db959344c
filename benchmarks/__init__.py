"""Registered measurements of speed, memory and exactness; see README.md."""
