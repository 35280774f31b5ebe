"""Which part of the people somebody is in, by digits of their id, others for each use.

Not by the first digits: a person has the smallest of several ids, so small digits are frequent there.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

_DRAWN_BY, _STOPPED_BY, _FOLD_BY, _LEARNT_BY = (19, 6), (7, 4), (25, 4), (29, 4)


def _share_of(digits: tuple[int, int]) -> Column:
    """A number from 0 to 1 by a person's id."""
    first, n = digits
    share: Column = F.conv(F.substring("person_id", first, n), 16, 10).cast("double") / 16**n
    return share


def drawn() -> Column:
    """A person's place between 0 and 1, for drawing some of too many."""
    return _share_of(_DRAWN_BY)


def fold() -> Column:
    """Which half a person is of."""
    return (_share_of(_FOLD_BY) < 0.5).cast("int").alias("fold")


def is_aside() -> Column:
    """Whether a person is of the tenth that tells when to stop."""
    return (_share_of(_STOPPED_BY) < 0.1).alias("is_aside")


def place() -> Column:
    """A person's place between 0 and 1, for learning from a part of the people."""
    return _share_of(_LEARNT_BY).alias("place")
