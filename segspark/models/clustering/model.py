"""Behaviour groups as a value: their name and their configuration."""

from segspark.models.clustering.config import Clustering
from segspark.models.model import Former, Model

BEHAVIOUR = Model(name="behaviour", config=Clustering, formerly=(Former("clustering"), Former("rare", below="rare")))
