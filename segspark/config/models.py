"""What may be configured: one model per stage, unknown keys refused, everything explained in its description."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from segspark.config.precision import least_for_margin
from segspark.config.url import Url

Purpose = Literal["email_marketing", "open_tracking", "profiling"]
Scaling = Literal["zscore", "minmax", "robust"]
Outliers = Literal["quantile", "iqr", "mad", "none"]
Imputation = Literal["constant", "median", "nearest"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


def _is_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone, e.g. Europe/Paris")
    return name


Zone = Annotated[str, AfterValidator(_is_zone)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Model(BaseModel):
    """Base of all: unknown keys are refused, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Mlflow(Model):
    """Where models and their runs are kept."""

    tracking_uri: str = Field("", description="Default: sqlite file mlflow.db beside the lake")
    artifact_location: str = Field("", description="Default: folder mlflow-artifacts beside the lake")
    experiment: str = Field("", description="Default: the workspace's name")


class Keys(Model):
    """The secret behind the pseudonyms."""

    environment: str = Field("SEGSPARK_KEY", description="Variable that holds the secret, base64 of 32 bytes or more")
    file: Path = Field(Path(".segspark-key"), description="Used where the variable is not set; made on first use")


class Consent(Model):
    """What may be done with people."""

    assumed: tuple[Purpose, ...] = Field(
        (), description="Purposes that hold where no consent is recorded; nothing by default"
    )


class Ingest(Model):
    """The door: what is too old, too new, too large."""

    late_horizon_days: int = Field(30, ge=1, description="Older events are `expired`, the first load apart")
    future_tolerance_minutes: int = Field(10, ge=0)
    max_record_bytes: int = Field(5_000_000, ge=1_000)
    max_inflated_bytes: int = Field(2_000_000_000, ge=1_000, description="Per file; a guard against gzip bombs")
    max_depth: int = Field(64, ge=2)
    max_quarantined_share: Share = Field(
        0.5, description="More than this share of a run's records quarantined closes the gate (exit 3)"
    )


class Features(Model):
    """Windows, and features of one's own."""

    windows: tuple[Annotated[int, Field(ge=1, le=3650)], ...] = (7, 30, 90, 365)
    files: tuple[Path, ...] = Field((), description="YAML or Python files with own measures and features")
    lane: Literal["auto", "direct", "spark"] = Field(
        "auto",
        description="Tasks read the tables' files themselves (direct), or Spark does; the rows are the same. auto: "
        "direct where the tables have plain files",
    )


class Rfm(Model):
    """Recency, frequency, monetary value."""

    window_days: int = Field(365, ge=1)
    n_bins: int = Field(5, ge=2, le=10)


class Engagement(Model):
    """Points of the last acts, fading with time."""

    half_life_days: float = Field(93.0, gt=0, description="Losing 20 % in 30 days is a half-life of 93 days")
    window_days: int = Field(90, ge=1, le=365)
    weights: dict[str, float] = Field(
        default_factory=lambda: {"click": 30.0, "visit": 20.0, "open": 10.0, "order": 15.0},
        description="Points per human event by kind",
    )
    tiers: tuple[float, float] = Field((70.0, 30.0), description="From these scores: very engaged, engaged")


class Scoring(Model):
    """Scores that need no model."""

    rfm: Rfm = Rfm()  # type: ignore[call-arg]
    engagement: Engagement = Engagement()  # type: ignore[call-arg]


class GroupNames(Model):
    """A name in both languages."""

    fr: str
    en: str


class Clustering(Model):
    """The scheme `behaviour`: groups found by K-means or Ward's hierarchy."""

    method: Literal["kmeans", "ward"] = Field("kmeans", description="ward: a hierarchy of micro-clusters, cut at k")
    micro_clusters: int = Field(400, ge=20, le=1000, description="Of the hierarchy, at most so many")
    features: tuple[str, ...] = Field((), description="Empty: the default list of models/clustering")
    k_min: int = Field(2, ge=2)
    k_max: int = Field(8, ge=2, le=40)
    levels: tuple[Annotated[int, Field(ge=2)], ...] = Field(
        (2, 4), description="Numbers of coarser groups around the groups, from the hierarchy; those below k are made"
    )
    decisions: Path = Field(
        Path("decisions.yaml"), description="Groups merged and split by hand; written by `segments merge` and `split`"
    )
    k: int | None = Field(None, ge=2, description="Fixes the number of groups; else silhouette and elbow choose")
    scaling: Scaling = "zscore"
    outliers: Outliers = Field(
        "quantile", description="Values beyond a quantile, Tukey's fences or 3.5 MAD are winsorised"
    )
    clip_quantile: Share = Field(0.99, description="Values above this quantile are winsorised")
    winsorise: bool = Field(True, description="false: values beyond are only flagged, as is_outlier_<feature>")
    log: tuple[str, ...] | None = Field(None, description="Features taken as logarithms; null: those of long tails")
    imputation: Imputation = Field("constant", description="Of missing values; nearest: from the most alike people")
    imputation_of: dict[str, Imputation | float] = Field({}, description="Of single features; a number is a constant")
    neighbours: int = Field(5, ge=1, le=100, description="Of the imputation `nearest`")
    seed: int = 42
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
        default_factory=dict, description="Own names by segment_id, or by the French or English name made by rule"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Clustering":
        if self.k_max < self.k_min:
            raise ValueError(f"k_max ({self.k_max}) is below k_min ({self.k_min})")
        return self


