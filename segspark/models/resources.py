"""The models valid for a day, as resources of flows."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override, load_overrides
from segspark.models.model import Model
from segspark.models.propensity.own import own_models
from segspark.models.registered import find_champion, registered_name
from segspark.models.registry import MODELS
from segspark.pipeline.context import Resource, Setting
from segspark.pipeline.view import View

if TYPE_CHECKING:
    from segspark.models.clustering.active import ActiveClustering
    from segspark.models.clustering.current import CurrentGroups
    from segspark.models.tracking import Loaded

Identity = tuple[str, str] | None


@cache
def model_in_use(model: Model[Any, Any]) -> "Resource[Loaded | None]":
    """The version of a model that may speak about a day, as trained; None if there is none."""

    def resolve(setting: Setting) -> "Loaded | None":
        # Whoever only declares the resource needs no MLflow.
        from segspark.models.tracking import load_champion

        workspace = setting.workspace
        return load_champion(workspace.mlflow, registered_name(workspace.name, model), setting.as_of)

    return Resource(f"{model.name}_model", resolve, lambda setting: _identity(setting, model))


def models_in_use(models: Iterable[Model[Any, Any]]) -> "tuple[Resource[Loaded | None], ...]":
    return tuple(model_in_use(model) for model in models)


def _identity(setting: Setting, model: Model[Any, Any]) -> Identity:
    """Version and digest, without loading the model."""
    workspace = setting.workspace
    champion = find_champion(workspace.mlflow, registered_name(workspace.name, model), setting.as_of)
    return (str(champion.version), champion.tags["digest"]) if champion is not None else None


# The versions of the workspace's own models, which are known only with the workspace.
OWN_MODELS: "Resource[Mapping[Model[Any, Any], Loaded | None]]" = Resource(
    "own_models",
    lambda setting: {model: setting[model_in_use(model)] for model in own_models(setting.workspace.models)},
    lambda setting: {model.name: _identity(setting, model) for model in own_models(setting.workspace.models)},
)


def of_scoring() -> tuple[Resource[Any], ...]:
    """What ``scoring_in_use`` needs."""
    return (*models_in_use(model for model in MODELS.all() if model.scores), OWN_MODELS)


def scoring_in_use(view: View) -> "dict[Model[Any, Any], Loaded | None]":
    """The models that give scores, each with the version that may speak about the view's day."""
    of_program = {model: view.context[model_in_use(model)] for model in MODELS.all() if model.scores}
    return {**of_program, **view.context[OWN_MODELS]}


# The model of behaviour groups, as trained.
BEHAVIOUR_MODEL = model_in_use(BEHAVIOUR)
# Groups merged and split by hand.
OVERRIDES: Resource[tuple[Override, ...]] = Resource(
    "overrides",
    lambda setting: load_overrides(setting.workspace.models.of(BEHAVIOUR).decisions.below(setting.workspace.folder)),
    lambda setting: [str(override) for override in setting[OVERRIDES]],
)


def _current_groups(setting: Setting) -> "CurrentGroups | None":
    from segspark.models.clustering.current import current_groups

    workspace = setting.workspace
    champion = find_champion(workspace.mlflow, registered_name(workspace.name, BEHAVIOUR), setting.as_of)
    if champion is None:
        return None
    version = f"{champion.name}/{champion.version}"
    return current_groups(workspace, version, champion.tags["run_id"], setting[OVERRIDES])


def _of_groups(setting: Setting) -> object:
    return (_identity(setting, BEHAVIOUR), OVERRIDES.identify(setting))


# The groups of the model after overrides, with their current names; no model is loaded.
CURRENT_GROUPS: "Resource[CurrentGroups | None]" = Resource("current_groups", _current_groups, _of_groups)


def _active_clustering(setting: Setting) -> "ActiveClustering | None":
    from segspark.models.clustering.active import active_clustering

    return active_clustering(setting.workspace, setting[BEHAVIOUR_MODEL], setting[CURRENT_GROUPS])


# The same groups with the model, ready to assign people.
ACTIVE_CLUSTERING: "Resource[ActiveClustering | None]" = Resource("active_clustering", _active_clustering, _of_groups)
