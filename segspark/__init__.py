"""segspark: customer segments for e-mail marketers on Spark and Delta."""

__version__ = "0.1.0"
