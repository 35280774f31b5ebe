"""Forty mistakes in definitions: each has its code, its line, and a cure that names something that is there."""

from pathlib import Path

import pytest

from segspark.config.models import Models, Segments
from segspark.features.acts import acts_of
from segspark.features.catalogue import build_catalogue
from segspark.segments.check import issues_in
from segspark.segments.load import read_definitions
from segspark.segments.validation_errors import WHY, ValidationIssue
from segspark.segments.values import values_of

CATALOGUE = build_catalogue((7, 30, 90, 365))
VALUES, ACTS = values_of(CATALOGUE, Models()), acts_of(CATALOGUE)
TITLE = "title: {fr: a, en: a}"
# The condition of the first segment stands in line 4.
RULES = f"segments:\n  - name: buyers\n    {TITLE}\n    when: {{}}\n  - {{{{name: others, {TITLE}, when: n_order_30d = 0}}}}\n"
RULES = RULES.replace("{fr: a, en: a}", "{{fr: a, en: a}}").replace("{{{{", "{{").replace("}}}}", "}}")
LEVELS = """levels:
  - level: activity
    groups:
      - {key: active, name: {fr: a, en: a}, when: days_since_active <= 30}
      - {key: others, name: {fr: o, en: o}}
"""
PYTHON = """from segspark.segments.definitions import Rule
from segspark.segments.rules.build import count, did, segment, value

SEGMENTS = [
    Rule("clicked", {"fr": "c", "en": "c"}, {}, CONDITION),
]
"""
CONDITIONS = [
    # (condition, code, what the cure names)
    ("n_order_30d >=", "unreadable_condition", "n_click_30d >= 1"),
    ("(n_order_30d > 1", "unreadable_condition", "n_click_30d >= 1"),
    ("n_order_30d > 1; n_click_30d > 1", "unreadable_condition", "n_click_30d >= 1"),
    ("city like 'Par%'", "not_allowed", "in (...)"),
    ("sum(n_order_30d) > 3", "not_allowed", "between"),
    ("n_order_30d in (select 1)", "not_allowed", "in (...)"),
    ("3 > 2", "not_allowed", "n_click_30d >= 1"),
    ("city = null", "not_allowed", "is null"),
    ("last_order_date + 3 > '2026-01-01'", "not_allowed", "last_order_date"),
    ("wihtin(last_click_date, 30)", "not_allowed", "within"),
    ("within(last_click_date, 0)", "wrong_argument", "within(last_click_date, 30)"),
    ("within('click', 30)", "wrong_argument", "within(last_click_date, 30)"),
    ("never(order_date)", "wrong_argument", "never('order')"),
    ("count('click', 1.5) > 2", "wrong_argument", "count('click', 30) >= 2"),
    ("did_then('visit', 'order')", "wrong_argument", "did_then('cart_add', 'order', 7)"),
    ("{did: cart_add, not_then: order, days: soon}", "wrong_argument", "did_not_then('cart_add', 'order', 7)"),
    ("did_not_then('cart_add', 'order', 30, 7)", "never_true", "did_not_then('cart_add', 'order', 30, 60)"),
    ("age_years between 50 and 30", "never_true", "age_years between 30 and 50"),
    ("n_clicks_30d > 1", "unknown_value", "n_click_30d"),
    ("never('ordr')", "unknown_value", "last_order_date"),
    ("xyzzy > 1", "unknown_value", "segspark features list"),
    ("n_order_45d > 1", "unknown_window", "n_order_30d"),
    ("count('click', 400) > 1", "unknown_window", "n_click_365d, or add 400 to features.windows in segspark.yaml"),
    ("did_then('vist', 'order', 2)", "unknown_act", "visit"),
    ("last_order_date > 3", "wrong_type", "last_order_date >= '2026-06-01'"),
    ("n_order_30d = 'many'", "wrong_type", "n_order_30d >= 1"),
    ("n_order_30d", "wrong_type", "n_order_30d >= 1"),
    ("country in ('FR', 3)", "wrong_type", "country = 'x'"),
    ("last_order_date > n_order_30d", "wrong_type", "last_order_date >= '2026-06-01'"),
    ("is_holiday > false", "wrong_type", "not is_holiday"),
    ("last_order_date > '1 juin'", "no_date", "last_order_date >= as_of - 30"),
    ("signup_date > '2026-02-30'", "no_date", "signup_date >= as_of - 30"),
    ("in_segment('other')", "unknown_segment", "others"),
    ("in_segment('buyers')", "circle", "buyers"),
    ("{al: [n_order_30d = 1]}", "no_condition", "all"),
    ("7", "no_condition", "all: [...]"),
]  # fmt: skip
FILES = [
    # (file, content, code, line, what the cure names)
    ("rules.yaml", RULES.replace("name: others", "name: buyers").format("n_order_30d = 1"), "double_name", 5, "buyers"),
    ("rules.yaml", RULES.format("n_order_30d = 1\n    wen: n_order_30d = 2"), "unknown_key", 5, "when"),
    ("rules.yaml", RULES.replace("    when: {}\n", "").format(), "missing_key", 2, "when"),
    ("rules.yaml", RULES.replace("buyers", "Buyers!").format("n_order_30d = 1"), "wrong_value", 2, "segments.0.name"),
    ("rules.yaml", RULES.format("a: b: c"), "unreadable_file", 4, "Quote"),
    ("rules.yaml", RULES.format("n_order_30d = 1\n    when: n_order_30d = 2"), "double_key", 5, "Keep one"),
    ("rules.yaml", "segments:\n  - name: a\n    " + TITLE + "\n    when:\n      all:\n        - n_order_30d = 1\n"
     "        - any: [n_click_30d = 1, n_clik_30d = 2]\n", "unknown_value", 7, "n_click_30d"),
    ("levels.yaml", LEVELS.replace(", when: days_since_active <= 30", ""), "no_default", 4, "when"),
    ("levels.yaml", LEVELS.replace("{fr: o, en: o}", "{fr: o, en: o}, when: n_order_30d = 1"), "no_default", 5, "when"),
    ("levels.yaml", LEVELS.replace("key: others", "key: active"), "double_name", 5, "active"),
    ("levels.yaml", LEVELS.replace("_active <= 30", "_activ <= 30"), "unknown_value", 4, "days_since_active"),
    ("more.py", PYTHON.replace("CONDITION", "value('n_clik_30d') > 1"), "unknown_value", 5, "n_click_30d"),
    ("more.py", PYTHON.replace("CONDITION", "segment('bayers')"), "unknown_segment", 5, "clicked"),
    ("more.py", PYTHON.replace("CONDITION", "value('n_click_30d') > None"), "python_failed", 5, "line 5"),
    ("more.py", PYTHON.replace("CONDITION", "did('click').then('order', 0)"), "python_failed", 5, "line 5"),
    ("more.py", "SEGMENTS = [\n    1]\n", "wrong_item", 1, "segspark.segments.definitions"),
    ("more.py", "RULES = []\n", "wrong_item", None, "SEGMENTS"),
    ("none.yaml", None, "no_file", None, "segments.rules"),
]  # fmt: skip


