"""levels.yaml: ordered levels, whose last group takes the rest."""

from pathlib import Path

from written import parse_condition

from segspark.config.models import Segments
from segspark.segments.level_files import read_levels
from segspark.segments.rules.tree import Always
from segspark.segments.validation_errors import ValidationIssue

LEVELS = """levels:
  - level: money
    groups:
      - {key: rich, name: {fr: r, en: r}, when: spent > 100}
      - {key: others, name: {fr: o, en: o}}
"""


def read(folder: Path, text: str) -> tuple[list[tuple[str, str]], list[str]]:
    (folder / "levels.yaml").write_text(text)
    issues: list[ValidationIssue] = []
    found = read_levels(Segments.model_validate({"levels": "levels.yaml"}), folder, issues)
    groups = [(g.key, g.where) for levels in found for level in levels.levels for g in level.groups]
    return groups, [f"{i.code} {i.where}" for i in issues]


def test_groups_have_conditions_and_lines(tmp_path: Path) -> None:
    assert read(tmp_path, LEVELS) == ([("rich", "levels.yaml:4"), ("others", "levels.yaml:5")], [])
    (levels,) = read_levels(Segments.model_validate({"levels": "levels.yaml"}), tmp_path, [])
    assert [g.when for g in levels.levels[0].groups] == [parse_condition("spent > 100"), Always()]


def test_a_workspace_may_have_no_levels(tmp_path: Path) -> None:
    assert read_levels(Segments(), tmp_path, []) == ()  # type: ignore[call-arg]


def test_only_the_last_group_is_without_a_condition(tmp_path: Path) -> None:
    turned = LEVELS.replace(", when: spent > 100", "").replace("{fr: o, en: o}}", "{fr: o, en: o}, when: spent > 1}")
    assert read(tmp_path, turned)[1] == ["no_default levels.yaml:4", "no_default levels.yaml:5"]


def test_names_of_groups_and_levels_are_told_apart(tmp_path: Path) -> None:
    twice = LEVELS.replace("others", "rich") + LEVELS.removeprefix("levels:\n")
    assert read(tmp_path, twice)[1] == ["double_name levels.yaml:5", "double_name levels.yaml:6"]
