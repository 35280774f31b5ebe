"""A challenger is asked for by its name, and whether its package is there is found out without importing it."""

import subprocess
import sys

import pytest

from segspark.errors import ConfigError
from segspark.models.propensity import challenger as module
from segspark.models.propensity.challenger import CHALLENGERS, Challenger, check_installed
from segspark.models.propensity.config import Propensity

NOWHERE = Challenger(
    "nowhere", "Nowhere", "no_such_package", "nothing", lambda session: "", lambda rows, n, config: lambda rows: rows
)


def test_without_its_package_the_extra_is_named() -> None:
    with (
        CHALLENGERS.added(NOWHERE),
        pytest.raises(ConfigError, match=r"models\.churn\.challenger is nowhere.*pip install 'segspark\[nothing\]'"),
    ):
        check_installed("churn", "nowhere")


def test_where_none_is_asked_for_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: pytest.fail(f"looked for {name}"))
    check_installed("churn", None)


def test_each_is_there_with_its_extra() -> None:
    for challenger in CHALLENGERS.all():
        check_installed("churn", challenger.name)


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    assert Propensity().challenger is None
    assert Propensity(challenger="xgboost").challenger == "xgboost"
    with pytest.raises(ValueError, match=r"There is no challenger 'xgbost'. Did you mean xgboost\?"):
        Propensity(challenger="xgbost")


def test_nothing_imports_it_unasked() -> None:
    code = (
        "import sys; import segspark.models.propensity.training, segspark.models.propensity.xgboost_fit; "
        "from segspark.models.propensity.challenger import check_installed; check_installed('churn', 'xgboost'); "
        "print('xgboost' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
