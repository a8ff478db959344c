"""The forwarder's desk: quotes, bookings, shipments and their papers, as pages."""
