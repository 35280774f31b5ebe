"""valid_until: stepping from day to day without an event, the membership is the same until then and another one then."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from written import parse_condition

from segspark.config.models import Calendar, Models
from segspark.features.catalogue import build_catalogue
from segspark.segments.calendar_context import CalendarContext
from segspark.segments.definitions import Group, Level, Levels, Rule
from segspark.segments.level_paths import levels_entry, with_full_path, with_placed_path
from segspark.segments.membership import assign_segments
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import Always, And, Compare, Followed, Node, Not, Or, leaves, names
from segspark.segments.schemes.levels import level_segments
from segspark.segments.schemes.rules import rule_entry
from segspark.segments.validity import FARTHEST_DAYS, Validity
from segspark.segments.values import values_of

AS_OF = date(2026, 6, 1)
DAY = timedelta(days=1)
CALENDAR = Calendar.model_validate(
    {
        "sales_periods": [{"name": "soldes", "start": "2026-06-24", "end": "2026-07-21", "market": "FR"}],
        "promotions": [{"name": "port", "start": "2026-06-10", "end": "2026-06-14", "region": "Bretagne"}],
    }
)
VALUES = values_of(build_catalogue((30, 90)), Models())
PLACES = CalendarContext(CALENDAR)
AHEAD = Validity(VALUES, PLACES, AS_OF, F)
DDL = (
    "person_id string, as_of_date date, last_click_date date, last_order_date date, days_since_click int, "
    "days_since_order int, n_order_lifetime bigint, n_order_30d bigint, age_years int, next_birthday_date date, "
    "country string, region string, attributes map<string,string>, churn double, "
    "did_visit_then_order_3d_of_20d_date date, did_visit_then_order_3d_of_20d_then_date date"
)
EXACT = [
    "days_since_click <= 30", "days_since_click > 30", "days_since_click = 33", "days_since_click <> 12",
    "days_since_click between 5 and 15.5", "days_since_click in (3, 20, 40)", "days_since_click < n_order_lifetime",
    "n_order_lifetime >= days_since_click + 2", "days_since_click < days_since_order", "last_click_date >= as_of - 30",
    "within(last_order_date, 45)", "as_of < last_click_date + 21", "as_of >= '2026-07-14'", "last_click_date is null",
    "last_click_date > last_order_date", "n_order_lifetime >= 2", "never('order')", "age_years < 30",
    "age_years in (29, 31)", "country = 'FR'", "attributes.income > 10", "season = 'summer'", "is_holiday",
    "sales_period is null", "sales_period = 'soldes'", "days_to_sales_period <= 10", "promotion is not null",
    "weekday >= 3", "month in (6, 9)", "did_then('visit', 'order', 3, 20)",
]  # fmt: skip
# What these say tomorrow cannot be known.
UNKNOWN = ["n_order_30d >= 1", "churn > 0.5", "n_order_30d < days_since_click", "weather is null"]


def people(n: int) -> list[dict[str, Any]]:
    rng = random.Random(3)

    def back(most: int) -> date | None:
        return None if rng.random() < 0.15 else AS_OF - rng.randint(1, most) * DAY

    found = []
    for at in range(n):
        click, order, visit = back(60), back(60), back(20)
        age = rng.choice([None, 28, 29, 30, 45])
        found.append(
            {
                "person_id": f"{at:032x}", "as_of_date": AS_OF, "last_click_date": click, "last_order_date": order,
                "days_since_click": (AS_OF - click).days if click else None,
                "days_since_order": (AS_OF - order).days if order else None,
                "n_order_lifetime": rng.randint(0, 40), "n_order_30d": rng.randint(0, 2), "age_years": age,
                "next_birthday_date": AS_OF + rng.randint(1, 365) * DAY if age else None,
                "country": rng.choice(["FR", "BE", None]), "region": rng.choice(["Bretagne", "Alsace", None]),
                "attributes": rng.choice([None, {"income": "12"}, {"income": "x"}]), "churn": rng.random(),
                "did_visit_then_order_3d_of_20d_date": visit, "did_visit_then_order_3d_of_20d_then_date": visit,
            }
        )  # fmt: skip
    return found


def later(row: dict[str, Any], day: date) -> dict[str, Any]:
    """The values of a day on which nothing has happened since."""
    n = (day - AS_OF).days
    place = next(
        p
        for p in PLACES.all
        if p.market in ("*", row["country"] or "FR") and p.region in (None, row["region"])
    )  # fmt: skip
    aged = {name: row[name] + n for name in ("days_since_click", "days_since_order") if row[name] is not None}
    birthday, visit = row["next_birthday_date"], row["did_visit_then_order_3d_of_20d_date"]
    return {
        **row, **aged, "as_of_date": day,
        "age_years": row["age_years"] + (day >= birthday) if birthday else None,
        "did_visit_then_order_3d_of_20d_date": visit if visit and visit >= day - 20 * DAY else None,
        **PLACES.on(day, place),
    }  # fmt: skip


def trees(rng: random.Random, n: int) -> list[Node]:
    def tree(depth: int) -> Node:
        if depth == 0 or rng.random() < 0.3:
            return parse_condition(rng.choice(EXACT))
        kind = rng.choice(["and", "or", "not"])
        if kind == "not":
            return Not(tree(depth - 1))
        return (And if kind == "and" else Or)(tuple(tree(depth - 1) for _ in range(2)))

    return [tree(2) for _ in range(n)]


def first_other_day(node: Node, row: dict[str, Any]) -> date:
    days = (AS_OF + n * DAY for n in range(1, FARTHEST_DAYS))
    return next((d for d in days if not holds(node, later(row, d))), AS_OF + FARTHEST_DAYS * DAY)


def test_a_membership_holds_until_valid_until_and_not_longer(spark: SparkSession) -> None:
    exact = [parse_condition(text) for text in EXACT] + trees(random.Random(8), 20)
    # An unknown condition beside one that decides alone changes nothing; where it decides, it is the next day.
    decided = [Or((node, parse_condition(text))) for node, text in zip(exact, UNKNOWN * 9, strict=False)][:12]
    rows = people(40)
    frame = spark.createDataFrame([tuple(r.values()) for r in rows], DDL).withColumns(PLACES.columns(AS_OF, F))
    nodes = [*exact, *decided]
    columns = [
        c.alias(f"c{at}_{i}") for at, n in enumerate(nodes) for i, c in enumerate((to_column(n, F), AHEAD.until(n)))
    ]
    n_inside, n_turning = 0, 0
    for row, told in zip(rows, frame.select(*columns).collect(), strict=True):
        today = later(row, AS_OF)
        for at, node in enumerate(nodes):
            assert told[f"c{at}_0"] == holds(node, today), (node, row)
            if not told[f"c{at}_0"]:
                continue
            until = told[f"c{at}_1"]
            n_inside += 1
            if at < len(exact):
                assert until == first_other_day(node, row), (node, row)
                n_turning += until < AS_OF + FARTHEST_DAYS * DAY
            else:
                # Null on every later day: only what is beside it can say yes.
                assert until == first_other_day(node.parts[0], row), (node, row)
    assert n_inside > 500
    assert n_turning > 200


def test_a_sequence_that_was_not_followed_may_be_another_one_tomorrow_once_it_is_too_old(spark: SparkSession) -> None:
    node = Followed("visit", "order", 3, False, 20)
    frame = spark.createDataFrame([(AS_OF - 15 * DAY, None)], f"{node.name} date, {node.then_name} date")
    assert frame.select(AHEAD.until(node).alias("x")).first()["x"] == AS_OF + 6 * DAY  # type: ignore[index]


def test_levels_and_rules_carry_it_and_other_schemes_say_the_next_day(spark: SparkSession) -> None:
    recent = Group("recent", {"fr": "r", "en": "r"}, parse_condition("days_since_click <= 10"))
    others = Group("others", {"fr": "o", "en": "o"}, Always())
    buyers = replace(recent, key="buyers", when=parse_condition("never('order')"))
    levels = Levels((Level("a", (recent, others)), Level("b", (buyers, others))))
    rule = Rule("old", {"fr": "o", "en": "o"}, {}, Compare("days_since_click", ">=", 5))
    ddl = "person_id string, days_since_click int, last_order_date date, is_contactable boolean, not_contactable_reason string"
    frame = spark.createDataFrame([("ann", 4, None, True, None), ("bob", 30, AS_OF, True, None)], ddl)
    placed = {(a, b): (a, b) for a in ("recent", "others") for b in ("buyers", "others")}
    by_path = {s.key: s for s in level_segments(levels, placed)}
    people = with_placed_path(with_full_path(frame, levels, F), placed, by_path, F)

    def of_rule(ahead: Validity | None) -> Column:
        return rule_entry(rule, "en", ahead, F)

    found = assign_segments(people, [levels_entry("levels", levels, "en", AHEAD, F), of_rule(AHEAD)], AS_OF).collect()
    assert {(r["person_id"], r["path"]): (r["valid_until"] - AS_OF).days for r in found} == {
        # Eleven days since the click in seven days; who clicked 30 days ago stays among the others.
        ("ann", "recent/buyers"): 7,
        ("bob", "others/others"): FARTHEST_DAYS,
        ("bob", "old"): FARTHEST_DAYS,
    }
    without = assign_segments(frame, [of_rule(None)], AS_OF).collect()
    assert [(r["valid_until"] - AS_OF).days for r in without] == [1]


def test_every_name_of_these_conditions_is_one_of_the_catalogue() -> None:
    for text in (*EXACT, *UNKNOWN):
        for leaf in leaves(parse_condition(text)):
            if not isinstance(leaf, Followed):
                assert all(n in VALUES or n.startswith("attributes.") for n in names(leaf))
