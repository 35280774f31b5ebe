"""Where the records of the sources went."""

from collections import defaultdict

from segspark.pipeline.view import View
from segspark.reports.data import LedgerRow, QuarantineCount
from segspark.tables.contracts import bronze, ops


def read_ledger(view: View) -> tuple[LedgerRow, ...]:
    """What was received of each source, by where it went."""
    received: dict[str, int] = defaultdict(int)
    for row in view.read_small(ops.FILES).to_pylist():
        received[row["source"]] += row["n_records"]
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in view.read_small(ops.LEDGER).to_pylist():
        counts[row["source"]][row["disposition"]] += row["n_records"]
    return tuple(LedgerRow(source, received[source], **counts[source]) for source in sorted(counts))


def read_quarantine(view: View) -> tuple[QuarantineCount, ...]:
    """Rejected records by source and reason, the most frequent first."""
    table = view.read_small(bronze.QUARANTINE, columns=["source", "reasons", "replayed_by"])
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in table.to_pylist():
        # What a replay has taken in is refused no more.
        for reason in row["reasons"] if row["replayed_by"] is None else ():
            counts[row["source"], reason] += 1
    return tuple(QuarantineCount(s, r, n) for (s, r), n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
