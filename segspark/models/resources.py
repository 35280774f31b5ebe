"""The models valid for a day, as resources of flows."""

from segspark.models.clustering.active import SCHEMES, ActiveClustering, active_clustering
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override, load_overrides
from segspark.models.tracking import Loaded, find_champion, load_champion
from segspark.pipeline.context import Resource, Setting

Identity = tuple[str, str] | None


def _resource(kind: str) -> Resource[Loaded | None]:
    def resolve(setting: Setting) -> Loaded | None:
        workspace = setting.workspace
        return load_champion(workspace.mlflow, f"{workspace.name}_{kind}", setting.as_of)

    return Resource(f"{kind}_model", resolve, lambda setting: _identity(setting, kind))


def _identity(setting: Setting, kind: str) -> Identity:
    """Version and digest, without loading the model."""
    workspace = setting.workspace
    champion = find_champion(workspace.mlflow, f"{workspace.name}_{kind}", setting.as_of)
    return (str(champion.version), champion.tags["digest"]) if champion is not None else None


CHURN_MODEL = _resource("churn")
# The model of behaviour groups, as trained.
BEHAVIOUR_MODEL = _resource("behaviour")
# Groups merged and split by hand.
OVERRIDES: Resource[tuple[Override, ...]] = Resource(
    "overrides",
    lambda setting: load_overrides(setting.workspace.folder / setting.workspace.models.of(BEHAVIOUR).decisions),
    lambda setting: [str(override) for override in setting[OVERRIDES]],
)


def _active(setting: Setting) -> ActiveClustering | None:
    if not set(setting.workspace.segments.schemes) & set(SCHEMES):
        return None
    return active_clustering(setting.workspace, setting[BEHAVIOUR_MODEL], setting[OVERRIDES])


# The groups of the model after overrides, with their current names.
ACTIVE_CLUSTERING: Resource[ActiveClustering | None] = Resource(
    "active_clustering",
    _active,
    lambda setting: (_identity(setting, "behaviour"), OVERRIDES.identify(setting)),
)
