"""What a table of another version needs, asked of its log alone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from tables.io.toy_tables import BOXES, boxes

from segspark.tables import migration
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Column, Contract, optional, required
from segspark.tables.contracts.schema import schema_json
from segspark.tables.contracts.stamp import stamp_of
from segspark.tables.contracts.upgrades import Upgrade
from segspark.tables.lake import Lake
from segspark.tables.migration import Change, migrated, plan_of, target_schema


def stored(folder: Path, *columns: Column, version: int = 1, description: str | None = None) -> deltalake.DeltaTable:
    contract = replace(BOXES, columns=columns, version=version)
    return deltalake.DeltaTable.create(
        folder / "t",
        schema=deltalake.Schema.from_json(schema_json(contract)),
        description=stamp_of(contract) if description is None else description,
    )


BOX, N = BOXES.columns


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_what_this_version_has_made_needs_nothing(tmp_path: Path, contract: Contract) -> None:
    plan = plan_of(Lake(tmp_path).create(contract), contract)
    assert (plan.changes, plan.steps, plan.refused) == ((), (), ())


@pytest.mark.parametrize(
    ("before", "after", "is_wider"),
    [
        ("int", "bigint", True), ("int", "double", True), ("bigint", "double", True), ("decimal(18,6)", "decimal(20,6)", True),
        ("decimal(18,6)", "decimal(20,8)", True), ("bigint", "int", False), ("double", "bigint", False),
        ("string", "date", False), ("date", "timestamp", False), ("decimal(18,6)", "decimal(18,8)", False),
        ("decimal(18,6)", "double", False), ("bigint", "string", False), ("array<string>", "string", False),
    ],
)  # fmt: skip
def test_a_type_that_holds_all_values_is_widened_and_no_other(
    tmp_path: Path, before: str, after: str, is_wider: bool
) -> None:
    contract = replace(BOXES, columns=(BOX, replace(N, type=after)))
    plan = plan_of(stored(tmp_path, BOX, replace(N, type=before)), contract)
    assert ([c.kind for c in plan.changes], plan.is_rewrite) == ((["widened"], True) if is_wider else ([], False))
    assert bool(plan.refused) is not is_wider
    if not is_wider:
        assert plan.refused[0].startswith("has n as ")


def test_columns_are_added_relaxed_and_described(tmp_path: Path) -> None:
    table = stored(
        tmp_path, BOX, required("n", "bigint", "Old words"), description="One row: a box. Contract version 1."
    )
    contract = replace(BOXES, columns=(BOX, N, optional("more", "string", "New")))
    plan = plan_of(table, contract)
    assert plan.changes == (
        Change("relaxed", "n", "needed", "may be null"),
        Change("added", "more", "", "string"),
        Change("described", "n", "", N.comment),
        Change("described", "", "", stamp_of(contract)),
    )
    assert (plan.is_rewrite, plan.refused) == (False, ())


def test_what_cannot_be_is_refused_with_the_reason(tmp_path: Path) -> None:
    wanted = replace(BOXES, columns=(BOX, N, required("size", "bigint", "Size")))
    assert plan_of(stored(tmp_path, BOX, N), wanted).refused == ("has no column size, which every row needs",)
    newer = stored(tmp_path / "newer", BOX, N, version=9)
    assert plan_of(newer, BOXES).refused == ("has contract version 9, which is newer than version 1 of this segspark",)
    (told,) = plan_of(stored(tmp_path / "older", BOX, N), replace(BOXES, version=3)).refused
    assert told == "has contract version 1, and version 1 does not become 2: nothing is known of it"
    ruled = stored(tmp_path / "ruled", BOX, N)
    ruled.alter.add_constraint({"few": "n < 100"})
    more = replace(BOXES, columns=(*BOXES.columns, optional("more", "string", "New")))
    assert plan_of(ruled, BOXES).refused == ()
    assert plan_of(ruled, more).refused == (
        "has the CHECK constraint few, which only Spark's writer keeps; take it from the table first",
    )


def test_columns_of_a_catalogue_are_widened_and_never_added_or_missed(tmp_path: Path) -> None:
    table = stored(tmp_path, BOX, N, optional("own", "bigint", "Own"))
    more = [optional("own", "double", "Own"), required("other", "bigint", "Another")]
    plan = plan_of(table, BOXES, more)
    assert [(c.kind, c.column) for c in plan.changes] == [("widened", "own")]
    assert plan.refused == ()
    assert [(f.name, f.type.type) for f in target_schema(table, BOXES, plan, more).fields][2] == ("own", "double")


def doubled(rows: pa.Table) -> pa.Table:
    twice = pa.array([None if n is None else f"{2 * n}" for n in rows["n"].to_pylist()], pa.string())
    return rows.drop_columns(["n"]).append_column("twice", twice)


def shouted(rows: pa.Table) -> pa.Table:
    return rows.set_column(0, "box", pa.array([b.upper() for b in rows["box"].to_pylist()]))


STEPS = (Upgrade("silver.boxes", 1, doubled, drops=("n",)), Upgrade("silver.boxes", 2, shouted))
THIRD = replace(BOXES, version=3, columns=(BOX, optional("twice", "string", "Twice the toys")))


def test_a_version_is_reached_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "UPGRADES", STEPS)
    table = stored(tmp_path, BOX, N, optional("kept", "string", "Of somebody else"))
    plan = plan_of(table, THIRD)
    assert [(c.kind, c.before, c.after) for c in plan.changes if c.kind == "rewritten"] == [
        ("rewritten", "1", "2"), ("rewritten", "2", "3"),
    ]  # fmt: skip
    target = pa.schema(target_schema(table, THIRD, plan))
    assert target.names == ["box", "kept", "twice"]
    rows = migrated(plan, target)(boxes("a", "b").append_column("kept", pa.array(["k", None])))
    assert rows.to_pylist() == [{"box": "A", "kept": "k", "twice": "0"}, {"box": "B", "kept": None, "twice": "2"}]
    second = stored(tmp_path / "second", BOX, THIRD.columns[1], version=2)
    assert [step.version for step in plan_of(second, THIRD).steps] == [2]


def words(values: Sequence[Any]) -> str:
    return json.dumps(values)


def test_a_value_that_does_not_fit_its_new_type_is_an_error(tmp_path: Path) -> None:
    contract = replace(BOXES, columns=(BOX, replace(N, type="double")))
    table = stored(tmp_path, BOX, N)
    plan = plan_of(table, contract)
    change = migrated(plan, pa.schema(target_schema(table, contract, plan)))
    assert change(boxes("a", "b"))["n"].to_pylist() == [0.0, 1.0]
    with pytest.raises(pa.ArrowInvalid):
        change(pa.table({"box": ["a"], "n": [2**53 + 1]}))
