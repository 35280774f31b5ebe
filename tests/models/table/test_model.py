"""A table of the configuration is a model that is trained by its name alone, from its file."""

from datetime import date
from pathlib import Path

import pytest

from segspark.config.models import Models, Settings, Workspace
from segspark.errors import ConfigError
from segspark.models.registry import find_model, models_of
from segspark.models.table.config import FlatTable
from segspark.models.table.model import TABLE_FILES, table_models
from segspark.pipeline.context import Context


def workspace(folder: Path) -> Workspace:
    tables = {"leaves": FlatTable(file="data/people.csv", label="left")}
    return Workspace(folder=folder, models=Models(tables=tables))


def test_each_table_has_a_model(tmp_path: Path) -> None:
    models = workspace(tmp_path).models
    (model,) = table_models(models)
    assert (model.name, model.outputs, model.is_trained(None)) == ("leaves", (), False)
    assert find_model(models, "leaves") is model
    assert models_of(models)[-1] is model
    assert models_of(Settings().models)[-1] is not model


def test_its_file_lies_below_the_workspace(tmp_path: Path) -> None:
    read = Context(workspace(tmp_path), date(2026, 6, 1), (TABLE_FILES,), "train")[TABLE_FILES]
    with pytest.raises(ConfigError, match=r"models\.tables\.leaves\.file: .*people\.csv: there is no such file"):
        read("leaves")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("left,a\nyes,1\n")
    assert read("leaves").rows.to_dict("list") == {"left": ["yes"], "a": ["1"]}
