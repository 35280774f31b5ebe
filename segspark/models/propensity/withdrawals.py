"""Whoever withdraws the permission to be profiled leaves the stored training sets, on the next day that is run."""

import json
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.identity.links import people_as_of
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, ReplaceKey
from segspark.privacy.consent import read_permitting
from segspark.purposes import PROFILING
from segspark.tables.contracts import gold, silver

NAME = "withdrawals"
_SIGNS = "signs"


def sweep(step: Step) -> None:
    """Remove the rows of people who do not permit profiling any more from every stored training set.

    Who they are is looked up only where something says that a permission may have ended since the last sweep: a withdrawal,
    an end that has passed, two people who became one, another ``consent.assumed``, or a training. Only the sets that hold
    somebody of them are written again, each in one commit; a run that was killed between two of them is made up for by the
    next. The files of before are removed by the vacuum.

    A model that was trained on such a set stays as it is, and its record says on how many rows: fewer of them are left. No
    later training or contest reads a stored set. A training that is repeated for the same day freezes a set of its own,
    with another id, of those who still permit; its figures are of fewer people than the first one's.
    """
    with step.stage(NAME) as report:
        signs, removed = _read_signs(step), dict[str, int]()
        if not _is_swept(step, signs):
            gone = step.checkpoint(_without_permission(step))
            removed = _read_removed(gone)
            for dataset_id in removed:
                theirs = gone.where(F.col("dataset_id") == dataset_id).select("person_id").distinct()
                rows = step.read(gold.TRAINING_SETS).where(F.col("dataset_id") == dataset_id)
                kept = rows.join(theirs, on="person_id", how="left_anti")
                step.write(gold.TRAINING_SETS, Frame(kept), ReplaceKey(dataset_id))
        step.outcome.update({_SIGNS: signs, "training_rows_removed": sum(removed.values())})
        report.rows = sum(removed.values())


def _read_signs(step: Step) -> dict[str, Any]:
    """Numbers of which one changes when a permission may have ended; two rows. Records are only ever added."""
    midnight = F.to_utc_timestamp(F.lit(step.as_of).cast("timestamp"), step.settings.time_zone)
    is_whole = (F.col("purpose") == PROFILING) & F.col("topic").isNull()
    ended = step.read(silver.CONSENTS).agg(
        F.count_if(is_whole & (F.col("value") != "granted")).alias("withdrawn"),
        F.count_if(is_whole & (F.col("expires_at") <= midnight)).alias("expired"),
    )
    # Visitors are in no training set, so that their turning into somebody who is known ends nothing.
    known = step.read(silver.IDENTITY_LINKS).where(~F.col("is_anonymous"))
    joined = known.agg((F.count(F.lit(1)) - F.count_distinct("identifier_id")).alias("joined"))
    is_assumed = PROFILING in step.settings.consent.assumed
    return {**ended.collect()[0].asDict(), **joined.collect()[0].asDict(), "is_assumed": is_assumed}


def _is_swept(step: Step, signs: dict[str, Any]) -> bool:
    """Whether the last sweep saw the same signs and the same sets."""
    done = step.runs.finished(NAME)
    if not done:
        return False
    last = json.loads(done[-1]["outputs"])
    version = step.facts(gold.TRAINING_SETS).version
    is_same: bool = last[_SIGNS] == signs and last["versions"][gold.TRAINING_SETS.name] == version
    return is_same


def _without_permission(step: Step) -> DataFrame:
    """Rows of all sets, dataset_id and person_id, whose people do not permit profiling by the newest records.

    Somebody who has joined another person since the set was frozen is asked for as that one: the id of a person is that of
    its first identifier, which belongs to the other one now.
    """
    owners = people_as_of(step.read(silver.IDENTITY_LINKS), F.lit(date.max))
    assumed, zone = step.settings.consent.assumed, step.settings.time_zone
    permitting = read_permitting(step.read(silver.CONSENTS), owners, PROFILING, step.as_of, assumed, zone)
    permitted = owners.join(permitting, on="person_id", how="left_semi").select(
        F.col("identifier_id").alias("person_id")
    )
    rows = step.read(gold.TRAINING_SETS).select("dataset_id", "person_id")
    return rows.join(permitted, on="person_id", how="left_anti")


def _read_removed(gone: DataFrame) -> dict[str, int]:
    """Set -> rows that leave it; as many as there are sets."""
    counted = gone.groupBy("dataset_id").agg(F.count(F.lit(1)).alias("n")).orderBy("dataset_id")
    return {row["dataset_id"]: row["n"] for row in counted.collect()}


WITHDRAWALS = Flow(
    name=NAME,
    reads=("silver.consents", "silver.identity_links"),
    reads_earlier=("ops.runs",),
    writes=("gold.training_sets",),
    function=sweep,
)
