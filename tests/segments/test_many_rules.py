"""Thousands of rules are read and checked in a time that grows as their number does."""

import time
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.query.look import check_definitions


def with_rules(folder: Path, n: int, condition: str) -> Workspace:
    workspace = make_workspace(folder)
    rules = [
        f"  - {{name: rule_{at}, title: {{fr: r{at}, en: r{at}}}, when: '{condition.format(at)}'}}" for at in range(n)
    ]
    (workspace.folder / "rules.yaml").write_text("\n".join(["segments:", *rules]) + "\n")
    return workspace


@pytest.mark.parametrize("n", [500, pytest.param(5_000, marks=pytest.mark.slow)])
def test_many_rules_are_checked(tmp_path: Path, n: int) -> None:
    workspace = with_rules(tmp_path / "w", n, "n_order_90d >= 2 and days_since_order < {} or n_click_30d > 1")
    start = time.process_time()
    assert check_definitions(workspace) == []
    # About 2 ms of a processor each; a check of each rule against all others took minutes.
    assert time.process_time() - start < 0.02 * n


@pytest.mark.parametrize("n", [500, pytest.param(5_000, marks=pytest.mark.slow)])
def test_many_rules_that_are_wrong_in_the_same_word_are_all_told(tmp_path: Path, n: int) -> None:
    workspace = with_rules(tmp_path / "w", n, "n_orders_90d >= {}")
    start = time.process_time()
    issues = check_definitions(workspace)
    assert len(issues) == n
    assert {issue.fix for issue in issues} == {issues[0].fix}
    assert time.process_time() - start < 0.02 * n
