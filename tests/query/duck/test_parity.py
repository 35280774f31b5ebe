"""DuckDB and Spark give the same: memberships with branch and valid_until, previews, plans, one person's values, the gate."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import store_rows
from demo_shop import AS_OF, demo_shop
from lakes import Lakes
from pyspark.sql import functions as F
from query.duck.any_rules import any_rules
from query.duck.written import in_order, written_rows
from query.test_explain import CHANGED, RULES, write_rules

from segspark.activation.by_spark import gated
from segspark.activation.last_gate import EXPORT, gate
from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.features.acts import acts_of
from segspark.features.flow import FEATURES
from segspark.features.resources import CATALOGUE, load_catalogue
from segspark.features.undeclared import ADDED_UP, Undeclared
from segspark.models.resources import BEHAVIOUR_MODEL
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import View, look
from segspark.query import by_spark
from segspark.query.duck.memberships import memberships
from segspark.query.duck.windows import window_counts
from segspark.query.explain import explain
from segspark.query.person import read_person
from segspark.query.plan import plan_segments
from segspark.query.preview import preview
from segspark.query.replay import replay_stored
from segspark.query.replay_by_spark import replay
from segspark.query.targets import PREVIEW
from segspark.scoring.flow import SCORES
from segspark.segments.definitions import Definitions
from segspark.segments.flow import SEGMENTS, validity_of
from segspark.segments.membership import assign_segments
from segspark.segments.people import needed_columns, people_for_segments, sequences_in
from segspark.segments.resources import DEFINITIONS
from segspark.segments.rules.tree import names
from segspark.segments.schemes.registry import conditions_of
from segspark.segments.schemes.rules import RULES as RULE_SCHEME
from segspark.segments.schemes.rules import rule_entry
from segspark.segments.values import values_of
from segspark.tables.contracts import gold, privacy, silver
from segspark.tables.io.spark_lake import SparkLake


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """A day of segments; the definitions of the workspace have changed since."""
    workspace, lake = lakes.copy(demo_shop(300), tmp_path_factory.mktemp("parity") / "w")
    write_rules(workspace, RULES)
    for flow in (FEATURES, SCORES, SEGMENTS):
        run_flow(flow, workspace, lake, AS_OF)
    return workspace, lake


@pytest.fixture
def view(shop: tuple[Workspace, SparkLake]) -> Iterator[View]:
    with look(PREVIEW, *shop, AS_OF) as view:
        yield view


def test_written_schemes_give_the_rows_that_the_flow_stored(view: View) -> None:
    """All levels and rules of the demo, and those above."""
    found, stored = written_rows(view)
    assert {row[1] for row in stored} == {"levels", "rules"}
    assert found == stored


@pytest.mark.parametrize("n", [100, pytest.param(1_000, marks=pytest.mark.slow)])
def test_any_rules_give_the_same_memberships(view: View, n: int) -> None:
    catalogue = view.context[DEFINITIONS] and load_catalogue(view.context._setting.workspace)
    rules = any_rules(n, values_of(catalogue, view.settings.models), acts_of(catalogue), AS_OF)
    n_inside = 0
    for first in range(0, n, 50):
        some = rules[first : first + 50]
        definitions = Definitions({RULE_SCHEME.name: tuple(some)})
        with Database(view) as database:
            found = in_order(memberships(database, view, definitions, [RULE_SCHEME]).collect())
        people = people_for_segments(
            view, view.context[BEHAVIOUR_MODEL], needed_columns(definitions), sequences_in(definitions)
        )
        entries = [rule_entry(rule, view.settings.language, validity_of(view), F) for rule in some]
        expected = in_order([row.asDict() for row in assign_segments(people, entries, AS_OF).collect()])
        assert found == expected
        n_inside += len(expected)
    assert n_inside > 10 * n


def test_previews_are_the_same(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    with look(PREVIEW, workspace, lake, AS_OF) as view:
        rules = conditions_of(view.context[DEFINITIONS])
    by_duck, by_other = (of(workspace, lake, rules, AS_OF) for of in (preview, by_spark.preview))
    assert {row.pop("engine") for row in by_duck} == {"DuckDB"}
    assert {row.pop("engine") for row in by_other} == {"Spark"}
    for row in (*by_duck, *by_other):
        # Only the quick engine looks at the day before.
        del row["change"], row["since"]
    assert by_duck == by_other
    assert sum(row["people"] for row in by_duck) > 0


def test_the_number_seen_is_the_number_stored_and_the_number_before_the_gate(
    shop: tuple[Workspace, SparkLake],
) -> None:
    workspace, lake = shop
    ids = {r["segment_key"]: r["segment_id"] for r in lake.read_small(gold.SEGMENT_REGISTRY).to_pylist()}
    with look(PREVIEW, workspace, lake, AS_OF) as view:
        rules = conditions_of(view.context[DEFINITIONS])
        stored = view.read_small(gold.SEGMENTS, [("segment_date", "=", AS_OF)]).to_pylist()
    for row in preview(workspace, lake, rules, AS_OF):
        rows = [r for r in stored if r["scheme"] == "rules" and r["path"] == row["name"]]
        assert (row["people"], row["contactable"]) == (len(rows), sum(r["is_contactable"] for r in rows))
        if rows:
            with look(EXPORT, workspace, lake, AS_OF) as view, Database(view) as database:
                sizes = gate(database, view, ids[row["name"]], ("segment_name",), ("email",)).sizes
            assert sizes.get(None, 0) == row["contactable"]
            assert {why: n for why, n in sizes.items() if why} == row["left_out"]


def test_plans_are_the_same(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    assert plan_segments(workspace, lake, AS_OF) == []
    write_rules(workspace, {**RULES, **CHANGED})
    try:
        planned = plan_segments(workspace, lake, AS_OF)
        assert planned == by_spark.plan_segments(workspace, lake, AS_OF)
        assert {row["change"] for row in planned} == {"new", "gone", "redefined"}
    finally:
        write_rules(workspace, RULES)


def test_replays_are_the_same(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    for name in ("levels", "any_of", "rfm"):
        by_duck, by_other = replay_stored(workspace, lake, name, AS_OF), replay(workspace, lake, name, AS_OF)
        assert by_duck == by_other
        assert by_duck["is_written"]
        assert all(s["people"] == s["stored"] == s["same"] for s in by_duck["segments"])
    segments = {s["segment_name"] for s in replay_stored(workspace, lake, "rfm", AS_OF)["segments"]}
    assert len(segments) > 5


def test_windows_added_up_from_days_are_those_that_the_engine_stored(view: View) -> None:
    """Of every count and every declared window, as if nobody had declared it."""
    catalogue = view.context[CATALOGUE]
    wanted = [
        Undeclared(feature.column(days), feature.measure, feature.by_days, days, "")
        for feature in catalogue.of_measures
        if feature.by_days in ADDED_UP and not (feature.months or feature.weekdays or feature.only_sales)
        for days in feature.spans
        if days
    ]
    names = [each.name for each in wanted]
    stored = view.read_small(gold.FEATURES, [("as_of_date", "=", AS_OF)], ["person_id", *names]).to_pylist()
    with Database(view) as database:
        found = {row.pop("person_id"): row for row in database.rows(window_counts(database, view, wanted))}
    nobody = dict.fromkeys(names, 0)
    for row in stored:
        added = found.get(row.pop("person_id"), nobody)
        assert {name: added[name] or 0 for name in names} == row
    assert len(names) > 100
    assert sum(map(any, (row.values() for row in found.values()))) > 100


def test_explanations_are_the_same(shop: tuple[Workspace, SparkLake], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, lake = shop
    people = lake.read_small(gold.FEATURES, [("as_of_date", "=", AS_OF)], ["person_id"])["person_id"].to_pylist()

    def explained(person: str, language: str) -> list[dict[str, Any]]:
        return explain(workspace, person, AS_OF, language, "spending")

    some = [(sorted(people)[20], "fr"), (sorted(people)[40], "en")]
    by_duck = [explained(*asked) for asked in some]

    def refused(*given: object) -> None:
        raise OnlyBySpark("as if there were no such files")

    monkeypatch.setattr("segspark.query.person.people_of_day", refused)
    assert [explained(*asked) for asked in some] == by_duck
    sentences = {row["sentence"] for rows in by_duck for row in rows if row["sentence"]}
    assert len(sentences) > 3


def test_a_person_has_the_same_values(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    with look(PREVIEW, workspace, lake, AS_OF) as view:
        definitions = view.context[DEFINITIONS]
        person = view.read_small(gold.FEATURES, [("as_of_date", "=", AS_OF)], ["person_id"])["person_id"][7].as_py()
        sequences = sequences_in(definitions)
        wanted = sorted({name.partition(".")[0] for _, node in definitions.nodes() for name in names(node)})
        found = read_person(workspace, lake, person, AS_OF, wanted, sequences)
        people = people_for_segments(view, None, sequences=sequences)
        row = people.where(people["person_id"] == person).first()
    assert row is not None
    expected = row.asDict()
    expected["attributes"] = expected["attributes"] or {}
    assert {name: found[name] for name in wanted} == {name: expected[name] for name in wanted}
    assert len(wanted) > 20


def test_what_arrived_since_the_segment_was_made_is_removed_by_both_gates(
    lakes: Lakes, shop: tuple[Workspace, SparkLake]
) -> None:
    """The hostile cases: a withdrawal, a withdrawal taken back, a grant that expired, a complaint, a resubscription, a
    bounce."""
    workspace, lake = shop
    with look(EXPORT, workspace, lake, AS_OF) as view:
        stored = view.read_small(gold.SEGMENTS, [("segment_date", "=", AS_OF), ("scheme", "=", "rfm")]).to_pylist()
        links = view.read_small(silver.IDENTITY_LINKS).to_pylist()
        vault = view.read_small(privacy.IDENTITIES, [("kind", "=", "email")], ["identifier_id"])["identifier_id"]
    reachable = [row for row in stored if row["is_contactable"]]
    segment = max({r["segment_id"] for r in reachable}, key=[r["segment_id"] for r in reachable].count)
    people = sorted(r["person_id"] for r in reachable if r["segment_id"] == segment)
    emails = set(vault.to_pylist())
    address = {link["person_id"]: link["identifier_id"] for link in links if link["identifier_id"] in emails}
    assert len(people) > 8

    def gates() -> list[tuple[Any, Any, set[str]]]:
        found = []
        with look(EXPORT, workspace, lake, AS_OF) as view:
            with Database(view) as database:
                by_duck = gate(database, view, segment, ("segment_name",), ("email", "customer"))
                found.append((by_duck.sizes, by_duck.removed, {str(r) for r in by_duck.rows}))
            other = gated(view, segment, ("segment_name",), ("email", "customer"))
            found.append((other.sizes, other.removed, {str(row) for row in other.rows}))
        return found

    def said(person: str, value: str, day: int, expires: datetime | None = None) -> dict[str, Any]:
        at = datetime(2026, 5, day, 10, tzinfo=UTC)
        return {
            "source": "crm", "identifier_id": address[person], "purpose": "email_marketing", "topic": None, "value": value,
            "effective_at": at, "recorded_at": at, "expires_at": expires, "known_as_of": date(2026, 5, day + 1), "run_id": "x",
        }  # fmt: skip

    def objected(person: str, kind: str, day: int) -> dict[str, Any]:
        at = datetime(2026, 5, day, 10, tzinfo=UTC)
        return {"identifier_id": address[person], "known_as_of": date(2026, 5, day + 1), "event_type": kind, "occurred_at": at,
                "source": "esp", "event_id": f"{person}{kind}", "fingerprint": "f", "run_id": "x"}  # fmt: skip

    before = gates()
    assert before[0] == before[1]
    assert len(before[0][2]) == len(people)
    assert before[0][1] == {}
    withdrawn, back, expired, complained, again, bounced, left = people[:7]
    store_rows(lake, silver.CONSENTS, said(withdrawn, "withdrawn", 2), said(back, "withdrawn", 2), said(back, "granted", 3),
               said(expired, "granted", 2, AS_OF_MIDNIGHT - timedelta(hours=1)))  # fmt: skip
    store_rows(lake, silver.OBJECTIONS, objected(complained, "complaint", 2), objected(again, "unsubscribe", 2),
               {**objected(again, "resubscribe", 3), "event_id": "y"}, objected(bounced, "bounce_hard", 2),
               objected(left, "unsubscribe", 2))  # fmt: skip
    after = gates()
    assert after[0] == after[1]
    assert [t.name for t in lake.spark.catalog.listTables() if t.isTemporary] == []
    assert after[0][1] == {"no_consent": 2, "complained": 1, "hard_bounced": 1, "unsubscribed": 1}
    assert len(after[0][2]) == len(people) - 5


AS_OF_MIDNIGHT = datetime(2026, 4, 30, 22, tzinfo=UTC)
