"""Long work: submitted, queued in the database, done by processes of its own, watched and kept."""
