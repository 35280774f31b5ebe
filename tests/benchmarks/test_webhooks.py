"""The events that the benchmark of ingest draws: the same each time, and all of them taken."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from sources.in_process import plan_of, staged

from segspark.sources.files import InputFile
from segspark.sources.plan import Arrival
from segspark.sources.sendgrid import SENDGRID
from segspark.time import DAY, local_midnight, to_micros

FILE = Path(__file__).parents[2] / "benchmarks" / "webhooks.py"


@pytest.fixture(scope="module")
def webhooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("webhooks", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_same_events_are_drawn_each_time_also_compressed(webhooks: ModuleType, tmp_path: Path) -> None:
    first = webhooks.write_webhooks(tmp_path / "a", 3_000)
    again = webhooks.write_webhooks(tmp_path / "b", 3_000)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    assert len(first) == 6
    zipped = webhooks.write_webhooks(tmp_path / "c", 3_000, zipped=True)
    assert [p.name for p in zipped] == [p.name + ".gz" for p in first]


def test_every_event_is_taken_and_received_by_the_end_of_its_day(webhooks: ModuleType, tmp_path: Path) -> None:
    files = []
    written = webhooks.write_webhooks(tmp_path / "data", 61_000)
    assert len(written) == webhooks.DAYS * webhooks.FILES_PER_DAY
    for number, path in enumerate(written[-8:]):
        day = webhooks.date.fromisoformat(path.name[7:17])
        received = to_micros(local_midnight(day + DAY, "Europe/Paris")) - 1
        files.append(InputFile("mails", str(path), path.name, f"{number:032x}", 1, received, number))
    last = to_micros(local_midnight(webhooks.AS_OF, "Europe/Paris"))
    plan = plan_of(SENDGRID, tmp_path, [files], arrival=Arrival("Europe/Paris", last, future_tolerance=0))
    rows = staged(plan, 0)
    assert "refused" not in rows
    assert len({e["event_id"] for e in rows["events"]}) == len(rows["records"]) == 4_067
    assert {e["event_type"] for e in rows["events"]} >= {
        "sent",
        "delivered",
        "open",
        "click",
        "bounce_hard",
        "complaint",
    }
