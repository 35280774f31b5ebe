"""Conditions that are too large get an error with their place, in every form; those below the limits work."""

import time
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from segspark.config.models import Segments
from segspark.config.text_limits import MAX_LEVELS as TEXT_LEVELS
from segspark.config.text_limits import why_too_large
from segspark.segments.load import read_definitions
from segspark.segments.rule_files import load_rules
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.functions import WordError
from segspark.segments.rules.size import MAX_CONDITIONS, MAX_LEVELS, size_of
from segspark.segments.rules.sql import parse_text
from segspark.segments.rules.stored import from_json, to_json
from segspark.segments.rules.tree import And, Compare, Node, Not, Or
from segspark.segments.rules.yaml import read_condition
from segspark.segments.validation_errors import DefinitionError, ValidationIssue

ONE = "n_click_30d >= 1"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300 + ONE + ")" * 300,
        "(" * 300 + ONE,
        "(" * 50_000,
        "not " * 300 + ONE,
        "n_click_30d >= " + "- " * 300 + "1",
        "upper(" * 300 + "a" + ")" * 300 + " = 'A'",
        "case when a then " * 300 + "1" + " end" * 300 + " = 1",
        " and ".join([ONE] * 5_000),
        " or ".join([ONE] * 5_000),
        " and ".join(["a = 1 or b = 2"] * 2_500),
        "n_click_30d >= b" + " + 1" * 5_000,
        "a in (" + ", ".join(map(str, range(100_000))) + ")",
        "a = '" + "x" * 300_000 + "'",
        "a = " + "b." * 5_000 + "c",
        "a" + "[1" * 300 + "]" * 300 + " = 1",
        "a" + " = 1" * 3_000,
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_text_that_is_too_large_is_an_error_of_the_rule(text: str) -> None:
    start = time.monotonic()
    with pytest.raises(WordError) as found:
        parse_text(text)
    assert found.value.code in ("too_large", "not_allowed", "unreadable_condition")
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("(" * 300 + ONE + ")" * 300, "300 levels deep; the most are 20"),
        (" and ".join([ONE] * 5_000), "19,999 words; the most are 10,000"),
        (" and ".join([ONE] * 2_001), "more than 2,000 conditions"),
    ],
    ids=["levels", "words", "conditions"],
)
def test_the_error_tells_what_is_too_much_and_what_to_do_without_the_whole_text(text: str, told: str) -> None:
    with pytest.raises(WordError, match=told) as found:
        parse_text(text)
    assert found.value.code == "too_large"
    assert "several segments" in found.value.fix
    assert len(str(found.value)) < 400


def test_text_up_to_the_limits_is_read_even_from_deep_within_other_calls() -> None:
    deep = "(" * TEXT_LEVELS + ONE + ")" * TEXT_LEVELS

    def from_within(levels: int) -> Node:
        return from_within(levels - 1) if levels else parse_text(deep)

    assert from_within(150) == Compare("n_click_30d", ">=", 1)
    long = parse_text(" and ".join([f"n_click_30d >= {n}" for n in range(MAX_CONDITIONS)]))
    assert size_of(long) == (MAX_CONDITIONS, 2)
    assert from_json(to_json(long)) == long
    assert holds(long, {"n_click_30d": MAX_CONDITIONS})
    assert not holds(long, {"n_click_30d": 5})
    assert why_too_large("not (" * (TEXT_LEVELS // 2) + ONE + ")" * (TEXT_LEVELS // 2)) is None


def nested(levels: int) -> Any:
    return reduce(lambda inner, _: {"not": inner}, range(levels), ONE)


@pytest.mark.parametrize(
    "spec",
    [
        nested(MAX_LEVELS + 1),
        nested(5_000),
        {"any": [ONE] * (MAX_CONDITIONS + 1)},
        {"all": [{"any": [ONE] * 100}] * 30},
        reduce(lambda inner, _: Not(inner), range(5_000), Compare("a", "=", 1)),
        reduce(lambda inner, _: And((Or((inner, Compare("a", "=", 1))), Compare("b", "=", 1))), range(2_000), Compare("a", "=", 1)),
        And((Compare("a", "=", 1),) * 5_000),
    ],
    ids=["51 levels", "5,000 levels", "2,001 alternatives", "3,000 within", "a tree", "a tree of both", "a long tree"],
)  # fmt: skip
def test_lists_mappings_and_trees_that_are_too_large_are_errors_too(spec: Any) -> None:
    issues: list[ValidationIssue] = []
    read_condition(spec, lambda place: "rules.yaml:7", issues)
    assert {(i.code, i.where) for i in issues} == {("too_large", "rules.yaml:7")}


def rules(folder: Path, *conditions: str) -> Segments:
    """Segments s0, s1, ... with these conditions."""
    entries = [
        f"- name: s{n}\n  title: {{fr: s{n}, en: s{n}}}\n  when: \"{condition}\"\n" for n, condition in enumerate(conditions)
    ]  # fmt: skip
    (folder / "rules.yaml").write_text("segments:\n" + "".join(entries))
    return Segments(rules=("rules.yaml",), levels=None)


@pytest.mark.parametrize(
    "name",
    [
        lambda n: f"in_segment('s{n - 1}') and in_segment('s{n - 1}')" if n else ONE,
        lambda n: f"not in_segment('s{n + 1}')" if n < 399 else ONE,
    ],
    ids=["doubling", "a chain"],
)
def test_segments_that_stand_on_each_other_without_end_are_an_error(tmp_path: Path, name: Callable[[int], str]) -> None:
    config = rules(tmp_path, *map(name, range(400)))
    start = time.monotonic()
    _, issues = read_definitions(config, tmp_path)
    assert "too_large" in {i.code for i in issues}
    assert all(i.where.startswith("rules.yaml:") for i in issues)
    assert time.monotonic() - start < 120


@pytest.mark.parametrize(
    "text",
    ["segments: " + "[" * 5_000, "segments:\n  - when: " + "{not: " * 5_000 + "a" + "}" * 5_000,
     "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
         f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))],
    ids=["brackets", "braces", "aliases"],
)  # fmt: skip
def test_yaml_that_is_too_deep_or_blows_up_is_an_error_of_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=r"too deep|too large"):
        load_rules(tmp_path / "rules.yaml")
