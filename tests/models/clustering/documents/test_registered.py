"""All documents of a registered version, of this program or of an earlier one."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace
from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import DOCUMENTS
from registry import Registry

from segspark.errors import CheckFailed
from segspark.models.clustering.documents.registered import ClusteringDocuments, read_documents
from segspark.models.tracking import find_champion


@given(DOCUMENTS)
def test_what_is_written_is_read_as_it_was(documents: ClusteringDocuments) -> None:
    assert ClusteringDocuments.from_files(json.loads(json.dumps(documents.to_files()))) == documents


def test_the_stored_form_of_every_file_stays() -> None:
    files = stored("today")
    written = ClusteringDocuments.from_files(files).to_files()
    assert {file: text(content) for file, content in written.items()} == {f: text(c) for f, c in files.items()}


def test_documents_of_the_first_models_are_read() -> None:
    documents = ClusteringDocuments.from_files(stored("first"))
    assert (documents.groups.k, len(documents.sweep.rows)) == (4, 3)
    assert (documents.tree, documents.map, documents.migration, documents.rare) == (None, None, None, None)
    with pytest.raises(CheckFailed, match="trained before their mean was stored"):
        documents.z_scores((0.0, 0.0))


def test_documents_of_models_without_a_hierarchy_are_read() -> None:
    documents = ClusteringDocuments.from_files(stored("before_trees"))
    assert documents.tree is None
    assert documents.rare is not None
    assert documents.migration is not None
    assert documents.groups.around == ()
    assert documents.groups.mean is not None
    assert set(documents.z_scores(documents.groups.mean).values()) == {0.0}


def test_a_version_without_its_groups_is_refused() -> None:
    files = {file: content for file, content in stored("today").items() if file != "groups.json"}
    with pytest.raises(CheckFailed, match=r"The registered groups lack groups\.json; there are .*map\.json"):
        ClusteringDocuments.from_files(files)


@pytest.mark.parametrize("version", ["first", "today"])
def test_all_documents_of_a_registered_version_are_read_at_once(tmp_path: Path, version: str) -> None:
    workspace = make_workspace(tmp_path / "w")
    files = stored(version)
    given_files = {file.removesuffix(".json"): content for file, content in files.items()}
    Registry(workspace).register("behaviour", date(2026, 5, 1), "aa", **given_files)
    champion = find_champion(workspace.mlflow, f"{workspace.name}_behaviour", date.max)
    assert champion is not None
    read = read_documents(workspace.mlflow, champion.tags["run_id"])
    assert read == ClusteringDocuments.from_files(files)


def test_documents_import_nothing_heavy() -> None:
    heavy = ("numpy", "pyspark", "sklearn", "scipy", "mlflow", "pandas")
    code = f"import segspark.models.clustering.documents.registered, sys; print([h for h in {heavy!r} if h in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
