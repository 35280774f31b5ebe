"""A shop whose records hold names, customer numbers, streets and addresses in fields that nothing declares.

Records of every provider and of mapped files, accepted, ignored, duplicate, expired, withheld and refused; headers that
are rows, keys that are addresses, files that are broken. Enough people buy for models to be trained.
"""

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
from builders import SEGSPARK, make_workspace
from sources.places import RECORDS
from sources.test_canaries import ENCODINGS

from segspark.config.models import Workspace

NAME, NUMBER, STREET = "Zqanne Zqlefevre", "zq770031", "12 bis rue Zqpasteur"
# Undeclared everywhere; the keys are those of no provider.
PLANTED = {"x_name": NAME, "x_number": NUMBER, "x_street": STREET, "x_deep": {"x_list": [NAME, {"x": NUMBER}]}}
# A part of everything planted, which is in no program, path or machine.
CORES = ("zqanne", "zqlefevre", "zqpasteur", "zqhidden", NUMBER)
N_HIDDEN = 10
FIRST, SECOND = date(2026, 5, 12), date(2026, 5, 13)
BUYERS = 90
SETTINGS = """\
ingest: {max_quarantined_share: 1.0}
"""
MODELS = """\
models:
  behaviour: {k_min: 2, k_max: 3, min_stability: -1, min_silhouette: -1, min_people: 1}
  churn: {label_days: 30, min_history_days: 60, n_training_cuts: 2, min_people: 20, min_class: 5, max_iter: 3}
"""
SOURCE = "name: s_{name}\nkind: {kind}\npath: ../data/s-{name}-*.json\nreceived: {{from: file_name}}\n"
MAPPED = """\
name: s_{name}
kind: mapped
format: {form}
path: ../data/s-{name}-*.{form}{end}
time_zone: Europe/Paris
received: {{from: file_name}}
records:
  - target: orders
    identifier: {{kind: email, value: email}}
    columns: {{order_id: id, ordered_at: at, amount: total}}
"""


def hidden(n: int, encoding: str = "plain") -> str:
    return ENCODINGS[encoding](f"zqhidden{n}@exemple.fr")


def addresses() -> set[str]:
    """Of everybody: of those who buy, and of those who are planted."""
    return {"jeanne@exemple.fr", *(hidden(n) for n in range(N_HIDDEN)), *map(address, range(BUYERS))}


def address(buyer: int) -> str:
    return f"zqbuyer{buyer:02}@exemple.fr"


def planted_workspace(folder: Path) -> Workspace:
    """The workspace with all its files; those of the second day hold what is wrong with whole files."""
    workspace = make_workspace(folder)
    settings = SEGSPARK.replace("models: {behaviour: {k_min: 2, k_max: 3}}\n", MODELS)
    (folder / "segspark.yaml").write_text(settings + SETTINGS)
    _write_providers(folder)
    _write_mapped(folder)
    _write_buyers(folder)
    _write_broken(folder)
    return workspace


def _write_providers(folder: Path) -> None:
    for name in RECORDS:
        short = name.replace(" ", "_")
        (folder / "sources" / f"s_{short}.yaml").write_text(SOURCE.format(name=short, kind=RECORDS[name][0]))
        (folder / "data" / f"s-{short}-2026-05-10.json").write_text("\n".join(_of_provider(name)) + "\n")
    opened = {"event": "open", "email": "jeanne@exemple.fr", "timestamp": 1777882530, **PLANTED}
    with (folder / "data" / "s-sendgrid-2026-05-10.json").open("a") as out:
        # Withheld: no consent to open tracking.
        out.write(json.dumps(opened) + "\n")


def _of_provider(name: str) -> list[str]:
    """Accepted twice (so once a duplicate), ignored, refused, with an address for a key, and no record at all."""
    _, base, _ = RECORDS[name]
    lines = [
        json.dumps({**base(outcome, ""), **PLANTED, **_encoded(n), hidden(4): {hidden(5, "percent"): 1}})
        for n, outcome in enumerate(("accepted", "accepted", "ignored", "refused"))
    ]
    return [*lines, json.dumps({**PLANTED, **_encoded(9)}), f'{{"x_name": "{NAME}", "x": zqhidden@exemple.fr', NAME]


