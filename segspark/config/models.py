"""What may be configured: one model per stage, unknown keys refused, everything explained in its description.

What the program can be extended by (schemes, models, engines) is not known here: ``names.py`` makes the workspace's
type with their names and sections.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from segspark.config.precision import least_for_margin
from segspark.config.url import Url

Purpose = Literal["email_marketing", "open_tracking", "profiling"]
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


C = TypeVar("C", bound=Model, covariant=True)


class Configured(Protocol[C]):
    """What has a section of its own below ``models``."""

    @property
    def name(self) -> str: ...

    @property
    def config(self) -> type[C]: ...


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
    lane: str = Field(
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


class Models(Model):
    """What is trained: a section for each model, by its name."""

    def of(self, model: "Configured[C]") -> C:
        """The configuration of a model; its defaults where the workspace was made without sections."""
        section: C | None = getattr(self, model.name, None)
        return model.config() if section is None else section


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
    schemes: tuple[str, ...] = Field((), description="Those that are made")

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
    fast_start: bool = Field(
        True, description="For a local master: the JVM's class archive, and Python workers forked from a loaded parent"
    )
    options: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _without_jit(cls, given: Any) -> Any:
        """`jit` of earlier versions has no effect any more; a file that sets it goes on loading."""
        return {key: value for key, value in given.items() if key != "jit"} if isinstance(given, dict) else given


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
    models: Models = Models()
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
