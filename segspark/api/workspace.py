"""A workspace opened from Python: what the commands answer, as values."""

from collections.abc import Callable, Sequence
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from segspark.api.people import People
from segspark.api.preview import Preview, Previews
from segspark.api.reasons import Reason, Reasons
from segspark.api.segment import Segment
from segspark.api.segments import Segments
from segspark.api.shown import page_of
from segspark.app.finding import find_workspace
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace as Settings
from segspark.config.url import why_no_path, without_file
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import ConfigError
from segspark.near import find_named
from segspark.pipeline.view import look
from segspark.query.explain import EXPLAIN, explain
from segspark.query.look import describe_segment
from segspark.query.movement import sizes_and_movement
from segspark.query.people import features_of_people
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.segments.definitions import Rule
from segspark.segments.lookup import newest_day
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from segspark.api.groups import Groups
    from segspark.api.model import ModelVersion
    from segspark.api.training_set import TrainingSet

A = TypeVar("A")
Day = date | str | None
"""A date, or a text such as ``2026-06-01``; None is the newest stored day."""


def open(path: str | PathLike[str] | None = None) -> "Workspace":
    """Open a workspace; nothing is read of its lake yet. Of all that it answers only ``training_set`` writes, if asked to.

    Args:
        path: its folder, or its segspark.yaml. By default that of ``SEGSPARK_WORKSPACE``, else the nearest from the
            current folder upwards, as the command line finds it.

    Raises:
        ConfigError: no workspace is there, or its configuration has errors; all are told at once.

    Example:
        >>> import segspark
        >>> ws = segspark.open("demo-workspace")
        >>> ws
        Workspace('small')
    """
    if path is None:
        return Workspace(open_workspace(find_workspace()))
    text = fspath(path)
    if why := why_no_path(text):
        raise ConfigError(f"{text}: {why}.")
    return Workspace(open_workspace(Path(without_file(text)).expanduser()))


