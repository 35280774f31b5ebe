"""The adapters' tests notice what is changed in them: the recorded measurement, and a small one of now."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "mutation.json"
MODULES = {"sendgrid", "mailgun", "postmark", "ses", "segment", "shopify", "fields", "vocabulary"}


def measured() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(RESULTS.read_text())
    return result


def test_the_recorded_measurement_names_every_module_and_reaches_the_target() -> None:
    result = measured()
    assert set(result["modules"]) == MODULES
    for figures in (result["overall"], result["overall"]["words"]):
        assert figures["killed"] + figures["survived"] == figures["mutants"]
        assert figures["share"] >= result["target"] >= 0.85


def test_the_recorded_measurement_adds_up() -> None:
    result = measured()
    modules = result["modules"].values()
    assert result["overall"]["mutants"] == sum(m["mutants"] for m in modules)
    assert result["overall"]["killed"] == sum(m["killed"] for m in modules)
    survived = sum(m["survived"] + m["words"]["survived"] for m in modules)
    assert len(result["survivors"]) == survived


def test_every_recorded_survivor_has_a_reason() -> None:
    assert [s for s in measured()["survivors"] if not s["reason"]] == []


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("cosmic_ray") is None, reason="cosmic-ray is not installed")
def test_the_readers_of_fields_are_measured_anew(tmp_path: Path) -> None:
    results = tmp_path / "mutation.json"
    before = {p: p.read_bytes() for p in (ROOT / "segspark" / "sources").rglob("*.py")}
    command = [sys.executable, "benchmarks/mutation.py", "--modules", "fields", "--workers", "2"]
    done = subprocess.run([*command, "--results", str(results)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(results.read_text())
    assert set(result["modules"]) == {"fields"}
    assert result["modules"]["fields"]["mutants"] > 50
    assert result["modules"]["fields"]["share"] >= 0.85
    assert result["modules"]["fields"]["words"]["share"] >= 0.85
    # The checkout is as it was.
    assert {p: p.read_bytes() for p in (ROOT / "segspark" / "sources").rglob("*.py")} == before
