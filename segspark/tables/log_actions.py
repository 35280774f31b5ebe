"""What the log of a table says about its data files."""

import deltalake
import pyarrow as pa


def actions_in_log(table: deltalake.DeltaTable) -> pa.Table:
    """One row per file of a version of a table: path, size_bytes, num_records, partition.*, min.*, max.* and so on."""
    # pyarrow.table() would import pandas to see whether it is given one of its frames, which takes half a second.
    return pa.RecordBatchReader.from_stream(table.get_add_actions(flatten=True)).read_all()
