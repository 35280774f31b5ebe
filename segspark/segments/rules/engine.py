"""The functions that definitions are compiled with: Spark's, or DuckDB's of the same names and meaning.

Whoever compiles takes them as ``f``, so that there is one definition for both engines: ``pyspark.sql.functions`` is such
a set, ``query/duck/functions.py`` is the other.
"""

from typing import Any

# A module, or an object with functions of the names of pyspark.sql.functions.
Functions = Any
# What they give: an expression with the operators of pyspark.sql.Column.
Column = Any
