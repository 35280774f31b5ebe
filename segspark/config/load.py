"""A workspace from defaults, its YAML and the environment; no Spark."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from segspark.config.models import Workspace
from segspark.config.yaml_lines import load_yaml, problems_of
from segspark.errors import ConfigError

PREFIX = "SEGSPARK__"
M = TypeVar("M", bound=BaseModel)
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def load_model(path: Path, model: type[M], environ: Mapping[str, str] = os.environ) -> M:
    """One YAML file as a model; ``${NAME}`` and ``${NAME:-default}`` are taken from the environment.

    Raises:
        ConfigError: every fault with file, line, key, value and what is allowed.
    """
    data, lines = load_yaml(path)
    try:
        return model.model_validate(substitute(data or {}, environ, path))
    except ValidationError as error:
        raise ConfigError("\n".join(map(str, problems_of(error, str(path), lines, model)))) from None


def load_workspace(path: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace of a segspark.yaml (or of the folder that holds one), with absolute paths.

    The environment goes over the file (``SEGSPARK__CLUSTERING__K=5``), the file over the defaults.

    Raises:
        ConfigError: every fault at once.
    """
    path = path / "segspark.yaml" if path.is_dir() else path
    data, lines = load_yaml(path)
    if data is not None and not isinstance(data, dict):
        raise ConfigError(f"{path}: a mapping of settings is needed, e.g. `lake: ./lake`.")
    merged = merge(substitute(data or {}, environ, path), from_environment(environ))
    try:
        workspace = Workspace.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("\n".join(map(str, problems_of(error, str(path), lines, Workspace)))) from None
    return _with_absolute_paths(workspace, path.resolve().parent)


def _with_absolute_paths(workspace: Workspace, folder: Path) -> Workspace:
    lake = (folder / workspace.lake).resolve()
    mlflow = workspace.mlflow
    uri = mlflow.tracking_uri
    if not uri:
        uri = f"sqlite:///{lake.parent / 'mlflow.db'}"
    elif uri.startswith("sqlite:///") and not uri.startswith("sqlite:////"):
        uri = f"sqlite:///{(folder / uri.removeprefix('sqlite:///')).resolve()}"
    artifacts = mlflow.artifact_location or str(lake.parent / "mlflow-artifacts")
    if "://" not in artifacts:
        artifacts = str((folder / artifacts).resolve())
    return workspace.model_copy(
        update={
            "folder": folder,
            "lake": lake,
            "keys": workspace.keys.model_copy(update={"file": folder / workspace.keys.file}),
            "mlflow": mlflow.model_copy(
                update={
                    "tracking_uri": uri,
                    "artifact_location": artifacts,
                    "experiment": mlflow.experiment or workspace.name,
                }
            ),
        }
    )


def substitute(data: Any, environ: Mapping[str, str], path: Path) -> Any:
    """Environment variables in text values.

    Raises:
        ConfigError: a variable without a default that is not set.
    """
    missing: list[str] = []

    def replace(match: re.Match[str]) -> str:
        name, default = match.groups()
        if environ.get(name):
            return environ[name]
        if default is None:
            missing.append(name)
        return default or ""

    def walk(item: Any) -> Any:
        if isinstance(item, str):
            return _VARIABLE.sub(replace, item)
        if isinstance(item, dict):
            return {k: walk(v) for k, v in item.items()}
        return [walk(v) for v in item] if isinstance(item, list) else item

    result = walk(data)
    if missing:
        raise ConfigError(f"{path}: environment variables {sorted(set(missing))} are not set; give them or a default, ${{NAME:-default}}.")
    return result


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """``SEGSPARK__SECTION__KEY=value`` as nested settings; values are read as YAML."""
    settings: dict[str, Any] = {}
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        *sections, key = name.removeprefix(PREFIX).lower().split("__")
        node = settings
        for section in sections:
            node = node.setdefault(section, {})
        node[key] = yaml.safe_load(text)
    return settings


def merge(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    """The higher settings over the lower; mappings are merged, lists replaced."""
    merged = dict(low)
    for key, value in high.items():
        under = merged.get(key)
        merged[key] = merge(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return merged
