"""Who is in which segment, since when and why."""
