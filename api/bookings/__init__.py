"""Quotes that are kept, and bookings that take room on departures."""
