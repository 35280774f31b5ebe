"""A workspace's source files, read and checked; no Spark."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segspark.config.load import load_model
from segspark.config.models import Workspace
from segspark.config.yaml_lines import Place, Problem, load_yaml, problems_of, raise_all
from segspark.errors import ConfigError
from segspark.sources.provider import Provider
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source
from segspark.store.patterns import files_below


def load_sources(workspace: Workspace, environ: Mapping[str, str] = os.environ) -> list[Source]:
    """Every source of a workspace, by name.

    Raises:
        ConfigError: all errors of all files, or no source although files of some are asked for.
    """
    paths = sorted({p for pattern in workspace.sources for p in files_below(workspace.folder, pattern)})
    sources: list[Source] = []
    issues: list[str] = []
    for path in paths:
        try:
            sources.append(load_source(path, environ))
        except ConfigError as error:
            issues.append(str(error))
    names = [s.name for s in sources]
    issues += [f"two sources are called {n}" for n in sorted({n for n in names if names.count(n) > 1})]
    if workspace.sources and not paths:
        issues.append(
            f"{workspace.folder}: no source file matches {list(workspace.sources)}; see `sources` in segspark.yaml"
        )
    if issues:
        raise ConfigError("\n".join(issues))
    return sorted(sources, key=lambda s: s.name)


def load_source(path: Path, environ: Mapping[str, str] = os.environ) -> Source:
    """One source file, checked by its provider too.

    Raises:
        ConfigError: all errors with file, line, key, value and what is allowed.
    """
    data, lines = load_yaml(path)
    try:
        source = load_model(path, Source, environ)
    except ConfigError as error:
        # An unknown provider is told together with what else is wrong.
        kind = data.get("kind") if isinstance(data, dict) else None
        raise_all([*error.problems, *(_kind_problems(path, lines, kind) if isinstance(kind, str) else ())])
        raise
    raise_all(_kind_problems(path, lines, source.kind))
    provider = PROVIDERS.find(source.kind)
    raise_all([*_option_problems(path, lines, provider, source.options), *_issues(path, lines, provider, source)])
    return source.model_copy(update={"folder": path.parent.resolve()})


def _kind_problems(path: Path, lines: Mapping[Place, int], kind: str) -> list[Problem]:
    try:
        PROVIDERS.find(kind)
    except ConfigError as error:
        return [Problem(str(path), lines.get(("kind",)), "kind", None, str(error))]
    return []


def _option_problems(
    path: Path, lines: Mapping[Place, int], provider: Provider, options: dict[str, Any]
) -> list[Problem]:
    try:
        provider.options.model_validate(options)
    except ValidationError as error:
        below = {place[1:]: line for place, line in lines.items() if place[:1] == ("options",)}
        problems = problems_of(error, str(path), below, provider.options)
        return [replace(p, key=f"options.{p.key}") for p in problems]
    return []


def _issues(path: Path, lines: Mapping[Place, int], provider: Provider, source: Source) -> list[Problem]:
    return [
        Problem(str(path), _line(lines, issue.place), ".".join(map(str, issue.place)), None, issue.message)
        for issue in provider.check(source)
    ]


def _line(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of a place, or of the nearest one around it."""
    return next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), None)