class Rare(Model):
    """The scheme `rare`: small dense groups, and people who are like nobody, over the features of `clustering`."""

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


class Churn(Model):
    """The model of who will not buy again."""

    label_days: int = Field(90, ge=1)
    active_days: int = Field(365, ge=1, description="Population: a purchase within so many days before the cut")
    n_training_cuts: int = Field(4, ge=1)
    cut_step_days: int = Field(30, ge=1)
    max_iter: int = Field(30, ge=1)
    max_depth: int = Field(4, ge=1, le=10)
    seed: int = 42
    max_training_rows: int = Field(100_000, ge=100)
    min_history_days: int = Field(180, description="Gates of formulas.md no. 6: below, the model is refused")
    min_people: int = 500
    min_class: int = Field(100, description="Fewest people with, and fewest without, the label")


class Precision(Model):
    """How exactly a rate is to be known of each group."""

    rate: float = Field(gt=0, lt=1, description="What the KPI is near to, e.g. 0.02 clicks per delivered mail")
    margin: float = Field(gt=0, lt=1, description="Half the width of its 95 % interval (Wilson)")


class Segments(Model):
    """Which schemes are made, and from which files."""

    levels: Path | None = Field(None, description="levels.yaml; without it the scheme `levels` is not made")
    rules: tuple[str, ...] = Field((), description="Patterns of rule files, e.g. segments/*.yaml")
    min_size: Annotated[int, Field(ge=1)] | Precision = Field(
        20, description="Smaller groups roll up to their parent and are not exported; or {rate, margin} of a KPI"
    )
    schemes: tuple[Literal["levels", "rfm", "behaviour", "rare", "rules"], ...] = (
        "levels", "rfm", "behaviour", "rare", "rules",
    )  # fmt: skip

    @property
    def least_people(self) -> int:
        """The smallest group that stands alone."""
        if isinstance(self.min_size, int):
            return self.min_size
        return least_for_margin(self.min_size.rate, self.min_size.margin)


class SalesPeriod(Model):
    """A period of sales, both days included."""

    name: str
    start: date
    end: date
    market: str = Field("*", description="ISO 3166 code, or * for every market")


class Promotion(SalesPeriod):
    """A local promotion, both days included."""

    region: str | None = Field(None, description="As in the profiles; of the home market where no market is given")


class Calendar(Model):
    """Holidays, sales periods, promotions, weather."""

    country: str = Field("FR", description="ISO 3166 code of the home market")
    sales_periods: tuple[SalesPeriod, ...] = ()
    promotions: tuple[Promotion, ...] = Field((), description="Of several at once the first listed counts")
    weather: Path | None = Field(
        None, description="CSV of date,market,region,weather,temperature_c; region may be empty"
    )


class Spark(Model):
    """The Spark of the command line."""

    master: str | None = Field(None, description="Default local[*] under the CLI; spark-submit decides on a cluster")
    shuffle_partitions: int | None = Field(None, ge=1)
    driver_memory: str = "3g"
    jit: Literal["full", "quick"] = Field(
        "full",
        description="quick: the JVM's fast compiler alone. Up to some million events its optimising one takes longer "
        "than it saves. For a local master",
    )
    options: dict[str, str] = Field(default_factory=dict)


class Settings(Model):
    """What flows look at of a workspace: everything but the places of its lake and files."""

    name: Name = "workspace"
    time_zone: Zone = "Europe/Paris"
    currency: Currency = "EUR"
    language: Literal["fr", "en"] = "fr"
    mlflow: Mlflow = Mlflow()  # type: ignore[call-arg]
    consent: Consent = Consent()  # type: ignore[call-arg]
    ingest: Ingest = Ingest()  # type: ignore[call-arg]
    features: Features = Features()  # type: ignore[call-arg]
    scoring: Scoring = Scoring()
    clustering: Clustering = Clustering()  # type: ignore[call-arg]
    rare: Rare = Rare()  # type: ignore[call-arg]
    churn: Churn = Churn()  # type: ignore[call-arg]
    segments: Segments = Segments()  # type: ignore[call-arg]
    calendar: Calendar = Calendar()  # type: ignore[call-arg]
    spark: Spark = Spark()  # type: ignore[call-arg]


class Workspace(Settings):
    """A user's segspark.yaml after defaults and environment; paths are absolute."""

    folder: Path = Field(Path("."), description="Where segspark.yaml lies", json_schema_extra={"set_by": "the loader"})
    lake: Url = Field(Url("lake"), json_schema_extra={"default": "lake"})
    keys: Keys = Keys()  # type: ignore[call-arg]
    sources: tuple[str, ...] = Field(("sources/*.yaml",), description="Patterns of source files")

    @property
    def settings(self) -> Settings:
        """The settings alone."""
        return Settings.model_construct(**{name: getattr(self, name) for name in Settings.model_fields})
