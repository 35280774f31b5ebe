"""A workspace with wrong outcomes ends before Spark starts, with all that is wrong."""

from pathlib import Path

import pytest
from builders import make_workspace, with_model

from segspark.app.outcomes import check_outcomes
from segspark.errors import ConfigError
from segspark.models.propensity.config import Inputs, OwnOutcome
from segspark.models.propensity.model import CHURN


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    check_outcomes(workspace)
    inputs = Inputs(features=("n_clik_90d",))  # type: ignore[call-arg]
    workspace = with_model(workspace, CHURN, inputs=inputs)
    own = {"churn": OwnOutcome(measure="n_order"), "returns": OwnOutcome(measure="n_ordr")}  # type: ignore[call-arg]
    models = workspace.models.model_copy(update={"outcomes": own})
    with pytest.raises(ConfigError) as caught:
        check_outcomes(workspace.model_copy(update={"models": models}))
    told = str(caught.value).splitlines()
    assert len(told) == 3
    assert "models.outcomes.churn: there is a value or a model of this name" in told[0]
    assert "models.outcomes.returns.measure" in told[1]
    assert "models.churn.inputs.features: there is no 'n_clik_90d'; did you mean n_click_90d?" in told[2]
