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

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from corpus.bases import HERE, KINDS, Base, bases, changed, read_table
from corpus.content import content_of

_KEYS = frozenset(
    """name of put drop types text file alone source encoding pack cut accepted refused ignored stops each flags
    covers always whole""".split()
)


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


def read_cases(folder: str) -> Iterator[Case]:
    """Every case below a folder of the corpus; its group is the name of its table."""
    for path in sorted((HERE / folder).glob("*.toml")):
        content = read_table(path)
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


def _case(name: str, group: str, base: Base, table: dict[str, Any]) -> Case:
    base = replace(base, rows=_rows(base, table.get("always", {})))
    source = changed(base.source, table.get("source", {}))
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
        name, group, base, content_of(base, table, source), verdicts, of_the_file, bool(table.get("stops")), source,
        tuple(table.get("covers", ())), content_of(base, {"alone": True}, source),
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


def _rows(base: Base, changes: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The base's rows with other values; ``lines = []`` says that there are none."""
    rows = {kind: [dict(row) for row in its] for kind, its in base.rows.items()}
    for path, value in changes.items():
        kind, *rest = path.split(".") if path.split(".")[0] in KINDS else [base.main, "0", path]
        if not rest:
            rows[kind] = value
        else:
            rows[kind][int(rest[0])][rest[1]] = value
    return {kind: its for kind, its in rows.items() if its}
