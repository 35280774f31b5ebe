"""The id of a training set: a hash of all that its rows follow from, known before anything is computed."""

from collections.abc import Mapping

from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.ids import identity
from segspark.models.training_sets.asked import Asked, narrowed_to
from segspark.pipeline.view import Question, View
from segspark.tables.contracts import gold, silver

READS = (
    gold.ACTIVITY_DAILY, gold.ACTIVITY_CORRECTIONS, gold.ACTIVITY_ITEMS, gold.FEATURES, silver.IDENTITY_LINKS,
    silver.CONSENTS,
)  # fmt: skip
ASK = Question("training_set", (*(table.name for table in READS), "gold.training_sets", "ops.runs"), needs=(CATALOGUE,))


def versions_read(view: View) -> Mapping[str, int | None]:
    """The versions of the tables that a set is made from, by their logs."""
    return {table.name: view.facts(table).version for table in READS}


def dataset_id_of(asked: Asked, view: View) -> str:
    """The same request on the same tables, under the same settings, has the same id."""
    settings, catalogue = view.settings, narrowed_to(asked, view.context[CATALOGUE])
    label = (asked.outcome.measure, asked.outcome.is_absence, asked.outcome.after, asked.window, asked.population)
    periods = [(p.start, p.end) for p in settings.calendar.sales_periods]
    rules = (settings.consent.assumed, settings.time_zone, periods, settings.segments.least_shown)
    return identity(
        label, asked.cuts, asked.features, view.as_of, _defined(catalogue), rules, versions_read(view)
    )  # fmt: skip


def _defined(catalogue: Catalogue) -> object:
    return catalogue.hash, [(derived.name, derived.sql) for derived in catalogue.derived]
