"""What may be configured: one model per stage, unknown keys refused, everything explained in its description.

What the program can be extended by (schemes, models, engines) is not known here: ``names.py`` makes the workspace's
type with their names and sections.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from segspark.config.places import LakeUrl, LocalPath, LocalPattern
from segspark.config.precision import least_for_margin
from segspark.config.tracking import why_no_artifacts, why_no_tracking
from segspark.config.typed_secrets import VARIABLE
from segspark.config.url import Url, is_schema
from segspark.purposes import Purpose

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

    tracking_uri: str = Field(
        "", description="A server or a database. Empty: the sqlite file mlflow.db beside the lake"
    )
    artifact_location: str = Field(
        "", description="A folder or the address of a bucket. Empty: the folder mlflow-artifacts beside the lake"
    )
    experiment: str = Field("", description="Empty: the workspace's name")
    recorded_as: str = Field(
        "",
        pattern=r"^[\w .-]{0,60}$",
        description="Name of whoever trains, promotes or rolls back here, as moves of the champion record it; no e-mail "
        "address. Empty: run for a training, cli for a command",
    )

    @field_validator("tracking_uri")
    @classmethod
    def _is_tracked(cls, uri: str) -> str:
        if why := why_no_tracking(uri):
            raise ValueError(why)
        return uri

    @field_validator("artifact_location")
    @classmethod
    def _is_kept(cls, place: str, info: ValidationInfo) -> str:
        if why := why_no_artifacts(place, info.data.get("tracking_uri", "")):
            raise ValueError(why)
        return place


# A variable that the libraries of stores read themselves, and the name of any.
_OfStores = Annotated[str, Field(pattern=r"^(AWS|AZURE|GOOGLE)_[A-Z0-9_]+$")]


class Credentials(Model):
    """What opens the buckets, by name; never a secret itself. The environment and the machine's role need nothing here."""

    profile: str = Field("", pattern=r"^[\w.@+-]*$", description="Profile of the AWS files of this machine")
    variables: dict[_OfStores, str] = Field(
        {},
        description="Standard variable: the variable that holds its value, e.g. {AWS_SECRET_ACCESS_KEY: SHOP_SECRET}",
    )


class Keys(Model):
    """The secret behind the pseudonyms."""

    environment: str = Field(
        "SEGSPARK_KEY", pattern=VARIABLE, description="Variable that holds the secret: base64 of 32 bytes or more"
    )
    file: LocalPath = Field(Path(".segspark-key"), description="Used where the variable is not set; made on first use")


class Consent(Model):
    """What may be done with people."""

    assumed: tuple[Purpose, ...] = Field(
        (), description="Purposes that hold where no consent is recorded; nothing by default"
    )


class Ingest(Model):
    """Limits on what is taken in: age, size, depth."""

    late_horizon_days: int = Field(30, ge=1, description="Older events are `expired`, the first load of a source apart")
    future_tolerance_minutes: int = Field(10, ge=0, description="Records from further ahead are quarantined (`future`)")
    max_record_bytes: int = Field(5_000_000, ge=1_000, description="Larger records are quarantined (`too_large`)")
    max_inflated_bytes: int = Field(
        4_000_000_000,
        ge=1_000,
        # A file's records are numbered in 32 bits, and the shortest take one byte.
        le=4_000_000_000,
        description="Largest size of a decompressed file; a guard against compressed bombs",
    )
    max_depth: int = Field(64, ge=2, description="JSON nested more deeply is quarantined (`depth`)")
    sealed_days: int = Field(
        30, ge=0, description="How long refused records are kept sealed, so that they can be taken in again"
    )
    max_quarantined_share: Share = Field(
        0.5, description="More than this share of a source's new records quarantined closes the gate (exit 3)"
    )


class Features(Model):
    """Windows, and features of the workspace."""

    windows: tuple[Annotated[int, Field(ge=1, le=3650)], ...] = Field(
        (7, 30, 90, 365), description="Lengths of the windows in local days; each feature has one column per window"
    )
    files: tuple[LocalPath, ...] = Field(
        (), description="YAML or Python files with measures and features of the workspace"
    )
    lane: str = Field(
        "auto",
        description="Engine of the features; the rows are the same. direct: tasks read the tables' files themselves; "
        "spark: Spark reads any table, slower; auto: direct, unless a table has deletion vectors or a column mapping",
    )


class Rfm(Model):
    """Recency, frequency, monetary value."""

    window_days: int = Field(365, ge=1, description="Orders of so many days count; one of features.windows")
    n_bins: int = Field(5, ge=2, le=10, description="Each of the three values is a bin from 1 to this")


