"""The people of a trial from the lake: those who were sent its campaigns, those who were held out, and what they did.

All arms are treated alike, whoever was mailed: features are those of the morning of the first mail, and what is done
counts on the same days. So an effect is that of being put into an arm.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.config.url import Url
from segspark.errors import ConfigError, GateClosed
from segspark.features.compute import features_of_days
from segspark.features.engine.kernel import Outcome
from segspark.features.engine.windows import with_derived
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.models.propensity.inputs import Input, choose_inputs, columns_of
from segspark.models.uplift.trial import Assigned
from segspark.models.uplift.trial_file import People, TrialSend
from segspark.models.uplift.trial_table import read_column
from segspark.near import no_such
from segspark.pipeline.view import View
from segspark.privacy.consent import local_day, read_permitting
from segspark.pseudonyms import Pseudonymiser
from segspark.purposes import PROFILING
from segspark.sections import Reason
from segspark.sources.resources import EXISTING_KEY
from segspark.sources.vocabulary import BY_MAIL
from segspark.tables.contracts import gold, silver
from segspark.time import DAY

READS = (
    "silver.events", "silver.identity_links", "silver.consents", "gold.activity_daily", "gold.activity_corrections",
    "gold.activity_items",
)  # fmt: skip
NEEDS = (CATALOGUE, EXISTING_KEY)
AFTER, IDENTIFIER = "n_after", "identifier_id"
# Of more people a part is looked at, drawn by their pseudonyms: they are held in memory.
MOST_PEOPLE = 500_000
# People in two arms are left out if they are as few; two persons may turn out to be one.
MOST_IN_TWO = 0.01


def read_trial_send(view: View, send: TrialSend, control: str, place: Url) -> Assigned | tuple[Reason, ...]:
    """Everybody of a trial who permits profiling and was known on the morning of the first mail; else why it is too
    early, or what is wrong with the arms.

    Args:
        view: of READS and NEEDS.
        place: of the file of held-out people, with a whole path.

    Raises:
        ConfigError: the measure, the day or the file of people is wrong.
        GateClosed: the lake knows no acts.
    """
    catalogue = view.context[CATALOGUE]
    if send.measure not in catalogue.by_measure:
        raise no_such("measure", send.measure, sorted(catalogue.by_measure))
    days = view.facts(gold.ACTIVITY_DAILY).days
    if not days:
        raise GateClosed("The lake has no activity yet. Run: segspark run daily --as-of DATE")
    known, end = days[-1] + DAY, send.sent_on + send.days * DAY
    if end > known:
        return (Reason("window_open", {"ready": end}),)
    held_out = _pseudonyms(view, send.held_out, place)
    assigned = _sent(view, send).unionByName(held_out.withColumn("arm", F.lit(control)))
    arms = view.checkpoint(_arms_of_people(_of_permitting(view, assigned, known), view, send.sent_on))
    n, n_in_two = _read_sizes(arms)
    if n_in_two > MOST_IN_TWO * n:
        return (Reason("in_two_arms", {"n": n_in_two}),)
    inputs = _inputs(catalogue, (send.sent_on - days[0]).days)
    looked_at = catalogue.narrowed(columns_of([i.name for i in inputs]))
    after = Outcome(AFTER, send.measure, send.days, known)
    features = with_derived(features_of_days(view, [send.sent_on], looked_at, after), looked_at)
    people = features.join(arms.where("n_arms = 1"), on="person_id", how="inner")
    return _read_people(people, inputs, min(1.0, MOST_PEOPLE / max(n, 1)), send.counts)


def _inputs(catalogue: Catalogue, history_days: int) -> tuple[Input, ...]:
    columns = [c.name for c in catalogue.stored_columns()] + [d.name for d in catalogue.derived]
    return choose_inputs(columns, history_days)


def _sent(view: View, send: TrialSend) -> DataFrame:
    """identifier_id and arm of everybody who was sent a campaign of the trial."""
    arm_of = {campaign: arm for arm, campaigns in send.campaigns.items() for campaign in campaigns}
    # Two days earlier, so that a mail before the declared day is seen in any zone.
    events = view.read(silver.EVENTS, (send.sent_on - 2 * DAY, send.sent_on + send.days * DAY))
    ours = F.col("event_type").isin(*BY_MAIL) & F.col("campaign_id").isin(*arm_of)
    sent = events.where(ours & F.col(IDENTIFIER).isNotNull())
    _check_first_day(_read_first_day(sent, view.settings.time_zone), send.sent_on)
    return sent.select(IDENTIFIER, _looked_up(arm_of).alias("arm"))


def _looked_up(arm_of: Mapping[str, str]) -> Column:
    pairs = [F.lit(text) for pair in arm_of.items() for text in pair]
    return F.create_map(*pairs)[F.col("campaign_id")]


def _read_first_day(sent: DataFrame, zone: str) -> date | None:
    """The local day of the first mail; one row."""
    first: date | None = sent.agg(F.min(local_day(F.col("occurred_at"), zone)).alias("day")).collect()[0]["day"]
    return first


def _check_first_day(first: date | None, sent_on: date) -> None:
    if first is None:
        raise ConfigError(
            f"Nobody was sent these campaigns from {sent_on} on; ids are those of silver.events.campaign_id."
        )
    if first < sent_on:
        raise ConfigError(
            f"The first mail is of {first}, before sent_on: {sent_on}. Features have to be older than it."
        )


def _pseudonyms(view: View, people: People, place: Url) -> DataFrame:
    """identifier_id of the people of a file; at most as many as a file may have."""
    pseudonymiser = Pseudonymiser(view.context[EXISTING_KEY])
    values = read_column(place, people.delimiter, people.column)
    known = {pseudonymiser.identifier_id(people.identifier, value) for value in values} - {None}
    if not known:
        raise ConfigError(f"The column {people.column} of the held-out people holds no {people.identifier} at all.")
    return view.frame(pd.DataFrame({IDENTIFIER: sorted(map(str, known))}))


def _of_permitting(view: View, assigned: DataFrame, known: date) -> DataFrame:
    """Identifiers of those who permit profiling by the newest records."""
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(known))
    assumed, zone = view.settings.consent.assumed, view.settings.time_zone
    permitting = read_permitting(view.read(silver.CONSENTS), owners, PROFILING, known, assumed, zone)
    allowed = owners.join(permitting, on="person_id", how="left_semi").select(IDENTIFIER)
    return assigned.join(allowed, on=IDENTIFIER, how="left_semi")


def _arms_of_people(assigned: DataFrame, view: View, day: date) -> DataFrame:
    """person_id as known on the day, arm, n_arms."""
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(day)).select(IDENTIFIER, "person_id")
    of_person = assigned.join(owners, on=IDENTIFIER, how="inner").groupBy("person_id")
    return of_person.agg(F.min("arm").alias("arm"), F.count_distinct("arm").alias("n_arms"))


def _read_sizes(arms: DataFrame) -> tuple[int, int]:
    """People, and those in several arms; one row."""
    row = arms.agg(F.count(F.lit(1)).alias("n"), F.count_if(F.col("n_arms") > 1).alias("several")).collect()[0]
    return row["n"], row["several"]


def _read_people(people: DataFrame, inputs: Sequence[Input], share: float, counts: str) -> Assigned:
    """Arms, outcomes and features of a share of the people; about MOST_PEOPLE rows at most."""
    parts = 1_000_000
    drawn = people.where(F.pmod(F.xxhash64("person_id"), F.lit(parts)) < F.lit(round(share * parts)))
    # In the order of the pseudonyms, so that folds are the same again.
    rows = (
        drawn.orderBy("person_id")
        .select("arm", AFTER, *[F.expr(i.expression).alias(i.name) for i in inputs])
        .toPandas()
    )
    after = rows[AFTER].fillna(0).to_numpy(dtype=float)
    names = tuple(i.name for i in inputs)
    outcome = (after > 0).astype(float) if counts == "whether" else after
    return Assigned(rows["arm"].to_numpy().astype(str), outcome, np.asarray(rows[list(names)], dtype=float), names)
