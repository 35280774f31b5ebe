"""Faults of definitions: each in five parts, all of them at once, in the order of the files."""

from pathlib import Path

from segspark.segments.validation_errors import WHY


def test_every_code_is_explained_where_definitions_are() -> None:
    readme = (Path(__file__).parents[2] / "segspark" / "segments" / "README.md").read_text()
    assert [code for code in WHY if f"`{code}`" not in readme] == []
