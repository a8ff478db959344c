"""The steps from one form of the database to the next; alembic runs them in order."""
