"""Which identifiers belong to one person."""
