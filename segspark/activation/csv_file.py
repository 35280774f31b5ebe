"""An audience as a file: those who may be written to, and a manifest of what it is and whom it leaves out."""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIELDS = ("person_id", "email", "scheme", "segment_id", "segment_name", "segment_date")
# Spreadsheets run cells that begin so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Written:
    file: Path
    rows: int
    sha256: str


def safe_cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def write_audience(path: Path, rows: Iterable[Mapping[str, Any]], manifest: Mapping[str, Any]) -> Written:
    """A CSV and, beside it, its manifest; both appear whole or not at all, readable by their owner only.

    Args:
        rows: mappings with FIELDS, streamed.
        manifest: what the audience is (segment, definition version, as-of day, people left out by reason).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    digest, n = hashlib.sha256(), 0
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(FIELDS)
        for row in rows:
            writer.writerow([safe_cell(row.get(f)) for f in FIELDS])
            n += 1
        out.flush()
        os.fsync(out.fileno())
    digest.update(temporary.read_bytes())
    temporary.replace(path)
    said = {**manifest, "file": path.name, "rows": n, "sha256": digest.hexdigest()}
    beside = path.with_suffix(".manifest.json")
    part = beside.with_suffix(".part")
    part.write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")
    part.replace(beside)
    return Written(path, n, digest.hexdigest())
