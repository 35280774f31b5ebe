"""What the models give the report of a day: each its sections, from the version in use or from why there is none."""

import json
from datetime import date
from typing import Any

from segspark.models.model import Model, Refused, Trained
from segspark.models.registry import models_of
from segspark.pipeline.view import View
from segspark.sections import Section
from segspark.tables.contracts import ops

State = Trained[Any] | Refused | None


def sections_of_models(view: View, day: date) -> tuple[Section, ...]:
    """The sections of all models, in the order of the socket.

    Args:
        view: of ops.runs and the tables that models are looked after in, with the resources that the models' sections
            look up.
    """
    return tuple(
        section
        for model in models_of(view.settings.models)
        if model.sections is not None
        for section in model.sections(view.on(day), read_state(view, model, day))
    )


def read_state(view: View, model: Model[Any, Any], day: date) -> State:
    """The version that may speak about a day, else the refusal of the last training until then, else nothing."""
    # MLflow and PySpark are imported only when a version is read.
    from segspark.models.registered import find_champion, registered_name
    from segspark.models.tracking import read_documents, read_params

    store = view.settings.mlflow
    champion = find_champion(store, registered_name(view.settings.name, model), day)
    if champion is None:
        return _read_refusal(view, model.name, day)
    run_id = champion.tags["run_id"]
    return Trained(
        f"{champion.name}/{champion.version}",
        date.fromisoformat(champion.tags["as_of"]),
        read_params(store, run_id),
        model.documents.from_files(read_documents(store, run_id)),
    )


def _read_refusal(view: View, name: str, day: date) -> Refused | None:
    trained = [r for r in view.read_small(ops.RUNS).to_pylist() if r["flow"] == "train" and r["as_of_date"] <= day]
    if not trained:
        return None
    outcome = json.loads(max(trained, key=lambda r: r["written_at"])["outputs"])
    reasons = outcome.get(f"{name}_refused")
    return Refused(outcome.get(name, ""), tuple(reasons)) if reasons else None
