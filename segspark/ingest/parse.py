"""The records of a batch, parsed by the providers of their sources into staged rows."""

from datetime import UTC, datetime
from functools import reduce

from pyspark.sql import DataFrame

from segspark.ingest.batch import Batch
from segspark.pipeline.step import Step
from segspark.sources.empty_columns import KIND, check_empty
from segspark.sources.files import InputFile
from segspark.sources.plan import Arrival, GatewayPlan, Limits
from segspark.sources.registry import PROVIDERS
from segspark.sources.resources import KEY
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context
from segspark.spark.checkpoints import rows_per_batch
from segspark.store import Store
from segspark.tables.staging import StagedFile, read_named
from segspark.time import MICROS, day_number, local_midnight, to_micros

BYTES_PER_TASK = 4_000_000
# Records per batch while a mapping's expressions run; no text column of a batch may reach Arrow's limit of 2 GB.
BATCH_BYTES = 1 << 30
MOST_ROWS = 1_000


def parse_sources(
    step: Step, sources: list[Source], files: dict[str, list[InputFile]], batch: Batch, folder: Store
) -> dict[str, list[StagedFile]]:
    """All records of a batch, staged by kind (sources/parsed.py)."""
    settings = step.settings
    arrival = Arrival(
        settings.time_zone,
        to_micros(local_midnight(batch.as_of, settings.time_zone)) - 1,
        day_number(batch.first_unpublished) if batch.first_unpublished else None,
        settings.ingest.future_tolerance_minutes * 60 * MICROS,
        settings.ingest.sealed_days,
        to_micros(datetime.now(UTC)),
    )
    frames = [
        _staged(step, s, files[s.name], arrival, folder, s.name not in batch.first_loads)
        for s in sources
        if s.name in files
    ]
    every = reduce(DataFrame.unionByName, frames)
    with rows_per_batch(every.sparkSession, max(1, min(MOST_ROWS, BATCH_BYTES // settings.ingest.max_record_bytes))):
        staged = read_named(every)
    check_empty(staged.pop(KIND, []))
    return staged


def _staged(
    step: Step, source: Source, files: list[InputFile], arrival: Arrival, folder: Store, is_proven: bool
) -> DataFrame:
    """The names of the staged files of one source, not computed yet."""
    provider, config = PROVIDERS.find(source.kind), step.settings.ingest
    context = Context(
        source.name,
        source.time_zone,
        source.currency or step.settings.currency,
        provider.options.model_validate(source.options),
        keep=source.keep,
        attributes=provider.attributes,
        words=provider.words,
    )
    groups = spread(files, 4 * step.n_cores)
    limits = Limits(config.max_record_bytes, config.max_inflated_bytes, config.max_depth)
    plan = GatewayPlan(provider, source, context, groups, limits, step.context[KEY], arrival, folder, is_proven)
    return provider.stage(step.tasks(len(groups)), plan)


def spread(files: list[InputFile], most: int) -> tuple[tuple[InputFile, ...], ...]:
    """Split files into at most so many groups of about equal size; neighbours by name, and so by day, stay together."""
    total = sum(f.size_bytes + 1 for f in files)
    n = max(1, min(most, len(files), -(-total // BYTES_PER_TASK)))
    groups: list[list[InputFile]] = [[] for _ in range(n)]
    taken = 0
    for file in sorted(files, key=lambda f: (f.name, f.file_id)):
        groups[min(taken * n // total, n - 1)].append(file)
        taken += file.size_bytes + 1
    return tuple(tuple(g) for g in groups if g)
