"""What is stored with a model of a table comes back as it was."""

import json

from models.propensity.test_documents import REVIEW

from segspark.models.table.documents import TableDocuments


def test_they_come_back_as_they_were() -> None:
    documents = TableDocuments(REVIEW, {"spent": 0.0}, {"spent": 1.0}, (0.8, 0.9), ("same",))
    assert TableDocuments.from_files(json.loads(json.dumps(documents.to_files()))) == documents
