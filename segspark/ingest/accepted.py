"""Apply a run's exceptions to staged rows while they are written: pure Arrow, for tasks that write files."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def keep_accepted(rows: pa.Table, exceptions: pa.Table) -> pa.Table:
    """Drop the rows that an exception refuses; other versions are kept, with ``_flag`` among their attributes.

    Args:
        rows: staged rows of one kind: no, and attributes where versions matter.
        exceptions: no, verdict of the same kind.
    """
    numbers = rows["no"].to_numpy()
    verdicts = exceptions["verdict"]
    refused = exceptions.filter(pc.not_equal(verdicts, "other_version"))["no"].to_numpy()
    others = exceptions.filter(pc.equal(verdicts, "other_version"))["no"].to_numpy()
    if len(others) and "attributes" in rows.column_names:
        is_other = np.isin(numbers, others)
        if is_other.any():
            at = rows.schema.get_field_index("attributes")
            flagged = [
                [*(attributes or []), ("_flag", "other_version")] if other else attributes
                for attributes, other in zip(rows["attributes"].to_pylist(), is_other, strict=True)
            ]
            rows = rows.set_column(at, rows.schema.field(at), pa.array(flagged, type=rows.schema.field(at).type))
    return rows.filter(pa.array(~np.isin(numbers, refused))) if len(refused) else rows


def with_disposition(records: pa.Table, exceptions: pa.Table) -> pa.Table:
    """Add ``disposition`` to staged records: ignored by the gateway, refused by the run, else accepted.

    Args:
        records: record, is_ignored.
        exceptions: record and disposition of records from which nothing was accepted.
    """
    words = np.where(records["is_ignored"].to_numpy(zero_copy_only=False), "ignored", "accepted").astype(object)
    numbers, refused = records["record"].to_numpy(), exceptions["record"].to_numpy()
    if len(refused):
        order = np.argsort(refused)
        at = np.minimum(np.searchsorted(refused[order], numbers), len(refused) - 1)
        is_refused = refused[order][at] == numbers
        words[is_refused] = np.asarray(exceptions["disposition"].to_pylist(), dtype=object)[order][at[is_refused]]
    return records.append_column("disposition", pa.array(words.tolist(), pa.string()))
