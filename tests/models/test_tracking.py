"""MLflow on sqlite: what is logged can be reviewed, and only a version of the past may speak about a day."""

import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import mlflow
import pytest
from models.logged import log, model_files
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed, ConfigError
from segspark.models import tracking
from segspark.models.artifact import EVERYTHING
from segspark.models.fingerprint import FINGERPRINT
from segspark.models.mlflow_store import store
from segspark.models.promotion import Contest, GateResult
from segspark.models.registered import MOVE, find_champion, shelf_of
from segspark.models.tracking import Loaded, load_champion, read_inputs
from segspark.store import store_at


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Mlflow:
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    return Mlflow(tracking_uri=uri, artifact_location=str(folder / "artifacts"), experiment="tests")


def test_a_version_of_the_past_speaks_and_none_of_the_future(spark: SparkSession, config: Mlflow) -> None:
    assert load_champion(config, "adder", date(2026, 6, 1)) is None
    assert log(spark, config, 1, date(2026, 5, 1), 0.7) == "1"
    assert log(spark, config, 2, date(2026, 6, 1), 0.9) == "2"
    assert log(spark, config, 3, date(2026, 6, 1), 0.1) == "3"
    loaded = load_champion(config, "adder", date(2026, 6, 2))
    assert loaded is not None
    assert loaded.model_version == "adder/2"
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 3.0
    assert read_inputs(config, loaded) == ["x"]
    older = find_champion(config, "adder", date(2026, 5, 15))
    assert older is not None
    assert str(older.version) == "1"
    assert find_champion(config, "adder", date(2026, 4, 30)) is None


def test_no_file_of_a_version_can_be_changed_removed_or_added(spark: SparkSession, config: Mlflow) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "tampered")
    folder = model_files(config, "tampered")
    assert {p.name for p in folder.iterdir()} >= {"MLmodel", "conda.yaml", "python_env.yaml", "sparkml"}
    assert load_champion(config, "tampered", date(2026, 6, 1)) is not None
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for now in (content + b" ", None):
            path.unlink()
            if now is not None:
                path.write_bytes(now)
            with pytest.raises(CheckFailed, match="not those that were registered"):
                load_champion(config, "tampered", date(2026, 6, 1))
        path.write_bytes(content)
    (folder / "code").mkdir()
    (folder / "code" / "pyspark.py").write_text("raise SystemExit")
    with pytest.raises(CheckFailed, match="not those that were registered"):
        load_champion(config, "tampered", date(2026, 6, 1))


def test_mlmodel_of_an_old_version_names_neither_the_model_nor_code(spark: SparkSession, config: Mlflow) -> None:
    """Versions of before have the digest of their pipeline alone; what else lies there is not read."""
    log(spark, config, 1, date(2026, 5, 1), 0.7, "old")
    client = mlflow.MlflowClient()
    client.delete_model_version_tag("old", "1", EVERYTHING)
    folder, path = model_files(config, "old"), list(sys.path)
    log(spark, config, 9, date(2026, 5, 1), 0.7, "foreign")
    shutil.copytree(model_files(config, "foreign") / "sparkml", folder / "foreign")
    (folder / "code").mkdir()
    described = (folder / "MLmodel").read_text()
    changed = described.replace("model_data: sparkml", "model_data: foreign").replace("code: null", "code: code")
    assert changed.count("foreign") == 1
    (folder / "MLmodel").write_text(changed)
    tracking._MODELS.clear()
    loaded = load_champion(config, "old", date(2026, 6, 1))
    assert loaded is not None
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 2.0
    assert sys.path == path


def test_what_was_verified_is_loaded_whatever_happens_to_the_registry_meanwhile(
    spark: SparkSession, config: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "swapped")
    folder, verified = model_files(config, "swapped"), tracking.verify

    def swap(*arguments: Any) -> None:
        verified(*arguments)
        for path in folder.rglob("part-*"):
            path.write_text(path.read_text().replace("x + 1", "x + 9"))

    monkeypatch.setattr(tracking, "verify", swap)
    tracking._MODELS.clear()
    loaded = load_champion(config, "swapped", date(2026, 6, 1))
    assert loaded is not None
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 2.0


