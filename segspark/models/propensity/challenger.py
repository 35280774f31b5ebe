"""Challengers: other boosted trees that a training may fit beside a model's own, for comparison only.

Each needs a package of its own, an extra of segspark; nothing imports it unless a challenger is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from segspark.errors import ConfigError
from segspark.sockets import Socket

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from segspark.models.propensity.config import Trees


@dataclass(frozen=True)
class Challenger:
    """Attributes:
    label: the name that readers know.
    package: what has to be importable, on the driver and on the executors.
    extra: of segspark, which installs it.
    why_not: the code of why it cannot be fitted in a session (challenger_words); empty if it can.
    fit: to rows of gold.training_sets, given how many they are; gives what scores such rows (fits.Scorer).
    """

    name: str
    label: str
    package: str
    extra: str
    why_not: "Callable[[SparkSession], str]"
    fit: "Callable[[DataFrame, int, Trees], Callable[[DataFrame], DataFrame]]"


def check_installed(model: str, name: str | None) -> None:
    """Look for the package of a model's challenger, without importing it.

    Raises:
        ConfigError: it is not there; names the extra.
    """
    if name is None:
        return
    challenger = CHALLENGERS.find(name)
    if find_spec(challenger.package) is None:
        raise ConfigError(
            f"models.{model}.challenger is {name}, and {challenger.package} is not installed. Run: pip install "
            f"'segspark[{challenger.extra}]', on executors too; or set it to null."
        )


def _xgboost_why_not(session: "SparkSession") -> str:
    from segspark.models.propensity.xgboost_fit import why_not

    return why_not(session)


def _fit_xgboost(rows: "DataFrame", n_rows: int, config: "Trees") -> "Callable[[DataFrame], DataFrame]":
    from segspark.models.propensity.xgboost_fit import fit_xgboost

    return fit_xgboost(rows, n_rows, config)


XGBOOST = Challenger("xgboost", "XGBoost", "xgboost", "xgboost", _xgboost_why_not, _fit_xgboost)
CHALLENGERS: Socket[Challenger] = Socket("challenger", XGBOOST)
