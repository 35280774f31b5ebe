"""People whom segments share are counted by their bitmaps."""

from pathlib import Path

import pytest
from query.bits.shop_of_bits import AS_OF, ago, make_shop

from segspark.errors import GateClosed
from segspark.query.overlap import overlaps


def test_two_segments_with_somebody_in_both_are_a_row(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "w")
    assert overlaps(shop) == [
        {"as_of": AS_OF, "scheme": "rules", "segment_name": "Loyal", "people": 3,
         "other_scheme": "rules", "other_segment_name": "Recent", "other_people": 1, "both": 1},
    ]  # fmt: skip
    with pytest.raises(GateClosed, match="no bitmaps of"):
        overlaps(shop, ago(1))
