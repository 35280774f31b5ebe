"""How well a model does for parts of the people: where its probabilities are off although they are right on average."""

from collections.abc import Mapping

import numpy as np

from segspark.models.evaluate.judgement import Slice
from segspark.models.evaluate.probabilities import roc_auc
from segspark.models.propensity.inputs import FEATURES

# Fewer people say nothing about a part, and might be known by it.
LEAST_PEOPLE = 100
# What people are cut by that is text.
TEXTS = PROVIDER, REGION, DEVICE = "provider", "region", "device"
BANDS = {"tenure_days": (0, 90, 365, 730), "days_since_first_order": (0, 90, 365, 730), "n_order_365d": (0, 1, 2, 4)}


def slices(
    columns: Mapping[str, np.ndarray], p: np.ndarray, y: np.ndarray, names: Mapping[str, np.ndarray] | None = None
) -> tuple[Slice, ...]:
    """A row for each part with enough people.

    Args:
        columns: inputs, of which those with bands are cut.
        names: what to cut by that is text already: provider, region, device.
    """
    found = []
    for by, values in {**{n: columns[n] for n in BANDS if n in columns}}.items():
        bounds = _bounds(by, values)
        for low, high in zip(bounds, (*bounds[1:], None), strict=True):
            here = (values >= low) & (values < high if high is not None else True)
            part = f"{low}+" if high is None else str(low) if high == low + 1 else f"{low}-{high - 1}"
            found.append((by, part, here))
    for by, texts in (names or {}).items():
        found += [(by, str(text), texts == text) for text in sorted({str(t) for t in texts if t is not None})]
    return tuple(
        Slice(by, part, int(here.sum()), float(p[here].mean()), float(y[here].mean()), roc_auc(p[here], y[here]))
        for by, part, here in found
        if here.sum() >= LEAST_PEOPLE
    )


def _bounds(by: str, values: np.ndarray) -> tuple[int, ...]:
    """Lower ends of the bands. Of an input that looks back at some days only, the longest value is of everybody beyond."""
    if not FEATURES[by].within or not len(values):
        return BANDS[by]
    return tuple(bound for bound in BANDS[by] if bound <= values.max())
