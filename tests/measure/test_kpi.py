"""What a KPI counts of each person: a missing value adds nothing, and nor does a person without the permission."""

from dataclasses import replace

import numpy as np
import pytest

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON
from segspark.measure.kpi import Kpi, Words, columns_of, measurable, without_purpose
from segspark.measure.quantities import Everybody, HasAny, Known, Sum

# Ann ordered three times in ten mails, Bob never did, of Eve nothing is known.
VALUES = {"orders": np.array([3.0, 0.0, np.nan]), "mails": np.array([10.0, 4.0, np.nan])}
ALL = np.ones(3, dtype=bool)
WORDS = Words(("m", "m"))
MEAN = Kpi("mean", Sum("orders"), Known("orders"), "profiling", WELCH, WORDS)
SHARE = Kpi("share", HasAny("orders"), Everybody(), "profiling", WILSON, WORDS)
TOTAL = Kpi("total", Sum("orders"), None, "profiling", PER_HEAD, WORDS)
RATE = Kpi("rate", Sum("orders"), Sum("mails"), "email_marketing", POOLED, WORDS)


@pytest.mark.parametrize(
    ("kpi", "y", "x"),
    [
        (MEAN, [3, 0, 0], [1, 1, 0]),
        (SHARE, [1, 0, 0], [1, 1, 1]),
        (TOTAL, [3, 0, 0], [1, 1, 1]),
        (RATE, [3, 0, 0], [10, 4, 0]),
    ],
    ids=lambda v: v.name if isinstance(v, Kpi) else "",
)
def test_each_kpi_adds_up_its_own_numerator_and_denominator(kpi: Kpi, y: list[int], x: list[int]) -> None:
    found = [part.tolist() for part in kpi.parts(VALUES, ALL)]
    assert found[:2] == [y, x]
    assert found[2:] == [
        [a * a for a in y], [a * b for a, b in zip(y, x, strict=True)], [b * b for b in x]
    ]  # fmt: skip


def test_the_denominator_counts_also_where_the_numerator_is_unknown() -> None:
    y, x, *_ = RATE.parts({"orders": np.array([np.nan]), "mails": np.array([7.0])}, ALL[:1])
    assert (y.tolist(), x.tolist()) == ([0], [7])


def test_whoever_gives_no_permission_adds_nothing_to_what_is_counted() -> None:
    y, x, yy, xy, _ = MEAN.parts(VALUES, np.array([False, True, True]))
    assert (y.tolist(), x.tolist()) == ([0, 0, 0], [1, 1, 0])
    assert yy.sum() == xy.sum() == 0


def test_only_what_counts_people_counts_every_person_once() -> None:
    assert [k.is_of_people for k in (MEAN, SHARE, TOTAL, RATE)] == [True, True, True, False]


def test_values_and_permissions_are_needed_and_only_what_has_all_of_them_is_measured() -> None:
    assert columns_of([MEAN, RATE]) == {"orders", "mails", "profiling_from", "email_marketing_from"}
    has = ["orders", "profiling_from", "person_id"]
    assert measurable([MEAN, RATE], has) == (MEAN,)
    assert measurable([MEAN, RATE], [*has, "mails"]) == (MEAN,)
    assert measurable([MEAN, RATE], [*has, "mails", "email_marketing_from"]) == (MEAN, RATE)
    assert measurable([replace(MEAN, purpose=None)], ["orders"]) == (replace(MEAN, purpose=None),)


def test_a_purpose_that_nobody_is_asked_for_is_told() -> None:
    sold = replace(MEAN, name="sold", purpose="resale")
    assert without_purpose([MEAN, replace(MEAN, purpose=None), sold]) == {"sold": "nobody is asked to permit resale"}


def test_a_kpi_is_stored_under_its_name_or_under_an_older_word() -> None:
    assert (MEAN.key, replace(MEAN, stored_as="orders").key) == ("mean", "orders")
