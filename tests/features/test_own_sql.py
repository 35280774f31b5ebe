"""Own SQL is judged without Spark: unknown columns, values of two kinds, what is no condition."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.own_sql import event_columns, event_issues, sql_issues
from segspark.features.resources import load_catalogue


@pytest.mark.parametrize(
    "sql",
    [
        "category = 'shoes'", "CATEGORY like 'mode%' and amount_cents > 1000", "amount_cents > '10'",
        "event_date >= '2026-01-31'", "occurred_at < '2026-01-31 10:00:00'", "occurred_at > event_date",
        "is_machine", "not is_machine", "is_machine = false", "p_human between 0.5 and 1", "n_items in (1, 2)",
        "lower(category) = 'x'", "amount_cents > -5", "local_hour >= 18", "currency = '{currency}'",
        "try_element_at(attributes, 'brand') = 'acme'", "category is null", "true",
    ],
)  # fmt: skip
def test_conditions_over_events_are_fine(sql: str) -> None:
    assert event_issues(sql, is_condition=True) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("catgory = 'shoes'", "silver.events has no column catgory; did you mean category?"),
        ("xyz = 1", "silver.events has no column xyz; it has event_id, "),
        ("amount_cents > 'much'", "amount_cents > 'much' compares a number with a text"),
        ("category = 5", "category = 5 compares a text with a number"),
        ("category = amount_cents", "compares a text with a number"),
        ("event_date > '31/01/2026'", "compares a day with a text"),
        ("is_machine = 'yes'", "compares true or false with a text"),
        ("n_items between 1 and 'two'", "compares a number with a text"),
        ("n_items in (1, 'two')", "compares a number with a text"),
        ("country = 'FR' and n_items = 'two'", "n_items = 'two' in \"country = 'FR' and n_items = 'two'\" compares"),
        ("amount_cents", "'amount_cents' is a number and no condition"),
        ("'x'", "is a text and no condition"),
        ("amount_cents >", "is no Spark SQL expression"),
        ("amount_cents / 2 > 1", "write try_divide"),
    ],
)
def test_what_spark_would_refuse_is_told_in_words(sql: str, said: str) -> None:
    (issue,) = event_issues(sql, is_condition=True)
    assert said in issue


def test_a_value_need_not_be_true_or_false() -> None:
    assert event_issues("category") == []
    assert event_issues(None) == []
    assert sql_issues("n_order_30d + unknown") == []


def test_every_column_of_events_is_known_with_what_tiles_add() -> None:
    columns = event_columns()
    assert {"event_type", "attributes", "local_hour"} <= set(columns)
    # Of an attribute the kind is not known.
    assert (columns["attributes"], columns["n_items"]) == ("", "a number")


WRONG = """
measures:
  - {name: shoes, event_types: [order], where: "catgory = 'shoes'", purpose: profiling, description: Shoes}
  - {name: dear, event_types: [order], where: "amount_cents > 'much'", purpose: profiling, description: Dear}
  - {name: brands, event_types: [order], aggregate: distinct, item: brnd, purpose: profiling, description: Brands}
"""


@pytest.fixture
def wrong(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    (workspace.folder / "own.yaml").write_text(WRONG)
    return workspace.model_copy(
        update={"features": workspace.features.model_copy(update={"files": (Path("own.yaml"),)})}
    )


def test_every_wrong_measure_of_a_file_is_named_at_once_and_quickly(wrong: Workspace) -> None:
    begun = time.process_time()
    with pytest.raises(ConfigError) as told:
        load_catalogue(wrong)
    assert time.process_time() - begun < 1
    lines = str(told.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        f"own.yaml, measure {n}" for n in ("shoes", "dear", "brands")
    ]


def test_the_doctor_and_the_check_find_it_without_java(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w").folder
    (folder / "own.yaml").write_text(WRONG)
    file = folder / "segspark.yaml"
    file.write_text(f"{file.read_text()}\nfeatures: {{files: [own.yaml]}}\n")
    for command in (["segments", "check"], ["doctor"]):
        words = [sys.executable, "-m", "segspark", *command, "--config", str(folder)]
        # Whoever starts Java here fails.
        done = subprocess.run(words, capture_output=True, text=True, env={"PATH": "/nonexistent"}, check=False)
        assert done.returncode in (1, 2)
        assert "silver.events has no column catgory; did you mean category?" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
