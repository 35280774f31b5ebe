"""Every case of the corpus through the gateway: hostile records get their verdict, valid ones are taken as they are."""

import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from corpus.cases import HERE, Case, read_cases
from corpus.judge import difference
from corpus.outcomes import Outcome, mapped, parsed
from pyspark.sql import SparkSession

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
CASES = [("hostile", case) for case in read_cases("hostile")] + [("valid", case) for case in read_cases("valid")]
LISTED = [line.split() for line in (HERE / "open.txt").read_text("utf-8").splitlines() if line[:1] != "#"]
OPEN = frozenset(name for name, *_ in LISTED)
ENDS_THE_RUN = frozenset(name for name, *mark in LISTED if mark)


def _parameters() -> Iterator[object]:
    for folder, case in CASES:
        marks = [pytest.mark.xfail(strict=True, reason="open.txt")] if case.name in OPEN else []
        yield pytest.param(folder, case, id=case.name, marks=marks)


@pytest.fixture(scope="session")
def outcomes(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("corpus")
    cases = [case for _, case in CASES]
    found = parsed([case for case in cases if case.base.provider != "mapped"], folder / "parsed")
    together, alone = [], []
    for case in cases:
        if case.base.provider == "mapped":
            (alone if case.name in ENDS_THE_RUN else together).append(case)
    for its in [together, *([case] for case in alone)]:
        found |= mapped(spark, its, folder)
    return found


@pytest.mark.parametrize(("folder", "case"), _parameters())
def test_the_verdict_of_a_case_holds(folder: str, case: Case, outcomes: dict[str, Outcome]) -> None:
    assert difference(case, outcomes[case.name]) is None


def test_open_cases_are_cases() -> None:
    assert {case.name for _, case in CASES} >= OPEN


def test_the_result_is_written(outcomes: dict[str, Outcome]) -> None:
    for folder in ("hostile", "valid"):
        groups: dict[str, dict[str, int]] = {}
        ended = 0
        for name, case in CASES:
            if name == folder:
                group = groups.setdefault(case.group, {"cases": 0, "met": 0})
                group["cases"] += 1
                group["met"] += difference(case, outcomes[case.name]) is None
                ended += outcomes[case.name].ended is not None
        content = {
            "cases": sum(g["cases"] for g in groups.values()),
            "met": sum(g["met"] for g in groups.values()),
            "ended_the_run": ended,
            "groups": groups,
            "machine": {
                "cores": os.cpu_count(),
                "python": platform.python_version(),
                "versions": {name: version(name) for name in ("pyspark", "pyarrow", "orjson", "sqlglot")},
            },
        }
        (RESULTS / f"{folder}.json").write_text(json.dumps(content, indent=2) + "\n")
        assert content["cases"] >= 300