class Engagement(Model):
    """Points for recent acts; a point loses half its value in each half-life."""

    half_life_days: float = Field(93.0, gt=0, description="Losing 20 % in 30 days is a half-life of 93 days")
    window_days: int = Field(90, ge=1, le=365, description="Acts of so many days count")
    weights: dict[str, float] = Field(
        {"click": 30.0, "visit": 20.0, "open": 10.0, "order": 15.0},
        description="Points per human event by kind",
    )
    tiers: tuple[float, float] = Field((70.0, 30.0), description="From these scores: very engaged, engaged")


class Scoring(Model):
    """Scores that need no model."""

    rfm: Rfm = Rfm()  # type: ignore[call-arg]
    engagement: Engagement = Engagement()  # type: ignore[call-arg]


class Models(Model):
    """What is trained: a section for each model, by its name, and models of the workspace."""

    outcomes: Annotated[
        dict[Name, Any], Field(description="Outcomes of the workspace by name: who will do something, or not do it")
    ] = {}
    tables: Annotated[
        dict[Name, Any], Field(description="Flat tables with a label and no time, by name: judged by cross-validation")
    ] = {}

    def of(self, model: Configured[C]) -> C:
        """The configuration of a model; its defaults where the workspace was made without sections."""
        own = {**self.tables, **self.outcomes}
        section: C | None = self.__dict__.get(model.name, own.get(model.name))
        return model.config() if section is None else section


class Monitoring(Model):
    """When the people who are scored, or what they do, are told to differ from those of a model's training."""

    psi_look: float = Field(
        0.1,
        gt=0,
        description="From this population stability index on, beyond chance, an input or a score is to be looked at",
    )
    psi_alarm: float = Field(0.25, gt=0, description="From this one on it is an alarm")
    max_rate_change: float = Field(
        0.05,
        gt=0,
        lt=1,
        description="The share of people with the outcome may differ so much from that of the training",
    )


class Precision(Model):
    """How exactly a rate is to be known of each group."""

    rate: float = Field(gt=0, lt=1, description="What the KPI is near to, e.g. 0.02 clicks per delivered mail")
    margin: float = Field(gt=0, lt=1, description="Half the width of its 95 % interval (Wilson)")


# Where min_size does not say how many people stay hidden.
SMALLEST_SHOWN = 20


class Segments(Model):
    """Which schemes are made, and from which files."""

    levels: LocalPath | None = Field(None, description="levels.yaml; without it the scheme `levels` is not made")
    rules: tuple[LocalPattern, ...] = Field((), description="Patterns of rule files, e.g. segments/*.yaml")
    min_size: Annotated[int, Field(ge=1)] | Precision = Field(
        20, description="Smaller groups roll up to their parent and are not exported; or {rate, margin} of a KPI"
    )
    schemes: tuple[str, ...] = Field((), description="Schemes that are made; empty: all that exist")

    @property
    def least_people(self) -> int:
        """The smallest group that stands alone."""
        if isinstance(self.min_size, int):
            return self.min_size
        return least_for_margin(self.min_size.rate, self.min_size.margin)

    @property
    def least_shown(self) -> int:
        """The smallest group that profiles and pages show; a precision is asked of statistics, not of privacy."""
        return self.min_size if isinstance(self.min_size, int) else SMALLEST_SHOWN


# Days that may be kept; twice as many have to be stored, so that earlier as-of days are answered too.
MOST_KEPT = 400


class Bits(Model):
    """Bitmaps of people, for sizes of any rule and of windows that nobody declared."""

    kept_days: int = Field(
        MOST_KEPT, ge=1, le=MOST_KEPT, description="Local days of which it is kept who did what on them"
    )


class SalesPeriod(Model):
    """A period of sales, both days included."""

    name: str = Field(description="As conditions and explanations call it")
    start: date = Field(description="First day")
    end: date = Field(description="Last day")
    market: str = Field("*", description="ISO 3166 code, or * for every market")


class Promotion(SalesPeriod):
    """A local promotion, both days included."""

    region: str | None = Field(None, description="As the profiles name it; of the home market where no market is given")


class Calendar(Model):
    """Holidays, sales periods, promotions, weather."""

    country: str = Field("FR", description="ISO 3166 code of the home market")
    sales_periods: tuple[SalesPeriod, ...] = Field((), description="Periods of sales")
    promotions: tuple[Promotion, ...] = Field((), description="Local promotions; of several at once the first counts")
    weather: Url | None = Field(
        None, description="CSV file with the columns date, market, region, weather, temperature_c; region may be empty"
    )


class Lease(Model):
    """Who may write the lake: one run at a time."""

    expires_s: float = Field(
        60.0,
        ge=4,
        le=3600,
        description="A run on another machine that gives no sign of life for so long is taken for dead",
    )


