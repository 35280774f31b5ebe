"""The Spark lane over small tables: who is carried on, and who is put aside and computed from all days."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
from builders import step_of
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.features.engine.arrow import feature_schema
from segspark.features.engine.days import Calendar
from segspark.features.engine.kernel import compute_features
from segspark.features.engine.reads import PEOPLE
from segspark.features.engine.spark import ASIDE, LOST, carried_features
from segspark.features.feature import Catalogue, Feature, Measure
from segspark.features.flow import FEATURES
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.staging import Kind

ANN, BOB, DAN, EVE = (letter * 32 for letter in "abde")
AS_OF, EVER = date(2026, 5, 10), date(1970, 1, 1)
CATALOGUE = Catalogue(
    (Measure("n_order", ("order",), "profiling", "orders", "Orders"),),
    (
        Feature("n_order", "n_order", "Orders", windows=(2, 5, 0)),
        Feature("last_order_date", "n_order", "Last", "last"),
    ),
    (),
)


def test_whom_the_day_before_cannot_carry_on_is_put_aside_and_computed_from_all_days(
    spark: SparkSession, tmp_path: Path
) -> None:
    lake = SparkLake(tmp_path, spark)
    day = {n: AS_OF - timedelta(days=n) for n in range(10)}
    tiles = [(ANN, day[1], 1), (ANN, day[6], 2), (BOB, day[2], 1), (BOB, day[4], 1), (EVE, day[3], 1)]
    # bob's last order was not his; what ann bought three days ago was learnt today.
    learnt = [(BOB, day[2], AS_OF, "moved_out", -1), (ANN, day[3], AS_OF, "late", 5), (ANN, day[6], day[4], "late", 1)]
    of_tiles = pa.table(dict(zip(("person_id", "activity_date", "n_order"), zip(*tiles, strict=True), strict=True)))
    names = ("person_id", "activity_date", "applied_as_of", "reason", "n_order")
    corrections = pa.table(dict(zip(names, zip(*learnt, strict=True), strict=True)))
    applied = pa.array([d + timedelta(days=1) for d in of_tiles["activity_date"].to_pylist()])
    every = of_tiles.append_column("applied_as_of", applied).select(
        ["person_id", "activity_date", "applied_as_of", "n_order"]
    )
    every = pa.concat_tables([every, corrections.select(every.column_names)])

    def listed(as_of: date, *people: str) -> pa.Table:
        return pa.table(
            [list(people), [as_of] * len(people), *([EVER] * len(people) for _ in PEOPLE.names[2:])], PEOPLE
        )

    # eve was not listed yesterday, though she has a tile; dan has nothing at all.
    people = listed(AS_OF, ANN, BOB, DAN, EVE)
    yesterday = compute_features(every, listed(day[1], ANN, BOB, DAN), CATALOGUE, [day[1]], Calendar())
    expected = compute_features(every, people, CATALOGUE, [AS_OF], Calendar())
    assert expected.column("n_order_5d").to_pylist() == [6, 1, 0, 1]
    assert expected.column("n_order_lifetime").to_pylist() == [9, 1, 0, 1]

    contract = gold.FEATURES.with_columns(CATALOGUE.stored_columns())
    for table, rows in (
        (gold.ACTIVITY_DAILY.with_columns(CATALOGUE.tile_columns()), of_tiles),
        (gold.ACTIVITY_CORRECTIONS.with_columns(CATALOGUE.tile_columns()), corrections),
        (contract, yesterday),
    ):
        lake.append_small(table, rows, once="test")
    kinds = {"people": Kind(PEOPLE)}
    step = step_of(FEATURES, Workspace(lake=tmp_path), lake, AS_OF)
    staged = step.staged(kinds).stage(step.staging, "people", spark.createDataFrame(people))
    frame = carried_features(step, CATALOGUE, Calendar(), staged)
    # bob keeps his row but for his last day, which is restored; eve is computed whole.
    for kind, who in ((LOST, [BOB]), (ASIDE, [EVE])):
        staged_people = [
            pa.parquet.read_table(step.staging.open(f.name))["person_id"].to_pylist() for f in step.staging.list(kind)
        ]
        assert [p for each in staged_people for p in each] == who
    assert lake.replace_by_spark(contract, frame, AS_OF, AS_OF + timedelta(days=1)) == 4
    found = lake.read(contract).where(f"as_of_date = DATE'{AS_OF}'").toArrow().sort_by("person_id")
    schema = feature_schema(CATALOGUE)
    assert found.select(schema.names).to_pylist() == expected.select(schema.names).to_pylist()
