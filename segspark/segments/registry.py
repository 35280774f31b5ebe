"""The registry of segments and definitions: names and contents, recorded when they first occur."""

import json
from datetime import date
from typing import Any

import pyarrow as pa

from segspark.ids import version_of
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Overwrite, Small
from segspark.segments.schemes.prepare import Results, made
from segspark.segments.segment import Segment
from segspark.tables.contracts import gold


def register(step: Step, schemes: Results) -> None:
    """Record names and contents of new segments and definitions; in earlier rows only names of segments whose names
    nobody writes in a definition are updated."""
    prepared = made(schemes)
    segments = {s.segment_id: s for p in prepared.values() for s in (*p.segments, *p.coarser)}
    registered = step.read_small(gold.SEGMENT_REGISTRY).to_pylist()
    _rename(step, registered, [s for scheme, p in prepared.items() if not scheme.editable for s in p.segments])
    known = {r["segment_id"] for r in registered}
    rows = [_registry_row(s, step.as_of) for s in segments.values() if s.segment_id not in known]
    if rows:
        once = "registry-" + version_of([sorted(r["segment_id"] for r in rows), len(known)])
        step.write(gold.SEGMENT_REGISTRY, Small(pa.Table.from_pylist(rows)), Append(once))
    contents: dict[str, tuple[str, str, Any]] = {
        c.version: (scheme.name, c.name, c.content) for scheme, p in prepared.items() for c in p.contents
    }
    have = set(step.read_small(gold.DEFINITIONS)["definition_version"].to_pylist())
    new = [
        {
            "definition_version": v,
            "scheme": s,
            "name": n,
            "content": json.dumps(c, ensure_ascii=False, sort_keys=True),
            "first_date": step.as_of,
        }
        for v, (s, n, c) in contents.items()
        if v not in have
    ]
    if new:
        once = "definitions-" + version_of(sorted(r["definition_version"] for r in new))
        step.write(gold.DEFINITIONS, Small(pa.Table.from_pylist(new)), Append(once))


def _rename(step: Step, registered: list[dict[str, Any]], segments: list[Segment]) -> None:
    """Update the registered names of groups that were renamed."""
    names = {s.segment_id: {"name_fr": s.name["fr"], "name_en": s.name["en"]} for s in segments}
    renamed = [{**r, **names.get(r["segment_id"], {})} for r in registered]
    if renamed != registered:
        schema = step.read_small(gold.SEGMENT_REGISTRY).schema
        step.write(gold.SEGMENT_REGISTRY, Small(pa.Table.from_pylist(renamed, schema)), Overwrite())


def _registry_row(segment: Segment, first: date) -> dict[str, Any]:
    return {
        "scheme": segment.scheme,
        "segment_id": segment.segment_id,
        "segment_key": segment.key,
        "name_fr": segment.name["fr"],
        "name_en": segment.name["en"],
        "description_fr": segment.description.get("fr"),
        "description_en": segment.description.get("en"),
        "first_date": first,
        "centre": list(segment.centre) if segment.centre else None,
        "model_version": segment.model_version,
    }
