"""How good a model is, in Spark and on small frozen results."""
