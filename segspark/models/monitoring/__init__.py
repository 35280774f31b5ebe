"""After training: whether people still look as they did, and whether what was announced came about."""
