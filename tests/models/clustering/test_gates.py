"""A number of groups must be stable, apart and large enough; one that is not is refused with its figures."""

import pytest
from models.clustering.few_people import CONFIG

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.gates import Gates, gated, gates_of, reasons_of, smallest_group, told

GATES = Gates(0.7, 0.3, 20)
FINE = SweepRow(3, 0.3, 1.0, 0.02, 0.7)


def test_a_figure_at_its_limit_passes() -> None:
    assert GATES.failed(FINE, 1_000) == ()


@pytest.mark.parametrize(
    ("row", "failed"),
    [
        (SweepRow(3, 0.3, 1.0, 0.02, 0.699), ("stability",)),
        (SweepRow(3, 0.299, 1.0, 0.02, 0.7), ("silhouette",)),
        (SweepRow(3, 0.3, 1.0, 0.019, 0.7), ("size",)),
        (SweepRow(3, 0.1, 1.0, 0.001, 0.2), ("stability", "silhouette", "size")),
        (SweepRow(3, float("nan"), 1.0, None, None), ("stability", "silhouette", "size")),
    ],
)
def test_each_gate_refuses_alone_what_was_not_measured_too(row: SweepRow, failed: tuple[str, ...]) -> None:
    assert GATES.failed(row, 1_000) == failed
    assert gated([FINE, row], GATES, 1_000)[1].failed == failed


def test_the_size_floor_is_that_of_the_pages_unless_it_is_set() -> None:
    assert gates_of(CONFIG, 20) == Gates(0.7, 0.3, 20)
    assert gates_of(CONFIG.model_copy(update={"min_people": 5}), 20).people == 5


def test_a_share_is_told_as_people() -> None:
    assert smallest_group(FINE, 1_000) == 20
    assert smallest_group(SweepRow(2, 0.3, 1.0), 1_000) is None


def test_a_refusal_holds_the_figures_of_every_k_and_what_was_needed() -> None:
    sweep = gated([SweepRow(2, 0.2567, 9.0, 0.3, 0.9), SweepRow(3, -0.0004, 5.0, 0.012, 0.6999)], GATES, 1_000)
    first, second = reasons_of(sweep, GATES, 1_000)
    assert first == {
        "code": "groups",
        "values": {
            "k": 2, "stability": 0.9, "min_stability": 0.7, "silhouette": 0.256, "min_silhouette": 0.3, "people": 300,
            "min_people": 20, "failed": ["silhouette"],
        },
    }  # fmt: skip
    # What fails by little is not rounded to what would pass.
    assert (second["values"]["stability"], second["values"]["people"]) == (0.699, 12)
    line = told(sweep, GATES, 1_000)
    assert "adjusted Rand of halves of 0.7, a Euclidean silhouette of 0.3 and 20 people" in line
    assert "k = 3: adjusted Rand of halves 0.699, Euclidean silhouette -0.001, smallest group 12 people" in line
