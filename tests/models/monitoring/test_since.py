"""What is told of a model since its training is what was known on the day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from builders import make_workspace

from segspark.config.models import Monitoring, Workspace
from segspark.models.monitoring.since import MOST_ENDED, Ended, Moved, SinceTraining, since_training
from segspark.pipeline.view import Question, look
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

ONE = timedelta(days=1)
DAY = date(2026, 6, 1)
ENDED = Ended(DAY - 90 * ONE, 1000, 0.7, 0.67, 0.73, 0.62, 0.81, 0.78, 0.84, 0.5, 0.01)
CONFIG = Monitoring()  # type: ignore[call-arg]
TOLD = Question("told", ("gold.model_drift", "gold.model_performance"))


def window(**changes: Any) -> dict[str, Any]:
    """A row of gold.model_performance: ENDED, judged on 1 June."""
    return {
        "model": "churn", "model_version": "small_churn/1", "score": "churn_90d", "window_end_date": DAY, "measured_date": DAY,
        "calibration_error": 0.03, "brier": 0.15, **vars(ENDED), **changes,
    }  # fmt: skip


def drift(
    name: str, psi: float, level: str, kind: str = "input", day: date = DAY, version: str = "small_churn/1"
) -> dict[str, Any]:
    return {
        "model": "churn", "model_version": version, "as_of_date": day, "kind": kind, "name": name, "psi": psi,
        "psi_by_chance": 0.01, "level": level,
    }  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Six windows, of which the newest was judged on 1 June, and two days of comparisons."""
    workspace = make_workspace(tmp_path_factory.mktemp("since") / "w")
    lake = Lake(workspace.lake)
    rows = [window(as_of_date=ENDED.as_of_date - 7 * n * ONE, measured_date=DAY - 7 * n * ONE) for n in range(6)]
    others = [window(model="engagement_churn", model_version="small_engagement_churn/1")]
    lake.append_small(gold.MODEL_PERFORMANCE, pa.Table.from_pylist([*rows, *others]), "windows")
    lake.append_small(
        gold.MODEL_DRIFT,
        pa.Table.from_pylist([
            drift("n_order_90d", 0.15, "look"), drift("tenure_days", 0.3, "alarm"), drift("overdue", 0.0, "steady"),
            drift("churn", 0.2, "look", "score"), drift("overdue", 0.9, "alarm", day=DAY - ONE),
            drift("overdue", 0.9, "alarm", version="small_churn/2"),
        ]),
        "days",
    )  # fmt: skip
    return workspace


def told(workspace: Workspace, day: date = DAY) -> SinceTraining:
    view = look(TOLD, workspace, Lake(workspace.lake))
    return since_training(view, "churn", "small_churn/1", DAY, day, CONFIG)


def test_the_newest_windows_come_first_and_those_of_other_models_not_at_all(workspace: Workspace) -> None:
    found = told(workspace)
    assert len(found.ended) == MOST_ENDED
    assert found.ended[0] == ENDED
    assert [e.as_of_date for e in found.ended] == [ENDED.as_of_date - 7 * n * ONE for n in range(MOST_ENDED)]


def test_what_was_judged_later_is_not_known_yet(workspace: Workspace) -> None:
    assert told(workspace, DAY - ONE).ended[0].as_of_date == ENDED.as_of_date - 7 * ONE


def test_what_has_moved_is_of_this_day_and_this_version_the_largest_first(workspace: Workspace) -> None:
    found = told(workspace)
    assert found.moved == (
        Moved("tenure_days", False, 0.3, "alarm"), Moved("churn", True, 0.2, "look"), Moved("n_order_90d", False, 0.15, "look"),
    )  # fmt: skip
    assert found.n_compared == 4
    assert told(workspace, DAY + ONE).moved == ()


def test_before_anything_is_written_nothing_is_known(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = told(make_workspace(tmp_path_factory.mktemp("none") / "w"))
    assert (found.ended, found.moved, found.n_compared, found.changed) == ((), (), 0, None)


@pytest.mark.parametrize(
    ("trained", "most", "is_changed"),
    [
        (0.62, 0.05, True),
        (0.66, 0.05, False),
        (0.66, 0.01, True),
        (0.68, 0.01, False),
        (0.9, 0.05, True),
        (None, 0.01, False),
    ],
)
def test_a_rate_has_changed_beyond_chance_and_beyond_what_is_allowed(
    trained: float | None, most: float, is_changed: bool
) -> None:
    ended = replace(ENDED, trained_rate=trained)
    since = SinceTraining((ended, replace(ENDED, trained_rate=0.1)), (), 0, DAY, most)
    assert since.changed == (ended if is_changed else None)
