"""Who is set afresh, who gets a number, and who leaves one without a name."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from segspark.bits.ordinals import COMPARED, FROM, FROM_BEFORE, JUDGED, PLACED, judge, number

TODAY, BEFORE = date(2026, 5, 4), date(2026, 5, 1)
PERMITTED = dict.fromkeys((*FROM, *FROM_BEFORE), BEFORE)


def judged(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return judge(pa.Table.from_pylist(list(rows), schema=COMPARED)).to_pylist()


def known(who: str = "ann", ordinal: int | None = 3, **more: object) -> dict[str, Any]:
    return {"person_id": who, "ordinal": ordinal, "since_date": BEFORE, "is_here": True, **PERMITTED, **more}


def test_somebody_of_whom_nothing_changed_is_left_as_is() -> None:
    (row,) = judged(known())
    assert (row["is_touched"], row["is_new"]) == (False, False)


@pytest.mark.parametrize("name", FROM)
@pytest.mark.parametrize("now", [None, TODAY])
def test_a_withdrawn_or_new_permission_sets_somebody_afresh(name: str, now: date | None) -> None:
    assert judged(known(**{name: now}))[0]["is_touched"]


def test_a_corrected_day_sets_somebody_afresh() -> None:
    assert judged(known(is_corrected=True))[0]["is_touched"]


def test_no_permission_before_and_after_is_no_change() -> None:
    assert not judged(known(**dict.fromkeys((*FROM, *FROM_BEFORE))))[0]["is_touched"]


def placed(*rows: dict[str, Any]) -> pa.Table:
    """Judged, and the new ones placed by their ids within each share."""
    found = judge(pa.Table.from_pylist(list(rows), schema=COMPARED)).to_pylist()
    new = sorted((row["share"], row["person_id"]) for row in found if row["is_new"])
    for row in found:
        mine = [who for share, who in new if share == row["share"]]
        row["place"] = mine.index(row["person_id"]) if row["is_new"] else None
    return pa.Table.from_pylist(found, schema=PLACED)


def test_shares_are_in_the_order_of_ids() -> None:
    ids = ["0a1", "0a2", "0b1", "f", "ff", "ffé"]
    shares = [row["share"] for row in judged(*[known(who) for who in reversed(ids)])][::-1]
    assert shares == sorted(shares)
    assert (shares[0] == shares[1], shares[4] == shares[5], len(set(shares))) == (True, True, 4)


def test_the_new_ones_are_numbered_on_by_their_ids() -> None:
    rows = placed(known("b1"), known("a1y", None), known("a1x", None), known("c1", None))
    shares = [row["share"] for row in judged(known("a1x"), known("c1"))]
    firsts = [10] * (shares[0] + 1) + [12] * (shares[1] - shares[0])
    numbered = number(rows, firsts, TODAY)
    names = dict(zip(numbered["person_id"].to_pylist(), numbered["ordinal"].to_pylist(), strict=True))
    assert names == {"b1": 3, "a1x": 10, "a1y": 11, "c1": 12}
    # Who had a number keeps the day of it.
    assert numbered["since_date"].to_pylist()[0] == BEFORE


def test_shares_without_anybody_new_need_no_first_number() -> None:
    assert number(placed(known("zz")), [10], TODAY)["ordinal"].to_pylist() == [3]


def test_who_is_gone_leaves_the_number_without_the_person() -> None:
    gone = known(is_here=None, **dict.fromkeys(FROM))
    (row,) = number(placed(gone), [4], TODAY).to_pylist()
    assert (row["person_id"], row["ordinal"], row["ended_date"], row["is_touched"]) == (None, 3, TODAY, True)


def test_an_older_day_numbers_and_ends_nobody() -> None:
    numbered = number(placed(known("ann", is_here=None), known("bob", None)), None, TODAY).to_pylist()
    assert [(row["person_id"], row["ordinal"], row["ended_date"]) for row in numbered] == [("ann", 3, None)]


def test_no_people_are_no_rows() -> None:
    assert judge(COMPARED.empty_table()).schema == JUDGED
    assert number(PLACED.empty_table(), [0], TODAY).num_rows == 0
