"""Every case of the corpus through the gateway: hostile records get their verdict, valid ones are taken as they are."""

import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from corpus.bases import HERE
from corpus.cases import Case, read_cases
from corpus.judge import difference
from corpus.outcomes import Outcome, mapped, parsed
from pyspark.sql import SparkSession

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
CASES = [("hostile", case) for case in read_cases("hostile")] + [("valid", case) for case in read_cases("valid")]
LISTED = [line.split() for line in (HERE / "open.txt").read_text("utf-8").splitlines() if line[:1] != "#"]
OPEN = frozenset(name for name, *_ in LISTED)
# Each would need a Spark job of its own, which only the long run affords.
ENDS_THE_RUN = frozenset(name for name, *mark in LISTED if mark)
NOT_RUN = frozenset() if os.environ.get("SEGSPARK_EXPLORE") else ENDS_THE_RUN


def _parameters() -> Iterator[object]:
    for folder, case in CASES:
        is_open = pytest.mark.xfail(strict=True, reason="open.txt", run=case.name not in NOT_RUN)
        yield pytest.param(folder, case, id=case.name, marks=[is_open] if case.name in OPEN else [])


@pytest.fixture(scope="session")
def outcomes(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("corpus")
    cases = [case for _, case in CASES if case.name not in NOT_RUN]
    found = parsed([case for case in cases if case.base.provider != "mapped"], folder / "parsed")
    of_tables = [case for case in cases if case.base.provider == "mapped"]
    together = [case for case in of_tables if case.name not in ENDS_THE_RUN]
    for its in [together, *([case] for case in of_tables if case.name in ENDS_THE_RUN)]:
        found |= mapped(spark, its, folder)
    return found


@pytest.mark.parametrize(("folder", "case"), _parameters())
def test_the_verdict_of_a_case_holds(folder: str, case: Case, outcomes: dict[str, Outcome]) -> None:
    assert difference(case, outcomes[case.name]) is None


def test_open_cases_are_cases() -> None:
    assert {case.name for _, case in CASES} >= OPEN


@pytest.mark.parametrize("folder", ["hostile", "valid"])
def test_the_result_is_written(folder: str, outcomes: dict[str, Outcome]) -> None:
    groups: dict[str, dict[str, int]] = {}
    unmet: dict[str, str] = {}
    for case in [case for name, case in CASES if name == folder]:
        outcome = outcomes.get(case.name)
        wrong = difference(case, outcome) if outcome else "not run, it ends the run"
        group = groups.setdefault(case.group, {"cases": 0, "met": 0})
        group["cases"] += 1
        group["met"] += wrong is None
        if wrong:
            unmet[case.name] = wrong
    content = {
        "cases": sum(g["cases"] for g in groups.values()),
        "met": sum(g["met"] for g in groups.values()),
        "groups": groups,
        "unmet": unmet,
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "versions": {name: version(name) for name in ("pyspark", "pyarrow", "orjson", "sqlglot")},
        },
    }
    (RESULTS / f"{folder}.json").write_text(json.dumps(content, indent=2) + "\n")
    assert content["cases"] >= 300
    assert unmet.keys() <= OPEN
