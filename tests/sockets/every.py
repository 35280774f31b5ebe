"""Every socket of the program: where a variant is plugged in."""

from typing import Any

from segspark.activation.registry import DESTINATIONS
from segspark.features.aggregations.registry import AGGREGATIONS, ITEM_AGGREGATIONS
from segspark.features.engine.registry import ENGINES
from segspark.measure.registry import KPIS
from segspark.models.propensity.challenger import CHALLENGERS
from segspark.models.registry import MODELS
from segspark.segments.schemes.registry import SCHEMES
from segspark.sockets import Socket
from segspark.sources.registry import PROVIDERS

SOCKETS: tuple[Socket[Any], ...] = (
    AGGREGATIONS, CHALLENGERS, DESTINATIONS, ENGINES, ITEM_AGGREGATIONS, KPIS, MODELS, PROVIDERS, SCHEMES,
)  # fmt: skip
