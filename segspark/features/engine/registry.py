"""The feature engines, and which one a step uses."""

from typing import TYPE_CHECKING

from segspark.errors import ConfigError
from segspark.features.engine.arrow_engine import ARROW
from segspark.features.engine.engine import FeatureEngine
from segspark.features.engine.spark_engine import SPARK
from segspark.sockets import Socket

if TYPE_CHECKING:
    from segspark.pipeline.view import View

# In the order in which they are preferred; the last one reads every table.
ENGINES = Socket[FeatureEngine]("feature engine", ARROW, SPARK)
AUTO = "auto"


def choose_engine(view: "View") -> FeatureEngine:
    """The engine of the configuration, or the first that reads the tables; recorded with the reason in the run.

    Raises:
        ConfigError: the engine that is asked for does not exist, or would misread a table.
    """
    asked = view.settings.features.lane
    if asked != AUTO:
        ENGINES.find(asked)
    reasons: list[str] = []
    for engine in ENGINES.all():
        why_not = engine.why_not(view)
        if engine.name == asked and why_not:
            raise ConfigError(
                f"features.lane is {asked}, but {why_not}: its files alone are not its rows. Use {AUTO} or another engine."
            )
        if engine.name == asked or (asked == AUTO and not why_not):
            # These keys are stored in the record of runs.
            because = "; ".join(reasons) or ("plain files" if asked == AUTO else "features.lane")
            view.outcome.update(lane=engine.name, lane_because=because)
            return engine
        reasons += [why_not] if why_not else []
    raise ConfigError(f"No feature engine reads these tables: {'; '.join(reasons)}.")