def issues(folder: Path, name: str, content: str | None) -> list[ValidationIssue]:
    if content is not None:
        (folder / name).write_text(content)
    named = {"levels": name} if name == "levels.yaml" else {"rules": [name]}
    definitions, found = read_definitions(Segments.model_validate(named), folder)
    return [*found, *issues_in(definitions, VALUES, ACTS)]


def test_there_are_forty_mistakes_and_more() -> None:
    assert len(CONDITIONS) + len(FILES) >= 40
    # What is too large has tests of its own, in rules/ and schemes/.
    assert {code for _, code, _ in CONDITIONS} | {code for *_, code, _, _ in FILES} == set(WHY) - {"too_large"}


@pytest.mark.parametrize(("condition", "code", "named"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
def test_a_wrong_condition_has_a_code_a_line_and_a_cure(tmp_path: Path, condition: str, code: str, named: str) -> None:
    said = condition if condition[0] in "{7" else f'"{condition}"'
    (issue,) = issues(tmp_path, "rules.yaml", RULES.format(said))
    assert (issue.code, issue.where) == (code, "rules.yaml:4")
    assert named in issue.fix
    assert issue.what
    assert issue.why


@pytest.mark.parametrize(("name", "content", "code", "line", "named"), FILES)
def test_a_wrong_file_has_a_code_a_line_and_a_cure(
    tmp_path: Path, name: str, content: str | None, code: str, line: int | None, named: str
) -> None:
    (issue,) = issues(tmp_path, name, content)
    where = "segspark.yaml" if content is None else name
    assert (issue.code, issue.where) == (code, f"{where}:{line}" if line else where)
    assert named in issue.fix


@pytest.mark.parametrize("condition", [c for c, code, _ in CONDITIONS if code in ("unknown_value", "unknown_window")])
def test_what_a_cure_names_can_be_written(tmp_path: Path, condition: str) -> None:
    (issue,) = issues(tmp_path, "rules.yaml", RULES.format(f'"{condition}"'))
    for word in issue.fix.replace("Write ", "").rstrip(".").split(", or ")[0].split(" or "):
        assert word in VALUES or word.startswith("`segspark features list`")