def test_a_document_that_was_changed_is_not_read(spark: SparkSession, config: Mlflow) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "documented")
    loaded = load_champion(config, "documented", date(2026, 6, 1))
    assert loaded is not None
    run = loaded.tags["run_id"]
    (file,) = Path(config.artifact_location or "").glob(f"{run}/artifacts/features.json")
    file.write_text(file.read_text().replace('"x"', '"y"'))
    for read in (lambda: read_inputs(config, loaded), lambda: tracking.read_documents(config, run)):
        with pytest.raises(CheckFailed, match=r"features\.json"):
            read()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", ["model_logged", "model_registered"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_training_that_is_killed_leaves_a_registry_that_answers(
    spark: SparkSession, config: Mlflow, monkeypatch: pytest.MonkeyPatch, at: str, is_first: bool
) -> None:
    name = f"killed-{at}-{is_first}"
    if not is_first:
        log(spark, config, 1, date(2026, 5, 1), 0.7, name)

    def killed(point: str) -> None:
        if point == at:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(tracking, "point", killed)
        with pytest.raises(Killed):
            log(spark, config, 2, date(2026, 5, 10), 0.7, name)
    found = find_champion(config, name, date(2026, 5, 20))
    # The version in use stays in use; before the first alias there is none.
    assert (found and str(found.version)) == (None if is_first else "1")
    version = log(spark, config, 2, date(2026, 5, 10), 0.7, name)
    loaded = load_champion(config, name, date(2026, 5, 20))
    assert loaded is not None
    assert loaded.version == version


def test_a_version_without_its_tags_is_passed_over(spark: SparkSession, config: Mlflow) -> None:
    """As an earlier release leaves one whose run was killed, with or without an alias."""
    log(spark, config, 1, date(2026, 5, 1), 0.7, "untagged")
    with store(config) as mlflow_:
        client = mlflow_.MlflowClient()
        client.delete_registered_model_tag("untagged", f"{MOVE}000001")
        source = client.get_model_version("untagged", "1").source
        client.create_model_version("untagged", source)
        client.set_registered_model_alias("untagged", "champion", "2")
        client.create_registered_model("empty")
        client.create_registered_model("only")
        client.create_model_version("only", source)
        client.set_registered_model_alias("only", "champion", "1")
    for name in ("untagged", "empty", "only"):
        # Which version was champion before the broken one is not known.
        assert find_champion(config, name, date(2026, 6, 1)) is None
    # The next training puts it right.
    assert log(spark, config, 3, date(2026, 5, 2), 0.1, "untagged") == "3"
    again = find_champion(config, "untagged", date(2026, 6, 1))
    assert again is not None
    assert str(again.version) == "3"


def test_a_copy_of_everything_loads_its_own_model_and_none_from_elsewhere(spark: SparkSession, tmp_path: Path) -> None:
    def config_of(folder: Path) -> Mlflow:
        return Mlflow(
            tracking_uri=f"sqlite:///{folder / 'mlflow.db'}",
            artifact_location=str(folder / "artifacts"),
            experiment="t",
        )

    here, there = tmp_path / "here", tmp_path / "there"
    log(spark, config_of(here), 1, date(2026, 5, 1), 0.7)
    shutil.copytree(here, there)
    with pytest.raises(ConfigError, match="Nothing was written"):
        log(spark, config_of(there), 1, date(2026, 5, 2), 0.7)
    for path in (here / "artifacts").rglob("part-*"):
        path.write_text("changed")
    with pytest.raises(CheckFailed):
        load_champion(config_of(here), "adder", date(2026, 6, 1))
    loaded = load_champion(config_of(there), "adder", date(2026, 6, 1))
    assert loaded is not None
    assert read_inputs(config_of(there), loaded) == ["x"]
    shutil.rmtree(there / "artifacts")
    with pytest.raises(ConfigError, match="there is no copy of them"):
        load_champion(config_of(there), "adder", date(2026, 6, 1))


GREEN = GateResult("lift", 1.4, 1.1, True)


