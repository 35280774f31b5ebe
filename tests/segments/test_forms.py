"""YAML files as forms: where everything stands, and every fault."""

from pathlib import Path

from segspark.segments.forms import Form, below, doubled, read_form
from segspark.segments.validation_errors import ValidationIssue


class Shelf(Form):
    books: tuple[str, ...]


def test_everything_has_the_line_of_its_nearest_key(tmp_path: Path) -> None:
    (tmp_path / "shelf.yaml").write_text("books:\n  - one\n  - two\n")
    read = read_form(tmp_path / "shelf.yaml", Shelf, [])
    assert read is not None
    form, where = read
    assert form.books == ("one", "two")
    assert [where(("books", 1)), where(("books", 1, "deeper")), below(where, ("books",))((0,))] == [
        "shelf.yaml:3", "shelf.yaml:3", "shelf.yaml:2",
    ]  # fmt: skip


def test_all_faults_of_a_file_are_kept(tmp_path: Path) -> None:
    issues: list[ValidationIssue] = []
    (tmp_path / "shelf.yaml").write_text("book: [one]\n")
    assert read_form(tmp_path / "shelf.yaml", Shelf, issues) is None
    assert {i.code for i in issues} == {"unknown_key", "missing_key"}
    assert read_form(tmp_path / "none.yaml", Shelf, issues) is None
    assert len(issues) == 3


def test_a_repeated_name_is_a_fault_where_it_is_repeated() -> None:
    (issue,) = doubled("group", [("a", "f:1"), ("b", "f:2"), ("a", "f:3")])
    assert (issue.code, issue.where) == ("double_name", "f:3")
    assert "f:1" in issue.what
