"""Who is set afresh, who gets a number, and who leaves one without a name."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from segspark.bits.ordinals import COMPARED, FROM, FROM_BEFORE, JUDGED, judge, number

TODAY, BEFORE = date(2026, 5, 4), date(2026, 5, 1)
PERMITTED = dict.fromkeys((*FROM, *FROM_BEFORE), BEFORE)


def judged(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return judge(pa.Table.from_pylist(list(rows), schema=COMPARED), 0, 0).to_pylist()


def known(who: str = "ann", ordinal: int | None = 3, **more: object) -> dict[str, Any]:
    return {"person_id": who, "ordinal": ordinal, "since_date": BEFORE, "is_here": True, **PERMITTED, **more}


def test_somebody_of_whom_nothing_changed_is_left_as_is() -> None:
    (row,) = judged(known())
    assert (row["is_touched"], row["place"]) == (False, None)


@pytest.mark.parametrize("name", FROM)
@pytest.mark.parametrize("now", [None, TODAY])
def test_a_withdrawn_or_new_permission_sets_somebody_afresh(name: str, now: date | None) -> None:
    assert judged(known(**{name: now}))[0]["is_touched"]


def test_a_corrected_day_sets_somebody_afresh() -> None:
    assert judged(known(is_corrected=True))[0]["is_touched"]


def test_no_permission_before_and_after_is_no_change() -> None:
    assert not judged(known(**dict.fromkeys((*FROM, *FROM_BEFORE))))[0]["is_touched"]


def test_the_new_ones_are_numbered_on_through_tasks_and_batches() -> None:
    rows = [known("ann"), known("bob", None), known("eve", None)]
    first = judge(pa.Table.from_pylist(rows, schema=COMPARED), 0, 0)
    more = judge(pa.Table.from_pylist([known("ida", None)], schema=COMPARED), 0, 2)
    other = judge(pa.Table.from_pylist([known("kim", None)], schema=COMPARED), 1, 0)
    numbered = number(pa.concat_tables([first, more, other]), [10, 13], TODAY)
    names = dict(zip(numbered["person_id"].to_pylist(), numbered["ordinal"].to_pylist(), strict=True))
    assert names == {"ann": 3, "bob": 10, "eve": 11, "ida": 12, "kim": 13}
    # Who had a number keeps the day of it.
    assert numbered["since_date"].to_pylist()[0] == BEFORE


def test_tasks_without_anybody_new_need_no_first_number() -> None:
    rows = judge(pa.Table.from_pylist([known("ann")], schema=COMPARED), 7, 0)
    assert number(rows, [10], TODAY)["ordinal"].to_pylist() == [3]


def test_who_is_gone_leaves_the_number_without_the_person() -> None:
    gone = known(is_here=None, **dict.fromkeys(FROM))
    (row,) = number(judge(pa.Table.from_pylist([gone], schema=COMPARED), 0, 0), [4], TODAY).to_pylist()
    assert (row["person_id"], row["ordinal"], row["ended_date"], row["is_touched"]) == (None, 3, TODAY, True)


def test_an_older_day_numbers_and_ends_nobody() -> None:
    rows = [known("ann", is_here=None), known("bob", None)]
    numbered = number(judge(pa.Table.from_pylist(rows, schema=COMPARED), 0, 0), None, TODAY).to_pylist()
    assert [(row["person_id"], row["ordinal"], row["ended_date"]) for row in numbered] == [("ann", 3, None)]


def test_no_people_are_no_rows() -> None:
    assert judge(COMPARED.empty_table(), 0, 0).schema == JUDGED
    assert number(JUDGED.empty_table(), [0], TODAY).num_rows == 0
