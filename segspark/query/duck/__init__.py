"""People, sequences and memberships of a stored day as queries of DuckDB."""
