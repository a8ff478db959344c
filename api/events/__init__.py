"""What happened to cargo and to bookings: captured and asked for as GS1 EPCIS 2.0 JSON, and milestones made of it."""
