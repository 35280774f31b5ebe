from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from segspark.config.models import Model
from segspark.config.yaml_lines import Problem, load_yaml, problems_of, raise_all
from segspark.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_yaml(written(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


def test_every_key_and_item_has_its_line(tmp_path: Path) -> None:
    data, lines = load_yaml(written(tmp_path, "# a comment\nfeatures:\n  windows:\n    - 7\n    - 30\nname: x\n"))
    assert data == {"features": {"windows": [7, 30]}, "name": "x"}
    assert lines[("features",)] == 2
    assert lines[("features", "windows", 0)] == 4
    assert lines[("features", "windows", 1)] == 5
    assert lines[("name",)] == 6


def test_keys_given_twice_are_all_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 3\n").splitlines() == [
        "file.yaml:2: c: the key is given twice. Keep one.",
        "file.yaml:3: a: the key is given twice. Keep one.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1, 2", "file.yaml:1: this is no YAML"),
        ("a: b: c", "file.yaml:1: this is no YAML"),
        ("a: !!python/object:os.system {}", "file.yaml:1: this is no YAML"),
        ("day: 2026-02-31", "this is no YAML: day"),
        ("? [a, b]\n: 1", "a key must be plain text"),
        ("a: &x [*x]", "too large or too deep"),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_reason(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes("name: été".encode("latin-1"))
    with pytest.raises(ConfigError, match="cannot be read as UTF-8"):
        load_yaml(path)


def test_the_mark_that_windows_editors_write_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: x")
    assert load_yaml(path)[0] == {"name": "x"}


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    assert load_yaml(written(tmp_path, "# nothing\n"))[0] is None


class Column(Model):
    value: str
    unit: str = "x"


class Table(Model):
    columns: dict[str, int | Column] = Field(default_factory=dict)
    kept: tuple[Column, ...] = ()
    how: str = Field("a", alias="from")


def issues_of(data: Any, lines: dict[Any, int]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Table.model_validate(data)
    return [str(p) for p in problems_of(caught.value, "t.yaml", lines, Table)]


def test_branches_of_a_union_are_one_problem_at_the_key() -> None:
    lines = {("columns",): 1, ("columns", "size"): 2}
    (issue,) = issues_of({"columns": {"size": "big"}}, lines)
    assert issue.startswith("t.yaml:2: columns.size (is 'big'): ")
    assert "integer" in issue
    assert " Or: " in issue


def test_unknown_keys_within_lists_and_free_mappings_get_the_keys_of_their_model() -> None:
    lines = {("kept",): 1, ("kept", 0): 2, ("kept", 0, "value"): 2, ("kept", 0, "unitt"): 3}
    (issue,) = issues_of({"kept": [{"value": "a", "unitt": "b"}]}, lines)
    assert issue == "t.yaml:3: kept.0.unitt: there is no such key. Did you mean unit? Allowed: unit, value."


def test_keys_are_named_as_they_are_written() -> None:
    (issue,) = issues_of({"how": "a"}, {("how",): 4})
    assert "Allowed: columns, from, kept." in issue


def test_long_values_are_cut() -> None:
    assert len(str(Problem("f", 1, "k", "x" * 500, "no."))) < 110


def test_nothing_wrong_raises_nothing() -> None:
    raise_all([])


trees = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=10,
)


@given(trees)
def test_data_are_those_of_a_plain_safe_load(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "tree.yaml"
    text = yaml.safe_dump(tree, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    data, lines = load_yaml(path)
    assert data == yaml.safe_load(text)
    assert lines[()] >= 1
