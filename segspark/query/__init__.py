"""Read-only questions about a lake."""
