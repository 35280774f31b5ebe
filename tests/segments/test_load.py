"""Definitions from files: segments may stand on others, and take people in order; every fault is told."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.config.models import Segments
from segspark.errors import ConfigError
from segspark.ids import version_of
from segspark.segments.definitions import Definitions
from segspark.segments.load import load_definitions, load_rules, read_definitions, resolve_rules
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import Always
from segspark.segments.rules.yaml import parse_condition

RULE = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"


def definitions(folder: Path, rules: dict[str, str], head: str = "", **files: str) -> Definitions:
    """Rules of a YAML file, by name; further files by name."""
    text = "segments:\n" + "".join(RULE.format(name, when) for name, when in rules.items())
    (folder / "rules.yaml").write_text(head + text)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    patterns = ["rules.yaml", *(n.replace("_", ".") for n in files)]
    return load_definitions(Segments.model_validate({"rules": patterns, "schemes": ["rules"]}), folder)


def test_a_segment_stands_on_another_and_changes_its_version_with_it(tmp_path: Path) -> None:
    told = {"big": "spent > 100", "big_here": "\"in_segment('big') and country = 'FR'\""}
    first = {r.key: r for r in definitions(tmp_path, told).rules}
    assert first["big_here"].when == parse_condition({"all": ["spent > 100", "country = 'FR'"]})
    second = {r.key: r for r in definitions(tmp_path, {**told, "big": "spent > 200"}).rules}
    assert first["big_here"].version != second["big_here"].version


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"a": "in_segment('b')", "b": "not in_segment('a')"}, "the segment stands on itself: a -> b -> a"),
        ({"a": "in_segment('a')"}, "a -> a"),
        ({"buyers": "n > 1", "b": "in_segment('buyer')"}, "(?s)no segment 'buyer' among the rules.*fix: Write buyers"),
        ({"a": "in_segment('a', 'b')"}, "other arguments than in_segment takes"),
    ],
)
def test_segments_that_stand_on_themselves_or_on_nothing_are_refused(
    tmp_path: Path, rules: dict[str, str], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        definitions(tmp_path, {k: f'"{v}"' for k, v in rules.items()})


@given(st.dictionaries(st.sampled_from("xyz"), st.integers(-3, 3) | st.none()))
def test_of_an_exclusive_file_the_first_that_fits_takes_a_person(row: dict[str, int | None]) -> None:
    written = {"first": "x > 0", "second": "y > 0 or x > 1", "third": "z is null"}
    with TemporaryDirectory() as folder:
        rules = definitions(Path(folder), written, "exclusive: true\n").rules
    inside = [r.key for r in rules if holds(r.when, row)]
    fitting = [key for key, text in written.items() if holds(parse_condition(text), row)]
    assert inside == fitting[:1]


def test_a_python_file_defines_segments_and_its_faults_are_told(tmp_path: Path) -> None:
    code = """
from segspark.segments.definitions import Rule
from segspark.segments.rules.build import segment, value

SEGMENTS = [
    Rule(f"clicked_{n}", {"fr": f"Clics {n}", "en": f"Clicks {n}"}, {}, (value("n_click_30d") >= n) & segment("base"))
    for n in (1, 5)
] + [Rule("text", {"fr": "t", "en": "t"}, {}, "n_open_30d > 2")]
"""
    found = {r.key: r.when for r in definitions(tmp_path, {"base": "n_order_lifetime > 0"}, more_py=code).rules}
    assert found["clicked_5"] == parse_condition("n_click_30d >= 5 and n_order_lifetime > 0")
    assert found["text"] == parse_condition("n_open_30d > 2")
    with pytest.raises(ConfigError, match=r"more.py:8: 'n_open_30d >' cannot be read"):
        definitions(tmp_path, {"base": "true"}, more_py=code.replace("n_open_30d > 2", "n_open_30d >"))
    with pytest.raises(ConfigError, match=r"SEGMENTS\[0\]: a segspark.segments.definitions.Rule is needed, not int"):
        definitions(tmp_path, {"base": "true"}, more_py="SEGMENTS = [1]")


def test_versions_follow_content_only(tmp_path: Path) -> None:
    rule = definitions(tmp_path, {"a": "n>=1"}).rules[0]
    assert rule.version == definitions(tmp_path, {"a": '"n  >= 1"'}).rules[0].version == version_of(rule.content)


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
    assert found.levels is not None
    rich, others = found.levels.levels[0].groups
    assert (rich.when, others.when) == (parse_condition("spent > 100"), Always())
    assert (rich.where, found.rules[0].where) == ("levels.yaml:4", "rules.yaml:2")


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
    assert {r.key: r.when for r in found.rules} == {"big": parse_condition("spent > 100"), "odd": Always()}


def test_files_of_a_pattern_come_by_name(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.yaml").write_text("segments:\n" + RULE.format(f"of_{name}", "true"))
    config = Segments.model_validate({"rules": ["?.yaml"], "schemes": ["rules"]})
    assert [r.key for r in load_definitions(config, tmp_path).rules] == ["of_a", "of_b", "of_c"]


def test_variables_of_the_environment_stand_in_definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAST", "7")
    (rule,) = definitions(tmp_path, {"big": "'spent > ${LEAST}'"}).rules
    assert rule.when == parse_condition("spent > 7")


def test_rules_of_a_file_of_their_own_may_name_those_of_the_workspace(tmp_path: Path) -> None:
    known = definitions(tmp_path, {"big": "spent > 100", "own": "true"}).rules
    new = tmp_path / "new.yaml"
    new.write_text(
        "segments:\n" + RULE.format("own", "\"in_segment('big')\"") + RULE.format("both", "\"in_segment('own')\"")
    )
    own, both = resolve_rules(load_rules(new), known)
    # The file's rule of a name goes before the workspace's.
    assert own.when == both.when == parse_condition("spent > 100")
    new.write_text("segments:\n" + RULE.format("own", "\"in_segment('bigg')\""))
    with pytest.raises(ConfigError, match="Write big"):
        resolve_rules(load_rules(new), known)
    new.write_text("segments:\n" + 2 * RULE.format("own", "true"))
    with pytest.raises(ConfigError, match="double_name"):
        load_rules(new)
