"""A context with the groups of a model, without the model."""

from types import SimpleNamespace
from typing import Any

from pyspark.sql import functions as F

from segspark.config.models import Segments
from segspark.models.clustering.current import CurrentGroups
from segspark.models.clustering.documents.groups import Around, GroupDocument, Groups
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.rare import RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.resources import CURRENT_GROUPS
from segspark.segments.definitions import Definitions
from segspark.segments.schemes.scheme import SchemeContext

SAID = {"fr": "dit", "en": "said"}


def named(segment_id: str) -> dict[str, str]:
    return {"fr": f"{segment_id} fr", "en": f"{segment_id} en"}


CALM = GroupDocument(0, "calm", named("calm"), SAID, 30, (0.5, 1.0), {})
LIVELY = GroupDocument(1, "lively", named("lively"), SAID, 20, (0.5, 1.0), {}, path=("active", "lively"))
ACTIVE = Around(1, "active", named("active"), SAID, 50, ("calm", "lively"))
ODD = RareGroup("r1", "odd", named("odd"), SAID, "group", 5, {}, ())


def clustering(
    *groups: GroupDocument,
    around: tuple[Around, ...] = (),
    rare: tuple[RareGroup, ...] = (),
    waiting: tuple[str, ...] = (),
) -> CurrentGroups:
    documents = ClusteringDocuments(Groups((CALM, LIVELY), 2, "", ("a", "b"), around), Sweep(()), Preparation(()))
    return CurrentGroups("small_behaviour/3", groups or (CALM, LIVELY), documents, rare, waiting=waiting)


def context_with(groups: CurrentGroups | None, f: Any = F) -> SchemeContext:
    view: Any = SimpleNamespace(
        context={CURRENT_GROUPS: groups}, settings=SimpleNamespace(language="en", segments=Segments())
    )
    return SchemeContext(view, Definitions(), f)
