"""The people of a stored day with the values that conditions look at, as a query of DuckDB."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from segspark.duck.database import Database, Partition
from segspark.duck.functions import Column, column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import GateClosed
from segspark.features.feature import Catalogue, Derived
from segspark.features.resources import CATALOGUE
from segspark.features.undeclared import Undeclared, undeclared
from segspark.models.registry import score_columns
from segspark.pipeline.view import View
from segspark.query.duck.projections import projection
from segspark.query.duck.sequences import sequence_dates
from segspark.query.duck.windows import window_counts
from segspark.scoring.columns import BY_RULE
from segspark.segments.resources import CALENDAR
from segspark.segments.rules.tree import Followed
from segspark.segments.values import CALENDAR as CALENDAR_VALUES
from segspark.segments.values import stored_people
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract

FEATURES, PEOPLE, SCORES, SEQUENCES, WINDOWS = "features", "people", "scores", "sequences", "windows"
_RULES = {c.name: c for c in BY_RULE}


@dataclass
class _Wanted:
    """Where each wanted value comes from."""

    stored: set[str] = field(default_factory=set)
    derived: list[Derived] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    scores: set[str] = field(default_factory=set)
    calendar: set[str] = field(default_factory=set)
    windows: dict[str, Undeclared] = field(default_factory=dict)


def people_of_day(
    database: Database, view: View, wanted: Collection[str], sequences: Sequence[Followed] = ()
) -> exp.Query:
    """One row per person: person_id and the wanted values, with the two dates of each sequence.

    Args:
        view: of a day whose features and people are stored.
        wanted: names as conditions have them; of attributes only ``attributes``. Windows need not be declared.

    Raises:
        GateClosed: a score is wanted of a day without any.
        OnlyBySpark: the day's people are not stored, or a value is one that only Spark computes.
    """
    if view.as_of not in view.facts(gold.PEOPLE).days:
        raise OnlyBySpark(f"gold.people has no rows of {view.as_of}; days that are run from now on have")
    f, catalogue = database.f, view.context[CATALOGUE]
    found = _resolved(wanted, catalogue, view, sequences)
    features = database.table(_features(catalogue), sorted({"person_id", *found.stored}), _of_day(view))
    people = database.table(stored_people(), sorted({"person_id", *found.people}), _of_day(view))
    query = exp.select(column("person_id", FEATURES).node)
    query = query.select(*[column(name, FEATURES).node for name in sorted(found.stored - {"person_id"})])
    query = query.select(*[column(name, PEOPLE).node for name in sorted(found.people)])
    query = query.from_(features.subquery(FEATURES)).join(
        people.subquery(PEOPLE), using=["person_id"], join_type="left"
    )
    if found.scores:
        scores, columns = _scores(database, view, sorted(found.scores))
        query = query.select(*columns).join(scores.subquery(SCORES), using=["person_id"], join_type="left")
    if found.windows:
        counts = window_counts(database, view, list(found.windows.values()))
        added = [f.coalesce(column(name, WINDOWS), f.lit(0)).alias(name).node for name in found.windows]
        query = query.select(*added).join(counts.subquery(WINDOWS), using=["person_id"], join_type="left")
    if sequences:
        dates = sequence_dates(database, view, sequences)
        named = [column(name, SEQUENCES).node for s in sequences for name in (s.name, s.then_name)]
        query = query.select(*named).join(dates.subquery(SEQUENCES), using=["person_id"], join_type="left")
    # In the catalogue's order: one may read those before it.
    in_order = [d for d in (*catalogue.derived, *catalogue.of_profile) if d in found.derived]
    rest: list[Column] = [projection(derived).alias(derived.name) for derived in in_order]
    if found.calendar:
        columns_of_day = view.context[CALENDAR].columns(view.as_of, f)
        rest += [columns_of_day[name].alias(name) for name in sorted(found.calendar)]
    if not rest:
        return query
    return exp.select(exp.Star(), *[c.node for c in rest]).from_(query.subquery("values"))


def known_values(view: View) -> frozenset[str]:
    """Every value that ``people_of_day`` can give."""
    catalogue = view.context[CATALOGUE]
    of_scores = [c.name for c in score_columns(view.settings.models)]
    derived = [d.name for d in (*catalogue.derived, *catalogue.of_profile)]
    return frozenset(
        (
            *_features(catalogue).column_names,
            *stored_people().column_names,
            *derived,
            *_RULES,
            *of_scores,
            *CALENDAR_VALUES,
        )
    )


def _features(catalogue: Catalogue) -> Contract:
    return gold.FEATURES.with_columns(catalogue.stored_columns())


def _of_day(view: View) -> Callable[[Partition], bool]:
    day = view.as_of.isoformat()
    return lambda partition: str(partition["as_of_date"]) == day


def _resolved(wanted: Collection[str], catalogue: Catalogue, view: View, sequences: Iterable[Followed]) -> _Wanted:
    """Where each value comes from, with what derived ones and the calendar read."""
    stored = set(_features(catalogue).column_names)
    of_people = set(stored_people().column_names) - {"person_id", "as_of_date"}
    derived = {d.name: d for d in (*catalogue.derived, *catalogue.of_profile)}
    of_scores = set(_RULES) | {c.name for c in score_columns(view.settings.models)}
    of_sequences = {name for s in sequences for name in (s.name, s.then_name)}
    found, names = _Wanted(), list(dict.fromkeys(wanted))
    while names:
        name = names.pop()
        if name in derived:
            if derived[name] not in found.derived:
                found.derived.append(derived[name])
                names += [c.name for c in projection(derived[name]).node.find_all(exp.Column)]
        elif name in stored:
            found.stored.add(name)
        elif name in of_people:
            found.people.add(name)
        elif name in of_scores:
            found.scores.add(name)
        elif name in CALENDAR_VALUES:
            found.calendar.add(name)
            if view.context[CALENDAR].named:
                found.people |= {"country", "region"}
        elif (counted := undeclared(name, catalogue)) is not None:
            found.windows[name] = counted
        elif name not in of_sequences:
            raise OnlyBySpark(f"{name} is stored nowhere")
    return found


def _scores(database: Database, view: View, wanted: Sequence[str]) -> tuple[exp.Query, list[exp.Expression]]:
    """A row per person with the wanted scores of the day; of the table only their partitions are read."""
    day = view.as_of.isoformat()
    there = {str(p.partition["score"]) for p in view.part_files(gold.SCORES) if str(p.partition["as_of_date"]) == day}
    if not there:
        raise GateClosed(f"gold.scores has no rows of {day}, and {', '.join(wanted)} would be missing of everybody.")
    of_models = {c.name: c for c in score_columns(view.settings.models)}
    chosen: dict[str, tuple[set[str], str, str]] = {}
    for name in wanted:
        if name in _RULES:
            rule = _RULES[name]
            chosen[name] = ({rule.score}, rule.part, rule.type)
        else:
            stored = of_models[name]
            type_ = "double" if stored.part == "value" else "string"
            chosen[name] = ({score for score in there if re.match(stored.stored_as, score)}, stored.part, type_)
    read = {score for scores, _, _ in chosen.values() for score in scores}
    table = database.table(
        gold.SCORES, ["person_id", "score", "value", "band"],
        lambda p: str(p["as_of_date"]) == day and str(p["score"]) in read,
    )  # fmt: skip
    f = database.f
    query = exp.select(column("person_id").node).from_(table.subquery("long")).group_by(column("person_id").node)
    for name, (scores, kind, type_) in chosen.items():
        value = f.lit(None)
        for score in sorted(scores):
            value = f.when(f.col("score") == f.lit(score), f.col(kind)).otherwise(value)
        query = query.select(exp.alias_(exp.Max(this=value.cast(type_).node), name, quoted=True))
    return query, [column(name, SCORES).node for name in chosen]
