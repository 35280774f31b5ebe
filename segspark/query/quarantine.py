"""Look at the records that were refused: reasons, places, and, for whoever holds the key, the records themselves."""

from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.near import no_such
from segspark.pipeline.view import Question, View, look
from segspark.sources.fixes import fix_of
from segspark.sources.load import load_sources
from segspark.sources.resources import EXISTING_KEY
from segspark.sources.sealing import RecordSealer
from segspark.tables.contracts import bronze
from segspark.tables.open import open_lake

LIST = Question("quarantine", ("bronze.quarantine",))
OPEN = Question("quarantine", ("bronze.quarantine",), (EXISTING_KEY,))


def list_quarantine(workspace: Workspace) -> list[dict[str, Any]]:
    """One row per source and reason, the most frequent first: source, reason, records, sealed (of these, how many can
    be taken in again), since and until (UTC dates of receipt), example (file and record, counted from 1), fix.

    Records that a replay has taken in do not count. A record with two reasons counts for both.
    """
    view = look(LIST, workspace, open_lake(workspace))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in _rows(view, ["source", "reasons", "file_name", "position", "received_date", "kept_until"]):
        for reason in row["reasons"]:
            told = found.setdefault(
                (row["source"], reason),
                {
                    "source": row["source"], "reason": reason, "records": 0, "sealed": 0, "since": row["received_date"],
                    "until": row["received_date"], "example": _place(row), "fix": fix_of(reason),
                },
            )  # fmt: skip
            told["records"] += 1
            told["sealed"] += row["kept_until"] is not None
            told["since"], told["until"] = (
                min(told["since"], row["received_date"]),
                max(told["until"], row["received_date"]),
            )
    return sorted(found.values(), key=lambda r: (r["source"], -r["records"], r["reason"]))


def show_quarantine(
    workspace: Workspace, source: str, reason: str | None = None, most: int = 20, opened: bool = False
) -> list[dict[str, Any]]:
    """Refused records of a source, the newest first: place, received_at, stage, reasons, length (bytes), kept_until
    (last day on which the sealed record is kept; null where it is gone).

    Args:
        reason: only records with this reason, ``code`` or ``code:field``.
        most: at most so many rows.
        opened: with ``record``, the record as it was received; it holds personal data.

    Raises:
        ConfigError: nothing of the source is in quarantine; or there is no key to open a record.
    """
    view = look(OPEN if opened else LIST, workspace, open_lake(workspace))
    columns = ["source", "reasons", "file_name", "position", "received_at", "stage", "length", "kept_until"]
    rows = _rows(view, [*columns, "sealed"] if opened else columns)
    its = [row for row in rows if row["source"] == source]
    if not its:
        names = sorted({row["source"] for row in rows})
        raise no_such("record in quarantine of source", source, names)
    chosen = [
        r for r in its if reason is None or any(reason in (code, code.partition(":")[0]) for code in r["reasons"])
    ]
    chosen.sort(key=lambda r: (r["received_at"], r["file_name"], r["position"]), reverse=True)
    sealer = RecordSealer(view.context[EXISTING_KEY]) if opened else None
    encoding = _encoding(workspace, source) if opened else ""
    return [_shown(row, sealer, encoding) for row in chosen[:most]]


def _encoding(workspace: Workspace, name: str) -> str:
    """How a source's records are written; UTF-8 where its YAML has gone or is being mended."""
    try:
        found = [s for s in load_sources(workspace) if s.name == name and s.format == "csv"]
    except ConfigError:
        found = []
    return found[0].csv.encoding if found else "utf-8"


def _rows(view: View, columns: list[str]) -> list[dict[str, Any]]:
    """The refused records that no replay has taken in."""
    table = view.read_small(bronze.QUARANTINE, columns=[*columns, "replayed_by"])
    return [row for row in table.to_pylist() if row["replayed_by"] is None]


def _place(row: dict[str, Any]) -> str:
    name = row["file_name"] or "?"
    return f"{name}, as a whole" if row["position"] < 0 else f"{name}, record {row['position'] + 1:,}"


def _shown(row: dict[str, Any], sealer: RecordSealer | None, encoding: str) -> dict[str, Any]:
    kept: date | None = row["kept_until"]
    shown = {
        "place": _place(row), "received_at": row["received_at"], "stage": row["stage"],
        "reasons": ", ".join(row["reasons"]), "length": row["length"], "kept_until": kept,
    }  # fmt: skip
    if sealer is not None:
        shown["record"] = sealer.open(row["sealed"]).raw.decode(encoding, errors="replace") if row["sealed"] else None
    return shown
