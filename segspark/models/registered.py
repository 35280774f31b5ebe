"""The registry of a workspace: versions, the moves of the alias ``champion``, and who may speak about a day.

Moves are tags of the registered model, ``move.000001`` and on, each a canonical JSON text. A move is written before the
alias: what is killed between the two has a move, which counts, and the next one puts the alias right. A version without
a move never was champion, whatever alias it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from segspark.config.models import Mlflow, Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.models.champions import Move, NoChampion, Registered, champion_on, newest, with_former
from segspark.models.mlflow_store import is_there, store
from segspark.models.model import Model
from segspark.models.promotion import CHAMPION
from segspark.models.registry import find_model
from segspark.points import point

# Of a version that may be used; ``digest`` is that of its pipeline.
NEEDED_TAGS = {"digest", "label_end_date", "run_id"}
MOVE = "move."
# A reason is a sentence, not a page.
_LONGEST_WHY = 500


@dataclass(frozen=True)
class Shelf:
    """What is registered of a model.

    Attributes:
        versions: those with all their tags, in order; one of an early release whose run was killed may lack some.
        moves: of a release that kept none, what its alias tells.
        tags: by version.
        alias: the version that MLflow shows as champion.
    """

    name: str
    versions: tuple[Registered, ...] = ()
    moves: tuple[Move, ...] = ()
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    alias: str | None = None


def registered_name(workspace: str, model: Model[Any, Any]) -> str:
    """The name under which the model of a workspace is registered."""
    return f"{workspace}_{model.name}"


def find_champion(config: Mlflow, name: str, as_of: date) -> Any | None:
    """The registered version that may speak about a day, as MLflow gives it, without loading it; None if there is none,
    for the reason that ``why_none`` gives."""
    found = champion_of_day(config, name, as_of)
    if isinstance(found, NoChampion):
        return None
    with store(config) as mlflow:
        return mlflow.MlflowClient().get_model_version(name, found.version)


def why_none(config: Mlflow, name: str, as_of: date) -> str:
    """Why no version may speak about a day; empty if one may."""
    found = champion_of_day(config, name, as_of)
    return found.sentence if isinstance(found, NoChampion) else ""


def champion_of_day(config: Mlflow, name: str, as_of: date) -> Registered | NoChampion:
    """The version that may speak about a day, or why there is none."""
    shelf = shelf_of(config, name)
    return champion_on(shelf.moves, shelf.versions, as_of)


def shelf_of(config: Mlflow, name: str) -> Shelf:
    """What is registered under a name."""
    if not is_there(config):
        return Shelf(name)
    with store(config) as mlflow:
        return read_shelf(mlflow.MlflowClient(), name)


def read_shelf(client: Any, name: str) -> Shelf:
    """What MLflow holds under a name; nothing if it does not know it."""
    found = client.search_model_versions(f"name = '{name}'")
    tags = {str(v.version): dict(v.tags) for v in sorted(found, key=lambda v: int(v.version))}
    versions = tuple(Registered.of(v, its) for v, its in tags.items() if its.keys() >= NEEDED_TAGS)
    if not versions:
        return Shelf(name, tags=tags)
    model = client.get_registered_model(name)
    moves = [Move.from_text(text) for key, text in model.tags.items() if key.startswith(MOVE)]
    alias = model.aliases.get(CHAMPION)
    alias = None if alias is None else str(alias)
    return Shelf(name, versions, with_former(moves, alias, {v.version: v for v in versions}), tags, alias)


def model_named(workspace: Workspace, name: str) -> Model[Any, Any]:
    """The model of a name as it is configured (``churn``), or as MLflow knows it (``shop_churn``).

    Raises:
        ConfigError: there is no such model; lists those that exist.
    """
    return find_model(workspace.models, name.removeprefix(f"{workspace.name}_"))


def shelf_named(workspace: Workspace, name: str) -> Shelf:
    """What is registered of a model.

    Args:
        name: as it is configured (``churn``), or as MLflow knows it (``shop_churn``).

    Raises:
        ConfigError: there is no such model; lists those that exist.
        GateClosed: no version of it is registered.
    """
    model = model_named(workspace, name)
    shelf = shelf_of(workspace.mlflow, registered_name(workspace.name, model))
    if not shelf.versions:
        raise GateClosed(f"No version of {model.name} is registered. Run: segspark run train --as-of DATE")
    return shelf


def version_of(shelf: Shelf, version: str | None) -> str:
    """The version that is asked for; the newest champion, else the newest version, where none is.

    Raises:
        ConfigError: there is no such version.
    """
    last = newest(shelf.moves)
    known = [v.version for v in shelf.versions]
    wanted = version or (last.version if last else known[-1])
    if wanted not in known:
        raise ConfigError(f"{shelf.name} has no version {wanted}; it has {', '.join(known)}.")
    return wanted


def record_move(
    client: Any, name: str, version: str, *, day: date, kind: str, who: str, why: str, is_forced: bool = False
) -> Move:
    """Make a version champion from a day on, and let the alias show the newest move by logical date."""
    moves = list(read_shelf(client, name).moves)
    if moves and moves[0].number == 0:
        # The champion of a release that kept no moves, which the alias is about to forget.
        moves = [_written(client, name, moves[0], 1)]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    move = Move(0, day, version, kind, who, at, why[:_LONGEST_WHY], is_forced)
    move = _written(client, name, move, max((m.number for m in moves), default=0) + 1)
    point("model_moved")
    shown = newest([*moves, move])
    assert shown is not None
    client.set_registered_model_alias(name, CHAMPION, shown.version)
    return move


def _written(client: Any, name: str, move: Move, number: int) -> Move:
    numbered = replace(move, number=number)
    client.set_registered_model_tag(name, f"{MOVE}{number:06d}", numbered.to_text())
    return numbered
