"""What a version announces is in its record alone."""

import pytest

from segspark.models.monitoring.record import Announced, announced_in
from segspark.models.propensity.outcome import Window

RECORD = {"measure": "n_order", "is_absence": "True", "label_days": "60", "gap_days": "7"}


def test_the_record_names_measure_window_and_whether_it_is_an_absence() -> None:
    assert announced_in(RECORD) == Announced("n_order", True, Window(60, 7))
    assert announced_in({**RECORD, "is_absence": "False"}) == Announced("n_order", False, Window(60, 7))


@pytest.mark.parametrize("record", [{"label_days": "90"}, {"horizon_days": "365"}, {"k": "5"}])
def test_a_version_of_an_earlier_release_or_without_probabilities_announces_nothing(record: dict[str, str]) -> None:
    assert announced_in(record) is None
