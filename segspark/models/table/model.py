"""Models of the workspace's flat tables."""

import json
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from segspark.config.models import Models
from segspark.models.model import Fitted, Model, Refused
from segspark.models.table.config import FlatTable
from segspark.models.table.documents import TableDocuments
from segspark.pipeline.context import Resource

if TYPE_CHECKING:
    from segspark.models.card import Content
    from segspark.models.table.read import TextTable
    from segspark.models.version import Version
    from segspark.pipeline.context import Setting
    from segspark.pipeline.step import Step

TABLES = "tables"


def table_models(models: Models) -> tuple[Model[Any, Any], ...]:
    """The models of a workspace's tables, in the order of their names."""
    return tuple(_model(name, config.model_dump_json()) for name, config in sorted(models.tables.items()))


@cache
def _model(name: str, config: str) -> Model[Any, Any]:
    table = FlatTable.model_validate(json.loads(config))

    def train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
        from segspark.models.table.training import train_table

        return train_table(step, name, step.context[TABLE_FILES](name), table)

    def card(version: "Version[TableDocuments]") -> "Content":
        from segspark.models.table.card import table_card

        return table_card(name, version)

    # It is trained where it is asked for by name: a day's segments do not wait for it.
    return Model(name, FlatTable, train, (), TableDocuments, card=card, is_trained=lambda config: False)


def _reader(setting: "Setting") -> Any:
    folder, tables = setting.workspace.folder, setting.workspace.models.tables

    def read(name: str) -> "TextTable":
        from segspark.models.table.read import read_table

        return read_table(tables[name].file.below(folder), tables[name], f"models.{TABLES}.{name}")

    return read


# Reads the file of a table by its name, when it is asked for. A training is never skipped, so nothing identifies it.
TABLE_FILES: Resource[Any] = Resource("table_files", _reader, lambda setting: sorted(setting.workspace.models.tables))
