"""Files of a table that carry no digest: earlier versions and other programs wrote them."""

from urllib.parse import unquote

from segspark.store.parquet import digest_of
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.log_actions import actions_in_log
from segspark.tables.log_digests import checkpoints_of, commits_of, digests_of


def undigested(lake: Lake, contract: Contract) -> int:
    """The number of files, of the table's present version and of its log, whose content nothing tells."""
    if not lake.exists(contract):
        return 0
    folder = lake.folder(contract)
    log = {*commits_of(folder).values(), *checkpoints_of(folder).values()} - digests_of(folder).keys()
    actions = actions_in_log(lake.table(contract))
    files = [path for path in map(unquote, actions["path"].to_pylist()) if digest_of(folder.url_of(path)) is None]
    return len(log) + len(files)
