"""YAML with line numbers, and one form for all problems of a file."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from segspark.config.allowed import field_at, hint_of, suggestion
from segspark.config.url import without_secret
from segspark.errors import ConfigError

Place = tuple[str | int, ...]
# Aliases can make a small file huge, or endless; no configuration is this large.
MAX_NODES = 100_000


@dataclass(frozen=True)
class Problem:
    """One problem: where, what it is, what to write instead."""

    file: str
    line: int | None
    key: str
    value: Any
    message: str
    fix: str = ""
    code: str = "wrong_value"

    @property
    def said(self) -> str:
        """What is wrong, without the place and the fix."""
        shown = "" if self.value is None else f" (is {_short(self.value)})"
        return f"{self.key}{shown}: {self.message}" if self.key else self.message

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def as_row(self) -> dict[str, str]:
        """For programs, in the words of the faults of definitions."""
        return {"code": self.code, "where": self.where, "what": self.said, "fix": self.fix}

    def __str__(self) -> str:
        return f"{self.where}: {self.said}" + (f" {self.fix}" if self.fix else "")


def _short(value: Any) -> str:
    text = repr(without_secret(value) if isinstance(value, str) else value)
    return text if len(text) <= 80 else text[:79] + "…"


def raise_all(problems: list[Problem]) -> None:
    """Raise the problems in the order of their lines, if there are any.

    Raises:
        ConfigError: all problems, one per line.
    """
    if problems:
        in_order = sorted(problems, key=lambda p: (p.file, p.line or 0))
        raise ConfigError("\n".join(map(str, in_order)), in_order)


def as_error(problem: Problem) -> ConfigError:
    """One problem as an error, for cases where reading cannot go on."""
    return ConfigError(str(problem), (problem,))


def load_yaml(path: Path) -> tuple[Any, dict[Place, int]]:
    """The data of a file and the line of every key and list item, by place such as ("features", "windows", 0).

    Raises:
        ConfigError: no such file, invalid YAML, keys that are not text, or a duplicate key.
    """
    try:
        return parse_yaml(path.read_bytes(), str(path))
    except FileNotFoundError:
        fix = "`segspark init DIR` makes a workspace that runs."
        raise as_error(Problem(str(path), None, "", None, "there is no such file.", fix, "no_file")) from None
    except OSError as error:
        raise _unreadable(str(path), error) from None


def _unreadable(file: str, error: Exception) -> ConfigError:
    message = f"cannot be read as UTF-8 text ({error})."
    return as_error(Problem(file, None, "", None, message, "Save it as UTF-8.", "unreadable_file"))


def parse_yaml(content: bytes, file: str) -> tuple[Any, dict[Place, int]]:
    """The same of a file's content.

    Raises:
        ConfigError: invalid YAML, keys that are not text, or a duplicate key.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file, error) from None
    # As files opened for text are read.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        faults: list[Problem] = []
        if node is not None:
            _walk(node, (), lines, faults, file)
        raise_all(faults)
        return (None if node is None else loader.construct_document(node)), lines  # type: ignore[no-untyped-call]
    except RecursionError:
        message, fix = "it is too deep for a configuration.", "Are there brackets that are not closed?"
        raise as_error(Problem(file, None, "", None, message, fix, "unreadable_file")) from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = f"this is no YAML: {getattr(error, 'problem', None) or error}."
        fix = 'Quote values that hold `: ` or ` #`, or begin with a sign such as ` @ % * & [ {: "`a b`".'
        line = mark.line + 1 if mark else None
        raise as_error(Problem(file, line, "", None, problem, fix, "unreadable_file")) from None


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], faults: list[Problem], file: str) -> None:
    if len(lines) > MAX_NODES or len(place) > 50:
        raise ConfigError(f"{file}: too large or too deep for a configuration; are there aliases (*name) in circles?")
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                faults.append(Problem(file, line, ".".join(map(str, place)), None, "a key must be plain text."))
                continue
            if key.value in seen:
                faults.append(
                    Problem(file, line, key.value, None, "the key is given twice.", "Keep one.", "double_key")
                )
            if key.tag in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"):
                meant = "null" if key.tag.endswith("null") else "true or false"
                faults.append(
                    Problem(file, line, key.value, None, f"YAML reads this key as {meant}.", "Put it in quotes.")
                )
            seen.add(key.value)
            lines[(*place, key.value)] = line
            _walk(value, (*place, key.value), lines, faults, file)
    elif isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            _walk(item, (*place, at), lines, faults, file)