def test_what_a_version_was_judged_by_is_registered_with_it(spark: SparkSession, config: Mlflow) -> None:
    asked: list[str] = []

    def contest(loaded: Loaded) -> Contest:
        asked.append(loaded.model_version)
        return Contest(100, 0.29, 0.30, -0.02, -0.001)

    log(spark, config, 1, date(2026, 5, 1), 0.7, "judged", gates=(GREEN,), expires_after_days=180)
    log(spark, config, 2, date(2026, 5, 2), 0.1, "judged", gates=(GREEN,), contest=contest)
    log(spark, config, 3, date(2026, 5, 3), 0.9, "judged", gates=(GateResult("lift", 1.0, 1.1, False),))
    assert asked == ["judged/1"]
    tags = shelf_of(config, "judged").tags
    assert tags["1"]["expires_after_days"] == "180"
    assert "expires_after_days" not in tags["2"]
    assert json.loads(tags["2"]["contest"]) == {
        "version": "1", "n": 100, "challenger_loss": 0.29, "champion_loss": 0.3, "low": -0.02, "high": -0.001,
    }  # fmt: skip
    assert [json.loads(tags[v]["decision"])["code"] for v in "123"] == ["no_champion", "won", "gates"]
    assert json.loads(tags["3"]["gates"]) == [
        {"code": "lift", "value": 1.0, "bound": 1.1, "is_open": False, "values": {}}
    ]
    moves = shelf_of(config, "judged").moves
    assert [(m.day, m.version, m.who) for m in moves] == [
        (date(2026, 5, 1), "1", "run"),
        (date(2026, 5, 2), "2", "run"),
    ]
    # The files of two versions differ by ids and times, their fingerprints by what was fitted.
    again = log(spark, config, 1, date(2026, 5, 1), 0.7, "judged")
    tags = shelf_of(config, "judged").tags
    assert tags[again][FINGERPRINT] == tags["1"][FINGERPRINT] != tags["2"][FINGERPRINT]
    assert tags[again][EVERYTHING] != tags["1"][EVERYTHING]


def test_a_champion_whose_files_are_damaged_does_not_hold_its_place(spark: SparkSession, config: Mlflow) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "damaged")
    next(model_files(config, "damaged").rglob("part-*")).write_text("changed")
    version = log(spark, config, 2, date(2026, 5, 2), 0.7, "damaged", contest=lambda loaded: pytest.fail("scored"))
    tags = shelf_of(config, "damaged").tags[version]
    assert json.loads(tags["decision"])["code"] == "not_scored"


def test_ever_worse_trainings_leave_the_first_champion(spark: SparkSession, config: Mlflow) -> None:
    for n in range(4):
        log(spark, config, n, date(2026, 5, 1 + n), 0.70 - n / 1000, "worse")
    assert [m.version for m in shelf_of(config, "worse").moves] == ["1"]
    for n in range(7):
        found = find_champion(config, "worse", date(2026, 5, 1 + n))
        assert found is not None
        assert str(found.version) == "1"


def test_a_model_in_a_bucket_is_verified_and_loaded_like_one_in_a_folder(
    spark: SparkSession, s3: str, tmp_path: Path
) -> None:
    config = Mlflow(
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}",
        artifact_location=f"{s3}/{tmp_path.name}",
        experiment="tests",
    )
    assert log(spark, config, 1, date(2026, 5, 1), 0.7, "far") == "1"
    loaded = load_champion(config, "far", date(2026, 6, 2))
    assert loaded is not None
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 2.0
    assert read_inputs(config, loaded) == ["x"]
    files = store_at(f"{s3}/{tmp_path.name}")
    names = [file.name.partition("/artifacts/")[2] for file in files.list()]
    assert {"features.json", "plot.png", "model/MLmodel"} <= set(names)
    assert any(name.startswith("model/sparkml/metadata/") for name in names)
    (pipeline,) = [file.name for file in files.list() if "/sparkml/metadata/part-" in file.name]
    files.replace(pipeline, files.read(pipeline) + b" ")
    with pytest.raises(CheckFailed, match="are not those that were registered"):
        load_champion(config, "far", date(2026, 6, 2))
