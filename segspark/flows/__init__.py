"""The flows: the only place where tables meet functions."""
