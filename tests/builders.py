"""A small shop's workspace on disk: orders, mails and consents of ann, bob and eve as CSV files by day."""

from datetime import date
from pathlib import Path
from typing import Any

from segspark.activation.audience import EXPORT
from segspark.config.load import load_workspace
from segspark.config.models import Workspace
from segspark.pipeline.context import Context
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.step import Step
from segspark.pipeline.view import look
from segspark.segments.lookup import find_segment
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

SEGSPARK = """
name: small
lake: ./lake
time_zone: Europe/Paris
currency: EUR
language: en
consent: {assumed: [profiling, email_marketing]}
clustering: {k_min: 2, k_max: 3}
segments:
  levels: levels.yaml
  rules: [rules.yaml]
  min_size: 1
"""
ORDERS = """
name: orders
kind: mapped
path: ../data/orders-*.csv
format: csv
time_zone: Europe/Paris
received: {from: file_name}
records:
  - target: orders
    identifier: {kind: email, value: email}
    columns: {order_id: id, ordered_at: at, amount: total}
"""
MAILS = """
name: mails
kind: mapped
path: ../data/mails-*.csv
format: csv
time_zone: Europe/Paris
received: {from: file_name}
records:
  - target: events
    identifier: {kind: email, value: email}
    columns: {event_id: id, event_type: type, occurred_at: at}
"""
CONSENTS = """
name: consents
kind: mapped
path: ../data/consents-*.csv
format: csv
time_zone: Europe/Paris
received: {from: file_name}
records:
  - target: consents
    identifier: {kind: email, value: email}
    columns: {purpose: purpose, value: value, effective_at: at}
"""
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
    return load_workspace(folder, {})


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