def _encoded(n: int) -> dict[str, str]:
    return {f"x_{at}": hidden(n, encoding) for at, encoding in enumerate(ENCODINGS)}


def _write_mapped(folder: Path) -> None:
    data = folder / "data"
    for form, end in (("json", ""), ("csv", ""), ("parquet", ""), ("csv", ".gz")):
        name = f"{form}{end[1:]}"
        (folder / "sources" / f"s_{name}.yaml").write_text(MAPPED.format(name=name, form=form, end=end))
    rows = [
        {"id": "1", "email": "jeanne@exemple.fr", "at": "2026-05-09 10:00:00", "total": "12.00", **PLANTED},
        {"id": "2", "email": "jeanne@exemple.fr", "at": "then", "total": "1.00", **PLANTED, **_encoded(8)},
    ]
    (data / "s-json-2026-05-10.json").write_text("\n".join(map(json.dumps, rows)) + "\n")
    flat = [{k: v for k, v in row.items() if isinstance(v, str)} for row in rows]
    table = pa.Table.from_pylist([{**row, "id": f"p{row['id']}"} for row in flat]).replace_schema_metadata({"by": NAME})
    pq.write_table(table, data / "s-parquet-2026-05-10.parquet")
    # A stray quote, and a column named by a person.
    lines = [f"id,email,at,total,x_name,x_number,{hidden(6)}"]
    lines += [f"3,jeanne@exemple.fr,2026-05-09 10:00:00,12.00,{NAME},{NUMBER},1"]
    lines += [f"4,jeanne@exemple.fr,then,1.00,{NAME},{NUMBER},1", f'5,"{NAME}, {NUMBER}', f"6,{hidden(7)},{NAME}"]
    (data / "s-csv-2026-05-10.csv").write_text("\n".join(lines) + "\n")
    packed = "\n".join(line.replace(",jeanne", "z,jeanne") for line in lines[:-1]) + "\n"
    (data / "s-csvgz-2026-05-10.csv.gz").write_bytes(gzip.compress(packed.encode()))


def _write_buyers(folder: Path) -> None:
    """Orders and mails of half a year; the names of the people stand beside them."""
    random, newest = Random(7), date(2026, 5, 9)
    orders, mails = ["id,email,at,total,x_name"], ["id,email,type,at,x_number"]
    for buyer in range(BUYERS):
        for n in range(1 + buyer % 7):
            day = newest - timedelta(random.randrange(30 * (1 + buyer % 3), 200))
            orders.append(f"b{buyer}-{n},{address(buyer)},{day} 10:00:00,{random.randrange(5, 90)}.00,{NAME}")
        for n in range(buyer % 5):
            day = newest - timedelta(random.randrange(1, 120))
            mails.append(
                f"m{buyer}-{n},{address(buyer)},{random.choice(('delivered', 'click'))},{day} 09:00:00,{NUMBER}"
            )
    (folder / "data" / "orders-2026-05-10.csv").write_text("\n".join(orders) + "\n")
    (folder / "data" / "mails-2026-05-10.csv").write_text("\n".join(mails) + "\n")


def _write_broken(folder: Path) -> None:
    """Files of the second day: without a header, cut off, of another kind."""
    data = folder / "data"
    (data / "s-csv-2026-05-12.csv").write_text(f"7,{hidden(3)},2026-05-09 10:00:00,1.00,{NAME},{NUMBER},1\n")
    whole = (data / "s-parquet-2026-05-10.parquet").read_bytes()
    (data / "s-parquet-2026-05-12.parquet").write_bytes(whole[: len(whole) // 2])
    (data / "s-json-2026-05-12.json").write_bytes(f'{{"email": "{hidden(2)}", "x": "{NAME}"'.encode("utf-16"))
    (data / "s-csvgz-2026-05-12.csv.gz").write_bytes(gzip.compress(f"id;{NAME};{hidden(1)}\n".encode())[:-6])
