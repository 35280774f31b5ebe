"""Spark SQL expressions of mappings: parsed, typed over text columns, and compiled to forms that cannot raise."""