def problems_of(
    error: ValidationError,
    file: str,
    lines: Mapping[Place, int],
    model: type[BaseModel],
    elsewhere: Mapping[Place, str] | None = None,
) -> list[Problem]:
    """Pydantic's errors with file and line, and what is allowed at each place.

    Args:
        error: raised by ``model_validate``.
        file: name shown for places in the file.
        lines: from ``load_yaml``.
        model: the model that was validated.
        elsewhere: places whose values come from another origin than the file, with its name.
    """
    origins = elsewhere or {}
    # A moved key, or one from elsewhere, lies in sections that the file does not have.
    places = {place[:depth] for place in (*lines, *origins) for depth in range(1, len(place) + 1)}
    problems: dict[Place, Problem] = {}
    for fault in error.errors():
        place = _place_of(fault["loc"], fault["type"], places)
        where, line = _origin_of(place, file, lines, origins)
        given = fault.get("input")
        value = None if isinstance(given, dict | BaseModel) or fault["type"] == "missing" else given
        message, fix = _said(fault, place, model, given)
        if fault["type"] == "extra_forbidden":
            value = None
        if place in problems and problems[place].message != message:
            # Each branch of a union reports what it would accept.
            message = f"{problems[place].message} Or: {message[:1].lower()}{message[1:]}"
        key = ".".join(map(str, place)) or "the file"
        code = {"extra_forbidden": "unknown_key", "missing": "missing_key"}.get(fault["type"], "wrong_value")
        problems[place] = Problem(where, line, key, value, message, fix, code)
    return list(problems.values())


def _said(fault: Any, place: Place, model: type[BaseModel], given: Any) -> tuple[str, str]:
    kind = fault["type"]
    if kind == "extra_forbidden":
        return "there is no such key.", suggestion(model, place)
    message = fault["msg"].removeprefix("Value error, ").rstrip(".") + "."
    fix = hint_of(field_at(model, place))
    if kind == "missing":
        message = "this key is needed."
    elif kind == "string_type" and (given is None or isinstance(given, bool | int | float | date)):
        # YAML reads NO as false and 010 as eight unless they are quoted.
        message = f"text is needed, and YAML reads {_read_as(given)}."
        fix = f"Put it in quotes. {fix}".rstrip()
    elif kind in ("model_type", "model_attributes_type", "dict_type") and place:
        message = f"A mapping is needed, e.g. `{place[-1]}: {{key: value}}`."
    return message, fix


def _read_as(value: Any) -> str:
    """What YAML made of a word that is not quoted."""
    if isinstance(value, bool):
        return "yes, on and true as true" if value else "no, off and false as false"
    if value is None:
        return "null, ~ and nothing at all as no value"
    if isinstance(value, date):
        return f"{value} as a date"
    return f"{value} as a number"


def _origin_of(
    place: Place, file: str, lines: Mapping[Place, int], origins: Mapping[Place, str]
) -> tuple[str, int | None]:
    """The origin of a place: of itself, of a value set below it, or of the nearest enclosing place."""
    below = [origin for other, origin in origins.items() if other[: len(place)] == place]
    if below and place not in lines:
        return below[0], None
    while place and place not in lines and place not in origins:
        place = place[:-1]
    return (origins[place], None) if place in origins else (file, lines.get(place))


def _place_of(loc: tuple[str | int, ...], kind: str, known: Set[Place]) -> Place:
    """The place in the file; pydantic inserts the names of union branches and validators between the keys."""
    place: Place = ()
    last = len(loc) - 1
    for at, part in enumerate(loc):
        if (*place, part) in known or (at == last and kind in ("missing", "extra_forbidden")):
            place = (*place, part)
    return place
