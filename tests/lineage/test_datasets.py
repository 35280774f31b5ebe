"""A table is described by its contract, and by nothing of its rows."""

from pathlib import Path
from typing import Any

import deltalake
import pytest
from openlineage.client.event_v2 import InputDataset
from pipeline.toys import BOXES, boxes, know, lake_of, workspace_at

from segspark.lineage.datasets import datasets
from segspark.tables.contracts import silver
from segspark.tables.contracts.contract import Contract, optional
from segspark.tables.io.spark_lake import SparkLake


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SparkLake:
    know(monkeypatch)
    return lake_of(workspace_at(tmp_path))


def described(lake: SparkLake, contract: Contract) -> InputDataset:
    (found,) = datasets(InputDataset, lake, {contract.name: 7, "silver.shelves": None}, "shop")
    return found


def facet(dataset: InputDataset, name: str) -> Any:
    assert dataset.facets is not None
    return dataset.facets[name]


def test_columns_have_names_types_and_comments(lake: SparkLake, tmp_path: Path) -> None:
    lake.append_small(BOXES, boxes("canary-box", n=424242), "boxes")
    found = described(lake, BOXES)
    assert (found.namespace, found.name) == ("file", f"{tmp_path}/lake/silver/boxes")
    fields = [(f.name, f.type, f.description, f.ordinal_position) for f in facet(found, "schema").fields]
    assert fields == [("box", "string", "Name", 1), ("n", "bigint", "Toys in it", 2)]
    assert facet(found, "documentation").description == "One row: one box"
    assert facet(found, "version").datasetVersion == "7"
    (known_as,) = facet(found, "symlinks").identifiers
    assert (known_as.namespace, known_as.name, known_as.type) == ("shop", "silver.boxes", "TABLE")
    assert "canary" not in repr(found)
    assert "424242" not in repr(found)


def test_columns_of_the_catalogue_come_from_the_log(lake: SparkLake) -> None:
    wide = BOXES.with_columns([optional("tags", "array<string>", "What is on it"), optional("w", "int", "Grams")])
    lake.create(wide)
    fields = [(f.name, f.type, f.description) for f in facet(described(lake, BOXES), "schema").fields]
    assert fields[2:] == [("tags", "array<string>", "What is on it"), ("w", "int", "Grams")]


def test_columns_about_people_are_marked(lake: SparkLake) -> None:
    lake.create(silver.PROFILES)
    found = described(lake, silver.PROFILES)
    tags = {(t.key, t.value, t.field) for t in facet(found, "tags").tags}
    assert tags == {("personal", "true", c.name) for c in silver.PROFILES.columns if c.personal}
    assert tags
    assert deltalake.DeltaTable(lake.path(silver.PROFILES)).version() == 0
