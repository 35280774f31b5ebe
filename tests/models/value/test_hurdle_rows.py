"""People of a cut with what they spent until a later day, counted by hand."""

from datetime import date

from models.value.test_histories import DAY, FIRST, LAST, frame
from pyspark.sql import SparkSession

from segspark.models.propensity.inputs import Input
from segspark.models.value.hurdle_rows import rows_between

CUT = date(2026, 1, 11)


def test_what_people_kept_in_the_window_is_what_they_are_worth(spark: SparkSession) -> None:
    before = frame(
        spark,
        ("ann", CUT, 2, FIRST, date(2026, 1, 6), 5000, 1000), ("bob", CUT, 1, FIRST, FIRST, 700, 0),
        # Gave more back than was bought; gave back what was bought before; ordered first under another name; is gone.
        ("eve", CUT, 1, FIRST, FIRST, 900, 0), ("ida", CUT, 1, FIRST, FIRST, 900, 0), ("lou", CUT, 1, FIRST, FIRST, 9, 0),
        ("tim", CUT, 1, FIRST, FIRST, 9, 0), ("kim", CUT, 0, None, None, 0, 0),
    )  # fmt: skip
    after = frame(
        spark,
        ("ann", DAY, 4, FIRST, LAST, 9000, 1500), ("bob", DAY, 1, FIRST, FIRST, 700, 0), ("eve", DAY, 2, FIRST, LAST, 1000, 300),
        ("ida", DAY, 1, FIRST, FIRST, 900, 900), ("lou", DAY, 2, LAST, LAST, 50, 0), ("kim", DAY, 1, LAST, LAST, 50, 0),
    )  # fmt: skip
    inputs = (Input("n_order_day_lifetime", 0.0), Input("missing", 7.0, "nullif(refund_cents_lifetime, 0)"))
    rows = {r["person_id"]: r for r in rows_between(before, after, inputs).collect()}
    assert {who: (r["label"], r["cents"]) for who, r in rows.items()} == {
        "ann": (1, 3500.0), "bob": (0, 0.0), "eve": (0, 0.0), "ida": (0, 0.0),
    }  # fmt: skip
    ann = rows["ann"]
    assert (ann["cut_date"], ann["x"], ann["t_x"], ann["age"], ann["spent"]) == (CUT, 1, 5, 9, 4000)
    assert ann["values"] == [2.0, 1000.0]
    assert rows["bob"]["values"] == [1.0, 7.0]
