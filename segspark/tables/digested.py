"""Files of a table that carry no digest: earlier versions and other programs wrote them."""

from segspark.store.parquet import digest_of
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.log_digests import checkpoints_of, commits_of, digests_of


def undigested(lake: Lake, contract: Contract) -> int:
    """The number of files, of the table's present version and of its log, whose content nothing tells."""
    if not lake.exists(contract):
        return 0
    folder = lake.folder(contract)
    log = {*commits_of(folder).values(), *checkpoints_of(folder).values()} - digests_of(folder).keys()
    files = [uri for uri in lake.table(contract).file_uris() if digest_of(uri.removeprefix("file://")) is None]
    return len(log) + len(files)
