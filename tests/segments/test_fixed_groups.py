"""Groups of a plain fact: their keys, and what is no audience."""

from typing import get_args

from segspark.ids import mint
from segspark.purposes import Purpose
from segspark.segments.fixed_groups import (
    NEVER_ACTIVE,
    fixed_group,
    is_no_audience,
    segment_of,
    without,
)


def test_each_purpose_has_a_group_that_is_no_audience() -> None:
    groups = [without(purpose) for purpose in get_args(Purpose)]
    assert all(is_no_audience(group.key) for group in groups)
    assert len({group.key for group in groups}) == len({group.name["fr"] for group in groups}) == len(groups)
    # Whoever never acted may be written to, as far as they permit it.
    assert not is_no_audience(NEVER_ACTIVE.key)
    assert not is_no_audience("champions")


def test_stored_branches_lead_back_to_their_group() -> None:
    assert fixed_group("without:profiling") == without("profiling")
    assert fixed_group("never:active") is NEVER_ACTIVE
    assert fixed_group("champions") is None


def test_ids_are_minted_from_scheme_and_key() -> None:
    found = segment_of("rfm", without("profiling"))
    assert (found.segment_id, found.key) == (mint("rfm", "without:profiling"), "without:profiling")
