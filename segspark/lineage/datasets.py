"""A table as OpenLineage describes it, from its contract: columns with types and comments, and never a value."""

from collections.abc import Mapping
from typing import Any, TypeVar

from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    dataset_type_dataset,
    dataset_version_dataset,
    documentation_dataset,
    schema_dataset,
    storage_dataset,
    symlinks_dataset,
    tags_dataset,
)

from segspark.lineage.names import dataset_name
from segspark.tables.contracts.catalogue import BY_NAME
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import stored_columns
from segspark.tables.lake import Lake

D = TypeVar("D", InputDataset, OutputDataset)


def datasets(kind: type[D], lake: Lake, versions: Mapping[str, int | None], namespace: str) -> list[D]:
    """Tables by name, those that are there.

    Args:
        namespace: of the contracts' names, by which a catalogue finds the table too.
    """
    there = {BY_NAME[name]: version for name, version in versions.items() if version is not None}
    return [_dataset(kind, lake, contract, version, namespace) for contract, version in there.items()]


def _dataset(kind: type[D], lake: Lake, contract: Contract, version: int, namespace: str) -> D:
    place = dataset_name(lake.path(contract))
    facets: dict[str, Any] = {
        "schema": schema_facet(contract, lake),
        "documentation": documentation_dataset.DocumentationDatasetFacet(f"One row: {contract.grain}"),
        "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet("TABLE"),
        "storage": storage_dataset.StorageDatasetFacet("delta", "parquet"),
        "version": dataset_version_dataset.DatasetVersionDatasetFacet(str(version)),
        "symlinks": symlinks_dataset.SymlinksDatasetFacet(
            [symlinks_dataset.Identifier(namespace, contract.name, "TABLE")]
        ),
    }
    if personal := [column.name for column in contract.columns if column.personal]:
        fields = [tags_dataset.TagsDatasetFacetFields("personal", "true", "SEGSPARK", name) for name in personal]
        facets["tags"] = tags_dataset.TagsDatasetFacet(fields)
    return kind(namespace=place.namespace, name=place.name, facets=facets)


def schema_facet(contract: Contract, lake: Lake) -> schema_dataset.SchemaDatasetFacet:
    """The contract's columns, and those of the catalogue of features that the table has beside them."""
    known = {column.name: (column.type, column.comment) for column in contract.columns}
    for name, kind, words in stored_columns(lake.table(contract).schema().to_json()):
        known.setdefault(name, (kind, words))
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=name, type=kind, description=words, ordinal_position=at)
        for at, (name, (kind, words)) in enumerate(known.items(), 1)
    ]
    return schema_dataset.SchemaDatasetFacet(fields)
