"""docs/reference/tables.md: every table with its columns, from the contracts."""

from docs.generate.markdown import anchor, code, codes, table, text
from docs.generate.markdown import page as whole
from segspark.app.graph import described
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Column, Contract

_LAYERS = {
    "bronze": "What came in, with the identifiers that its adapter reads replaced by pseudonyms; and what was refused, with reasons.",
    "privacy": "What is kept apart because it names people or says what they allowed.",
    "silver": "Events, orders, profiles, consents and identities in one vocabulary.",
    "gold": "What is made for use: features, scores, segments.",
    "ops": "What ran, what it read, where every record went, and what only the operator may see.",
}
# Tables with columns that a workspace's features decide.
_MORE = {
    "gold.activity_daily": "One column more per measure of the [catalogue](features.md#measures).",
    "gold.activity_corrections": "One column more per measure of the [catalogue](features.md#measures).",
    "gold.features": "One column more per window of each [feature](features.md).",
    "gold.features_restated": "One column more per window of each [feature](features.md).",
}


def page() -> str:
    lines = [
        "All tables of a lake. A table lies at `<lake>/<layer>/<table>` as plain Delta, and any Delta reader can read it.",
        "`segspark tables` lists them with their rows.",
        "",
        "Times are UTC. Days of `segment_date`, `as_of_date` and `activity_date` are local days of the business.",
        "`_cents` are minor units of a currency, `_rate` and `_share` lie between 0 and 1.",
        "",
        "A column marked *needed* is never null. A column marked *personal* tells something about the person whom the row",
        "names by a pseudonym; its values are not among the statistics of a new table's Delta log. `segspark maintain`",
        "removes days that are older than their table keeps them.",
        *table(["table", "one row is"], [[f"[`{c.name}`](#{anchor(c.name)})", text(c.grain)] for c in ALL]),
    ]
    for layer in dict.fromkeys(c.layer for c in ALL):
        lines += [f"## {layer}", "", _LAYERS[layer], ""]
        for contract in ALL:
            if contract.layer == layer:
                lines += _section(contract)
    return whole("Tables", *lines)


def _section(contract: Contract) -> list[str]:
    facts = [
        ["One row is", text(contract.grain)],
        ["Key", codes(contract.key)],
        ["Partitioned by", codes(contract.partition_by)],
        ["Kept for", _retention(contract)],
        ["Written by", _writers(contract)],
        ["Personal columns", codes(c.name for c in contract.columns if c.personal)],
    ]
    lines = [f"### {contract.name}", "", *(f"- {what}: {value}" for what, value in facts if value), ""]
    if contract.name in _MORE:
        lines += [_MORE[contract.name], ""]
    return [*lines, *table(["column", "type", "meaning", ""], map(_column, contract.columns))]


def _retention(contract: Contract) -> str:
    if contract.retention_days is None:
        return ""
    return f"{contract.retention_days} days" + (
        "; the first of each month without limit" if contract.keeps_month_ends else ""
    )


def _writers(contract: Contract) -> str:
    flows = [flow["flow"] for flow in described() if contract.name in flow["writes"]]
    return ", ".join(f"[{name}](flows.md#{anchor(name)})" for name in flows) or "the run itself"


def _column(column: Column) -> list[str]:
    marks = [word for word, holds in (("needed", column.required), ("personal", column.personal)) if holds]
    return [code(column.name), code(column.type), text(column.comment), ", ".join(marks)]
