"""The schemes whose groups are named by a column: RFM cells, clusters, rare groups."""

from collections.abc import Mapping

from segspark.config.models import Settings
from segspark.ids import mint, version_of
from segspark.models.clustering.active import ActiveClustering
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import RareGroup
from segspark.scoring.rfm import NAMES as RFM_NAMES
from segspark.segments.membership import (
    Grouping,
)
from segspark.segments.segment import Segment


def groupings_of(settings: Settings, groups: ActiveClustering) -> list[Grouping]:
    """The schemes given by the model."""
    groupings = []
    version = groups.model.model_version
    if "behaviour" in settings.segments.schemes:
        paths = {str(g.cluster): g.full_path for g in groups.groups}
        groupings.append(_grouping("behaviour", "cluster", {str(g.cluster): g for g in groups.groups}, paths, version))
    if groups.rare:
        rare = {g.key: g for g in groups.rare[1]}
        groupings.append(_grouping("rare", "rare", rare, {k: (g.segment_id,) for k, g in rare.items()}, version))
    return groupings


def _grouping(
    scheme: str,
    column: str,
    groups: Mapping[str, GroupDocument | RareGroup],
    paths: Mapping[str, tuple[str, ...]],
    model_version: str,
) -> Grouping:
    segments = {
        key: Segment(scheme, g.segment_id, g.segment_id, g.name, g.description, g.centre or None, model_version)
        for key, g in groups.items()
    }
    # The version is of the stored form.
    version = version_of([g.to_json() for g in groups.values()])
    return Grouping(scheme, column, segments, version, "engagement", model_version, paths)


def coarser_segments(groups: ActiveClustering) -> list[Segment]:
    """The segments of the coarser levels, which occur in paths and have no rows of their own."""
    around = groups.documents.groups.around
    return [Segment("behaviour", a.segment_id, a.segment_id, a.name, a.description) for a in around]


def rfm_grouping(settings: Settings) -> Grouping:
    segments = {key: Segment("rfm", mint("rfm", key), key, {"fr": fr, "en": en}) for key, (fr, en) in RFM_NAMES.items()}
    version = version_of({"rfm": settings.scoring.rfm.model_dump(mode="json"), "cells": sorted(RFM_NAMES)})
    return Grouping("rfm", "rfm_cell", segments, version, score="engagement")
