"""Names of a workspace for the shell to complete: segments, schemes, days. As little as that takes: no Java, no models."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from segspark.app.finding import FILE, find_workspace
from segspark.near import folded

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
# More days are not shown at once; a year is typed faster.
MOST_DAYS = 31


def _or_nothing(complete: Complete) -> Complete:
    """Whatever is wrong with a workspace is told by its commands, not while somebody types."""

    @wraps(complete)
    def quiet(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        try:
            return complete(context, parameter, typed)
        except Exception:
            return []

    return quiet


@_or_nothing
def segment_names(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The segments whose name goes on from what is typed, without accents and case; with their scheme where the name alone
    does not tell, or where a scheme is typed."""
    lake, language = _lake(context)
    from segspark.tables.contracts import gold

    columns = ["scheme", "segment_id", "segment_key", "name_fr", "name_en"]
    return offered(lake.read_small(gold.SEGMENT_REGISTRY, columns=columns).to_pylist(), typed, language)


def offered(rows: Sequence[Mapping[str, Any]], typed: str, language: str) -> list[CompletionItem]:
    """Names in the workspace's language; keys and names in the other one if none of these goes on from what is typed.

    Args:
        rows: of gold.segment_registry.
    """
    other = "en" if language == "fr" else "fr"
    wanted, with_scheme = folded(typed), ":" in typed
    for column in (f"name_{language}", "segment_key", f"name_{other}"):
        spelt = [folded(row[column]) for row in rows]
        alone = [row[column] if spelt.count(name) == 1 else None for row, name in zip(rows, spelt, strict=True)]
        full = [f"{row['scheme']}:{row[column]}" for row in rows]
        chosen = full if with_scheme else [name or whole for name, whole in zip(alone, full, strict=True)]
        found = {name for name, bare in zip(chosen, spelt, strict=True) if _goes_on(name, bare, wanted)}
        if found:
            return [CompletionItem(name) for name in sorted(found, key=folded)]
    return []


def _goes_on(name: str, bare: str, wanted: str) -> bool:
    return folded(name).startswith(wanted) or bare.startswith(wanted)


@_or_nothing
def schemes(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    lake, _ = _lake(context)
    from segspark.tables.contracts import gold

    names = set(lake.read_small(gold.SEGMENT_REGISTRY, columns=["scheme"])["scheme"].to_pylist())
    return [CompletionItem(name) for name in sorted(names) if folded(name).startswith(folded(typed))]


@_or_nothing
def segment_days(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The newest days with segments."""
    lake, _ = _lake(context)
    from segspark.tables.contracts import gold

    days = [str(day) for day in lake.days(gold.SEGMENTS) if str(day).startswith(typed)]
    return [CompletionItem(day) for day in days[-MOST_DAYS:]]


def _lake(context: click.Context) -> tuple[Any, str]:
    """The lake of the workspace that the line so far means, and the workspace's language."""
    given = context.params.get("config")
    path = Path(given) if given else find_workspace()
    file = path / FILE if path.is_dir() else path
    from segspark.config.load import read_keys
    from segspark.config.url import Url
    from segspark.tables.lake import Lake

    keys = read_keys(file, ("lake", "language"))
    return Lake(Url(keys["lake"]).below(file.resolve().parent)), keys["language"]
