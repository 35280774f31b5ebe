"""Questions without a JVM: definitions compiled to DuckDB, over the files of the lake as delta-rs lists them."""
