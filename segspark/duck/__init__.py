"""DuckDB over the files of the lake: the engine of questions, which start no JVM."""
