"""Segments that refer to others take their conditions in; what stands on itself or on nothing is refused."""

from pathlib import Path

import pytest
from written import load_definitions, parse_condition

from segspark.config.models import Segments
from segspark.errors import ConfigError
from segspark.segments.definitions import Rule
from segspark.segments.references import resolve_rules
from segspark.segments.rule_files import load_rules

RULE = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"


def rules_of(folder: Path, rules: dict[str, str], **files: str) -> tuple[Rule, ...]:
    """Rules of a YAML file, by name; further files by name."""
    (folder / "rules.yaml").write_text("segments:\n" + "".join(RULE.format(name, when) for name, when in rules.items()))
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    patterns = ["rules.yaml", *(n.replace("_", ".") for n in files)]
    return load_definitions(Segments.model_validate({"rules": patterns}), folder).of("rules", Rule)


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
        rules_of(tmp_path, {k: f'"{v}"' for k, v in rules.items()})


def test_rules_of_a_file_of_their_own_may_name_those_of_the_workspace(tmp_path: Path) -> None:
    known = rules_of(tmp_path, {"big": "spent > 100", "own": "true"})
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
