"""Records out of the quarantine, for tasks that read them again: Parquet files of envelopes, one folder per file."""

from collections.abc import Iterator

from segspark.pseudonyms import Key
from segspark.sources.files import InputFile
from segspark.sources.sealing import Opened, RecordSealer
from segspark.store import store_at
from segspark.store.parquet import open_parquet


def opened_records(file: InputFile, key: Key) -> Iterator[tuple[int, Opened]]:
    """The place of each record in its original file, and the record, in the order of the file."""
    folder, sealer = store_at(file.path), RecordSealer(key)
    for found in folder.list():
        if found.name.endswith(".parquet"):
            file_of_envelopes = open_parquet(folder.url_of(found.name))
            for batch in file_of_envelopes.iter_batches(1_000, columns=["position", "sealed"]):
                for row in batch.to_pylist():
                    yield row["position"], sealer.open(row["sealed"])
