"""How days and items become values: one file per aggregation, and the registry."""
