"""Every aggregation: a new one is a file of its own and an entry here."""

from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.distinct import DISTINCT
from segspark.features.aggregations.first import FIRST
from segspark.features.aggregations.last import LAST
from segspark.features.aggregations.latest import LATEST
from segspark.features.aggregations.sum import SUM
from segspark.features.aggregations.top import TOP
from segspark.features.aggregations.top_count import TOP_COUNT
from segspark.features.aggregations.top_last import TOP_LAST
from segspark.features.aggregations.total import TOTAL
from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.item_aggregation import ItemAggregation
from segspark.sockets import Socket

AGGREGATIONS = Socket[Aggregation]("aggregation", SUM, DAYS, LAST, FIRST)
ITEM_AGGREGATIONS = Socket[ItemAggregation]("item aggregation", DISTINCT, TOTAL, TOP, TOP_COUNT, TOP_LAST, LATEST)


def aggregation_named(name: str) -> Aggregation | ItemAggregation:
    """The aggregation of days or of items with a name.

    Raises:
        ConfigError: there is none; lists all.
    """
    every = Socket[Aggregation | ItemAggregation]("aggregation", *AGGREGATIONS.all(), *ITEM_AGGREGATIONS.all())
    return every.find(name)
