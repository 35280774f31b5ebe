"""What brings a table of an earlier version to its contract, or why nothing does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import deltalake
import pyarrow as pa

from segspark.tables.contracts.contract import Column, Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.contracts.stamp import stamp_of, version_in
from segspark.tables.contracts.upgrades import UPGRADES, Upgrade
from segspark.tables.rules_of_table import why_spark_writes

# Stored type -> the types that hold all its values. Of bigint to double each value is checked.
_WIDER: Mapping[str, frozenset[str]] = {
    "byte": frozenset({"short", "integer", "long", "float", "double"}),
    "short": frozenset({"integer", "long", "float", "double"}),
    "integer": frozenset({"long", "double"}),
    "long": frozenset({"double"}),
    "float": frozenset({"double"}),
}
# The commit of a rewrite says to which contract version, in case the run ends before the table's description does.
REWRITTEN = "segspark.contractVersion"


@dataclass(frozen=True)
class Change:
    """One change of a table: added, widened or relaxed a column, rewritten its rows, or described it."""

    kind: str
    column: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be done with a table; nothing is done where something is refused.

    Attributes:
        steps: upgrades of its rows, in order.
    """

    changes: tuple[Change, ...] = ()
    steps: tuple[Upgrade, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def is_rewrite(self) -> bool:
        return any(c.kind in ("widened", "rewritten") for c in self.changes)


def plan_of(table: deltalake.DeltaTable, contract: Contract, more: Sequence[Column] = ()) -> Plan:
    """
    Args:
        more: columns that a catalogue adds. Where they are missing, the flow that fills them adds them.
    """
    stored_version = rewritten_to(table) or version_in(table.metadata().description) or contract.version
    steps, refused = _steps(contract, stored_version)
    fields = {f.name: f for f in table.schema().fields}
    wanted = deltalake.Schema.from_json(schema_json(contract.with_columns(more))).fields
    filled = {name for step in steps for name in contract.column_names} if steps else set()
    changes = [Change("rewritten", "", str(step.version), str(step.version + 1)) for step in steps]
    of_catalogue = {c.name for c in more}
    for field in wanted:
        have = fields.get(field.name)
        if have is not None:
            changes += _of_column(have, field, refused, is_rewritten=field.name in filled)
        elif field.name in of_catalogue:
            continue
        elif field.nullable or field.name in filled:
            changes.append(Change("added", field.name, "", _text(field.type)))
        else:
            refused.append(f"has no column {field.name}, which every row needs")
    changes += _descriptions(table, contract, wanted, fields)
    if changes and (why := why_spark_writes(table)):
        refused.append(f"has {why}, which only Spark's writer keeps; take it from the table first")
    return Plan(tuple(changes), tuple(steps), tuple(refused))


def rewritten_to(table: deltalake.DeltaTable) -> int | None:
    """The contract version of a rewrite that is the table's newest commit."""
    newest: dict[str, Any] = next(iter(table.history(1)), {})
    return int(newest[REWRITTEN]) if REWRITTEN in newest else None


def _steps(contract: Contract, stored: int) -> tuple[list[Upgrade], list[str]]:
    if stored > contract.version:
        return [], [f"has contract version {stored}, which is newer than version {contract.version} of this segspark"]
    steps = []
    for version in range(stored, contract.version):
        step = next((u for u in UPGRADES if (u.table, u.version) == (contract.name, version)), None)
        if step is None or step.rows is None:
            why = step.why_not if step else "nothing is known of it"
            return [], [f"has contract version {stored}, and version {version} does not become {version + 1}: {why}"]
        steps.append(step)
    return steps, []


def _of_column(have: Any, field: Any, refused: list[str], is_rewritten: bool) -> Iterator[Change]:
    before, after = _text(have.type), _text(field.type)
    if have.type != field.type and not is_rewritten:
        if after in _WIDER.get(before, ()) or _is_wider_decimal(before, after):
            yield Change("widened", field.name, before, after)
        else:
            refused.append(f"has {field.name} as {before}, whose values are not all of {after}")
    if field.nullable and not have.nullable:
        yield Change("relaxed", field.name, "needed", "may be null")


def _is_wider_decimal(before: str, after: str) -> bool:
    if not (before.startswith("decimal(") and after.startswith("decimal(")):
        return False
    (p, s), (p2, s2) = (map(int, text[len("decimal(") : -1].split(",")) for text in (before, after))
    return s2 >= s and p2 - s2 >= p - s


def _descriptions(
    table: deltalake.DeltaTable, contract: Contract, wanted: Sequence[Any], fields: Mapping[str, Any]
) -> Iterator[Change]:
    for field in wanted:
        have = fields.get(field.name)
        comment = field.metadata.get("comment", "")
        if have is not None and (have.metadata or {}).get("comment", "") != comment:
            yield Change("described", field.name, "", comment)
    if table.metadata().description != stamp_of(contract):
        yield Change("described", "", "", stamp_of(contract))


def target_schema(
    table: deltalake.DeltaTable, contract: Contract, plan: Plan, more: Sequence[Column] = ()
) -> deltalake.Schema:
    """The columns of the table after the plan: those of the contract as it says, and others that it had."""
    wanted = {f.name: f for f in deltalake.Schema.from_json(schema_json(contract.with_columns(more))).fields}
    dropped = {name for step in plan.steps for name in step.drops}
    stored = [f for f in table.schema().fields if f.name not in dropped]
    there = {f.name for f in stored}
    added = [wanted[c.column] for c in plan.changes if c.kind == "added" and c.column not in there]
    return deltalake.Schema([*(wanted.get(f.name, f) for f in stored), *added])


def migrated(plan: Plan, schema: pa.Schema) -> Callable[[pa.Table], pa.Table]:
    """The function from the stored rows of a file to its new ones.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit its wider type exactly.
    """

    def rows_of(rows: pa.Table) -> pa.Table:
        for step in plan.steps:
            assert step.rows is not None
            rows = step.rows(rows)
        columns = [
            rows[f.name].cast(f.type) if f.name in rows.column_names else pa.nulls(rows.num_rows, f.type)
            for f in schema
        ]
        return pa.table(columns, schema=schema)

    return rows_of


def _text(kind: Any) -> str:
    return str(getattr(kind, "type", kind))
