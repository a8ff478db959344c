"""Messages of the customs for cross-border e-commerce, checked against the tables `ceb_messages` and `ceb_fields`."""
