"""What a destination may ask for is checked when it is made."""

from dataclasses import replace

import pytest

from segspark.activation.csv_file import CSV_FILE
from segspark.activation.destination import COLUMNS, Destination, Key, Receipt


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"receives": ("person_id", "birth_date")}, r"csv_file asks for columns \['birth_date'\]; .*segment_name"),
        ({"keys": (Key("iban"),)}, r"kinds of keys \['iban'\]; an audience has email, customer"),
        ({"batch": 0}, "batches of 0 people"),
    ],
)
def test_what_no_audience_has_cannot_be_asked_for(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(CSV_FILE, **wrong)  # type: ignore[arg-type]


def test_a_key_is_called_by_its_kind_unless_it_has_a_name() -> None:
    assert (Key("email").column, Key("email", name="hash").column) == ("email", "hash")


def test_a_receipt_tells_of_everybody_it_counts() -> None:
    assert Receipt(1, 2, 4).people == 7


def test_a_file_may_receive_everything_and_takes_it_at_once() -> None:
    destination: Destination = CSV_FILE
    assert (destination.receives, destination.batch, destination.limits.most_people) == (COLUMNS, None, None)
