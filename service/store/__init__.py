"""State in SQLite or PostgreSQL, files by their sha256."""
