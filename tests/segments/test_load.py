"""Definitions from files: segments may stand on others, and take people in order; every fault is told."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import load_definitions, parse_condition

from segspark.config.models import Segments
from segspark.ids import version_of
from segspark.segments.definitions import Levels, Rule
from segspark.segments.load import read_definitions
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import Always

RULE = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"


def rules_of(folder: Path, rules: dict[str, str], head: str = "", **files: str) -> tuple[Rule, ...]:
    """Rules of a YAML file, by name; further files by name."""
    text = "segments:\n" + "".join(RULE.format(name, when) for name, when in rules.items())
    (folder / "rules.yaml").write_text(head + text)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    patterns = ["rules.yaml", *(n.replace("_", ".") for n in files)]
    found = load_definitions(Segments.model_validate({"rules": patterns, "schemes": ["rules"]}), folder)
    return found.of("rules", Rule)


def test_a_segment_stands_on_another_and_changes_its_version_with_it(tmp_path: Path) -> None:
    told = {"big": "spent > 100", "big_here": "\"in_segment('big') and country = 'FR'\""}
    first = {r.key: r for r in rules_of(tmp_path, told)}
    assert first["big_here"].when == parse_condition({"all": ["spent > 100", "country = 'FR'"]})
    second = {r.key: r for r in rules_of(tmp_path, {**told, "big": "spent > 200"})}
    assert first["big_here"].version != second["big_here"].version


@given(st.dictionaries(st.sampled_from("xyz"), st.integers(-3, 3) | st.none()))
def test_of_an_exclusive_file_the_first_that_fits_takes_a_person(row: dict[str, int | None]) -> None:
    written = {"first": "x > 0", "second": "y > 0 or x > 1", "third": "z is null"}
    with TemporaryDirectory() as folder:
        rules = rules_of(Path(folder), written, "exclusive: true\n")
    inside = [r.key for r in rules if holds(r.when, row)]
    fitting = [key for key, text in written.items() if holds(parse_condition(text), row)]
    assert inside == fitting[:1]


def test_versions_follow_content_only(tmp_path: Path) -> None:
    rule = rules_of(tmp_path, {"a": "n>=1"})[0]
    assert rule.version == rules_of(tmp_path, {"a": '"n  >= 1"'})[0].version == version_of(rule.content)


def test_levels_may_stand_on_rules_and_the_last_group_takes_the_rest(tmp_path: Path) -> None:
    (tmp_path / "levels.yaml").write_text("""levels:
  - level: money
    groups:
      - {key: rich, name: {fr: r, en: r}, when: "in_segment('big')"}
      - {key: others, name: {fr: o, en: o}}
""")
    (tmp_path / "rules.yaml").write_text("segments:\n" + RULE.format("big", "spent > 100"))
    config = Segments.model_validate({"levels": "levels.yaml", "rules": ["rules.yaml"]})
    found, issues = read_definitions(config, tmp_path)
    assert issues == []
    (levels,) = found.of("levels", Levels)
    rich, others = levels.levels[0].groups
    assert (rich.when, others.when) == (parse_condition("spent > 100"), Always())
    assert (rich.where, found.of("rules", Rule)[0].where) == ("levels.yaml:4", "rules.yaml:2")


def test_what_can_be_read_is_there_beside_the_faults(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "segments:\n" + RULE.format("big", "spent > 100") + RULE.format("odd", "spent >") + RULE.format("big", "true")
    )
    config = Segments.model_validate({"rules": ["rules.yaml"], "schemes": ["rules"]})
    found, issues = read_definitions(config, tmp_path)
    assert {(i.code, i.where) for i in issues} == {
        ("unreadable_condition", "rules.yaml:3"), ("double_name", "rules.yaml:4"),
    }  # fmt: skip
    # Of two equal names the first holds; for what cannot be read stands everybody.
    assert {r.key: r.when for r in found.of("rules", Rule)} == {"big": parse_condition("spent > 100"), "odd": Always()}


def test_files_of_a_pattern_come_by_name(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.yaml").write_text("segments:\n" + RULE.format(f"of_{name}", "true"))
    config = Segments.model_validate({"rules": ["?.yaml"], "schemes": ["rules"]})
    assert [r.key for r in load_definitions(config, tmp_path).of("rules", Rule)] == ["of_a", "of_b", "of_c"]


def test_variables_of_the_environment_stand_in_rules_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAST", "7")
    (rule,) = rules_of(tmp_path, {"big": "'spent > ${LEAST}'"})
    assert rule.when == parse_condition("spent > 7")
