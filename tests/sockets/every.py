"""Every socket of the program: where a variant is plugged in."""

from typing import Any

from segspark.activation.registry import DESTINATIONS
from segspark.measure.registry import KPIS
from segspark.models.registry import MODELS
from segspark.sockets import Socket
from segspark.sources.registry import PROVIDERS

SOCKETS: tuple[Socket[Any], ...] = (DESTINATIONS, KPIS, MODELS, PROVIDERS)
