"""Named segments of YAML and Python files."""

from pathlib import Path

import pytest
from written import load_definitions, parse_condition

from segspark.config.models import Segments
from segspark.errors import ConfigError
from segspark.segments.definitions import Rule
from segspark.segments.rule_files import read_rules
from segspark.segments.validation_errors import ValidationIssue

RULE = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"


def rules_of(folder: Path, rules: dict[str, str], **files: str) -> tuple[Rule, ...]:
    """Rules of a YAML file, by name; further files by name."""
    (folder / "rules.yaml").write_text("segments:\n" + "".join(RULE.format(name, when) for name, when in rules.items()))
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    patterns = ["rules.yaml", *(n.replace("_", ".") for n in files)]
    return load_definitions(Segments.model_validate({"rules": patterns}), folder).of("rules", Rule)


def test_a_python_file_defines_segments_and_its_faults_are_told(tmp_path: Path) -> None:
    code = """
from segspark.segments.definitions import Rule
from segspark.segments.rules.build import segment, value

SEGMENTS = [
    Rule(f"clicked_{n}", {"fr": f"Clics {n}", "en": f"Clicks {n}"}, {}, (value("n_click_30d") >= n) & segment("base"))
    for n in (1, 5)
] + [Rule("text", {"fr": "t", "en": "t"}, {}, "n_open_30d > 2")]
"""
    found = {r.key: r.when for r in rules_of(tmp_path, {"base": "n_order_lifetime > 0"}, more_py=code)}
    assert found["clicked_5"] == parse_condition("n_click_30d >= 5 and n_order_lifetime > 0")
    assert found["text"] == parse_condition("n_open_30d > 2")
    with pytest.raises(ConfigError, match=r"more.py:8: 'n_open_30d >' cannot be read"):
        rules_of(tmp_path, {"base": "true"}, more_py=code.replace("n_open_30d > 2", "n_open_30d >"))
    with pytest.raises(ConfigError, match=r"SEGMENTS\[0\]: a segspark.segments.definitions.Rule is needed, not int"):
        rules_of(tmp_path, {"base": "true"}, more_py="SEGMENTS = [1]")


def test_a_pattern_without_files_is_a_fault(tmp_path: Path) -> None:
    issues: list[ValidationIssue] = []
    assert read_rules(Segments.model_validate({"rules": ["none/*.yaml"]}), tmp_path, issues) == ()
    assert [(i.code, i.where) for i in issues] == [("no_file", "segspark.yaml")]
