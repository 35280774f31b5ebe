"""YAML with line numbers, and one form for everything that is wrong with a file."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from segspark.errors import ConfigError

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One fault: where, what it is, what to write instead."""

    file: str
    line: int | None
    key: str
    value: Any
    message: str
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        shown = "" if self.value is None else f" (is {str(self.value)[:80]!r})"
        return f"{where}: {self.key}{shown}: {self.message}" + (f" {self.fix}" if self.fix else "")


def load_yaml(path: Path) -> tuple[Any, dict[Place, int]]:
    """The data of a file and the line of every key.

    Raises:
        ConfigError: no such file, no YAML, or a key that is given twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. `segspark init DIR` makes a workspace that runs.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({error}).") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        lines: dict[Place, int] = {}
        faults: list[Problem] = []
        if node is not None:
            _walk(node, (), lines, faults, path.name)
        if faults:
            raise ConfigError("\n".join(map(str, faults)))
        return yaml.safe_load(text), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigError(f"{where}: this is no YAML: {problem}. Quote values that hold `:` or `#`.") from None


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], faults: list[Problem], file: str) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            name = key.value
            if name in seen:
                faults.append(Problem(file, key.start_mark.line + 1, name, None, "the key is given twice.", "Keep one."))
            seen.add(name)
            lines[(*place, name)] = key.start_mark.line + 1
            _walk(value, (*place, name), lines, faults, file)
    elif isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            _walk(item, (*place, at), lines, faults, file)


def problems_of(
    error: ValidationError, file: str, lines: Mapping[Place, int], model: type[BaseModel]
) -> list[Problem]:
    """Pydantic's errors with file and line, and what is allowed at each place."""
    problems = []
    for fault in error.errors():
        place: Place = tuple(p for p in fault["loc"] if p not in ("function-after", "str", "dict", "tuple"))
        known = place
        while known and known not in lines:
            known = known[:-1]
        key = ".".join(map(str, place)) or "the file"
        value = fault.get("input") if not isinstance(fault.get("input"), dict | BaseModel) else None
        message, fix = fault["msg"].removeprefix("Value error, "), ""
        if fault["type"] == "extra_forbidden":
            allowed = _keys_at(model, place[:-1])
            near = get_close_matches(str(place[-1]), allowed, 1)
            message = "there is no such key."
            fix = (f"Did you mean {near[0]}? " if near else "") + f"Allowed: {', '.join(sorted(allowed))}."
            value = None
        problems.append(Problem(file, lines.get(known), key, value, message, fix))
    return problems


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys of the model that stands at a place, through lists and optionals."""
    current: type[BaseModel] = model
    for step in place:
        if isinstance(step, int):
            continue
        field = current.model_fields.get(str(step))
        found = _model_in(field.annotation) if field else None
        if found is None:
            return []
        current = found
    return [f.alias or name for name, f in current.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
