"""What counts for a hash; that the hashes of the built-in catalogue stay is in pins/test_hashes.py."""

from segspark.features.aggregations.last import LAST
from segspark.features.feature import Feature
from segspark.features.hashing import hash_of, what_counts


def test_an_aggregation_counts_by_its_name_and_descriptions_not_at_all() -> None:
    counted = what_counts(Feature("last_x", "n_x", "words", LAST, months=(1, 2)))
    assert counted == {
        "name": "last_x",
        "measure": "n_x",
        "kind": "last",
        "windows": (),
        "months": (1, 2),
        "weekdays": (),
        "only_sales": False,
    }


def test_hashes_are_short_and_of_the_content() -> None:
    assert len(hash_of({"a": 1})) == 16
    assert hash_of({"a": 1, "b": (2,)}) == hash_of({"b": [2], "a": 1}) != hash_of({"a": 2})
