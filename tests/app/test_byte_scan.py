"""Nothing that is planted in undeclared fields stands in a byte of what a run leaves, whatever became of its record.

Records of every provider and of mapped files, accepted, ignored, duplicate, expired, withheld and refused, hold names,
customer numbers, and addresses in twelve encodings. After two days, a report and an export every file is decoded and
searched: tables, Delta logs, staging, models, exports, reports, and what was printed.
"""

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace
from pyspark.sql import SparkSession
from sources.places import RECORDS
from sources.test_canaries import ENCODINGS

from segspark.app.run import run_named
from segspark.app.workspace import open_workspace
from segspark.pipeline.progress import Quiet
from segspark.reports.gather import write_day_report
from segspark.tables.contracts import ops
from segspark.tables.io.spark_lake import SparkLake

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.byte_scan import search, texts_of

NAME, NUMBER, STREET = "Zqanne Zqlefevre", "zq770031", "12 bis rue Zqpasteur"
# Undeclared everywhere; the keys are those of no provider.
PLANTED = {"x_name": NAME, "x_number": NUMBER, "x_street": STREET, "x_deep": {"x_list": [NAME, {"x": NUMBER}]}}
SOURCE = "name: s_{name}\nkind: {kind}\npath: ../data/s-{name}-*.json\nreceived: {{from: file_name}}\n"
MAPPED = """\
name: s_{form}
kind: mapped
format: {form}
path: ../data/s-{form}-*.{form}
time_zone: Europe/Paris
received: {{from: file_name}}
records:
  - target: orders
    identifier: {{kind: email, value: email}}
    columns: {{order_id: id, ordered_at: at, amount: total}}
"""


def encoded(n: int) -> dict[str, str]:
    return {f"x_{at}": encode(f"zqhidden{n}@exemple.fr") for at, encode in enumerate(ENCODINGS.values())}


def of_provider(name: str) -> list[str]:
    """Accepted twice (so once a duplicate), long ago (expired), ignored, refused, and no record at all."""
    _, base, _ = RECORDS[name]
    lines = []
    for n, outcome in enumerate(("accepted", "accepted", "ignored", "refused")):
        lines.append(json.dumps({**base(outcome, ""), **PLANTED, **encoded(n)}))
    return [*lines, json.dumps({**PLANTED, **encoded(9)}), f'{{"x_name": "{NAME}", "x": zqhidden@exemple.fr', NAME]


def fill(folder: Path) -> None:
    data, sources = folder / "data", folder / "sources"
    data.mkdir(exist_ok=True)
    for name in RECORDS:
        short = name.replace(" ", "_")
        (sources / f"s_{short}.yaml").write_text(SOURCE.format(name=short, kind=RECORDS[name][0]))
        (data / f"s-{short}-2026-05-10.json").write_text("\n".join(of_provider(name)) + "\n")
    opened = {"event": "open", "email": "jeanne@exemple.fr", "timestamp": 1777882530, **PLANTED}
    with (data / "s-sendgrid-2026-05-10.json").open("a") as out:
        # Withheld: no consent to open tracking.
        out.write(json.dumps(opened) + "\n")
    rows = [
        {"id": "1", "email": "jeanne@exemple.fr", "at": "2026-05-09 10:00:00", "total": "12.00", **PLANTED},
        {"id": "2", "email": "jeanne@exemple.fr", "at": "then", "total": "1.00", **PLANTED, **encoded(8)},
    ]
    (sources / "s_json.yaml").write_text(MAPPED.format(form="json"))
    (data / "s-json-2026-05-10.json").write_text("\n".join(map(json.dumps, rows)) + "\n")
    (sources / "s_csv.yaml").write_text(MAPPED.format(form="csv"))
    lines = ["id,email,at,total,x_name,x_number", f"3,jeanne@exemple.fr,2026-05-09 10:00:00,12.00,{NAME},{NUMBER}"]
    lines += [f"4,jeanne@exemple.fr,then,1.00,{NAME},{NUMBER}", f'5,"{NAME}, {NUMBER}']
    (data / "s-csv-2026-05-10.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def ran(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_workspace(tmp_path_factory.mktemp("scanned") / "w").folder
    fill(folder)
    settings = folder / "segspark.yaml"
    settings.write_text(settings.read_text() + "ingest: {max_quarantined_share: 1.0}\n")
    workspace = open_workspace(folder, {})
    lake = SparkLake(workspace.lake, spark)
    for day in (11, 12):
        run_named("daily", workspace, lake, date(2026, 5, day), progress=Quiet())
    write_day_report(workspace, date(2026, 5, 12), "fr", None)
    return folder


def places(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and path.name not in ("data", "sources")]


def test_every_outcome_is_there(spark: SparkSession, ran: Path) -> None:
    ledger = SparkLake(open_workspace(ran, {}).lake, spark).read_small(ops.LEDGER).to_pylist()
    words = {row["disposition"] for row in ledger if row["source"].startswith("s_")}
    assert {"accepted", "duplicate", "ignored", "quarantined", "withheld"} <= words


def test_nothing_planted_stands_in_any_file(ran: Path) -> None:
    tokens = {NAME, NUMBER, STREET, "Zqanne", "Zqlefevre", "Zqpasteur"}
    for n in (0, 1, 2, 3, 8, 9):
        tokens |= {encode(f"zqhidden{n}@exemple.fr") for encode in ENCODINGS.values()}
    files = [path for place in places(ran) for path in place.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert search(places(ran), {t for t in tokens if t.isascii()}) == []
    text = "\n".join(piece for path in files for piece in texts_of(path)).lower()
    assert "zqhidden" not in text
    assert "zqanne" not in text


def test_the_address_of_a_person_stands_in_no_file_either(ran: Path) -> None:
    # Only an export, which is made for it, holds it.
    assert search(places(ran), {"jeanne@exemple.fr"}) == []


def test_the_search_finds_what_is_there(ran: Path, tmp_path: Path) -> None:
    # A product of a declared label is in the tables, so that the search is not blind.
    assert search(places(ran), {"Robe"})
