"""The cases of the corpus, read from its tables: the bytes of a file, and what must become of each of its records.

A case changes a valid record of ``bases.toml`` and stands between two records that are left as they are, so that every
case also says whether its neighbours are lost. What a table may say:

name, of        The case, and the base that it changes; several bases make a case of each.
put, drop       Fields by path: the new value as it is written in the file (JSON text, a CSV cell, a Parquet value), or
                none at all. ``types`` changes columns of a Parquet file.
text            The record as it is written; ``file`` the whole file. Both may hold marks, see ``marked``.
alone           Without neighbours.
source          Keys of a mapped source, by path, that differ from the base's.
encoding, pack, cut    Of the file: its encoding, `gzip`, and how many bytes are missing at its end.
accepted        Fields that differ from the base's; "" is null, ``a | b`` one of both, ``lines.0.title`` another kind's.
refused         Reasons, each ``code`` or ``code:field``; ``a | b`` where the texts leave it open.
ignored         The record is known and says nothing about a person.
stops           The source is refused before anything is read.
each            A verdict for each record of ``file``: "ok" (the base), "ignored", a reason, or a table.
always          Fields of the neighbours too that differ from the base's, because ``source`` does.
whole           The whole file is refused, with the reasons of ``refused``.
flags           What was repaired in the record and must be said.
covers          Rows of ``hazards.toml``.

A ``vary`` table stands for many cases: ``field`` gets each of ``values`` as it is written, and ``gives`` (one field or
several) are then what stands beside it.

A case with several of ``accepted``, ``refused``, ``each`` and ``stops`` may end in any of these ways.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from corpus import recipes

HERE = Path(__file__).parent
KINDS = ("events", "orders", "lines", "profiles", "consents")
_KEYS = frozenset(
    """name of put drop types text file alone source encoding pack cut accepted refused ignored stops each flags
    covers always whole""".split()
)


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


@dataclass(frozen=True)
class Verdict:
    """What may become of one record: ``rows`` if it may be accepted, ``reasons`` if it may be refused."""

    rows: dict[str, list[dict[str, Any]]] | None = None
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    ignored: bool = False


@dataclass(frozen=True)
class Case:
    """``verdicts``: one per record in the file's order; ``of_the_file``: why the whole file may be refused; ``stops``:
    the source may be refused before anything is read. What is empty (None for verdicts) may not happen."""

    name: str
    group: str
    base: Base
    content: bytes
    verdicts: tuple[Verdict, ...] | None
    of_the_file: tuple[str, ...] = ()
    stops: bool = False
    source: dict[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    # A file of the same source without a fault.
    clean: bytes = b""

    @property
    def words(self) -> set[str]:
        """The codes and words of its verdicts."""
        reasons = [*self.of_the_file, *(r for v in self.verdicts or () for r in v.reasons)]
        return {one.split(":")[0].strip() for reason in reasons for one in reason.split("|")}


@cache
def bases() -> dict[str, Base]:
    found = {}
    for name, table in _read(HERE / "bases.toml")["base"].items():
        content = json.loads(table["record"]) if "record" in table else table["row"]
        found[name] = Base(
            name, table["provider"], table["form"], table["main"], content,
            {kind: table[kind] for kind in KINDS if kind in table},
            table.get("options", {}), table.get("source", {}), table.get("types", {}),
        )  # fmt: skip
    return found


def read_cases(folder: str) -> Iterator[Case]:
    """Every case below a folder of the corpus; its group is the name of its table."""
    for path in sorted((HERE / folder).glob("*.toml")):
        content = _read(path)
        for table in [*content.get("case", ()), *(t for v in content.get("vary", ()) for t in _varied(v))]:
            unknown = table.keys() - _KEYS
            assert not unknown, f"{path.name}, {table.get('name')}: {unknown}"
            several = isinstance(table["of"], list)
            for of in table["of"] if several else [table["of"]]:
                name = f"{table['name']}@{of.replace(' ', '.')}" if several else table["name"]
                yield _case(name, path.stem, bases()[of], table)


def _varied(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    gives = [table["gives"]] if isinstance(table["gives"], str) else table["gives"]
    common = {k: v for k, v in table.items() if k not in ("field", "gives", "values")}
    for number, (written, *expected) in enumerate(table["values"], 1):
        put = {**table.get("put", {}), table["field"]: written}
        values = expected * len(gives) if len(expected) == 1 else expected
        accepted = {**table.get("accepted", {}), **dict(zip(gives, values, strict=True))}
        yield {**common, "name": f"{table['name']}-{number}", "put": put, "accepted": accepted}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _case(name: str, group: str, base: Base, table: dict[str, Any]) -> Case:
    base = replace(base, rows=_rows(base, table.get("always", {})))
    source = _changed(base.source, table.get("source", {}))
    flags, ok = tuple(table.get("flags", ())), Verdict(base.rows)
    verdicts: tuple[Verdict, ...] | None = None
    of_the_file: tuple[str, ...] = ()
    if "each" in table or "file" in table or table.get("whole"):
        verdicts = tuple(_verdict(base, said) for said in table["each"]) if "each" in table else None
        of_the_file = _reasons(table.get("refused", ()))
    elif any(word in table for word in ("accepted", "refused", "ignored")):
        verdict = _verdict(base, {k: table[k] for k in ("accepted", "refused", "ignored") if k in table}, flags)
        verdicts = (verdict,) if table.get("alone") else (ok, verdict, ok)
    return Case(
        name, group, base, _content(base, table, source), verdicts, of_the_file, bool(table.get("stops")), source,
        tuple(table.get("covers", ())), _content(base, {"alone": True}, source),
    )  # fmt: skip


def _verdict(base: Base, said: Any, flags: tuple[str, ...] = ()) -> Verdict:
    if said == "ok":
        return Verdict(base.rows)
    if said == "ignored" or (isinstance(said, dict) and said.get("ignored")):
        return Verdict(ignored=True)
    if isinstance(said, str):
        return Verdict(reasons=(said,))
    rows = _rows(base, said["accepted"]) if "accepted" in said else None
    return Verdict(rows, _reasons(said.get("refused", ())), flags or tuple(said.get("flags", ())))


def _reasons(said: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _rows(base: Base, changed: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The base's rows with other values; ``lines = []`` says that there are none."""
    rows = {kind: [dict(row) for row in its] for kind, its in base.rows.items()}
    for path, value in changed.items():
        kind, *rest = path.split(".") if path.split(".")[0] in KINDS else [base.main, "0", path]
        if not rest:
            rows[kind] = value
        else:
            rows[kind][int(rest[0])][rest[1]] = value
    return {kind: its for kind, its in rows.items() if its}


