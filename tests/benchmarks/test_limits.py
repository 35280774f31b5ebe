"""One large file is taken in, whatever its form, and memory does not grow with it."""

import json
import sys
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sources.in_process import files_of, plan_of, staged_files

from benchmarks import limits
from segspark.sources import content, counts, csv_lines, csv_strict, raw, records
from segspark.sources.mapped import MAPPED
from segspark.sources.mapping import compile_mapping
from segspark.sources.plan import Limits
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source

ORDER = {
    "target": "orders", "identifier": {"kind": "email", "value": "email"},
    "columns": {"order_id": "id", "ordered_at": "at", "amount": "total"},
}  # fmt: skip
# Of the large file: no process of Python has more, whatever the size of the file.
MOST_MB = 900


def made(form: str, folder: Path, n_bytes: int, long: int) -> dict[str, int]:
    name, opener, *_ = limits.FORMS[form]
    written = {"good": 0, "broken": 0}
    with opener(folder / name, "wb") as file:
        for part in limits._content(form, n_bytes, long, written):
            file.write(part)
    return written


def read(form: str, folder: Path) -> tuple[dict[str, int], int | None]:
    """What becomes of the file's records in a task, and how many are counted apart from it."""
    said = {"kind": "mapped", "format": "csv", "records": [ORDER]} if form == "csv" else {"kind": "sendgrid"}
    source = Source.model_validate({"name": "large", "path": "*-05-30.*", "folder": str(folder), **said})
    (file,) = files_of(source, "UTC")
    provider = MAPPED if form == "csv" else PROVIDERS.find("sendgrid")
    plan = replace(plan_of(provider, folder, [[file]], limits=Limits(400_000)), source=source)
    n_counted = provider.counts(file, source, 10**9)
    if form == "csv":
        batches = raw.read_raw(plan, compile_mapping(source), 0)
        found = Counter("broken" if why else "good" for batch in batches for why in batch["reasons"].to_pylist())
        return found, n_counted
    rows = staged_files(plan, 0)
    return {
        "good": sum(f.rows for f in rows["records"]), "broken": sum(f.rows for f in rows.get("refused", ())),
    }, n_counted  # fmt: skip


@pytest.mark.parametrize("form", limits.FORMS)
def test_what_a_task_holds_does_not_grow_with_the_file(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (content, counts, csv_lines, csv_strict, records):
        monkeypatch.setattr(module, "HELD", 500_000)
    monkeypatch.setattr(content, "BLOCK", 250_000)
    monkeypatch.setattr(raw, "BATCH_BYTES", 2_000_000)
    # What is imported on the way is no matter of the file.
    made(form, tmp_path, 200_000, 1_000)
    read(form, tmp_path)
    written = made(form, tmp_path, 60_000_000, 3_000_000)
    tracemalloc.start()
    try:
        found, n_counted = read(form, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == written
    assert n_counted == sum(written.values())
    assert peak < 16_000_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
@pytest.mark.parametrize("form", limits.FORMS)
def test_a_file_of_two_gigabytes_is_taken_in(form: str, tmp_path: Path) -> None:
    figures = limits.large_file(form, 2_200_000_000, tmp_path / "w")
    limits.record(f"one_file_{form}", figures)
    assert figures["exit_code"] == 0, figures["told"]
    assert figures["told"]["records"] == {
        "accepted": figures["written"]["good"],
        "quarantined": figures["written"]["broken"],
    }
    assert figures["peak_mb"]["python"] < MOST_MB, json.dumps(figures)
