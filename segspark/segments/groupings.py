"""The schemes whose groups are named by a column: RFM cells, clusters, rare groups."""

from collections.abc import Sequence
from typing import Any

from segspark.config.models import Settings
from segspark.ids import mint, version_of
from segspark.models.clustering.active import ActiveClustering
from segspark.scoring.rfm import NAMES as RFM_NAMES
from segspark.segments.membership import (
    Grouping,
)
from segspark.segments.segment import Segment


def groupings_of(settings: Settings, groups: ActiveClustering) -> list[Grouping]:
    """The schemes given by the model."""
    groupings = []
    if "behaviour" in settings.segments.schemes:
        groupings.append(_grouping("behaviour", "cluster", groups.groups, "cluster", groups.model.model_version))
    if groups.rare:
        groupings.append(_grouping("rare", "rare", groups.rare[1], "key", groups.model.model_version))
    return groupings


def _grouping(scheme: str, column: str, groups: Sequence[dict[str, Any]], key: str, model_version: str) -> Grouping:
    segments = {
        str(g[key]): Segment(
            scheme,
            g["segment_id"],
            g["segment_id"],
            {"fr": g["name_fr"], "en": g["name_en"]},
            {"fr": g["description_fr"], "en": g["description_en"]},
            tuple(g["centre"]) or None,
            model_version,
        )
        for g in groups
    }
    paths = {str(g[key]): tuple(g.get("path", [g["segment_id"]])) for g in groups}
    return Grouping(scheme, column, segments, version_of(list(groups)), "engagement", model_version, paths)


def coarser_segments(groups: ActiveClustering) -> list[Segment]:
    """The segments of the coarser levels, which occur in paths and have no rows of their own."""
    return [
        Segment(
            "behaviour",
            a["segment_id"],
            a["segment_id"],
            {"fr": a["name_fr"], "en": a["name_en"]},
            {"fr": a["description_fr"], "en": a["description_en"]},
        )
        for a in groups.document.get("around", ())
    ]


def rfm_grouping(settings: Settings) -> Grouping:
    segments = {key: Segment("rfm", mint("rfm", key), key, {"fr": fr, "en": en}) for key, (fr, en) in RFM_NAMES.items()}
    version = version_of({"rfm": settings.scoring.rfm.model_dump(mode="json"), "cells": sorted(RFM_NAMES)})
    return Grouping("rfm", "rfm_cell", segments, version, score="engagement")