class Workspace:
    """An opened workspace. Questions are answered without a JVM, by DuckDB and delta-rs.

    Where only Spark could answer, an error says so until ``spark()`` has been called.

    Attributes:
        settings: the whole configuration.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._page = page_of(settings)
        self._session: SparkSession | None = None

    def segments(self, as_of: Day = None, scheme: str | None = None) -> Segments:
        """The segments of a day with their people, and who came and went since the stored day before.

        Args:
            scheme: only those of one scheme, such as ``rules``.

        Raises:
            ConfigError: there is no such day or scheme; says which there are.

        Example:
            >>> for size in ws.segments():
            ...     print(size.scheme, size.name, size.people, size.contactable)
            levels Active 1 1
            rules Buyers 2 1
        """
        rows = self._asked(lambda: sizes_and_movement(self.settings, self._lake, _day(as_of)))
        if scheme is not None:
            schemes = list(dict.fromkeys(row["scheme"] for row in rows))
            wanted = find_named("scheme", scheme, schemes, lambda name: (name,))
            rows = [row for row in rows if row["scheme"] == wanted]
        return Segments.of(rows, rows[0]["segment_date"] if rows else self._newest(as_of), self._page)

    def segment(self, name: str, as_of: Day = None) -> Segment:
        """One segment.

        Args:
            name: its name in either language, its key or its id; accents and case do not matter. A name that stands in
                two schemes is told apart by ``levels:cold``.

        Raises:
            UnknownName: no segment, or several, are meant; says what may be.

        Example:
            >>> buyers = ws.segment("acheteurs")
            >>> buyers
            Segment('Buyers' of rules, 2026-05-05: 2 people)
            >>> buyers.people().to_arrow()["person_id"].to_pylist()
            ['ann', 'bob']
            >>> buyers.changes().entered
            1
        """
        details = self._asked(lambda: describe_segment(self.settings, name, _day(as_of)))
        return Segment.of(details, self.settings, self._page)

    def preview(self, target: str | PathLike[str], as_of: Day = None) -> Preview:
        """Size, revenue and overlaps of one rule before it is published.

        Args:
            target: a condition such as ``n_order_365d >= 2``, the name of a rule of the workspace, or a file of one rule.

        Raises:
            ConfigError: neither exists, the condition has errors, or the file holds several rules (see ``previews``).

        Example:
            >>> two = ws.preview("n_order_365d >= 2")
            >>> two.people, two.contactable, two.left_out
            (3, 2, {'no_consent': 1})
            >>> curve = two.curve("n_order_365d")
            >>> [(point.threshold, point.people) for point in curve.points]
            [(0, 4), (2, 3), (3, 2), (5, 1)]
            >>> curve.between(2, 3).people
            -1
        """
        found = self.previews(target, as_of)
        if len(found) != 1:
            raise ConfigError(f"{target} holds {len(found)} rules: ask for previews({str(target)!r}).")
        return found.rules[0]

    def previews(self, target: str | PathLike[str], as_of: Day = None) -> Previews:
        """The same of all rules of a file, with the people whom each pair shares."""
        rules = rules_named(self.settings, fspath(target))
        rows = self._asked(
            lambda: preview(self.settings, self._lake, rules, _day(as_of)),
            lambda why: _preview_by_spark(self.settings, rules, _day(as_of), why),
        )
        made = (Preview.of(row, rule, self.settings, self._page) for row, rule in zip(rows, rules, strict=True))
        return Previews(tuple(made), self._page)

    def explain(self, person: str, segment: str | None = None, as_of: Day = None) -> Reasons:
        """Why a person is in each of its segments, with the values of the day, and what moved its scores.

        Args:
            person: a person_id; an e-mail address is taken too, is looked up by its pseudonym, and is shown nowhere.
            segment: a further one, which the person need not be in.

        Raises:
            ConfigError: the day has no such person.
        """
        day = self._newest(as_of)
        rows = self._asked(
            lambda: explain(self.settings, person, day, None, segment, may_start_spark=self._session is not None)
        )
        return Reasons(day, tuple(map(Reason.of, rows)), self._page)

    def features(self, names: Sequence[str], as_of: Day = None) -> People:
        """Values of everybody whom the lake knew on a day.

        Args:
            names: features, scores or values of the profile (``segspark features list``).

        Returns:
            One row per person: person_id and a column per name, in the unit that ``units`` tells; null where unknown.

        Raises:
            UnknownName: there is no such value; says what may be meant.

        Example:
            >>> found = ws.features(["n_order_365d", "avg_order_cents_365d"])
            >>> found.to_arrow().to_pylist()[0]
            {'person_id': 'ann', 'n_order_365d': 3, 'avg_order_cents_365d': 3000.0}
            >>> found.units
            {'n_order_365d': 'orders', 'avg_order_cents_365d': 'minor units'}
        """
        found = self._asked(lambda: features_of_people(self.settings, self._lake, names, _day(as_of)))
        return People.of(", ".join(found.rows.column_names[1:]), found, self._page)

    def groups(self) -> "Groups":
        """The behaviour groups in use: how many were tried, how clear each number was, names, and what a merge makes.

        Reads MLflow; its import takes a second or two.

        Raises:
            GateClosed: no groups are in use yet.
        """
        from segspark.api.groups import Groups

        return Groups.read(self.settings, self._page)

    def model(self, name: str, version: str | None = None) -> "ModelVersion":
        """A registered version of a model: gates, figures, reliability, card.

        Args:
            name: as it is configured, such as ``churn``.
            version: by default the champion's.

        Raises:
            ConfigError: there is no such model or version.
            GateClosed: no version of it is registered.
        """
        from segspark.api.model import ModelVersion

        return ModelVersion.read(self.settings, name, version, self._page)

    def training_set(
        self, outcome: str, cuts: Sequence[date | str], features: Sequence[str] | None = None, make: bool = False
    ) -> "TrainingSet":
        """People at past days, what was known of them on each, and what they did afterwards: for a model of one's own.

        Args:
            outcome: such as ``no_order_90d`` or ``click_14d``, or one of ``models.outcomes``.
            cuts: the past days; the newest judges, those whose labels end by it are to be learnt from.
            features: by default the inputs of the program's models.
            make: compute and store the set where it is not stored yet, by a flow; it starts Java.

        Raises:
            ConfigError: there is no such outcome or feature.
            GateClosed: the label of a cut is not observed yet; names the latest possible cut.
            OnlyBySpark: the set is not stored, and is not to be made.
        """
        from segspark.api.training_set import TrainingSet
        from segspark.app.training_set import make_training_set, stored_training_set

        given = [*cuts]
        card = make_training_set(self.settings, outcome, given, features) if make else None
        card = card or self._asked(lambda: stored_training_set(self.settings, outcome, given, features))
        if card is None:
            raise OnlyBySpark("This training set is not stored yet. Ask with make=True: Spark computes and stores it.")
        return TrainingSet(card, self.settings, self._page)

    def spark(self) -> "SparkSession":
        """A Spark session that reads and writes the lake's store; this and ``make=True`` alone start a JVM. After it, previews and reasons
        that only Spark can give are given."""
        if self._session is None:
            from segspark.spark.environment import check_environment
            from segspark.spark.session import session_for

            check_environment(self.settings.lake, writes=False)
            self._session = session_for(self.settings, f"segspark {self.settings.name} python")
        return self._session

    @property
    def _lake(self) -> Lake:
        return open_lake(self.settings)

    def _newest(self, as_of: Day) -> date:
        return self._asked(lambda: newest_day(look(EXPLAIN, self.settings, self._lake), _day(as_of)))

    def _asked(self, ask: Callable[[], A], by_spark: Callable[[str], A] | None = None) -> A:
        """An answer without Spark, else by Spark if a session is there.

        Raises:
            OnlyBySpark: with what to do.
        """
        try:
            if self.settings.catalog and self._session is None:
                raise OnlyBySpark("a catalog keeps the tables, and answers Spark alone")
            return ask()
        except OnlyBySpark as why:
            if self._session is None:
                raise OnlyBySpark(
                    f"{_capital(str(why))}. Call spark() of the workspace first; it starts Java."
                ) from None
            if by_spark is None:
                raise OnlyBySpark(f"{_capital(str(why))}. Read the tables by the session of spark().") from None
            return by_spark(str(why))

    def __repr__(self) -> str:
        return f"Workspace({self.settings.name!r})"


def _preview_by_spark(settings: Settings, rules: Sequence[Rule], day: date | None, why: str) -> list[dict[str, Any]]:
    from segspark.query.by_spark import preview_by_spark

    return preview_by_spark(settings, rules, day, f"Spark: {why}")


def _day(day: Day) -> date | None:
    if not isinstance(day, str):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise ConfigError(f"{day!r} is no date; write it as 2026-06-01.") from None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
