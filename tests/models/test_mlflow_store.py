"""MLflow on the workspace's store: for the time of a block, and made where it is not there yet."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from segspark.config.models import Mlflow
from segspark.models.mlflow_store import is_there, store
from segspark.models.tracking import find_champion
from segspark.process import name_of_this_process


def config(folder: Path, experiment: str = "shop") -> Mlflow:
    uri = f"sqlite:///{folder / 'deep' / 'mlflow.db'}"
    return Mlflow(tracking_uri=uri, artifact_location=str(folder / "artifacts"), experiment=experiment)


def test_the_experiment_is_made_once_with_its_artifacts(tmp_path: Path) -> None:
    for _ in range(2):
        with store(config(tmp_path)) as mlflow:
            found = mlflow.get_experiment_by_name("shop")
            assert found.artifact_location.removeprefix("file://") == str(tmp_path / "artifacts")
            assert len(mlflow.MlflowClient().search_experiments(filter_string="name = 'shop'")) == 1


def test_the_store_of_before_is_back_afterwards_even_after_an_error(tmp_path: Path) -> None:
    import mlflow

    def fail() -> None:
        with store(config(tmp_path)) as used:
            assert used.get_tracking_uri() == config(tmp_path).tracking_uri
            raise ZeroDivisionError

    mlflow.set_tracking_uri("sqlite:///elsewhere.db")
    with pytest.raises(ZeroDivisionError):
        fail()
    assert mlflow.get_tracking_uri() == "sqlite:///elsewhere.db"


def test_nothing_is_told_to_anybody() -> None:
    assert (os.environ["MLFLOW_DISABLE_TELEMETRY"], os.environ["DO_NOT_TRACK"]) == ("true", "true")


def test_asking_for_a_model_does_not_make_the_store(tmp_path: Path) -> None:
    shop = config(tmp_path)
    assert find_champion(shop, "shop_churn", date(2026, 6, 1)) is None
    assert list(tmp_path.iterdir()) == []
    assert not is_there(shop)
    with store(shop):
        assert is_there(shop)
    assert is_there(shop.model_copy(update={"tracking_uri": f"{shop.tracking_uri}?timeout=5"}))
    assert find_champion(shop, "shop_churn", date(2026, 6, 1)) is None
    assert is_there(Mlflow(tracking_uri="http://127.0.0.1:5000"))


def test_a_database_appears_with_all_its_tables_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow cannot open one whose making was killed."""
    from mlflow.store.db import utils

    class Killed(BaseException):
        pass

    real = utils._upgrade_db

    def killed(engine: Any) -> None:
        raise Killed

    monkeypatch.setattr(utils, "_upgrade_db", killed)
    with pytest.raises(Killed), store(config(tmp_path)):
        pass
    assert not is_there(config(tmp_path))
    monkeypatch.setattr(utils, "_upgrade_db", real)
    # Of a process that was killed outright.
    number, _, rest = name_of_this_process().partition("-")
    (tmp_path / "deep" / f".mlflow.db.{int(number) + 2**22}-{rest}.part").touch()
    with store(config(tmp_path)) as mlflow:
        assert mlflow.get_experiment_by_name("shop")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["mlflow.db"]
