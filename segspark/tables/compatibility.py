"""Check whether this program can read and write the tables of a lake."""

import re

import deltalake

from segspark.errors import GateClosed
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import Lake

_VERSION = re.compile(r"Contract version (\d+)\.")


def check_compatible(lake: Lake) -> None:
    """
    Raises:
        GateClosed: tables of an older contract that cannot be read, or of a newer one; nothing was touched.
    """
    problems = [f"{c.name} {problem}" for c in ALL for problem in problems_of(lake, c)]
    if problems:
        raise GateClosed(
            f"The lake at {lake.store.url} was written by another version of segspark: {'; '.join(problems)}. "
            "Use the version that wrote it, or name a new folder as `lake` and take the sources in again."
        )


def problems_of(lake: Lake, contract: Contract) -> list[str]:
    """What prevents this program from reading a table by its contract. Missing nullable columns are not a problem: they
    are added when they are first written."""
    if not lake.exists(contract):
        return []
    table = lake.table(contract)
    match = _VERSION.search(table.metadata().description or "")
    if match and int(match[1]) > contract.version:
        return [f"has contract version {match[1]}, and this segspark knows {contract.version}"]
    stored = {f.name: f for f in table.schema().fields}
    problems = []
    for field in deltalake.Schema.from_json(schema_json(contract)).fields:
        have = stored.get(field.name)
        if have is None and not field.nullable:
            problems.append(f"has no column {field.name}, which every row needs")
        elif have is not None and have.type != field.type:
            problems.append(f"has {field.name} as {_text(have.type)}, where {_text(field.type)} is needed")
    return problems


def _text(kind: object) -> str:
    return str(getattr(kind, "type", kind))
