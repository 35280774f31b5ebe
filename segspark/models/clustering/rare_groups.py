"""Rare groups: segments and names at training, and the model that assigns them on a day."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.ids import mint
from segspark.models.clustering.behaviour import Behaviour
from segspark.models.clustering.density import Density, digest_of
from segspark.models.clustering.documents import Rare
from segspark.models.clustering.matching import match_groups
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe, describe_apart
from segspark.models.clustering.rare import UNUSUAL, USUAL, RareModel, fit_rare, load_rare
from segspark.models.tracking import Loaded, has_document, read_bytes, read_document
from segspark.pipeline.step import Step

RARE, RARE_POINTS = "rare.json", "rare_points.arrow"
# Rare groups are narrow: with centres farther apart than this they are not the same group.
MATCH_DISTANCE = 0.75
PREFIX = ("Groupe rare : ", "Rare group: ")
FIXED = {
    USUAL: ("Profils courants", "Usual profiles", "proches de beaucoup d'autres", "near to many others"),
    UNUSUAL: ("Profils atypiques", "Unusual profiles", "proches de personne", "near to nobody"),
}


def train_rare(step: Step, result: Behaviour, last: Loaded | None) -> tuple[Rare, bytes]:
    """The rare groups with their segments and names, and the points that assign other people.

    Args:
        last: the model in use, whose rare groups are recognised by their centres.
    """
    mlflow = step.settings.mlflow
    model, points, labels, document = fit_rare(
        result.values, result.n_people, result.fitted.centres, step.settings.models.of(BEHAVIOUR).rare
    )
    before = _read_rare(mlflow, last)["groups"] if last and _has_rare(mlflow, last) else []
    old = {g["segment_id"]: g for g in before if g["kind"] == "group"}
    rare = [g for g, key in enumerate(model.keys) if not key.endswith(USUAL)]
    centres = [points[labels == g].mean(axis=0).tolist() for g in rare]
    matched = match_groups({i: g["centre"] for i, g in old.items()}, centres, MATCH_DISTANCE)
    groups: list[dict[str, Any]] = []
    taken = {g["name_fr"] for g in old.values()}
    for g, centre, match in zip(rare, centres, matched, strict=True):
        z = result.z_scores(centre)
        fr, en = describe_apart(z, {n.removeprefix(PREFIX[0]) for n in taken})
        known = old[match] if match else {"name_fr": PREFIX[0] + fr, "name_en": PREFIX[1] + en}
        taken.add(known["name_fr"])
        groups.append(
            {
                "key": model.keys[g],
                "segment_id": match or mint("rare", f"{step.as_of}-{g}-{en}"),
                "name_fr": known["name_fr"],
                "name_en": known["name_en"],
                **dict(zip(("description_fr", "description_en"), describe(z), strict=True)),
                "kind": "group",
                "n_people": int((labels == g).sum()),
                "z_scores": z,
                "centre": centre,
            }
        )
    n_rare = sum(g["n_people"] for g in groups)
    n = {UNUSUAL: document.n_noise, USUAL: result.n_people - n_rare - document.n_noise}
    return replace(
        document, groups=[*groups, *(_fixed(model, kind, n[kind]) for kind in FIXED)]
    ), model.density.to_bytes()


def _fixed(model: RareModel, kind: str, n: int) -> dict[str, Any]:
    names = dict(zip(("name_fr", "name_en", "description_fr", "description_en"), FIXED[kind], strict=True))
    key, segment_id = f"{model.method}:{kind}", mint("rare", kind)
    return {"key": key, "segment_id": segment_id, **names, "kind": kind, "n_people": n, "z_scores": {}, "centre": []}


def active_rare(mlflow: Mlflow, model: Loaded) -> tuple[RareModel, Mapping[str, Any]] | None:
    """The rare groups trained with a model, and their document; None if there are none.

    Raises:
        CheckFailed: the stored points are not those that were registered.
    """
    if not _has_rare(mlflow, model):
        return None
    document = _read_rare(mlflow, model)
    content = read_bytes(mlflow, model.tags["run_id"], RARE_POINTS)
    if digest_of(content) != document["core_digest"]:
        raise CheckFailed(f"{RARE_POINTS} of {model.model_version} is not the file that was registered.")
    return load_rare(document, Density.from_bytes(content)), document


def _has_rare(mlflow: Mlflow, model: Loaded) -> bool:
    return has_document(mlflow, model.tags["run_id"], RARE)


def _read_rare(mlflow: Mlflow, model: Loaded) -> dict[str, Any]:
    document: dict[str, Any] = read_document(mlflow, model.tags["run_id"], RARE)
    return document
