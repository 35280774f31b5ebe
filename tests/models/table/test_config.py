"""What a table needs at least."""

import pytest
from pydantic import ValidationError

from segspark.models.table.config import FlatTable


def test_a_file_and_a_label_are_enough() -> None:
    found = FlatTable(file="people.csv", label="left")
    assert (found.delimiter, found.n_folds, found.positive) == (",", 5, ("1", "true", "yes"))


@pytest.mark.parametrize("wrong", [{"delimiter": ";;"}, {"n_folds": 1}, {"kinds": {"a": "text"}}, {"labl": "x"}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FlatTable.model_validate({"file": "people.csv", "label": "left", **wrong})
