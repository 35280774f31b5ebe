"""A workspace from defaults, its YAML and the environment; no Spark."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from segspark.config.former_places import Moves, given_twice, move, move_places
from segspark.config.merge import merge, nested
from segspark.config.models import Workspace
from segspark.config.places import why_misread
from segspark.config.tracking import artifacts_at
from segspark.config.typed_secrets import REFERENCE, no_names, typed_secrets
from segspark.config.yaml_lines import Place, Problem, load_yaml, parse_yaml, problems_of, raise_all
from segspark.errors import ConfigError

PREFIX = "SEGSPARK__"
# Read as a package resource and not by path: on a cluster the code is a .zip.
BASE = resources.files("segspark.config") / "base.yaml"
M = TypeVar("M", bound=BaseModel)

# Keys of a workspace that no file may set.
_SET_HERE = {"folder": "it is where this file lies.", "catalog": "it follows from `lake`."}


def load_model(path: Path, model: type[M], environ: Mapping[str, str] = os.environ) -> M:
    """Load one YAML file as a model; ``${NAME}`` and ``${NAME:-default}`` are replaced from the environment.

    Raises:
        ConfigError: all errors with file, line, key, value and what is allowed.
    """
    data, lines = load_yaml(path)
    return _as_model(data, lines, model, str(path), environ)


def load_content(content: bytes, name: str, model: type[M], environ: Mapping[str, str] = os.environ) -> M:
    """The same of a file's content, wherever it lies.

    Raises:
        ConfigError: all errors with the name, line, key, value and what is allowed.
    """
    data, lines = parse_yaml(content, name)
    return _as_model(data, lines, model, name, environ)


def _as_model(data: Any, lines: Mapping[Place, int], model: type[M], name: str, environ: Mapping[str, str]) -> M:
    data, problems = substitute(data, environ, name, lines)
    return _validated({} if data is None else data, model, name, lines, {}, problems)


def load_workspace(
    path: Path, environ: Mapping[str, str], kind: type[Workspace], moves: Moves = MappingProxyType({})
) -> Workspace:
    """The workspace of a segspark.yaml (or of the folder that holds one), with absolute paths.

    The environment (``SEGSPARK__SEGMENTS__MIN_SIZE=5``) overrides the file, the file overrides ``base.yaml``.
    ``app/workspace.py`` loads with all that the program knows.

    Args:
        kind: the workspace's type, of ``names.workspace_type``.
        moves: keys of older files and variables, and their places today.

    Raises:
        ConfigError: all errors at once.
    """
    path = path / "segspark.yaml" if path.is_dir() else path
    data, lines = load_yaml(path)
    data = {} if data is None else data
    if not isinstance(data, dict):
        raise_all([Problem(str(path), 1, "the file", None, "settings are needed, e.g. `lake: ./lake`.")])
    data, twice = move(data, moves)
    problems = [given_twice(str(path), lines.get((key,)), key, moves[key]) for key in twice]
    lines = move_places(lines, {key: place for key, place in moves.items() if key not in twice})
    problems += typed_secrets(data, str(path), lines)
    data, more = substitute(data, environ, str(path), lines)
    problems += more
    over, origins, more = from_environment(environ, moves)
    problems += more + no_names(over, origins)
    for key, what in _SET_HERE.items():
        if key in data:
            problems.append(Problem(str(path), lines.get((key,)), key, None, what, "Remove it."))
    data = {key: value for key, value in data.items() if key not in _SET_HERE}
    merged = merge(merge(_defaults(), data), over)
    workspace = _validated(merged, kind, str(path), lines, origins, problems)
    return _with_absolute_paths(workspace, path.resolve().parent)


def read_keys(path: Path, keys: Sequence[str], environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """A few top-level values of a segspark.yaml as a workspace would have them, with nothing checked: for what must be
    quick and may fail in silence."""
    data, lines = load_yaml(path)
    over, _, _ = from_environment({name: text for name, text in environ.items() if name.startswith(PREFIX)})
    merged = merge(merge(_defaults(), data or {}), over)
    values, _ = substitute({key: merged.get(key) for key in keys}, environ, str(path), lines)
    return dict(values)


def _validated(
    data: Any,
    model: type[M],
    file: str,
    lines: Mapping[Place, int],
    origins: Mapping[Place, str],
    problems: list[Problem],
) -> M:
    try:
        valid = model.model_validate(data)
    except ValidationError as error:
        reported = {p.key for p in problems}
        raise_all([*problems, *(p for p in problems_of(error, file, lines, model, origins) if p.key not in reported)])
        raise
    raise_all(problems)
    return valid


def _defaults() -> dict[str, Any]:
    defaults: dict[str, Any] = yaml.safe_load(_base_text())
    return defaults


@cache
def _base_text() -> str:
    return BASE.read_text(encoding="utf-8")


def _with_absolute_paths(workspace: Workspace, folder: Path) -> Workspace:
    lake = workspace.lake.below(folder)
    if why := why_misread(lake):
        raise ConfigError(why)
    # MLflow's own database and files stay on this machine, unless they are given another place.
    beside = folder if lake.is_remote else Path(lake.text).parent
    mlflow = workspace.mlflow
    uri = mlflow.tracking_uri
    if not uri:
        uri = f"sqlite:///{beside / 'mlflow.db'}"
    elif uri.startswith("sqlite:///") and not uri.startswith("sqlite:////"):
        uri = f"sqlite:///{(folder / uri.removeprefix('sqlite:///')).resolve()}"
    return workspace.model_copy(
        update={
            "folder": folder,
            "lake": lake,
            "exports": workspace.exports.below(folder),
            "reports": workspace.reports.below(folder),
            "keys": workspace.keys.model_copy(update={"file": folder / workspace.keys.file.expanduser()}),
            "mlflow": mlflow.model_copy(
                update={
                    "tracking_uri": uri,
                    "artifact_location": artifacts_at(
                        mlflow.artifact_location or str(beside / "mlflow-artifacts"), folder
                    ),
                    "experiment": mlflow.experiment or workspace.name,
                }
            ),
        }
    )


def substitute(
    data: Any, environ: Mapping[str, str], file: str, lines: Mapping[Place, int]
) -> tuple[Any, list[Problem]]:
    """Replace environment variables in text values; gives a problem for each value whose variable is not set."""
    problems: list[Problem] = []

    def walk(item: Any, place: Place) -> Any:
        if isinstance(item, dict):
            return {key: walk(value, (*place, key)) for key, value in item.items()}
        if isinstance(item, list):
            return [walk(value, (*place, at)) for at, value in enumerate(item)]
        if not isinstance(item, str):
            return item
        unset = sorted({name for name, default in REFERENCE.findall(item) if not environ.get(name)} - _defaulted(item))
        if unset:
            names = " and ".join(unset)
            fix = f"Set it, or give a default: ${{{unset[0]}:-default}}."
            key = ".".join(map(str, place))
            problems.append(Problem(file, lines.get(place), key, item, f"the environment has no {names}.", fix))
            return item
        return REFERENCE.sub(lambda match: environ.get(match[1]) or match[2] or "", item)

    return walk(data, ()), problems


def _defaulted(text: str) -> set[str]:
    return {match[1] for match in REFERENCE.finditer(text) if match[2] is not None}


def from_environment(
    environ: Mapping[str, str], moves: Moves = MappingProxyType({})
) -> tuple[dict[str, Any], dict[Place, str], list[Problem]]:
    """``SEGSPARK__SECTION__KEY=value`` as nested settings, the origin of each, and the values that cannot be read.

    Values are read as YAML: ``5``, ``[7, 30]``, ``{click: 30}``.
    """
    settings: dict[str, Any] = {}
    origins: dict[Place, str] = {}
    problems: list[Problem] = []
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        place = tuple(name.removeprefix(PREFIX).lower().split("__"))
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            problems.append(
                Problem(f"environment {name}", None, ".".join(place), text, "this is no YAML.", "Quote it.")
            )
            continue
        settings = merge(settings, nested(place, value))
        origins[place] = f"environment {name}"
    settings, twice = move(settings, moves)
    for key in twice:
        where = next(origin for place, origin in origins.items() if place[0] == key)
        problems.append(given_twice(where, None, key, moves[key]))
    return settings, move_places(origins, moves), problems
