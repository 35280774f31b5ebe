"""The records of a batch's files, counted apart from the readers, against those that have a disposition."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from segspark.errors import CheckFailed
from segspark.sources.csv_dialect import MOST_LINES
from segspark.sources.files import CHANGED, InputFile
from segspark.sources.parsed import FILE_BITS
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source
from segspark.store.parquet import read_parquet
from segspark.tables.staging import Staged

Files = dict[str, list[InputFile]]


def counted(files: Files, sources: Sequence[Source], max_bytes: int) -> Files:
    """The files with their ``n_counted``; what comes from the quarantine is not counted."""
    of_name = {source.name: source for source in sources}
    return {
        name: [file if file.is_sealed else _counted(file, of_name[name], max_bytes) for file in its]
        for name, its in files.items()
    }


def _counted(file: InputFile, source: Source, max_bytes: int) -> InputFile:
    return replace(file, n_counted=PROVIDERS.find(source.kind).counts(file, source, max_bytes))


def check_counts(ledger: Sequence[Mapping[str, Any]], files: Files, sources: Sequence[Source], staged: Staged) -> None:
    """Check that as many records of each file have a disposition as were counted.

    A file that is refused as a whole is one record. A record with declared line breaks has as many positions as lines.

    Args:
        ledger: source, file_id, n_records.

    Raises:
        CheckFailed: names the files; nothing was written.
    """
    found: Counter[tuple[str, str]] = Counter()
    for row in ledger:
        found[row["source"], row["file_id"]] += row["n_records"]
    broken = {s.name for s in sources if s.is_mapped and s.format == "csv" and s.csv.line_breaks}
    wrong = [
        f"source {name}, {file.name}: {file.n_counted:,} counted, {found[name, file.file_id]:,} with a disposition"
        for name, its in files.items()
        for file in its
        if file.n_counted is not None
        and found[name, file.file_id] != file.n_counted
        and not _is_explained(file, file.n_counted, staged, name in broken)
    ]
    if wrong:
        raise CheckFailed(
            "The records of a file and their dispositions do not add up; nothing was written.\n  "
            + "\n  ".join(wrong)
            + "\nThis is an error of the program: please report it with the form of the file."
        )


def _is_explained(file: InputFile, n_counted: int, staged: Staged, has_line_breaks: bool) -> bool:
    least, most = _positions(file, staged)
    if least == -1:
        return True
    # Where the last record ends is not known.
    return has_line_breaks and most < n_counted <= most + MOST_LINES


def _positions(file: InputFile, staged: Staged) -> tuple[int, int]:
    """The first and last position of the file's staged records; 0 and -1 if there are none."""
    start = file.number << FILE_BITS
    within = [("record", ">=", start), ("record", "<", start + (1 << FILE_BITS))]
    found = [
        number - start - 1
        for kind in ("records", "refused")
        for part in staged.files.get(kind, ())
        for number in read_parquet(part.path, columns=["record"], filters=within)["record"].to_pylist()
    ]
    return (min(found), max(found)) if found else (0, -1)


def unread(files: Files, staged: Staged) -> Files:
    """The files; those that changed or went away after they were listed are other files from here on, so that their
    content is taken in should it come back."""
    gone = {number for number, reasons in _refused_whole(staged) if CHANGED in reasons}
    return {
        name: [replace(f, file_id=_another(f.file_id)) if f.number in gone else f for f in its]
        for name, its in files.items()
    }


def _another(file_id: str) -> str:
    return hashlib.sha256(f"not read {file_id}".encode()).hexdigest()[:32]


def refused_whole(files: Files, staged: Staged) -> list[str]:
    """A sentence for each file that is quarantined as a whole."""
    names = {file.number: file for its in files.values() for file in its}
    return sorted(
        f"source {names[number].source}, {names[number].name}: quarantined as a whole ({', '.join(reasons)})"
        for number, reasons in _refused_whole(staged)
    )


def _refused_whole(staged: Staged) -> Iterator[tuple[int, list[str]]]:
    """Number of each file that is refused as a whole, and the reasons."""
    for part in staged.files.get("refused", ()):
        rows = read_parquet(part.path, columns=["record", "reasons"], filters=[("position", "=", -1)])
        for record, reasons in zip(*(rows[name].to_pylist() for name in ("record", "reasons")), strict=True):
            yield record >> FILE_BITS, reasons
