"""Outcomes of a workspace trained for real: their label, their people, their inputs, their cuts, and their scores."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import rows_of, step_of
from lakes import Lakes
from monday_shop import DAY, MONDAYS, order_days

from segspark.app.train import TRAIN, _registered
from segspark.config.models import Workspace
from segspark.errors import CheckFailed
from segspark.models.model import Fitted
from segspark.models.propensity.config import Attribute, Inputs, OwnOutcome
from segspark.models.propensity.own import own_models
from segspark.models.registered import registered_name
from segspark.pipeline.runner import run_flow
from segspark.scoring.flow import SCORES
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake

DAYS = timedelta(days=1)
LABEL = 28
CONFIG: dict[str, Any] = {
    "measure": "n_order", "label_days": LABEL, "min_history_days": 28, "min_people": 20, "min_class": 5, "max_iter": 4,
    "max_depth": 2, "n_training_cuts": 3, "max_calibration_error": 0.5, "population": "n_order_day_lifetime > 0",
    "recency": "days_since_order",
}  # fmt: skip
VALIDATE = DAY - LABEL * DAYS


class Shop:
    def __init__(self, workspace: Workspace, lake: SparkLake) -> None:
        self.workspace, self.lake = workspace, lake

    def with_outcome(self, **config: Any) -> Workspace:
        own = OwnOutcome(**{**CONFIG, **config})
        models = self.workspace.models.model_copy(update={"outcomes": {"returns": own}})
        return self.workspace.model_copy(update={"models": models})

    def train(self, workspace: Workspace) -> Fitted:
        (model,) = own_models(workspace.models)
        found = model.train(step_of(TRAIN, workspace, self.lake, DAY), ())
        assert isinstance(found, Fitted), found
        return found

    def frozen(self, fitted: Fitted) -> list[dict[str, Any]]:
        rows = rows_of(self.lake, gold.TRAINING_SETS)
        return [row for row in rows if row["dataset_id"] == fitted.params["dataset_id"]]


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(*lakes.copy(MONDAYS, tmp_path_factory.mktemp("own") / "w"))


def test_the_label_is_that_it_happens_among_the_people_asked_for(shop: Shop) -> None:
    config = {"population": "n_order_day_lifetime = 1", "exclude": "days_since_order > 60"}
    rows = shop.frozen(shop.train(shop.with_outcome(**config)))
    cuts = {row["cut_date"] for row in rows}
    assert VALIDATE in cuts
    for cut in cuts:
        once = [
            days for days in order_days().values() if days[0] < cut <= (*days, DAY)[1] and (cut - days[0]).days <= 60
        ]
        returned = sum(any(cut <= day < cut + LABEL * DAYS for day in days) for days in once)
        here = [row["label"] for row in rows if row["cut_date"] == cut]
        assert (len(here), sum(here)) == (len(once), returned)


def test_after_a_send_the_people_are_those_whom_it_reached_on_its_day(shop: Shop) -> None:
    # Orders stand for mails: within 28 days after the day of one, is there another?
    found = shop.train(shop.with_outcome(after="n_order", gap_days=1, n_training_cuts=12))
    rows = shop.frozen(found)
    cuts = sorted({row["cut_date"] for row in rows})
    assert len(cuts) > 3
    begins, ends = (1, 1 + LABEL)
    assert max(cuts) <= DAY - ends * DAYS
    for cut in cuts:
        # Features know the days before: of whom nothing was known before, the population does not speak.
        reached = [d for d in order_days().values() if cut in d and d[0] < cut]
        again = sum(any(cut + begins * DAYS <= day < cut + ends * DAYS for day in d) for d in reached)
        here = [row["label"] for row in rows if row["cut_date"] == cut]
        assert (len(here), sum(here)) == (len(reached), again)


def test_attributes_and_features_are_inputs_with_flags(lakes: Lakes, tmp_path: Path) -> None:
    mine = Shop(*lakes.copy(MONDAYS, tmp_path / "w"))
    _write_profiles(mine, "2026-01-01")
    inputs = Inputs(
        catalogue=("days_since_order", "n_order_90d"),
        features=("n_order_7d",),
        attributes={"club": Attribute(kind="category"), "points": Attribute(imputation="interpolate")},  # type: ignore[call-arg]
    )
    workspace = mine.with_outcome(inputs=inputs)
    found = mine.train(workspace)
    fill = found.documents.to_files()["features.json"]["fill"]
    names = list(fill)
    assert {"days_since_order", "n_order_90d", "n_order_7d", "n_order_7d_is_missing", "attribute_club=gold"} <= set(
        names
    )
    assert {"attribute_points", "attribute_points_change_90d", "attribute_points_is_missing"} <= set(names)
    assert "overdue" not in names
    rows = mine.frozen(found)
    assert {row["values"][names.index("attribute_points_is_missing")] for row in rows} == {0.0, 1.0}
    # Registered, it scores a day, from the attributes as known on it.
    (model,) = own_models(workspace.models)
    opened = Fitted(**{**found.__dict__, "gates": ()})
    step = step_of(TRAIN, workspace, mine.lake, DAY)
    version = _registered(step, registered_name(workspace.name, model), model, opened)
    run_flow(SCORES, workspace, mine.lake, DAY)
    scored = [r for r in rows_of(mine.lake, gold.SCORES, DAY) if r["score"] == f"returns_{LABEL}d"]
    assert len(scored) == sum(days[0] < DAY for days in order_days().values())
    assert {row["model_version"] for row in scored} == {f"{workspace.name}_returns/{version}"}


def test_a_date_after_the_cut_ends_the_training_with_its_name(lakes: Lakes, tmp_path: Path) -> None:
    mine = Shop(*lakes.copy(MONDAYS, tmp_path / "w"))
    _write_profiles(mine, "2026-06-20")
    date_of = {"left_on": Attribute(kind="date")}  # type: ignore[call-arg]
    workspace = mine.with_outcome(inputs=Inputs(attributes=date_of))  # type: ignore[call-arg]
    with pytest.raises(CheckFailed, match=r"attribute_left_on \(\d+ of \d+ rows\) is dated after the cut"):
        mine.train(workspace)
    plan = {"left_on": Attribute(kind="date", may_be_ahead=True)}  # type: ignore[call-arg]
    assert mine.train(mine.with_outcome(inputs=Inputs(attributes=plan)))  # type: ignore[call-arg]


def _write_profiles(shop: Shop, left_on: str) -> None:
    """A snapshot of every second person, from the day of the first order."""
    rows = []
    for at, link in enumerate(sorted(rows_of(shop.lake, silver.IDENTITY_LINKS), key=lambda r: str(r["identifier_id"]))):
        if at % 2:
            said = {"club": "gold" if at % 3 else "silver", "points": str(at), "left_on": left_on}
            first = {"valid_from": link["effective_at"], "recorded_at": link["effective_at"]}
            rows.append(
                {
                    "source": "crm", "identifier_id": link["identifier_id"], "known_as_of": link["known_as_of"],
                    "run_id": "crm", "attributes": said, **first,
                }
            )  # fmt: skip
    profiles = pa.Table.from_pylist([{k: v for k, v in row.items() if k != "attributes"} for row in rows])
    attributes = pa.array([list(row["attributes"].items()) for row in rows], pa.map_(pa.string(), pa.string()))
    shop.lake.append_small(silver.PROFILES, profiles.append_column("attributes", attributes), once="snapshots")
