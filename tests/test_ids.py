"""Equal content, equal id, in every process and on every machine."""

from datetime import date
from pathlib import Path

from segspark.ids import identity, mint, version_of


def test_equal_parts_give_one_id_whatever_the_order_of_their_keys() -> None:
    assert identity("a", {"x": 1, "y": [2]}) == identity("a", {"y": [2], "x": 1})
    assert len(identity("a")) == 24
    assert set(identity("a")) <= set("0123456789abcdef")


def test_another_part_order_or_number_of_parts_gives_another_id() -> None:
    ids = [identity(), identity("a"), identity("a", "b"), identity("b", "a"), identity("ab"), identity(["a", "b"])]
    assert len(set(ids)) == len(ids)
    assert identity(1) != identity("1")


def test_days_and_paths_count_by_their_text() -> None:
    assert identity(date(2026, 5, 1)) == identity("2026-05-01")
    assert identity(Path("x")) == identity("x")


def test_a_minted_id_says_its_scheme_and_follows_from_the_key_alone() -> None:
    assert mint("rules", "buyers").startswith("rules-")
    assert mint("rules", "buyers") == mint("rules", "buyers")
    assert len({mint("rules", "buyers"), mint("rules", "buyer"), mint("levels", "buyers")}) == 3


def test_a_version_is_that_of_the_content() -> None:
    assert version_of({"a": 1, "b": "é"}) == version_of({"b": "é", "a": 1})
    assert version_of([1, 2]) != version_of([2, 1])
    assert len(version_of([])) == 16
