"""Why no model of customer value is fitted: each reason with its numbers, all of them at once."""

from datetime import date

import pytest

from segspark.models.value.bgnbd_fit import fit_bgnbd
from segspark.models.value.cells import Cells
from segspark.models.value.config import CustomerValue
from segspark.models.value.gates import _SAID, Gate, check_gates, refusal
from segspark.reports.texts import TEXTS

DAY, CONFIG = date(2026, 6, 30), CustomerValue()


def test_where_nobody_has_ordered_nothing_else_is_asked() -> None:
    assert check_gates(0, None, DAY, CONFIG) == [Gate("no_order", {})]


def test_enough_buyers_and_history_open_the_gates() -> None:
    assert check_gates(200, date(2026, 1, 1), DAY, CONFIG) == []


def test_all_that_lacks_is_told_with_the_day_to_wait_for() -> None:
    found = refusal(check_gates(199, date(2026, 1, 2), DAY, CONFIG))
    assert found.note == (
        "refused: 179 days since the first order; 180 are needed: wait until 2026-07-01; "
        "199 buyers with orders on two days; 200 are needed"
    )
    assert found.reasons == (
        {"code": "history", "values": {"days": 179, "needed": 180, "ready": "2026-07-01"}},
        {"code": "few_repeat", "values": {"n": 199, "needed": 200}},
    )


def test_why_a_fit_failed_is_a_reason_too() -> None:
    why = fit_bgnbd(Cells([0], [0], [9], [100]))  # type: ignore[arg-type]
    assert refusal([Gate(why.code, why.values)]).note == "refused: nobody has ordered on two days"  # type: ignore[union-attr]


@pytest.mark.parametrize("code", list(_SAID))
def test_every_reason_has_a_text_in_the_report(code: str) -> None:
    assert f"refused_{code}" in TEXTS
