"""A small shop's workspace on disk: orders, mails and consents of ann, bob and eve as CSV files by day."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from segspark.activation.audience import EXPORT
from segspark.app.workspace import open_workspace
from segspark.config.models import Configured, Settings, Workspace
from segspark.pipeline.context import Context
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.step import Step
from segspark.pipeline.view import look
from segspark.segments.lookup import find_segment
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

S = TypeVar("S", bound=Settings)

SEGSPARK = """
name: small
lake: ./lake
time_zone: Europe/Paris
currency: EUR
language: en
consent: {assumed: [profiling, email_marketing]}
models: {behaviour: {k_min: 2, k_max: 3}}
segments:
  levels: levels.yaml
  rules: [rules.yaml]
  min_size: 1
"""


def source(name: str, target: str, columns: str) -> str:
    """The YAML of a source whose files, ``<name>-<day>.csv``, were received on their day; people by their address."""
    return f"""
name: {name}
kind: mapped
path: ../data/{name}-*.csv
format: csv
time_zone: Europe/Paris
received: {{from: file_name}}
records:
  - target: {target}
    identifier: {{kind: email, value: email}}
    columns: {{{columns}}}
"""


ORDERS = source("orders", "orders", "order_id: id, ordered_at: at, amount: total")
MAILS = source("mails", "events", "event_id: id, event_type: type, occurred_at: at")
CONSENTS = source("consents", "consents", "purpose: purpose, value: value, effective_at: at")
LEVELS = """
levels:
  - level: activity
    groups:
      - {key: active, name: {fr: Actifs, en: Active}, when: days_since_active <= 30}
      - {key: others, name: {fr: Autres, en: Others}}
"""
RULES = """
segments:
  - name: buyers
    title: {fr: Acheteurs, en: Buyers}
    when: n_order_lifetime >= 1
  - name: big_spenders
    title: {fr: Gros paniers, en: Big spenders}
    when: avg_order_cents_365d >= 10000
  - name: fast_buyers
    title: {fr: Acheteurs rapides, en: Fast buyers}
    when: did_then('click', 'order', 2)
"""


def make_workspace(folder: Path) -> Workspace:
    """The files of a workspace without data."""
    (folder / "sources").mkdir(parents=True)
    (folder / "data").mkdir()
    for name, text in {
        "segspark.yaml": SEGSPARK, "levels.yaml": LEVELS, "rules.yaml": RULES,
        "sources/orders.yaml": ORDERS, "sources/mails.yaml": MAILS, "sources/consents.yaml": CONSENTS,
    }.items():  # fmt: skip
        (folder / name).write_text(text)
    write_key(folder)
    return open_workspace(folder, {})


def write_key(folder: Path) -> None:
    """The same ids in every run: what is drawn by them, such as who is kept aside from a training, does not change with it."""
    key = folder / ".segspark-key"
    key.touch(0o600)
    key.write_text(base64.b64encode(hashlib.sha256(b"people of the tests").digest()).decode() + "\n")


def with_model(settings: S, model: Configured[Any], **section: Any) -> S:
    """The settings, or a workspace, with some values of a model's section replaced."""
    changed = settings.models.of(model).model_copy(update=section)
    return settings.model_copy(update={"models": settings.models.model_copy(update={model.name: changed})})


def write_orders(workspace: Workspace, day: date, *rows: tuple[str, str, str, str]) -> None:
    """(order id, address, local time, amount) received on a day."""
    _write(workspace, f"orders-{day}", "id,email,at,total", rows)


def write_mails(workspace: Workspace, day: date, *rows: tuple[str, str, str, str]) -> None:
    """(event id, address, event type, local time) received on a day."""
    _write(workspace, f"mails-{day}", "id,email,type,at", rows)


def write_consents(workspace: Workspace, day: date, *rows: tuple[str, str, str, str]) -> None:
    """(address, purpose, granted or withdrawn, local time) received on a day."""
    _write(workspace, f"consents-{day}", "email,purpose,value,at", rows)


