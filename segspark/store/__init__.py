"""Where files lie: one interface for every kind of store, and the only room that opens files of data.

The lake, sources, staging, exports, reports, decisions and the files of models are read and written through a ``Store``. Configuration, keys and
what belongs to this program or machine are ordinary files and are not its business.
"""

from segspark.store.places import open_url, store_at, store_of_file, store_of_pattern, stream_url
from segspark.store.store import Stamp, Store, StoredFile

__all__ = ["Stamp", "Store", "StoredFile", "open_url", "store_at", "store_of_file", "store_of_pattern", "stream_url"]
