"""What may be configured of behaviour groups and rare groups: ``models.behaviour`` and ``models.behaviour.rare``."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from segspark.config.models import Model, Share
from segspark.config.url import Url
from segspark.models.choices import Imputation, Outliers, Scaling


class GroupNames(Model):
    """A name in both languages."""

    fr: str = Field(description="In French")
    en: str = Field(description="In English")


class Rare(Model):
    """Small dense groups, and people who are like nobody, over the same features."""

    method: Literal["dbscan", "hdbscan"] = Field(
        "dbscan", description="hdbscan: groups of unequal density; takes minutes beyond some ten thousand people"
    )
    eps: float | None = Field(
        None,
        gt=0,
        description="Of dbscan: largest distance of neighbours, prepared features; null: the k-distances' knee",
    )
    min_samples: int | None = Field(
        None, ge=2, description="So many people within eps are dense; null: twice the number of features"
    )
    min_group: int = Field(20, ge=2, description="Of hdbscan: people of the smallest group")
    max_share: Share = Field(0.05, description="A dense group of more people than this share is a usual profile")
    max_points: int = Field(
        200_000, ge=100, le=200_000, description="Of more people, those farthest from the centres are looked at"
    )


class Clustering(Model):
    """Groups found by K-means or Ward's hierarchy."""

    method: Literal["kmeans", "ward"] = Field("kmeans", description="ward: a hierarchy of micro-clusters, cut at k")
    micro_clusters: int = Field(400, ge=20, le=1000, description="With ward: at most so many micro-clusters")
    features: tuple[str, ...] = Field((), description="Features that people are compared by; empty: the default list")
    k_min: int = Field(2, ge=2, description="Fewest groups that are tried")
    k_max: int = Field(8, ge=2, le=40, description="Most groups that are tried")
    levels: tuple[Annotated[int, Field(ge=2)], ...] = Field(
        (2, 4), description="Numbers of coarser groups around the groups, from the hierarchy; those below k are made"
    )
    decisions: Url = Field(
        Url("decisions.yaml"),
        description="Groups merged and split by hand; written by `segments merge` and `split`",
        json_schema_extra={"default": "decisions.yaml"},
    )
    k: int | None = Field(
        None,
        ge=2,
        description="Fixes the number of groups, which must pass the gates; else silhouette and elbow choose",
    )
    min_stability: float = Field(
        0.7, ge=-1, le=1, description="Groups of two halves of the people agree at least so much (adjusted Rand), or"
        " the number of groups is not chosen"
    )  # fmt: skip
    min_silhouette: float = Field(
        0.3,
        ge=-1,
        le=1,
        description="The groups' mean Euclidean silhouette is at least this, or their number is not chosen",
    )
    min_people: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The smallest group has at least so many people; null: as segments.min_size shows"
    )
    scaling: Scaling = Field("zscore", description="How features are brought to one scale")
    outliers: Outliers = Field(
        "quantile", description="Values beyond a quantile, Tukey's fences or 3.5 MAD are winsorised"
    )
    clip_quantile: Share = Field(0.99, description="Values above this quantile are winsorised")
    winsorise: bool = Field(True, description="false: values beyond are only flagged, as is_outlier_<feature>")
    log: tuple[str, ...] | None = Field(None, description="Features taken as logarithms; null: those of long tails")
    imputation: Imputation = Field("constant", description="Of missing values; nearest: from the most alike people")
    imputation_of: dict[str, Imputation | float] = Field({}, description="Of single features; a number is a constant")
    neighbours: int = Field(5, ge=1, le=100, description="Of the imputation `nearest`")
    seed: int = Field(42, description="Seed of the random numbers: the same data gives the same groups")
    sweep_sample: int = Field(
        20_000, ge=100, description="People whose values start the search for k and tell how stable groups are"
    )
    min_rand: float = Field(
        0.7, ge=-1, le=1, description="Alarm when a new model agrees less with the last, adjusted Rand"
    )
    max_share_move: Share = Field(0.15, description="Alarm when a group's share of the people moves by more")
    max_far_share: Share = Field(
        0.02, description="With more people than this far from every centre (at training 0.005) a new group is proposed"
    )
    names: dict[str, GroupNames] = Field(
        {}, description="Own names by segment_id, or by the French or English name made by rule"
    )
    rare: Rare = Rare()  # type: ignore[call-arg]

    def parameters(self) -> dict[str, Any]:
        """What is recorded with the model; the rare groups' part is recorded in their own document."""
        recorded = self.model_dump(mode="json")
        return {name: value for name, value in recorded.items() if not isinstance(getattr(self, name), Model)}

    @model_validator(mode="after")
    def _ordered(self) -> "Clustering":
        if self.k_max < self.k_min:
            raise ValueError(f"k_max ({self.k_max}) is below k_min ({self.k_min})")
        return self
