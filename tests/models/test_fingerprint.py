"""The fingerprint of a pipeline: the same for the same numbers, however they were written; another one for any other."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.models.fingerprint import fingerprint_of

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(params=["behaviour", "churn"])
def pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a pipeline that Spark has saved."""
    return Path(shutil.copytree(FIXTURES / request.param / "sparkml", tmp_path / "sparkml"))


def copy_of(name: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / name / "sparkml", tmp_path / name))


def each_metadata(pipeline: Path) -> list[Path]:
    return [path for path in pipeline.rglob("part-*") if path.parent.name == "metadata"]


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def change_rows(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Write the rows of a stage anew, changed."""
    (path,) = folder.glob("*.parquet")
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def test_the_numbers_of_old_models_have_the_fingerprint_that_they_had() -> None:
    # It is registered with versions, and compared with those of later trainings.
    found = {name: fingerprint_of(FIXTURES / name / "sparkml") for name in ("behaviour", "churn")}
    assert found == {
        "behaviour": "f3b74640bf4ff984e27f379d4e0530527b63c025e153ce306d95a9f659774648",
        "churn": "def19d3bcb001e59b51c919dbb3278b78c98a0f20a72c38d03b7131366f0b53b",
    }


def test_names_times_and_ids_do_not_count(pipeline: Path) -> None:
    before = fingerprint_of(pipeline)
    for path in each_metadata(pipeline):
        rewrite(path, lambda content: content.update(timestamp=1, uid="Other_1", sparkVersion="9.9"))
        path.rename(path.with_name("part-00000-other.txt"))
    for stage in sorted(pipeline.glob("stages/*")):
        stage.rename(stage.with_name(f"{stage.name.partition('_')[0]}_Other_0123456789ab"))
    (pipeline / "_SUCCESS").unlink(missing_ok=True)
    assert fingerprint_of(pipeline) == before


def test_neither_the_order_of_rows_nor_their_number_of_files_counts(pipeline: Path) -> None:
    before = fingerprint_of(pipeline)
    for path in list(pipeline.rglob("*.parquet")):
        table = pq.read_table(path)
        backwards = table.take(list(range(table.num_rows))[::-1])
        path.unlink()
        pq.write_table(backwards.slice(0, 1), path.with_name("part-00001-x.parquet"))
        pq.write_table(backwards.slice(1), path.with_name("part-00000-x.parquet"))
    assert fingerprint_of(pipeline) == before


def test_what_training_saw_of_a_node_does_not_count(tmp_path: Path) -> None:
    churn = copy_of("churn", tmp_path)
    before = fingerprint_of(churn)

    def other(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["nodeData"] |= {"impurity": 0.5, "gain": 0.1, "rawCount": 7}

    change_rows(next(churn.glob("stages/3_*/data")), other)
    assert fingerprint_of(churn) == before


def set_in(*keys: Any) -> Callable[[Any], None]:
    """Sets what lies at the keys to something that differs a little, or by one."""

    def change(rows: Any) -> None:
        *way, last = keys
        at = rows
        for key in way:
            at = at[key]
        value = at[last]
        at[last] = value + 1 if isinstance(value, int) else value * 1.0001

    return change


@pytest.mark.parametrize(
    ("name", "folder", "change"),
    [
        ("churn", "stages/3_*/data", set_in(0, "nodeData", "split", "leftCategoriesOrThreshold", 0)),
        ("churn", "stages/3_*/data", set_in(0, "nodeData", "split", "featureIndex")),
        ("churn", "stages/3_*/data", set_in(1, "nodeData", "prediction")),
        ("churn", "stages/3_*/data", set_in(0, "nodeData", "leftChild")),
        ("churn", "stages/3_*/data", set_in(14, "treeID")),
        ("churn", "stages/3_*/data", set_in(14, "nodeData", "id")),
        ("churn", "stages/3_*/treesMetadata", set_in(2, "_3")),
        ("behaviour", "stages/2_*/data", set_in(0, "clusterCenter", "values", 2)),
        ("behaviour", "stages/2_*/data", set_in(1, "clusterIdx")),
    ],
)
def test_every_number_of_a_fitted_stage_counts(
    tmp_path: Path, name: str, folder: str, change: Callable[[Any], None]
) -> None:
    pipeline = copy_of(name, tmp_path)
    before = fingerprint_of(pipeline)
    change_rows(next(pipeline.glob(folder)), change)
    assert fingerprint_of(pipeline) != before


@pytest.mark.parametrize(
    ("name", "stage", "old", "new"),
    [
        ("churn", "1_SQL", "1000.0D", "1001.0D"),
        ("churn", "0_SQL", "days_since_order", "days_since_click"),
        ("churn", "2_Vector", "x_n_order_30d", "x_n_order_90d"),
        ("behaviour", "0_Pipeline*/stages/0_SQL", "3.2847429576193137D", "3.2847529576193137D"),
        ("behaviour", "0_Pipeline*/stages/0_SQL", " 400.0D), 0)", " 401.0D), 0)"),
        ("behaviour", "0_Pipeline*/stages/1_Nearest", "1.4433756729740645", "1.4433856729740645"),
        ("behaviour", "0_Pipeline*/stages/1_Nearest", '\\"k\\": 2', '\\"k\\": 3'),
        ("behaviour", "0_Pipeline*/stages/1_Nearest", "[null, ", "[0.5, "),
    ],
)
def test_every_number_of_a_preparation_counts(tmp_path: Path, name: str, stage: str, old: str, new: str) -> None:
    pipeline = copy_of(name, tmp_path)
    before = fingerprint_of(pipeline)
    (path,) = pipeline.glob(f"stages/{stage}*/metadata/part-*")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert fingerprint_of(pipeline) != before


@pytest.mark.parametrize(
    ("stage", "old", "new"),
    [
        # Beyond six digits, and what is left of a zero.
        ("0_SQL", "3.2847429576193137D", "3.2847429576199999D"),
        ("0_SQL", "9.0D)", "9.00D)"),
        ("1_Nearest", "-2.220446049250313e-16", "1.1e-16"),
        ("1_Nearest", "1.4433756729740645", "1.4433756729740999"),
    ],
)
def test_rounding_errors_do_not_count(tmp_path: Path, stage: str, old: str, new: str) -> None:
    pipeline = copy_of("behaviour", tmp_path)
    before = fingerprint_of(pipeline)
    (path,) = pipeline.glob(f"stages/0_*/stages/{stage}*/metadata/part-*")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert fingerprint_of(pipeline) == before


def test_the_order_of_stages_counts(tmp_path: Path) -> None:
    churn = copy_of("churn", tmp_path)
    before = fingerprint_of(churn)
    first, second = sorted(churn.glob("stages/[01]_*"))
    first.rename(first.with_name(f"7{first.name[1:]}"))
    second.rename(second.with_name(f"0{second.name[1:]}"))
    assert fingerprint_of(churn) != before