def _write(workspace: Workspace, name: str, header: str, rows: tuple[tuple[str, ...], ...]) -> None:
    lines = [header, *(",".join(row) for row in rows)]
    (workspace.folder / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n")


def step_of(flow: Flow, workspace: Workspace, lake: SparkLake, as_of: date, request: Request | None = None) -> Step:
    """A step of a flow without its run."""
    context = Context(workspace, as_of, flow.needs, flow.name)
    return Step(flow, lake, context, as_of, Quiet(), request or flow.request)


def segment_named(workspace: Workspace, lake: Lake, name: str) -> dict[str, Any]:
    """The registry's row of a segment."""
    return find_segment(look(EXPORT, workspace, lake), name)


def rows_of(lake: Lake, contract: Contract, day: date | None = None) -> list[dict[str, Any]]:
    """Every row as it is on disk, without what a run stamps on it."""
    filters = [(contract.partition_by[0], "=", day)] if day else None
    rows = lake.read_small(contract, filters=filters).to_pylist()
    return sorted(({k: v for k, v in r.items() if k != "run_id"} for r in rows), key=str)


# A lake without a run ---------------------------------------------------------------------------------------------

# What a required column holds where a test says nothing of it.
_PLAIN: dict[str, Any] = {
    "string": "", "int": 1, "bigint": 0, "boolean": True, "date": date(2026, 5, 1), "binary": b"",
    "timestamp": datetime(2026, 5, 1, tzinfo=UTC), "array<string>": [],
}  # fmt: skip


def store_rows(lake: Lake, contract: Contract, *rows: dict[str, Any]) -> None:
    """Rows of a table, written without Spark; a required column that is not given holds something plain."""
    plain = {c.name: _PLAIN[c.type] for c in contract.columns if c.required}
    given = dict.fromkeys(name for row in rows for name in row)
    table = pa.Table.from_pylist([{**given, **plain, **row} for row in rows])
    lake.append_small(contract, table, once=f"{contract.name}-{lake.version(contract)}")


FIRST_DAY, SECOND_DAY = date(2026, 5, 3), date(2026, 5, 5)
BUYERS, ACTIVE = "id-of-buyers", "id-of-active"


def stored_shop(folder: Path) -> Workspace:
    """Two stored days, written without Spark: ann buys on both, bob from the second on, and may not be written to."""
    workspace = make_workspace(folder)
    lake = Lake(workspace.lake)

    def inside(day: date, person: str, scheme: str, segment: str, name: str, reason: str | None) -> dict[str, Any]:
        return {
            "segment_date": day, "person_id": person, "scheme": scheme, "segment_id": segment, "segment_name": name,
            "is_contactable": reason is None, "not_contactable_reason": reason, "branch_id": name.lower(),
            "definition_version": "v1" if day == FIRST_DAY else "v2",
        }  # fmt: skip

    members = [
        (FIRST_DAY, "ann", None), (SECOND_DAY, "ann", None), (SECOND_DAY, "bob", "complained"),
    ]  # fmt: skip
    store_rows(
        lake,
        gold.SEGMENTS,
        *[inside(day, who, "rules", BUYERS, "Buyers", reason) for day, who, reason in members],
        *[inside(day, "ann", "levels", ACTIVE, "Active", None) for day in (FIRST_DAY, SECOND_DAY)],
    )
    store_rows(
        lake,
        gold.SEGMENT_REGISTRY,
        {"scheme": "rules", "segment_id": BUYERS, "segment_key": "buyers", "name_fr": "Acheteurs", "name_en": "Buyers",
         "description_fr": "Ont acheté", "description_en": "Have bought"},
        {"scheme": "levels", "segment_id": ACTIVE, "segment_key": "active", "name_fr": "Actifs", "name_en": "Active",
         "description_fr": None, "description_en": None},
    )  # fmt: skip
    when = {"name": "n_order_lifetime", "op": ">=", "value": 1}
    store_rows(
        lake,
        gold.DEFINITIONS,
        *[
            {"definition_version": version, "scheme": "rules", "name": "buyers", "first_date": day,
             "content": json.dumps({"name": "buyers", "title": {"fr": "A", "en": "B"}, "when": {**when, "value": least}})}
            for version, day, least in (("v1", FIRST_DAY, 1), ("v2", SECOND_DAY, 2))
        ],
    )  # fmt: skip

    def measured(day: date, segment: str, n: int, measure: str, value: float | None, **more: float) -> dict[str, Any]:
        scheme, name = ("rules", "Buyers") if segment == BUYERS else ("levels", "Active")
        return {"segment_date": day, "scheme": scheme, "segment_id": segment, "segment_name": name, "n_people": n,
                "measure": measure, "value": value, **more}  # fmt: skip

    store_rows(
        lake,
        gold.SEGMENT_PROFILES,
        measured(FIRST_DAY, BUYERS, 1, "orders_30d", 1.0),
        measured(FIRST_DAY, BUYERS, 1, "click_rate_30d", None),
        measured(SECOND_DAY, BUYERS, 2, "orders_30d", 3.0, median=1.0),
        measured(SECOND_DAY, BUYERS, 2, "click_rate_30d", 0.5),
        measured(SECOND_DAY, BUYERS, 2, "is_contactable", 0.5, numerator=1.0),
        measured(SECOND_DAY, ACTIVE, 1, "orders_30d", 2.0),
    )
    return workspace
