"""The report's words on whether buyers and their values still look as on the day of the training."""

from datetime import date

from segspark.models.monitoring.since import Moved, SinceTraining
from segspark.models.value.since_words import since_notes


def since(*moved: Moved, n_compared: int = 8) -> SinceTraining:
    return SinceTraining((), moved, n_compared, date(2026, 6, 1), 0.05)


def test_where_nobody_was_compared_nothing_is_said() -> None:
    assert since_notes(None) == since_notes(since(n_compared=0)) == ()


def test_where_nothing_has_moved_that_is_said() -> None:
    (note,) = since_notes(since())
    assert "8 measures" in note["en"]
    assert "8 mesures" in note["fr"]


def test_an_alarm_and_what_is_to_be_watched_stand_apart() -> None:
    alarm, look = since_notes(
        since(
            Moved("value_cents", True, 0.4, "alarm"),
            Moved("days_since_order", False, 0.31, "alarm"),
            Moved("p_alive", True, 0.125, "look"),
        )
    )
    assert "expected value (0.40), days since the last order (0.31). Check the data" in alarm["en"]
    assert "valeur attendue (0,40), jours depuis la dernière commande (0,31)." in alarm["fr"]
    assert look["en"].endswith("probability of being a customer still (0.12).")
    assert look["fr"].endswith("probabilité d'être encore client (0,12).")
