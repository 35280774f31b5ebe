"""Rare groups: segments and names at training, and the model that assigns them on a day."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.ids import mint
from segspark.models.clustering.behaviour import Behaviour
from segspark.models.clustering.claims import Values
from segspark.models.clustering.density import Density, digest_of
from segspark.models.clustering.documents.rare import SMALL, PlainRule, Rare, RareGroup
from segspark.models.clustering.matching import match_groups
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe_apart
from segspark.models.clustering.plain_rules import find_rule, in_words
from segspark.models.clustering.rare import UNUSUAL, USUAL, RareModel, fit_rare, load_rare
from segspark.models.clustering.sweep import nearest
from segspark.models.tracking import Loaded, read_bytes
from segspark.pipeline.step import Step

RARE_POINTS = "rare_points.arrow"
# Net spending of a year, by which rare groups are ranked; nothing where it is missing.
VALUE = "net_order_cents_365d"
# Rare groups are narrow: with centres farther apart than this they are not the same group.
MATCH_DISTANCE = 0.75
PREFIX = {"fr": "Groupe rare : ", "en": "Rare group: "}
FIXED = {
    USUAL: (
        {"fr": "Profils courants", "en": "Usual profiles"},
        {"fr": "proches d'autres personnes", "en": "near to other people"},
    ),
    UNUSUAL: (
        {"fr": "Profils atypiques", "en": "Unusual profiles"},
        {"fr": "proches de personne", "en": "near to nobody"},
    ),
}


def train_rare(step: Step, result: Behaviour, raw: Values, last: Rare | None) -> tuple[Rare, bytes]:
    """The rare groups with their segments and names, and the points that assign other people.

    A small dense group is kept if a plain rule describes it, which its description says; the most valuable comes first.

    Args:
        raw: the inputs' values and ``VALUE`` of people in random order.
        last: of the model in use, whose rare groups are recognised by their centres.
    """
    model, points, labels, document = fit_rare(
        result.values, result.n_people, result.fitted.centres, step.settings.models.of(BEHAVIOUR).rare
    )
    old = {g.segment_id: g for g in last.groups if g.kind == SMALL} if last else {}
    small = [g for g, key in enumerate(model.keys) if not key.endswith(USUAL)]
    ruled = described(model, small, result, raw)
    rare = list(ruled)
    keys = tuple(key if g in ruled else f"{model.method}:{USUAL}" for g, key in enumerate(model.keys))
    model = replace(model, keys=keys)
    centres = [tuple(points[labels == g].mean(axis=0).tolist()) for g in rare]
    matched = match_groups({i: g.centre for i, g in old.items()}, centres, MATCH_DISTANCE)
    groups: list[RareGroup] = []
    taken = {g.name["fr"] for g in old.values()}
    for g, centre, match in zip(rare, centres, matched, strict=True):
        z, (rule, value) = result.z_scores(centre), ruled[g]
        line = describe_apart(z, {n.removeprefix(PREFIX["fr"]) for n in taken})
        name = old[match].name if match else {language: PREFIX[language] + text for language, text in line.items()}
        taken.add(name["fr"])
        groups.append(
            RareGroup(
                key=model.keys[g],
                segment_id=match or mint("rare", f"{step.as_of}-{g}-{line['en']}"),
                name=name,
                description=in_words(rule),
                kind=SMALL,
                n_people=int((labels == g).sum()),
                z_scores=z,
                centre=centre,
                rule=rule,
                value_cents=value,
            )
        )
    n_rare = sum(g.n_people for g in groups)
    n = {UNUSUAL: document.n_noise, USUAL: result.n_people - n_rare - document.n_noise}
    fixed = (_fixed(model, kind, n[kind]) for kind in FIXED)
    document = replace(document, keys=keys, n_groups=len(rare), n_undescribed=len(small) - len(rare))
    return replace(document, groups=(*groups, *fixed)), model.density.to_bytes()


def described(
    model: RareModel, small: Sequence[int], result: Behaviour, raw: Values
) -> dict[int, tuple[PlainRule, float]]:
    """The small groups that a rule describes, with the spending per member, most first."""
    points = result.preparation.apply(raw)
    centres = np.asarray(result.fitted.centres)
    apart = points - centres[nearest(points, centres)]
    of_person = model.assign(points, np.sqrt((apart**2).sum(axis=1)))
    values = {f.name: raw[f.name] for f in result.preparation.features}
    found: dict[int, tuple[PlainRule, float]] = {}
    for g in small:
        is_member = of_person == model.keys[g]
        if rule := find_rule(values, is_member):
            found[g] = rule, float(np.nan_to_num(raw[VALUE][is_member]).mean())
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def _fixed(model: RareModel, kind: str, n: int) -> RareGroup:
    name, description = FIXED[kind]
    return RareGroup(f"{model.method}:{kind}", mint("rare", kind), name, description, kind, n, {}, ())


def active_rare(mlflow: Mlflow, model: Loaded, document: Rare) -> RareModel:
    """The rare groups trained with a model.

    Raises:
        CheckFailed: the stored points are not those that were registered.
    """
    content = read_bytes(mlflow, model.tags["run_id"], RARE_POINTS)
    if digest_of(content) != document.core_digest:
        raise CheckFailed(f"{RARE_POINTS} of {model.model_version} is not the file that was registered.")
    return load_rare(document, Density.from_bytes(content))
