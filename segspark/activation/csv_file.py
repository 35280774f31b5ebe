"""An audience as a CSV file, with a manifest of its origin and of the people left out."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from segspark.activation.destination import Audience, Destination, Key, Limits, Options, Receipt, Row
from segspark.config.url import Url
from segspark.measure.small_groups import base_of, rounded
from segspark.points import point
from segspark.store import Store, store_at, store_of_file

FIELDS = ("person_id", "email", "scheme", "segment_id", "segment_name", "segment_date")
# Spreadsheets run cells that begin with these as formulas.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Written:
    url: str
    rows: int
    sha256: str


def safe_cell(value: Any) -> str:
    """Text that no spreadsheet interprets as a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def write_audience(store: Store, name: str, rows: Iterable[Mapping[str, Any]], manifest: Mapping[str, Any]) -> Written:
    """A CSV and, beside it, its manifest; both appear whole or not at all, readable by their owner only.

    Args:
        store: of the folder of exports.
        name: of the CSV.
        rows: mappings with FIELDS, streamed.
        manifest: what the audience is (segment, definition version, as-of day, people left out by reason).
    """
    # Half an audience of an export that was killed.
    store.remove_left()
    digest, n = hashlib.sha256(), 0
    manifest_name = f"{name.rpartition('.')[0]}.manifest.json"
    with store.create(name, private=True) as out:

        def write(cells: Sequence[Any]) -> None:
            line = io.StringIO(newline="")
            csv.writer(line, lineterminator="\n").writerow(cells)
            content = line.getvalue().encode()
            digest.update(content)
            out.write(content)

        write(FIELDS)
        for row in rows:
            write([safe_cell(row.get(f)) for f in FIELDS])
            n += 1
            point("export_row")
        # A file with a manifest is complete: the manifest of an earlier export of this name must not stand beside it.
        store.delete(manifest_name)
    point("export_file")
    content = {**manifest, "file": name, "rows": n, "sha256": digest.hexdigest()}
    text = json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"
    with store.create(manifest_name, private=True) as out:
        out.write(text.encode())
    point("export_manifest")
    return Written(store.url_of(name), n, digest.hexdigest())


class FileOptions(Options):
    """``out``: the CSV's path or URL; by default in the workspace's exports, named by segment and day."""

    out: Url | None = None


def manifest_of(audience: Audience) -> dict[str, Any]:
    """What is told of the people as a whole; counts are rounded, and 0 stands for a group too small to be counted."""
    content = {k: v for k, v in asdict(audience).items() if k not in ("folder", "least")}
    return {
        **content,
        "people": rounded(audience.people, audience.least),
        "removed": {reason: rounded(n, audience.least) for reason, n in audience.removed.items()},
        "counts_rounded_to": base_of(audience.least),
    }


def send(batch: Iterable[Row], audience: Audience, options: Options) -> Receipt:
    """Write the whole audience to one file."""
    name = f"{audience.segment_key.replace('/', '-')}-{audience.segment_date}.csv"
    out = getattr(options, "out", None)
    store, name = store_of_file(out) if out else (store_at(audience.folder), name)
    written = write_audience(store, name, batch, manifest_of(audience))
    details = {"file": written.url, "rows": written.rows, "sha256": written.sha256}
    return Receipt(sent=written.rows, details=details)


CSV_FILE = Destination(
    name="csv_file",
    keys=(Key("email"),),
    receives=("person_id", "scheme", "segment_id", "segment_name", "segment_date"),
    batch=None,
    limits=Limits(),
    send=send,
    options=FileOptions,
)
