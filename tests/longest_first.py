"""The order of the test files, and the seconds of each.

Whole files go to one process or the other (pytest -n). Long ones begin first: one that begins last leaves the other process
without work for minutes. A run says at its end which files took longest; LONGEST follows it.
"""

from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONGEST = (
    "app/test_byte_scan.py", "models/propensity/test_training.py", "docs/test_pages.py", "app/test_hourly.py",
    "ingest/test_introductions.py", "app/test_promises_of_tables.py", "app/test_daily.py", "app/test_repair.py",
    "query/duck/test_parity.py", "tables/io/test_by_spark.py", "bits/test_flow.py", "features/test_compute.py",
    "app/test_real_data.py", "query/test_explain.py", "pins/test_stored_rows.py", "corpus/test_corpus.py",
    "app/test_file_access.py", "models/uplift/test_estimate.py", "cli/test_ending.py", "app/test_interrupted.py",
    "app/test_maintained.py", "tables/io/test_catalog_lake.py",
    "sockets/test_item_aggregation.py", "models/propensity/test_training_own.py", "models/monitoring/test_flow.py",
    "lineage/test_day.py", "models/send_hour/test_training.py", "sockets/test_aggregation.py",
    "app/test_key_in_closures.py",
    "ingest/test_replay.py", "sockets/test_model.py", "ingest/test_flow.py",
    "models/value/test_hurdle_contest.py", "models/value/test_training.py", "features/test_tiles_flow.py",
    "corpus/test_again.py", "sockets/test_scheme.py", "sockets/test_engine.py",
)  # fmt: skip
N_TOLD = 20


def in_order(files: list[Path]) -> list[Path]:
    """The longest first; the others stay in their order."""
    place = {HERE / name: at for at, name in enumerate(LONGEST)}
    return sorted(files, key=lambda file: place.get(file, len(place)))


def slowest(seconds: Counter[str]) -> list[str]:
    """A line for each of the files that took longest, and one for all."""
    told = [f"{s:.0f}s {name}" for name, s in seconds.most_common(N_TOLD)]
    return [*told, f"{seconds.total():.0f}s of all processes in {len(seconds)} files"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {file: at for at, file in enumerate(in_order(list(dict.fromkeys(item.path for item in items))))}
    items.sort(key=lambda item: place[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration  # type: ignore[assignment]
    if len(seconds) > 1:
        terminalreporter.section("slowest files")
        terminalreporter.write("\n".join(slowest(seconds)) + "\n")
