"""A preview answers without a JVM: people, revenue, who is left out, and the change since the day before."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, store_rows

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.features.resources import load_catalogue
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

BEFORE, AS_OF = date(2026, 5, 3), date(2026, 5, 4)
# person -> orders, cents, reason not to write; on the last day.
PEOPLE = {"ann": (3, 9_000, None), "bob": (2, 5_000, "no_consent"), "eve": (0, 0, None), "joe": (5, 20_000, None)}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """joe became a customer on the last day."""
    workspace = make_workspace(tmp_path / "w")
    lake = Lake(workspace.lake)
    contract = gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns())
    for day, people in ((BEFORE, ("ann", "bob", "eve")), (AS_OF, tuple(PEOPLE))):
        store_rows(lake, contract, *[features(day, person, *PEOPLE[person][:2]) for person in people])
        store_rows(lake, gold.PEOPLE, *[
            {"person_id": p, "as_of_date": day, "is_contactable": PEOPLE[p][2] is None, "not_contactable_reason": PEOPLE[p][2],
             "country": "FR", "mailbox_provider": "gmail" if p == "ann" else None} for p in people
        ])  # fmt: skip
        store_rows(lake, gold.SEGMENTS, *[
            {"person_id": p, "segment_date": day, "scheme": "rules", "segment_id": "s", "segment_name": "Loyal"}
            for p in people if p != "eve"
        ])  # fmt: skip
    return workspace


def features(day: date, person: str, orders: int, cents: int) -> dict[str, Any]:
    return {"person_id": person, "as_of_date": day, "n_order_365d": orders, "order_cents_365d": cents,
            "refund_cents_365d": 1_000 if person == "ann" else 0}  # fmt: skip


def test_a_condition_is_answered(workspace: Workspace) -> None:
    rules = rules_named(workspace, "n_order_365d >= 2")
    (row,) = preview(workspace, Lake(workspace.lake), rules, None)
    assert row == {
        "name": "condition", "as_of": AS_OF, "people": 3, "contactable": 2, "revenue_cents_365d": 33_000, "margin_cents_365d": None, "currency": "EUR",
        "left_out": {"no_consent": 1}, "mailbox_providers": {"gmail": 1, "unknown": 1}, "change": 1, "since": BEFORE, "among_previewed": {},
        "overlaps": [{"scheme": "rules", "segment": "Loyal", "people": 3}], "sample": ["ann", "bob", "joe"],
        "engine": "DuckDB", "is_verified": True,
    }  # fmt: skip


def test_nobody_is_an_answer(workspace: Workspace) -> None:
    (row,) = preview(workspace, Lake(workspace.lake), rules_named(workspace, "n_order_365d > 99"), AS_OF)
    assert (row["people"], row["contactable"], row["revenue_cents_365d"], row["change"]) == (0, 0, 0, 0)
    assert (row["left_out"], row["overlaps"], row["sample"]) == ({}, [], [])


def test_of_the_first_day_there_is_no_change(workspace: Workspace) -> None:
    (row,) = preview(workspace, Lake(workspace.lake), rules_named(workspace, "n_order_365d >= 2"), BEFORE)
    assert (row["people"], row["change"], row["since"]) == (2, None, None)


def test_own_derived_features_may_read_one_another(workspace: Workspace) -> None:
    derived = [("each", "try_divide(order_cents_365d, n_order_365d)"), ("twice", "each * 2"), ("odd", "each % 2")]
    lines = [f'  - {{name: {name}, sql: "{sql}", description: Own}}' for name, sql in derived]
    (workspace.folder / "own.yaml").write_text("\n".join(["derived:", *lines]) + "\n")
    with (workspace.folder / "segspark.yaml").open("a") as settings:
        settings.write("features: {files: [own.yaml]}\n")
    again = open_workspace(workspace.folder, {})
    lake = Lake(again.lake)
    (row,) = preview(again, lake, rules_named(again, "twice > 5000"), AS_OF)
    assert row["sample"] == ["ann", "joe"]
    with pytest.raises(OnlyBySpark, match="odd is computed by Spark: it uses mod"):
        preview(again, lake, rules_named(again, "odd = 1"), AS_OF)


def test_people_in_several_previewed_rules_are_counted_once_each(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    rule = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"
    file.write_text("segments:\n" + rule.format("some", "n_order_365d >= 2") + rule.format("many", "n_order_365d >= 3"))
    some, many = preview(workspace, Lake(workspace.lake), rules_named(workspace, str(file)), AS_OF)
    assert (some["people"], many["people"]) == (3, 2)
    assert some["among_previewed"] == {"many": 2}
    assert many["among_previewed"] == {"some": 2}


def test_the_command_imports_no_spark(workspace: Workspace) -> None:
    code = f"""
import sys
from segspark.cli.main import cli
cli(["segments", "preview", "n_order_365d >= 2", "--config", {str(workspace.folder)!r}], standalone_mode=False)
print([name for name in ("pyspark", "delta", "sklearn", "scipy", "pandas", "mlflow", "matplotlib") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "3 people, 2 may be written to" in done.stdout
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_a_score_goes_by_its_stored_name_and_by_its_former_one(workspace: Workspace) -> None:
    scores = [("ann", "churn_90d", 0.9), ("bob", "churn_90d", 0.2), ("joe", "churn_30d", 0.9)]
    store_rows(
        Lake(workspace.lake),
        gold.SCORES,
        *[{"person_id": who, "as_of_date": AS_OF, "score": name, "value": value} for who, name, value in scores],
    )
    for condition, people in (("churn_90d > 0.5", ["ann"]), ("churn > 0.5", ["ann", "joe"])):
        (row,) = preview(workspace, Lake(workspace.lake), rules_named(workspace, condition), AS_OF)
        assert row["sample"] == people
        # The day before has no scores: whether there are more people now cannot be said.
        assert row["since"] is None


def test_where_costs_are_counted_there_is_a_margin(workspace: Workspace) -> None:
    measure = 'Measure("cost_cents", ("order",), "profiling", "minor units", "Cost", None, "n_items * 700")'
    (workspace.folder / "own.py").write_text(
        "from segspark.features.feature import Feature, Measure\n"
        f"MEASURES = [{measure}]\n"
        'FEATURES = [Feature("cost_cents", "cost_cents", "Cost of goods", windows=(365,))]\n'
    )
    with (workspace.folder / "segspark.yaml").open("a") as settings:
        settings.write("features: {files: [own.py]}\n")
    again = open_workspace(workspace.folder, {})
    lake = Lake(again.lake)
    contract = gold.FEATURES.with_columns(load_catalogue(again).stored_columns())
    store_rows(lake, contract, {**features(AS_OF, "amy", 4, 9_000), "cost_cents_365d": 2_500})
    (row,) = preview(again, lake, rules_named(again, "n_order_365d = 4"), AS_OF)
    assert (row["revenue_cents_365d"], row["margin_cents_365d"]) == (9_000, 6_500)
