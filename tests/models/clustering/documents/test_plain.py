"""Frozen values as JSON."""

from dataclasses import dataclass

from segspark.models.clustering.documents.plain import flat, plain, words_of


@dataclass(frozen=True)
class Toy:
    name: str
    sizes: tuple[int, ...]
    inner: "Toy | None" = None


def test_fields_keep_their_order_and_tuples_become_arrays() -> None:
    content = plain({1: Toy("ann", (1, 2), Toy("bob", ()))})
    assert content == {"1": {"name": "ann", "sizes": [1, 2], "inner": {"name": "bob", "sizes": [], "inner": None}}}
    assert list(content["1"]) == ["name", "sizes", "inner"]


def test_a_text_in_both_languages_is_two_keys() -> None:
    assert flat("name", {"en": "Calm", "fr": "Calmes"}) == {"name_fr": "Calmes", "name_en": "Calm"}
    assert words_of({"name_fr": "Calmes", "name_en": "Calm", "other": 1}, "name") == {"fr": "Calmes", "en": "Calm"}
