"""Check whether this program can read and write the tables of a lake."""

import deltalake

from segspark.errors import GateClosed
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.contracts.stamp import stamp_of, version_in
from segspark.tables.lake import Lake

NEXT_STEP = (
    "Run: segspark migrate --dry-run. Where it refuses: use the version that wrote it, or name a new folder as `lake` and "
    "take the sources in again."
)


def check_compatible(lake: Lake) -> None:
    """
    Raises:
        GateClosed: tables of an older or newer contract, or whose columns do not fit; nothing was touched.
    """
    problems = [f"{c.name} {problem}" for c in ALL for problem in problems_of(lake, c)]
    if problems:
        raise GateClosed(
            f"The lake at {lake.store.url} was written by another version of segspark: {'; '.join(problems)}. {NEXT_STEP}"
        )


def problems_of(lake: Lake, contract: Contract) -> list[str]:
    """What prevents this program from reading a table by its contract.

    Missing nullable columns are not a problem: they are added when they are first written. A table that names no
    version is judged by its columns.
    """
    if not lake.exists(contract):
        return []
    table = lake.table(contract)
    version = version_in(table.metadata().description)
    if version is not None and version != contract.version:
        side = "newer" if version > contract.version else "older"
        return [f"has contract version {version}, which is {side} than version {contract.version} of this segspark"]
    stored = {f.name: f for f in table.schema().fields}
    problems = []
    for field in deltalake.Schema.from_json(schema_json(contract)).fields:
        have = stored.get(field.name)
        if have is None and not field.nullable:
            problems.append(f"has no column {field.name}, which every row needs")
        elif have is not None and have.type != field.type:
            problems.append(f"has {field.name} as {_text(have.type)}, where {_text(field.type)} is needed")
    return problems


def missing_stamp(lake: Lake, contract: Contract) -> str | None:
    """What to do about a table that names no contract version, as one copied or described by another program."""
    if not lake.exists(contract) or version_in(lake.table(contract).metadata().description) is not None:
        return None
    return (
        "names no contract version, so only its columns were compared. If segspark made it, write the version back: "
        f"COMMENT ON TABLE delta.`{lake.path(contract)}` IS '{stamp_of(contract)}'"
    )


def _text(kind: object) -> str:
    return str(getattr(kind, "type", kind))
