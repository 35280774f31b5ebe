"""The bytes of a case's file: the base's record with what the case changes, between two that are as they were."""

import json
import re
from typing import Any

from corpus import recipes
from corpus.bases import Base, inside, key_of


def content_of(base: Base, table: dict[str, Any], source: dict[str, Any]) -> bytes:
    if base.form == "parquet":
        content = _parquet(base, table)
    else:
        csv = source.get("csv", {})
        encoding = table.get("encoding") or csv.get("encoding", "utf-8")
        if base.form == "csv":
            mark = csv.get("delimiter", ",")
            same = _row(base, {"drop": table.get("drop", ())})
            header, whole, changed = (mark.join(cells) for cells in (same, same.values(), _row(base, table).values()))
        else:
            whole, changed, header = (*(_json(base.content, t) for t in ({}, table)), "")
        marks = {"base": whole, "inner": whole[1:-1], "header": header}
        if "file" in table:
            text = table["file"]
        else:
            own = table.get("text", changed)
            text = own if table.get("alone") else f"<base>\n{own}\n<base>\n"
            text = f"<header>\n{text}" if base.form == "csv" else text
        content = recipes.marked(text, marks, encoding)
    if table.get("pack") == "gzip":
        content = recipes.zipped(content)
    return content[: len(content) - table.get("cut", 0)]


def _row(base: Base, table: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**base.content, **table.get("put", {})}.items() if k not in table.get("drop", ())}


def _json(record: Any, table: dict[str, Any]) -> str:
    """The record as JSON, with values of the case as they are written there."""
    record = json.loads(json.dumps(record))
    written: list[str] = []
    for path in table.get("drop", ()):
        *parents, leaf = path.split(".")
        del inside(record, parents)[key_of(leaf)]
    for path, text in table.get("put", {}).items():
        *parents, leaf = path.split(".")
        inside(record, parents)[key_of(leaf)] = f"@{len(written)}@"
        written.append(text)
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r'"@(\d+)@"', lambda match: written[int(match[1])], text)


def _parquet(base: Base, table: dict[str, Any]) -> bytes:
    if "file" in table:
        return recipes.marked(table["file"], {}, "utf-8")
    types = {**base.types, **table.get("types", {})}
    own, same = _row(base, table), _row(base, {"drop": table.get("drop", ())})
    rows = [own] if table.get("alone") else [same, own, same]
    return recipes.parquet(rows, {k: t for k, t in types.items() if k not in table.get("drop", ())})
