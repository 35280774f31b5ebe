"""Model quality, in Spark and on small frozen results."""
