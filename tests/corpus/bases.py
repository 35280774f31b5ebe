"""The valid records that cases change, from ``bases.toml``."""

import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KINDS = ("events", "orders", "lines", "profiles", "consents")


@dataclass(frozen=True)
class Base:
    name: str
    provider: str
    form: str
    main: str
    content: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]
    options: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


@cache
def bases() -> dict[str, Base]:
    found = {}
    for name, table in read_table(HERE / "bases.toml")["base"].items():
        content = json.loads(table["record"]) if "record" in table else table["row"]
        found[name] = Base(
            name, table["provider"], table["form"], table["main"], content,
            {kind: table[kind] for kind in KINDS if kind in table},
            table.get("options", {}), table.get("source", {}), table.get("types", {}),
        )  # fmt: skip
    return found


def read_table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def changed(source: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    source = json.loads(json.dumps(source))
    for path, value in changes.items():
        *parents, leaf = path.split(".")
        inside(source, parents)[key_of(leaf)] = value
    return source


def inside(value: Any, parents: list[str]) -> Any:
    for name in parents:
        value = value.setdefault(name, {}) if isinstance(value, dict) else value[int(name)]
    return value


def key_of(name: str) -> Any:
    return int(name) if name.isdigit() else name
