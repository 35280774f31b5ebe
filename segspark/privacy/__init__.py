"""What consent permits and from which day."""
