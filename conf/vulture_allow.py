"""What vulture calls unused and is used all the same, with the reason (tests/test_dead_code.py: no entry too many)."""
# ruff: noqa: B018, F821

# Called by name from the templates of the report (tests/test_dead_code.py: each is in one).
_.by_frequency
_.by_size
_.chart
_.fitted_on
_.group_features
_.how_key
_.interval_lines
_.is_exclusive
_.is_rest
_.is_secondary
_.is_significant
_.kpi_lines
_.largest_square
_.level_tree
_.n_events
_.profile_lines
_.rfm_map
_.segment_lines
_.template
_.why_missing

# Called or read by a library.
__getattr__  # Python, of a module
__dir__
_._repr_html_  # Jupyter
_._repr_png_
_._transform  # pyspark.ml.Transformer
_.mutate  # cosmic-ray's operators
_.row_factory  # sqlite3.Connection
_._download_file  # mlflow's ArtifactRepository
_.tempdir  # the tempfile module
_.STRICT_CAST  # a dialect of sqlglot
_.NO_PAREN_FUNCTIONS
_.format_completion  # click's completion in shells
_.get_completion_args
_.readinto  # io.RawIOBase
_.seekable
_.writable

# Fields of rows that `asdict` turns into JSON or into a column of a printed table.
_.definition_version  # the manifest of an export
_.is_breaking  # `segspark segments plan`
_.top_decile_lift  # MLflow's metrics

# Written by users in Python files: rules and notebooks.
_.branch_id
_.is_exact
_.to_polars
_.not_then

# A key of a source's YAML that files of earlier versions have.
scrub

# Read by the loader, before the workspace is one.
lake_files
