"""The features of a workspace as flows look them up: everybody's and its own, and what makes them others."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.resources import CATALOGUE, load_catalogue, sales_calendar
from segspark.pipeline.context import Context
from segspark.time import day_number

OWN = "derived: [{name: clicks_2x, sql: 2 * n_click_30d, type: bigint, description: Twice}]"
SHOES = """measures: [{name: n_shoe, event_types: [order], where: "category = 'shoes'", windows: [30],
  purpose: profiling, unit: orders, description: Shoes}]"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def with_files(workspace: Workspace, **files: str) -> Workspace:
    for name, text in files.items():
        (workspace.folder / f"{name}.yaml").write_text(text)
    features = workspace.features.model_copy(update={"files": tuple(f"{name}.yaml" for name in files)})
    return workspace.model_copy(update={"features": features})


def identity(workspace: Workspace) -> object:
    return Context(workspace, None, (CATALOGUE,), "test").identities()["catalogue"]


def test_without_files_of_its_own_a_workspace_has_everybodys_features(workspace: Workspace) -> None:
    assert load_catalogue(workspace) == build_catalogue(workspace.features.windows)


def test_own_features_stand_beside_them(workspace: Workspace) -> None:
    found = load_catalogue(with_files(workspace, own=OWN, shoes=SHOES))
    assert "clicks_2x" in {d.name for d in found.derived}
    assert {"n_shoe_30d", "n_order_30d"} <= {c.name for c in found.stored_columns()}


def test_an_own_feature_of_what_does_not_exist_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="no feature n_clik_30d; did you mean n_click_30d"):
        load_catalogue(with_files(workspace, own=OWN.replace("n_click", "n_clik")))


def test_stored_values_decide_about_a_run_and_projections_do_not(workspace: Workspace) -> None:
    before = identity(workspace)
    assert identity(with_files(workspace, own=OWN)) == before
    assert identity(with_files(workspace, shoes=SHOES)) != before
    assert identity(with_files(workspace, shoes=SHOES)) != identity(
        with_files(workspace, shoes=SHOES.replace("'shoes'", "'boots'"))
    )


def test_sales_days_are_those_of_the_periods_with_both_ends(workspace: Workspace) -> None:
    period = {"name": "soldes", "start": date(2026, 1, 7), "end": date(2026, 1, 9)}
    calendar = workspace.calendar.model_validate({"sales_periods": [period]})
    found = sales_calendar(workspace.model_copy(update={"calendar": calendar}).settings)
    assert sorted(found.sales_days) == [day_number(date(2026, 1, n)) for n in (7, 8, 9)]
