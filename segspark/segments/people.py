"""All values that definitions may use, one row per person."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.people import people_of_day
from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.ingest.opt_outs import opt_outs_of
from segspark.measure.kpi import columns_of
from segspark.measure.registry import KPIS
from segspark.models.clustering.active import ActiveClustering, with_groups
from segspark.models.clustering.behaviour import with_behaviour
from segspark.models.columns import inputs_of, models_for, with_model_columns
from segspark.models.tracking import Loaded, read_inputs
from segspark.pipeline.view import View
from segspark.privacy.contactability import derive_addresses, with_contactability
from segspark.purposes import PURPOSES
from segspark.scoring.flow import with_scores
from segspark.segments.definitions import Definitions
from segspark.segments.resources import CALENDAR
from segspark.segments.rules.tree import Followed, names
from segspark.segments.rules.tree import sequences as sequences_of
from segspark.segments.sequences import with_sequences
from segspark.segments.validity import NEXT_BIRTHDAY
from segspark.segments.values import measures_read
from segspark.tables.contracts import gold, privacy, silver
from segspark.time import DAY

PERMISSIONS = tuple(f"{purpose}_from" for purpose in PURPOSES)
OTHER_COLUMNS = ("is_contactable", "not_contactable_reason", "age_years")


def people_for_segments(
    view: View,
    behaviour: Loaded | ActiveClustering | None,
    wanted: Collection[str] | None = None,
    sequences: Sequence[Followed] = (),
) -> DataFrame:
    """One row per person with all values that definitions may use, or only the wanted ones, and some sequences.

    Args:
        behaviour: gives ``cluster``; an ActiveClustering also gives ``is_far`` and ``rare``.
    """
    places = view.context[CALENDAR]
    model = behaviour.model if isinstance(behaviour, ActiveClustering) else behaviour
    if wanted is not None:
        wanted = {*wanted, *(("country", "region") if places.named else ())}
        if model is not None:
            wanted = {*wanted, *read_inputs(view.settings.mlflow, model), "last_active_date"}
    of_models = models_for(view, wanted)
    if wanted is not None:
        wanted = {*wanted, *inputs_of(view, of_models)}
    people = with_scores(view, people_of_day(view, wanted))
    if sequences:
        catalogue = view.context[CATALOGUE]
        first = view.as_of - max(s.within for s in sequences) * DAY
        contract = gold.ACTIVITY_DAILY.with_columns(catalogue.tile_columns())
        columns = ("person_id", "activity_date", *measures_read(sequences, catalogue))
        tiles = view.read_days(contract, columns, (first, view.as_of))
        corrections = view.read(gold.ACTIVITY_CORRECTIONS, (first, view.as_of + DAY))
        people = with_sequences(people, tiles, corrections, sequences, catalogue, view.as_of)
    if model is None:
        people = people.withColumn("cluster", F.lit(None).cast("int"))
    elif isinstance(behaviour, ActiveClustering):
        people = with_groups(people, behaviour, wanted)
    else:
        people = with_behaviour(model.model, people)
    people = with_model_columns(people, view, of_models)
    addresses = addresses_of(view, people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of)), view.as_of)
    # The permission is the one under which the day's features were computed.
    return with_contactability(people, addresses, view.as_of).withColumns(places.columns(view.as_of, F))


def sequences_in(definitions: Definitions) -> list[Followed]:
    return sequences_of(node for _, node in definitions.nodes())


def needed_columns(definitions: Definitions, of_schemes: Iterable[str] = ()) -> set[str]:
    """The values used by the definitions, schemes or profiles, out of the hundreds that a person has.

    Args:
        of_schemes: what the schemes use besides what definitions name.
    """
    looked_at = {n.partition(".")[0] for _, node in definitions.nodes() for n in names(node)}
    if "age_years" in looked_at:
        looked_at.add(NEXT_BIRTHDAY)
    of_profiles = {*columns_of(KPIS.all()), *PERMISSIONS}
    return {"person_id", *looked_at, *of_profiles, *of_schemes, *OTHER_COLUMNS}


def addresses_of(view: View, owners: DataFrame, as_of: date) -> DataFrame:
    """Every e-mail address of a person, and the reasons known by a day against writing to it.

    Args:
        owners: identifier_id, person_id.
        as_of: objections known by this day count.
    """
    # The vault is read for kinds and providers only, not for identifiers.
    emails = view.read(privacy.IDENTITIES).where("kind = 'email'")
    if "mailbox_provider" not in emails.columns:
        # Written by an earlier release, and nothing was taken in since.
        emails = emails.withColumn("mailbox_provider", F.lit(None).cast("string"))
    emails = emails.select("identifier_id", "mailbox_provider").dropDuplicates(["identifier_id"])
    addresses = owners.join(emails, on="identifier_id", how="inner")
    addresses = addresses.select("identifier_id", "person_id", "mailbox_provider")
    return derive_addresses(opt_outs_of(view), addresses, as_of)
