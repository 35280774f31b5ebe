"""Definitions of every scheme from a workspace's files, with all checks that need no features. No Spark."""

from pathlib import Path

from segspark.config.models import Segments
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.references import resolver
from segspark.segments.schemes.registry import written_schemes
from segspark.segments.validation_errors import ValidationIssue


def read_definitions(config: Segments, folder: Path) -> tuple[Definitions, list[ValidationIssue]]:
    """The definitions named by a workspace, as far as they can be read, and all errors of all files."""
    issues: list[ValidationIssue] = []
    by_scheme = {scheme.name: written.read(config, folder, issues) for scheme, written in written_schemes()}
    resolve = resolver(
        {d.key: d.when for definitions in by_scheme.values() for d in definitions if isinstance(d, Rule)}, issues
    )
    return Definitions({name: tuple(d.resolved(resolve) for d in ds) for name, ds in by_scheme.items()}), issues
