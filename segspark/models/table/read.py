"""A CSV file as rows of text, read through the store on the driver."""

import gzip
import hashlib
import io
from dataclasses import dataclass

import pandas as pd

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.table.config import FlatTable
from segspark.store import store_of_file

# Of a file that is read on the driver, before it is unpacked.
MOST_BYTES = 500_000_000


@dataclass(frozen=True)
class TextTable:
    """Attributes:
    rows: every value as text, missing ones as empty text.
    digest: SHA-256 of the file.
    """

    rows: pd.DataFrame
    digest: str


def read_table(place: Url, config: FlatTable, where: str) -> TextTable:
    """Read a table.

    Args:
        where: its key in the configuration, for messages.

    Raises:
        ConfigError: there is no such file, it is too large or no CSV, or a configured column is not in it.
    """
    content = read_content(place, where)
    if place.text.endswith(".gz"):
        try:
            text = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise ConfigError(f"{where}.file: {place} is no gzip file: {error}.") from error
    else:
        text = content
    try:
        rows = pd.read_csv(
            io.BytesIO(text), sep=config.delimiter, dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}.file: {place} cannot be read as CSV in UTF-8: {error}") from error
    named = {"label": config.label, "id": config.id, "cut.column": config.cut.column}
    missing = {key: name for key, name in named.items() if name and name not in rows.columns}
    listed = {"inputs": config.inputs, "kinds": tuple(config.kinds), "exclude": config.exclude}
    missing |= {f"{key} ({n})": n for key, names in listed.items() for n in names if n not in rows.columns}
    if missing:
        lines = [f"{where}.{key}: the file has no column {name!r}" for key, name in missing.items()]
        raise ConfigError("\n".join([*lines, f"It has: {', '.join(rows.columns)}."]))
    return TextTable(rows.apply(lambda column: column.str.strip()), hashlib.sha256(content).hexdigest())


def read_content(place: Url, where: str) -> bytes:
    """The bytes of a file.

    Raises:
        ConfigError: there is no such file, or it is larger than MOST_BYTES.
    """
    store, name = store_of_file(place)
    try:
        content = store.read(name)
    except FileNotFoundError:
        raise ConfigError(f"{where}.file: {place}: there is no such file.") from None
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{where}.file: {place} has {len(content):,} bytes; at most {MOST_BYTES:,} are read.")
    return content
