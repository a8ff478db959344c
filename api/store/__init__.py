"""What the service keeps: tables, sessions, migrations. The only place that knows a database."""
