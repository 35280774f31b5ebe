"""How the time of a backtracking matcher grows with the text."""

import pytest

from segspark.sources.sql.loops import degree_of


@pytest.mark.parametrize(
    ("pattern", "degree"),
    [
        ("^abc$", 1), ("^a+$", 1), ("a+$", 2), ("a+", 1), ("^a+b+$", 1), ("^a+a+$", 2), (".*x.*y", 3), ("^(a+b)+$", 1),
        ("(a+)+", None), ("(a|a)+b", None), # A branch may begin anywhere.
        ("^(a|ab)+c", 2),
    ],
)  # fmt: skip
def test_loops_that_read_the_same_signs_multiply(pattern: str, degree: int | None) -> None:
    assert degree_of(pattern) == degree


def test_a_pattern_too_large_to_tell_is_none() -> None:
    with pytest.raises(OverflowError):
        degree_of("a" * 500)
