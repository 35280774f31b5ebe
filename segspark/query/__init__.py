"""Questions to a lake: they read and never write."""
