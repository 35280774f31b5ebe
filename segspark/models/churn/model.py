"""Churn as a value: its name and its configuration."""

from segspark.models.churn.config import Churn
from segspark.models.model import Former, Model

CHURN = Model(name="churn", config=Churn, formerly=(Former("churn"),))
