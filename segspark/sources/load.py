"""A workspace's source files, read and checked; no Spark."""

import glob
import os
from collections.abc import Mapping
from pathlib import Path

from segspark.config.load import load_model
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.sources.mapped import compile_mapping
from segspark.sources.spec import Source


def load_sources(workspace: Workspace, environ: Mapping[str, str] = os.environ) -> list[Source]:
    """Every source of a workspace, by name.

    Raises:
        ConfigError: all errors of all files, or no source at all.
    """
    paths = sorted({p for pattern in workspace.sources for p in glob.glob(str(workspace.folder / pattern))})
    sources: list[Source] = []
    issues: list[str] = []
    for path in paths:
        try:
            source = load_model(Path(path), Source, environ).model_copy(update={"folder": Path(path).parent.resolve()})
            if source.kind == "mapped":
                compile_mapping(source)
            sources.append(source)
        except ConfigError as error:
            issues.append(str(error))
    names = [s.name for s in sources]
    issues += [f"two sources are called {n}" for n in sorted({n for n in names if names.count(n) > 1})]
    if not paths:
        issues.append(
            f"{workspace.folder}: no source file matches {list(workspace.sources)}; see `sources` in segspark.yaml"
        )
    if issues:
        raise ConfigError("\n".join(issues))
    return sorted(sources, key=lambda s: s.name)
