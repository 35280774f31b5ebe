"""The points of a curve along an act, counted from daily tiles: what bitmaps give, for days on which they do not answer."""

from sqlglot import exp

from segspark.duck.database import Database
from segspark.duck.functions import column
from segspark.features.acts import acts_of
from segspark.features.resources import CATALOGUE
from segspark.pipeline.view import View
from segspark.query.curve import CurvePoint, point_at
from segspark.query.duck.curve_points import BESIDES, points_along
from segspark.query.duck.sequences import days_of_measures
from segspark.query.preview import members
from segspark.segments.definitions import Rule
from segspark.time import DAY

# Days since the newest day of the act, or how many days have it.
_OF_ACT = "days_of_act"


def windows_of_act(view: View, rule: Rule, act: str, longest: int) -> tuple[CurvePoint, ...]:
    """The size of a rule for every window of an act, from the last day to the ``longest`` days.

    Raises:
        OnlyBySpark: the lake or the rule has something that DuckDB does not read.
    """
    found = _points(view, rule, act, longest, is_newest=True)
    return tuple(point_at(found, "at_most", days) for days in range(1, longest + 1))


def distinct_days_of_act(view: View, rule: Rule, act: str, within: int) -> tuple[CurvePoint, ...]:
    """The size of a rule with at least so many distinct days of an act within the last ``within`` days; raises the same."""
    return _points(view, rule, act, within, is_newest=False)


def _points(view: View, rule: Rule, act: str, n_days: int, is_newest: bool) -> tuple[CurvePoint, ...]:
    measure = acts_of(view.context[CATALOGUE])[act]
    with Database(view) as database:
        f, first = database.f, view.as_of - n_days * DAY
        days = days_of_measures(database, view, [measure], first).subquery("days")
        did = exp.select(exp.Star()).from_(days).where((f.col(measure) > f.lit(0)).node)
        newest = exp.Max(this=column("activity_date").node)
        value = f.datediff(f.lit(view.as_of), f.col("newest")) if is_newest else f.col("n")
        of_person = (
            exp.select(
                column("person_id").node, exp.alias_(newest, "newest"), exp.alias_(exp.Count(this=exp.Star()), "n")
            )
            .from_(did.subquery("did"))
            .group_by(column("person_id").node)
        )
        acted = exp.select(column("person_id").node, value.alias(_OF_ACT).node).from_(of_person.subquery("acted"))
        inside = exp.select(exp.Star()).from_(members(database, view, [rule], BESIDES).subquery("members"))
        inside = inside.join(acted.subquery("acted"), using=["person_id"])
        return points_along(database, inside, _OF_ACT, "at_most" if is_newest else "at_least")
