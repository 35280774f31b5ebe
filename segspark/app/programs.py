"""The programs of the command line by name; no Spark, so that ``--help`` answers at once."""

# ``segspark run NAME``: each runs one flow or several, in their order (app/run.py).
PROGRAMS = ("ingest", "daily", "hourly", "train", "backfill")
# ``segspark features NAME --as-of D``.
FEATURE_PROGRAMS = ("repair", "restate")