class Spark(Model):
    """The Spark session of the command line."""

    master: str | None = Field(None, description="null: local[*]; under spark-submit the cluster decides")
    shuffle_partitions: int | None = Field(None, ge=1, description="null: twice the number of cores")
    driver_memory: str = Field("3g", description="Memory of the JVM of a local session")
    fast_start: bool = Field(
        True, description="For a local master: the JVM's class archive, and Python workers forked from a loaded parent"
    )
    options: dict[str, str] = Field({}, description="Any Spark setting, values in quotes")

    @model_validator(mode="before")
    @classmethod
    def _without_jit(cls, given: Any) -> Any:
        """`jit` of earlier versions has no effect any more; a file that sets it goes on loading."""
        return {key: value for key, value in given.items() if key != "jit"} if isinstance(given, dict) else given


class Settings(Model):
    """What flows look at of a workspace: everything but the places of its lake and files."""

    name: Name = Field("workspace", description="Name of the workspace; also of its MLflow experiment")
    time_zone: Zone = Field(
        "Europe/Paris", description="IANA zone of the business; its calendar days are the days of features and segments"
    )
    currency: Currency = Field("EUR", description="Of the amounts; those in another currency are kept and not summed")
    language: Literal["fr", "en"] = Field("fr", description="Of names, explanations and reports")
    mlflow: Mlflow = Mlflow()  # type: ignore[call-arg]
    consent: Consent = Consent()  # type: ignore[call-arg]
    ingest: Ingest = Ingest()  # type: ignore[call-arg]
    features: Features = Features()  # type: ignore[call-arg]
    scoring: Scoring = Scoring()
    models: Models = Models()
    monitoring: Monitoring = Monitoring()  # type: ignore[call-arg]
    segments: Segments = Segments()  # type: ignore[call-arg]
    bits: Bits = Bits()  # type: ignore[call-arg]
    calendar: Calendar = Calendar()  # type: ignore[call-arg]
    spark: Spark = Spark()  # type: ignore[call-arg]


class Workspace(Settings):
    """A user's segspark.yaml after defaults and environment; paths are absolute."""

    folder: Path = Field(Path("."), description="Where segspark.yaml lies", json_schema_extra={"set_by": "the loader"})
    lake: LakeUrl = Field(
        Url("lake"),
        description="Root of the tables: <lake>/<layer>/<table>; a relative path starts at the folder of segspark.yaml, "
        "and s3://bucket/folder lies in a bucket",
        json_schema_extra={"default": "lake"},
    )
    catalog: str = Field("", description="The catalog's schema", json_schema_extra={"set_by": "the loader"})
    lake_files: Url | None = Field(
        None,
        description="Where lake names tables of a catalog (main.segspark): the place of staged files, the lease and the "
        "key's check value. A folder that every worker sees, or s3://bucket/folder",
    )
    compatibility: Literal["fast", "wide"] = Field(
        "fast",
        description="Encodings of new files. fast: the quickest to write and to read for Spark, DuckDB, Polars and Trino; "
        "wide: those of Parquet's first version, for Redshift Spectrum, Hive and older engines",
    )
    exports: Url = Field(
        Url("exports"), description="Where audiences are written", json_schema_extra={"default": "exports"}
    )
    reports: Url = Field(
        Url("reports"), description="Where pages are written", json_schema_extra={"default": "reports"}
    )
    credentials: Credentials = Credentials()  # type: ignore[call-arg]
    lease: Lease = Lease()  # type: ignore[call-arg]
    keys: Keys = Keys()  # type: ignore[call-arg]
    sources: tuple[LocalPattern, ...] = Field(
        ("sources/*.yaml",), description="Patterns of source files; [] where only tables are trained"
    )
    file_access: Literal["private", "group", "all"] = Field(
        "private",
        description="Who may read new files of the lake, MLflow, exports and reports: their owner alone, the owner's "
        "group too, or everybody on the machine. Keys are always private",
    )

    @model_validator(mode="before")
    @classmethod
    def _of_catalog(cls, given: Any) -> Any:
        """`lake: main.segspark` names the tables; their files' place is then `lake_files`."""
        lake = given.get("lake") if isinstance(given, dict) else None
        if isinstance(lake, str) and is_schema(lake) and given.get("lake_files"):
            return {**given, "catalog": lake, "lake": given["lake_files"]}
        return given

    @field_validator("lake_files")
    @classmethod
    def _with_catalog_alone(cls, value: Url | None, info: ValidationInfo) -> Url | None:
        if value is not None and not info.data.get("catalog"):
            raise ValueError("it is for a lake whose tables a catalog keeps, such as lake: main.segspark")
        return value

    @property
    def settings(self) -> Settings:
        """The settings alone."""
        return Settings.model_construct(**{name: getattr(self, name) for name in Settings.model_fields})
