"""The names of the command line's programs; no Spark, so that ``--help`` answers at once."""

# ``segspark run NAME``: each runs one or more flows in order (app/run.py).
PROGRAMS = ("ingest", "daily", "hourly", "train", "backfill")
# ``segspark features NAME --as-of D``.
FEATURE_PROGRAMS = ("repair", "restate")
# Steps of ``segspark maintain``, in order (app/maintain.py).
MAINTENANCE = ("retention", "compaction", "checkpoints", "scratch", "vacuum")
