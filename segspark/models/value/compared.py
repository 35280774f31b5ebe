"""By what, and of which buyers, later days are compared with the day on which customer value was trained.

Of what the model looks at, the time since the first order, the time between first and last one, and the number of orders
only grow as the data do: these are not compared. Buyers who have left only add up too, so that a growing part of all buyers
would have low scores; people are compared who ordered within a year, as many of whom come as go in a steady shop.
"""

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.monitoring.binning import bins_of_people
from segspark.models.monitoring.reference import Reference
from segspark.models.propensity.judged import MOST_PEOPLE, share_of_people
from segspark.models.value.histories import CENTS, IS_BUYER
from segspark.models.value.since_words import INPUT_WORDS
from segspark.models.value.stage import SAID, score_value

ACTIVE_DAYS = 365
_SINCE, _PER_ORDER = INPUT_WORDS
INPUTS = {
    _SINCE: "datediff(as_of_date, last_order_date)",
    _PER_ORDER: f"{CENTS} / n_order_day_lifetime",
}
_IS_COMPARED = f"{IS_BUYER} and {INPUTS[_SINCE]} <= {ACTIVE_DAYS}"


def compared_inputs(people: DataFrame) -> DataFrame:
    """person_id and INPUTS of the people who are compared.

    Args:
        people: feature frame with histories.INPUTS.
    """
    columns = [F.expr(sql).cast("double").alias(name) for name, sql in INPUTS.items()]
    return people.where(_IS_COMPARED).select("person_id", *columns)


def read_reference(model: PipelineModel, people: DataFrame) -> Reference | None:
    """Bins of the people of a training and of what it says of them; None if nobody is compared. A bounded sample, at most
    about judged.MOST_PEOPLE rows.

    Args:
        people: feature frame of the day of the training, with the columns that the model looks at.
    """
    recent = people.where(_IS_COMPARED)
    chosen = recent.where(share_of_people(recent.count(), MOST_PEOPLE))
    rows = compared_inputs(chosen).join(score_value(model, chosen), on="person_id", how="inner")
    # Bins and shares do not depend on the order of the rows.
    found = rows.select(*[F.col(name).cast("double") for name in (*INPUTS, *SAID)]).toPandas()
    if not len(found):
        return None
    inputs, scores = ({name: bins_of_people(found[name].to_numpy()) for name in names} for names in (INPUTS, SAID))
    return Reference(len(found), None, inputs, scores)