def _changed(source: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    source = json.loads(json.dumps(source))
    for path, value in changes.items():
        *parents, leaf = path.split(".")
        _inside(source, parents)[_key(leaf)] = value
    return source


def _inside(value: Any, parents: list[str]) -> Any:
    for name in parents:
        value = value.setdefault(name, {}) if isinstance(value, dict) else value[int(name)]
    return value


def _key(name: str) -> Any:
    return int(name) if name.isdigit() else name


# The bytes of a file ----------------------------------------------------------------------------------------------


def _content(base: Base, table: dict[str, Any], source: dict[str, Any]) -> bytes:
    if base.form == "parquet":
        content = _parquet(base, table)
    else:
        csv = source.get("csv", {})
        encoding = table.get("encoding") or csv.get("encoding", "utf-8")
        if base.form == "csv":
            mark = csv.get("delimiter", ",")
            whole, changed = (mark.join(_row(base, t).values()) for t in ({}, table))
            header = mark.join(_row(base, {"drop": table.get("drop", ())}))
            if "drop" in table:
                whole = mark.join(_row(base, {"drop": table["drop"]}).values())
        else:
            whole, changed, header = (*(_json(base.content, t) for t in ({}, table)), "")
        marks = {"base": whole, "inner": whole[1:-1], "header": header}
        if "file" in table:
            text = table["file"]
        else:
            own = table.get("text", changed)
            text = own if table.get("alone") else f"<base>\n{own}\n<base>\n"
            text = f"<header>\n{text}" if base.form == "csv" else text
        content = recipes.marked(text, marks, encoding)
    if table.get("pack") == "gzip":
        content = recipes.zipped(content)
    return content[: len(content) - table.get("cut", 0)]


def _row(base: Base, table: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**base.content, **table.get("put", {})}.items() if k not in table.get("drop", ())}


def _json(record: Any, table: dict[str, Any]) -> str:
    """The record as JSON, with values of the case as they are written there."""
    record = json.loads(json.dumps(record))
    written: list[str] = []
    for path in table.get("drop", ()):
        *parents, leaf = path.split(".")
        del _inside(record, parents)[_key(leaf)]
    for path, text in table.get("put", {}).items():
        *parents, leaf = path.split(".")
        _inside(record, parents)[_key(leaf)] = f"@{len(written)}@"
        written.append(text)
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r'"@(\d+)@"', lambda match: written[int(match[1])], text)


def _parquet(base: Base, table: dict[str, Any]) -> bytes:
    if "file" in table:
        return recipes.marked(table["file"], {}, "utf-8")
    types = {**base.types, **table.get("types", {})}
    own, same = _row(base, table), _row(base, {"drop": table.get("drop", ())})
    rows = [own] if table.get("alone") else [same, own, same]
    return recipes.parquet(rows, {k: t for k, t in types.items() if k not in table.get("drop", ())})
