"""What consent permits, and since when."""
