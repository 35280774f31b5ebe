"""Every notebook runs, writes nothing into its workspace, and shows nothing about small groups; without a JVM.

``app/test_daily.py`` runs the first one over a lake that daily runs made.
"""

import ast
import runpy
from datetime import timedelta
from pathlib import Path
from typing import Any

import jupytext
import pytest
from api.test_groups import SWEEP
from api.test_training_set import store_training_set
from api.tiny import SECOND, tiny
from app.test_overrides import CLICKS, GROUPS, TREE
from builders import BUYERS, store_rows
from registry import Registry
from reports.card_samples import CHURN

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A shop whose groups and churn model were registered without a training."""
    workspace = open_workspace(tiny(tmp_path_factory.mktemp("notebooks") / "w"), {})
    lake, registry = Lake(workspace.lake), Registry(workspace)
    of_day = {"segment_date": SECOND, "definition_version": "v2", "is_contactable": True}
    store_rows(
        lake, gold.SEGMENTS,
        {**of_day, "person_id": "joe", "scheme": "rules", "segment_id": BUYERS, "segment_name": "Buyers", "branch_id": "buyers"},
        {**of_day, "person_id": "eve", "scheme": "behaviour", "segment_id": "low", "segment_name": "Low ones", "branch_id": "low"},
    )  # fmt: skip
    names = {f"{kind}_{language}": "Low ones" for kind in ("name", "description") for language in ("fr", "en")}
    store_rows(lake, gold.SEGMENT_REGISTRY, {"scheme": "behaviour", "segment_id": "low", "segment_key": "low", **names})
    reasons = [{"input": "days_since_order", "value": 90.0, "effect": 0.7}]
    store_rows(lake, gold.SCORES, {"person_id": "joe", "as_of_date": SECOND, "score": "churn_90d", "value": 0.8,
                                   "band": "high", "model_version": "small_churn/1", "reasons": reasons})  # fmt: skip
    registry.register("churn", SECOND, "aa", **{Path(f).stem: content for f, content in CHURN.to_files().items()})
    registry.register(
        "behaviour", SECOND, "bb", tree=TREE, preparation={"features": [CLICKS]},
        groups={"groups": GROUPS, "k": 3, "reason": "best", "features": ["n_click_30d"], "mean": [5.0]},
        sweep={"rows": SWEEP, "distance": "euclidean"},
    )  # fmt: skip
    return workspace


@pytest.fixture(scope="module")
def with_set(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The set that the notebook asks for is stored."""
    workspace = open_workspace(tiny(tmp_path_factory.mktemp("sets") / "w"), {})
    store_training_set(workspace, [SECOND - timedelta(days=days) for days in (270, 180, 90)], None)
    return workspace


def ran(name: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a notebook has made; all that it would show is drawn."""
    monkeypatch.setenv("SEGSPARK_WORKSPACE", str(workspace.folder))
    before = files(workspace)
    made = runpy.run_path(str(NOTEBOOKS / name))
    for shown in last_lines(name):
        value = eval(shown, made)
        for draw in ("_repr_html_", "_repr_png_"):
            getattr(value, draw, lambda: None)()
    assert files(workspace) == before
    return made


def files(workspace: Workspace) -> dict[Path, bytes]:
    """MLflow's database is opened for reading, which SQLite may note in its header."""
    found = (path for path in workspace.folder.rglob("*") if path.is_file() and not path.name.startswith("mlflow.db"))
    return {path: path.read_bytes() for path in found}


def last_lines(name: str) -> list[str]:
    """Of each cell of code the expression at its end."""
    cells = [cell.source for cell in jupytext.read(NOTEBOOKS / name).cells if cell.cell_type == "code"]
    ends = [ast.parse(cell).body[-1] for cell in cells]
    return [ast.unparse(end.value) for end in ends if isinstance(end, ast.Expr) and not isinstance(end.value, ast.Call)]


def test_each_is_a_notebook_with_words_before_code() -> None:
    paths = sorted(NOTEBOOKS.glob("*.py"))
    assert [path.name for path in paths] == [
        "behaviour_groups.py", "first_segment.py", "own_training_set.py", "review_churn.py",
    ]  # fmt: skip
    for path in paths:
        notebook = jupytext.read(path)
        assert notebook.cells[0].cell_type == "markdown"
        assert sum(cell.cell_type == "markdown" for cell in notebook.cells) >= 5
        assert notebook.metadata["jupytext"]["text_representation"]["format_name"] == "percent"


def test_a_first_segment(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ran("first_segment.py", workspace, monkeypatch)
    # joe has ordered five times, 90 days ago.
    assert made["rule"].sample == made["from_file"].sample == ("joe",)
    # On day 91 he would not be in it any more.
    assert made["change"] == -1
    assert made["reasons"] is not None


def test_a_review_of_churn(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ran("review_churn.py", workspace, monkeypatch)
    assert made["person"] == "joe"
    assert "last order 90 days ago → likelier (+0.70)" in capsys.readouterr().out
    assert made["strongest"][0] == "days_since_order"


def test_groups(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ran("behaviour_groups.py", workspace, monkeypatch)
    assert made["merges"] == ["Mid ones + High ones"]
    assert made["movement"].entered == 1


def test_a_training_set_of_one_s_own(
    with_set: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ran("own_training_set.py", with_set, monkeypatch)
    assert "ROC-AUC on the newest cut" in capsys.readouterr().out
    # At the cut nobody differs from anybody; today ann, who is without the label, has three orders and bob two.
    best = made["leakage"].columns[0]
    assert (best.auc_at_cut, best.auc_later) == (0.5, 1.0)
