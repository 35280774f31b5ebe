"""Memberships and changes of a shop, re-evaluated from stored values without the code that made them; and replayed."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import deltalake
import duckdb
import pytest
import sqlglot
from demo_shop import AS_OF, demo_shop
from lakes import Lakes

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.features.flow import FEATURES
from segspark.features.resources import load_catalogue
from segspark.ids import mint
from segspark.pipeline.runner import run_flow
from segspark.query.explain import explain
from segspark.query.replay import AGAIN
from segspark.query.replay_by_spark import replay
from segspark.scoring.cells import NAMES
from segspark.scoring.flow import SCORES
from segspark.segments.calendar import ELSEWHERE, Place, calendar_of
from segspark.segments.flow import SEGMENTS
from segspark.segments.narrative import narrative
from segspark.segments.rules.stored import from_json
from segspark.segments.schemes.rfm import VALUES as RFM_VALUES
from segspark.tables.contracts import gold, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake

DAY_BEFORE = AS_OF - timedelta(days=1)
RULES = {
    "any_of": "n_click_30d >= 2 or n_order_90d >= 1 or country = 'BE'",
    "quiet": "not days_since_active <= 20",
    "young_or_unknown": "age_years between 18 and 35 or age_years is null",
    "women": "country in ('FR', 'BE') and not gender = 'male'",
    "came_back": "last_click_date < last_visit_date and last_visit_date >= '2026-03-15'",
    "spending": "avg_order_cents_365d >= 4000 and click_rate_90d > 0.05",
    "recent": "recency >= 4 and engagement_tier <> 'inactive'",
    "on_thursday": "weekday = 4 and n_page_view_30d >= 1",
    "reachable": "is_contactable and days_since_order > 10",
    "card": "attributes.loyalty_card is not null and n_order_365d > 0",
    "given_up": "n_cart_add_30d >= 1",
    "hesitating": "did_not_then('cart_add', 'order', 3, 30) and not within(last_order_date, 5)",
}
# Redefined, gone and new on the second day.
CHANGED = {"any_of": "n_click_30d >= 3 or country = 'BE'", "given_up": None, "new_one": "n_visit_day_30d >= 2"}


def write_rules(workspace: Workspace, rules: Mapping[str, str | None]) -> None:
    lines = [
        f'  - {{name: {name}, title: {{fr: {name}, en: {name}}}, when: "{when}"}}'
        for name, when in rules.items()
        if when
    ]
    (workspace.folder / "segments" / "own.yaml").write_text("\n".join(["segments:", *lines]) + "\n")


@pytest.fixture(scope="module", params=[300, pytest.param(3_000, marks=pytest.mark.slow)])
def shop(
    lakes: Lakes, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[Workspace, Lake]:
    """Two days of segments. What arrived on the last day is in the lake already: the day before may not know of it."""
    workspace, lake = lakes.copy(demo_shop(request.param), tmp_path_factory.mktemp("explained") / "w")
    for day, rules in ((DAY_BEFORE, RULES), (AS_OF, {**RULES, **CHANGED})):
        write_rules(workspace, rules)
        for flow in (FEATURES, SCORES, SEGMENTS):
            run_flow(flow, workspace, lake, day)
    return workspace, lake


# The evaluator -------------------------------------------------------------------------------------------------


def is_true(said: Any, row: Mapping[str, Any]) -> bool:
    """A condition of gold.definitions on one row of values; a missing value makes a comparison false."""
    if "all" in said:
        return all(is_true(part, row) for part in said["all"])
    if "any" in said:
        return any(is_true(part, row) for part in said["any"])
    if "not" in said:
        return not is_true(said["not"], row)
    if "always" in said:
        return True
    if "did" in said:
        return dates_of(said, row)[0][1] is not None if "days" in row else row[dates_of(said)[0][0]] is not None
    left = value_in(row, said["name"])
    if "missing" in said:
        return left is None
    if "between" in said:
        low, high = said["between"]
        return left is not None and compared(left, low) >= 0 and compared(left, high) <= 0
    if "in" in said:
        return left is not None and any(compared(left, v) == 0 for v in said["in"])
    right = value_in(row, said["other"]) if "other" in said else said["value"]
    if said.get("plus") and right is not None:
        right += timedelta(days=said["plus"]) if isinstance(right, date) else said["plus"]
    if left is None or right is None:
        return False
    sign = compared(left, right)
    return {"=": sign == 0, "<>": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[said["op"]]


def dates_of(said: Any, row: Mapping[str, Any] | None = None) -> list[tuple[str, date | None]]:
    """A sequence as its two named dates: the newest day of the first act it is true of, and the next of the other."""
    word, other = ("then", said["then"]) if "then" in said else ("not", said["not_then"])
    stem = f"did_{said['did']}_{word}_{other}_{said['days']}d_of_{said['within']}d"
    if row is None:
        return [(f"{stem}_date", None), (f"{stem}_then_date", None)]
    firsts, thens = (row["days"].get(act, set()) for act in (said["did"], other))
    span, today = timedelta(days=said["days"]), row["as_of_date"]
    near = [d for d in firsts if d >= today - timedelta(days=said["within"])]
    follows = {d: any(d <= t < d + span for t in thens) for d in near}
    true_of = [d for d, f in follows.items() if (f if word == "then" else not f and d + span <= today)]
    first = max(true_of, default=None)
    after = min((t for t in thens if first and t >= first), default=None)
    return [(f"{stem}_date", first), (f"{stem}_then_date", after)]


def sequences_in(said: Any) -> list[Any]:
    if isinstance(said, dict):
        return [said] if "did" in said else [x for v in said.values() for x in sequences_in(v)]
    return [x for v in said for x in sequences_in(v)] if isinstance(said, list) else []


def value_in(row: Mapping[str, Any], name: str) -> Any:
    kind, _, key = name.partition(".")
    return (row.get(kind) or {}).get(key) if kind == "attributes" and name not in row else row.get(name)


def compared(left: Any, right: Any) -> float:
    if isinstance(left, date):
        left, right = left.isoformat(), str(right)
    if isinstance(left, str) and isinstance(right, int | float):
        left = float(left)
    return float((left > right) - (left < right))


def values_of(workspace: Workspace, lake: Lake, day: date) -> dict[str, dict[str, Any]]:
    """person_id -> all that definitions may look at, by DuckDB from the stored tables."""
    db = duckdb.connect()
    db.execute("CREATE MACRO try_divide(a, b) AS CASE WHEN b = 0 THEN NULL ELSE a / b END")
    derived = []
    looked_at = {*names_in(contents(lake)), *RFM_VALUES}
    for item in load_catalogue(workspace).narrowed(looked_at).derived:
        sql = sqlglot.transpile(item.sql, read="spark", write="duckdb")[0]
        derived.append(f"{sql} AS {item.name}")
    features = table(lake, gold.FEATURES, day)
    scores = table(lake, gold.SCORES, day)
    profiles, links = table(lake, silver.PROFILES), table(lake, silver.IDENTITY_LINKS)
    segments = table(lake, gold.SEGMENTS, day)
    names = ("country", "region", "city", "language", "gender", "signup_date", "birth_date", "attributes")
    latest = ", ".join(
        f"arg_max({n}, (valid_from, recorded_at, p.source)) FILTER ({n} IS NOT NULL) AS {n}" for n in names
    )
    wide = ", ".join(
        f"max(value) FILTER (score = '{n}') AS {n}" for n in ("recency", "frequency", "monetary", "engagement")
    )
    db.register("features", features), db.register("scores", scores), db.register("profiles", profiles)
    db.register("links", links), db.register("segments", segments)
    found = db.execute(
        f"""
        WITH owners AS (SELECT identifier_id, arg_max(person_id, (known_as_of, step)) AS person_id FROM links
                        WHERE known_as_of <= DATE '{day}' GROUP BY ALL),
        latest AS (SELECT person_id, {latest} FROM profiles p JOIN owners USING (identifier_id)
                   WHERE p.known_as_of <= DATE '{day}' AND valid_from < TIMESTAMPTZ '{day} 00:00:00+00' GROUP BY ALL),
        wide AS (SELECT person_id, {wide}, max(band) FILTER (score = 'rfm') AS rfm_cell,
                 max(band) FILTER (score = 'engagement') AS engagement_tier FROM scores GROUP BY ALL),
        contact AS (SELECT person_id, any_value(is_contactable) AS is_contactable FROM segments GROUP BY ALL)
        SELECT f.*, {", ".join(derived)}, latest.* EXCLUDE person_id, wide.* EXCLUDE person_id, is_contactable,
               datesub('year', birth_date, DATE '{day}') AS age_years
        FROM features f LEFT JOIN latest USING (person_id) LEFT JOIN wide USING (person_id)
        LEFT JOIN contact USING (person_id)
        """
    ).to_arrow_table()  # fmt: skip
    rows = found.to_pylist(maps_as_pydicts="strict")
    (
        db.register("tiles", table(lake, gold.ACTIVITY_DAILY)),
        db.register("learnt", table(lake, gold.ACTIVITY_CORRECTIONS)),
    )
    days: dict[str, dict[str, set[date]]] = {}
    for act in ("cart_add", "order", "click"):
        since = "email_marketing_from" if act == "click" else "profiling_from"
        done = db.execute(
            f"""
            SELECT person_id, activity_date FROM (
                SELECT person_id, activity_date, n_{act} AS n FROM tiles
                UNION ALL SELECT person_id, activity_date, n_{act} FROM learnt WHERE applied_as_of <= DATE '{day}')
            JOIN features USING (person_id)
            WHERE activity_date < DATE '{day}' AND activity_date >= {since} GROUP BY ALL HAVING sum(n) > 0
            """
        ).fetchall()
        for person, on in done:
            days.setdefault(person, {}).setdefault(act, set()).add(on)
    home = workspace.calendar.country

    def of_place(row: Mapping[str, Any]) -> dict[str, Any]:
        place = Place(home, row["region"]) if row["country"] in (home, None) else ELSEWHERE
        return calendar_of(day, workspace.calendar, place)

    people = {r["person_id"]: {**r, **of_place(r), "days": days.get(r["person_id"], {})} for r in rows}
    for said in sequences_in(list(contents(lake).values())):
        for row in people.values():
            row.update(dates_of(said, row))
    return people


def names_in(said: Any) -> set[str]:
    """Every value that some definitions look at."""
    if isinstance(said, dict):
        here = {v for k, v in said.items() if k in ("name", "other") and isinstance(v, str)}
        return here.union(*map(names_in, said.values()))
    return set().union(*map(names_in, said)) if isinstance(said, list) else set()


def table(lake: Lake, contract: Contract, day: date | None = None) -> Any:
    return lake.read_small(contract, filters=[(contract.partition_by[0], "=", day)] if day else None)


def contents(lake: Lake) -> dict[str, Any]:
    return {r["definition_version"]: json.loads(r["content"]) for r in table(lake, gold.DEFINITIONS).to_pylist()}


def path_of(levels: Any, row: Mapping[str, Any]) -> list[str]:
    return [next(g["key"] for g in level["groups"] if is_true(g["when"], row)) for level in levels]


# What is claimed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [DAY_BEFORE, AS_OF])
def test_every_membership_is_what_its_definition_says_on_the_stored_values(
    shop: tuple[Workspace, Lake], day: date
) -> None:
    workspace, lake = shop
    people, defined = values_of(workspace, lake, day), contents(lake)
    rows = table(lake, gold.SEGMENTS, day).to_pylist()
    rules = {r["definition_version"] for r in rows if r["scheme"] == "rules"}
    branches = {(r["person_id"], r["definition_version"]): r["branch_id"] for r in rows if r["scheme"] == "rules"}
    for version in rules:
        when = defined[version]["when"]
        for person, row in people.items():
            assert ((person, version) in branches) == is_true(when, row), (person, defined[version])
            if (person, version) in branches and "any" in when:
                first = next(at for at, part in enumerate(when["any"]) if is_true(part, row))
                assert branches[person, version] == f"any[{first}]"
    n_levels = 0
    refusing = {r["person_id"] for r in rows if r["branch_id"] == "without:profiling"}
    assert refusing == {who for who, row in people.items() if row["profiling_from"] is None} != set()
    for scheme in ("levels", "rfm"):
        their = {r["person_id"]: r["branch_id"] for r in rows if r["scheme"] == scheme}
        assert {who for who, branch in their.items() if branch == "without:profiling"} == refusing
    rows = [r for r in rows if r["branch_id"] != "without:profiling"]
    for row in (r for r in rows if r["scheme"] == "levels"):
        full, _, rolled = row["branch_id"].partition(":")
        assert full.split("/") == path_of(defined[row["definition_version"]], people[row["person_id"]])
        assert full.startswith(row["path"])
        assert (full == row["path"]) == (not rolled)
        assert row["segment_id"] == mint("levels", row["path"])
        n_levels += 1
    for row in (r for r in rows if r["scheme"] == "rfm"):
        assert row["branch_id"] == people[row["person_id"]]["rfm_cell"]
        assert defined[row["definition_version"]][row["branch_id"]] == row["segment_id"]
    assert n_levels == len(people) - len(refusing)
    assert len(rows) > 4 * len(people)
    assert len(rules) >= len(RULES) - 2


def test_a_cell_is_called_what_its_members_did(shop: tuple[Workspace, Lake]) -> None:
    """At least four of five members do what the name says, and of everybody else at most half that share."""
    people = [row for row in values_of(*shop, AS_OF).values() if row["rfm_cell"] is not None]
    since = sorted(row["days_since_order"] for row in people if row["n_order_365d"] > 0)

    def ordered(row: Mapping[str, Any], least: int, newest: float = 0, oldest: float = 1) -> bool:
        """So many orders in the year, the last one among the buyers from one quantile of recency to another."""
        first, last = (since[min(len(since) - 1, int(q * len(since)))] for q in (newest, oldest))
        return bool(row["n_order_365d"] >= least and first <= row["days_since_order"] <= last)

    says: dict[str, Callable[[Mapping[str, Any]], bool]] = {
        "champions": lambda row: ordered(row, 4, oldest=0.3),
        "loyal": lambda row: ordered(row, 3, 0.1, 0.7),
        "cannot_lose": lambda row: ordered(row, 4, newest=0.7),
        "at_risk": lambda row: ordered(row, 2, newest=0.5),
        "potential_loyalist": lambda row: ordered(row, 2, oldest=0.5),
        "new_customers": lambda row: ordered(row, 1, oldest=0.3) and row["days_since_first_order"] <= 365,
        "returned": lambda row: ordered(row, 1, oldest=0.3) and row["days_since_first_order"] > 365,
        "promising": lambda row: ordered(row, 1, 0.1, 0.5) and row["n_order_365d"] <= 2,
        "need_attention": lambda row: ordered(row, 2, 0.3, 0.7),
        "about_to_sleep": lambda row: ordered(row, 1, 0.3, 0.7) and row["n_order_365d"] <= 2,
        "hibernating": lambda row: ordered(row, 1, 0.5, 0.9),
        "lost": lambda row: ordered(row, 1, newest=0.7),
        "lapsed": lambda row: row["n_order_365d"] == 0 and row["days_since_order"] is not None,
        "never_bought": lambda row: row["days_since_order"] is None,
    }
    assert set(says) == set(NAMES)
    cells = Counter(row["rfm_cell"] for row in people)
    for cell in (cell for cell, n in cells.items() if n >= 10):
        inside = [says[cell](row) for row in people if row["rfm_cell"] == cell]
        outside = [says[cell](row) for row in people if row["rfm_cell"] != cell]
        share = sum(inside) / len(inside)
        assert share >= 0.8, cell
        assert sum(outside) / len(outside) <= share / 2, cell
    assert len([n for n in cells.values() if n >= 10]) >= 5


def test_every_change_carries_the_values_that_decided(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    people, defined = values_of(workspace, lake, AS_OF), contents(lake)
    changes = table(lake, gold.SEGMENT_CHANGES, AS_OF).to_pylist()
    met = set()
    for row in changes:
        said = row["deciding_values"]
        content = defined[row["definition_version"]]
        met.add((row["scheme"], row["change"]))
        if row["scheme"] == "rules" and content["name"] == "given_up":
            assert (row["change"], said) == ("left", None)
            continue
        values: dict[str, Any] = {}
        for v in said:
            filled = [v[kind] for kind in ("number", "text", "date") if v[kind] is not None]
            assert len(filled) <= 1
            values[v["name"]] = filled[0] if filled else None
            assert values[v["name"]] == value_in(people[row["person_id"]], v["name"]), (v, row)
        assert values
        if row["scheme"] == "rules":
            assert is_true(content["when"], values) == (row["change"] == "entered"), (row, content)
        if row["scheme"] == "levels":
            path = path_of(content, values)
            ids = [mint("levels", "/".join(path[:depth])) for depth in range(1, len(path) + 1)]
            here = row["segment_id"] if row["change"] in ("entered", "moved_in") else row["other_segment_id"]
            assert here in ids
    assert {("rules", "entered"), ("rules", "left"), ("levels", "moved_in"), ("levels", "moved_out")} <= met
    thursday = [r for r in changes if r["segment_id"] == mint("rules", "on_thursday")]
    assert {r["change"] for r in thursday} == {"left"}


def test_memberships_are_said_in_both_languages(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    people, defined = values_of(workspace, lake, AS_OF), contents(lake)
    rows = [r for r in table(lake, gold.SEGMENTS, AS_OF).to_pylist() if r["scheme"] == "rules"]
    for row in random.Random(3).sample(rows, 100):
        tree = from_json(defined[row["definition_version"]]["when"])
        told = [narrative(tree, people[row["person_id"]], spoken, "X") for spoken in ("fr", "en")]
        assert told[0].startswith("Est dans «\u00a0X\u00a0»\u00a0: ")
        assert told[1].startswith("Is in “X”: ")


def test_a_version_is_replayed_from_tiles_when_its_day_is_not_kept_any_more(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    first = values_of(workspace, lake, DAY_BEFORE)
    for contract in (gold.FEATURES, gold.SCORES):
        deltalake.DeltaTable(lake.path(contract)).delete(f"as_of_date <= '{AS_OF}'")
    for name in ("levels", "any_of"):
        found = replay(workspace, lake, name, DAY_BEFORE)
        assert (found["features"], found["is_written"]) == (AGAIN, True)
        assert found["segments"]
        assert all(s["people"] == s["stored"] == s["same"] for s in found["segments"]), found
    who = next(iter(first))
    told = {
        m["segment_name"]: m["sentence"] for m in explain(workspace, who, DAY_BEFORE, "en") if m["scheme"] == "rules"
    }
    assert told
    assert all(said.startswith(f"Is in “{name}”") for name, said in told.items())
    newer = next(
        v
        for v, c in contents(lake).items()
        if isinstance(c, dict) and c.get("name") == "any_of" and len(c["when"]["any"]) == 2
    )
    (only,) = replay(workspace, lake, newer, DAY_BEFORE)["segments"]
    assert only["people"] == sum(is_true(contents(lake)[newer]["when"], row) for row in first.values())
    assert only["stored"] == 0
    with pytest.raises(ConfigError, match=r"no definition or version 'any'.*any_of"):
        replay(workspace, lake, "any", DAY_BEFORE)
    with pytest.raises(GateClosed, match="not closed"):
        replay(workspace, lake, newer, AS_OF + timedelta(days=9))
