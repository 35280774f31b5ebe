"""The registry of a workspace, looked at without Spark: which versions there are, what each was judged by, and who is
champion when and why."""

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from segspark.config.models import Workspace
from segspark.measure.small_groups import rounded
from segspark.models.champions import NoChampion, as_rows, champion_on, newest
from segspark.models.fingerprint import FINGERPRINT
from segspark.models.mlflow_store import store
from segspark.models.registered import model_named, registered_name, shelf_named, shelf_of, version_of
from segspark.models.registry import models_of
from segspark.pipeline.runs import Filters
from segspark.pipeline.view import Question, look
from segspark.reports.data import Language
from segspark.tables.contracts import gold
from segspark.tables.open import open_lake

if TYPE_CHECKING:
    from segspark.models.card import Content
    from segspark.models.version import Version

SINCE = Question("models_show", ("gold.model_drift", "gold.model_performance"))


def list_models(workspace: Workspace, as_of: date | None) -> list[dict[str, Any]]:
    """A row per version: model, version, as_of, label_end, expires, is_champion, decided (why it is or is not), note.

    Args:
        as_of: the champion is the version that may speak about this day; without a day the newest by logical date. Where
            none may speak, a row without a version says why.
    """
    rows: list[dict[str, Any]] = []
    for model in models_of(workspace.models):
        shelf = shelf_of(workspace.mlflow, registered_name(workspace.name, model))
        last = newest(shelf.moves)
        chosen = last.version if last else None
        if as_of is not None:
            found = champion_on(shelf.moves, shelf.versions, as_of)
            chosen = None if isinstance(found, NoChampion) else found.version
            if isinstance(found, NoChampion) and shelf.versions:
                rows.append({"model": model.name, "decided": f"no champion on {as_of}: {found.sentence}"})
        for one in shelf.versions:
            row = {"model": model.name, "version": one.version, "as_of": one.as_of, "label_end": one.label_end}
            decided = _read(shelf.tags[one.version], "decision").get("sentence", "by a release that kept no reasons")
            rows.append({**row, "expires": one.expires, "is_champion": one.version == chosen, "decided": decided})
    return rows


def show_model(workspace: Workspace, name: str, version: str | None) -> dict[str, Any]:
    """A version: its record, gates, contest, metrics, digest, fingerprint, the tables it read, the model's moves, and
    what it has shown since its training."""
    shelf = shelf_named(workspace, name)
    number = version_of(shelf, version)
    tags = shelf.tags[number]
    with store(workspace.mlflow) as mlflow:
        run = mlflow.MlflowClient().get_run(tags["run_id"])
    one = next(v for v in shelf.versions if v.version == number)
    last = newest(shelf.moves)
    return {
        "model": shelf.name,
        "version": number,
        "as_of": one.as_of,
        "label_end": one.label_end,
        "expires": one.expires,
        "is_champion": last is not None and last.version == number,
        # Somebody may have moved it in MLflow, which changes nothing here.
        "alias_in_mlflow": shelf.alias,
        "run_id": tags["run_id"],
        "artifact_digest": tags.get("artifact_digest", tags["digest"]),
        FINGERPRINT: tags.get(FINGERPRINT),
        "record": dict(sorted(run.data.params.items())),
        "metrics": dict(sorted(run.data.metrics.items())),
        "gates": json.loads(tags.get("gates", "[]")),
        "contest": _read(tags, "contest") or None,
        "decision": _read(tags, "decision") or None,
        "data_versions": {k.removeprefix("data."): v for k, v in run.data.tags.items() if k.startswith("data.")},
        "moves": as_rows(shelf.moves),
        "since_training": _since(workspace, shelf.name, number),
    }


def _since(workspace: Workspace, name: str, version: str) -> dict[str, list[dict[str, Any]]]:
    """The label windows of a version that have ended, and its inputs and scores on the last day that it was compared on;
    counts of people are rounded as in the report."""
    view = look(SINCE, workspace, open_lake(workspace))
    of_version: Filters = [("model_version", "=", f"{name}/{version}")]
    ended = view.read_small(gold.MODEL_PERFORMANCE, of_version).to_pylist()
    compared = view.read_small(gold.MODEL_DRIFT, of_version).to_pylist()
    last = max((row["as_of_date"] for row in compared), default=None)
    least = workspace.segments.least_shown
    return {
        "ended_windows": [
            {**row, "n_people": rounded(row["n_people"], least)} for row in sorted(ended, key=lambda r: r["as_of_date"])
        ],
        "compared": sorted((row for row in compared if row["as_of_date"] == last), key=lambda r: -r["psi"]),
    }


def compare_models(workspace: Workspace, name: str, one: str, other: str) -> dict[str, Any]:
    """Two versions side by side: metrics, settings that differ, and the contest where one met the other."""
    left, right = (show_model(workspace, name, version) for version in (one, other))
    contests = [
        {"challenger": a["version"], "champion": b["version"], **a["contest"]}
        for a, b in ((left, right), (right, left))
        if a["contest"] and a["contest"]["version"] == b["version"]
    ]
    return {
        "model": left["model"],
        "versions": [one, other],
        "is_same_model": left[FINGERPRINT] is not None and left[FINGERPRINT] == right[FINGERPRINT],
        "metrics": [_side("metric", key, left["metrics"], right["metrics"]) for key in _keys(left, right, "metrics")],
        "record": [
            _side("setting", key, left["record"], right["record"])
            for key in _keys(left, right, "record")
            if left["record"].get(key) != right["record"].get(key)
        ],
        "contests": contests,
    }


def card_of_version(workspace: Workspace, name: str, version: str | None, language: Language) -> tuple[str, str]:
    """The number of a version, of the champion if none is named, and its card as things stand today: the one beside its
    run tells of the day on which it was last stored.

    Raises:
        CheckFailed: a stored document is not what was logged.
    """
    # Drawing imports templates, and reading a run MLflow.
    from segspark.reports.card.made import card_of

    number = version_of(shelf_named(workspace, name), version)
    return number, card_of(workspace, model_named(workspace, name), number, language)


def reviewed_version(
    workspace: Workspace, name: str, version: str | None
) -> tuple["Version[Any]", "Content | None", dict[str, float]]:
    """All that is known of a version, what its model says of it, and its metrics; of the champion if none is named.

    Raises:
        CheckFailed: a stored document is not what was logged.
    """
    from segspark.models.version import read_version

    model, shelf = model_named(workspace, name), shelf_named(workspace, name)
    found = read_version(workspace.mlflow, model, shelf, version_of(shelf, version))
    with store(workspace.mlflow) as mlflow:
        metrics = mlflow.MlflowClient().get_run(shelf.tags[found.number]["run_id"]).data.metrics
    return found, model.card(found) if model.card is not None else None, dict(sorted(metrics.items()))


def _read(tags: Mapping[str, str], name: str) -> dict[str, Any]:
    """The JSON of a tag; empty for a version of a release that did not write it."""
    content: dict[str, Any] = json.loads(tags.get(name, "{}"))
    return content


def _keys(left: Mapping[str, Any], right: Mapping[str, Any], what: str) -> list[str]:
    return sorted({*left[what], *right[what]})


def _side(what: str, key: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    row = {what: key, "left": left.get(key), "right": right.get(key)}
    numbers = [value for value in (row["left"], row["right"]) if isinstance(value, float)]
    return {**row, "difference": numbers[1] - numbers[0] if len(numbers) == 2 else None}
