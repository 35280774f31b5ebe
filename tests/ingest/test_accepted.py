import pyarrow as pa

from segspark.ingest.accepted import keep_accepted, with_disposition

MAP = pa.map_(pa.string(), pa.string())


def exceptions(*said: tuple[int, str]) -> pa.Table:
    return pa.table(
        {"no": pa.array([n for n, _ in said], pa.int64()), "verdict": pa.array([v for _, v in said], pa.string())}
    )


def test_refused_rows_are_left_out_and_other_versions_flagged() -> None:
    rows = pa.table({"no": [1, 2, 3], "attributes": pa.array([None, None, [("a", "b")]], MAP)})
    kept = keep_accepted(rows, exceptions((1, "duplicate"), (3, "other_version")))
    assert kept.to_pylist() == [
        {"no": 2, "attributes": None},
        {"no": 3, "attributes": [("a", "b"), ("_flag", "other_version")]},
    ]


def test_without_exceptions_everything_is_kept() -> None:
    rows = pa.table({"no": [1, 2], "attributes": pa.array([None, None], MAP)})
    assert keep_accepted(rows, exceptions()).equals(rows)


def test_every_record_has_one_disposition() -> None:
    records = pa.table({"record": [7, 5, 6], "is_ignored": [False, True, False]})
    refused = pa.table({"record": [9, 7], "disposition": ["expired", "withheld"]})
    assert with_disposition(records, refused)["disposition"].to_pylist() == ["withheld", "ignored", "accepted"]
    none = refused.slice(0, 0)
    assert with_disposition(records, none)["disposition"].to_pylist() == ["accepted", "ignored", "accepted"]
