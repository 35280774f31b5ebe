"""What several files of this room look at."""

import pytest
from features.four_days import FOUR_DAYS
from lakes import Lakes

from segspark.config.models import Workspace
from segspark.tables.lake import Lake


@pytest.fixture(scope="module")
def four_days(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Lake]:
    """Four days of features, of which only the first was made from all days."""
    return lakes.copy(FOUR_DAYS, tmp_path_factory.mktemp("features") / "w")
