"""Schemes of one's own, each a value in this file: real days, questions and report know them, and nothing else changes.

``halves`` is exclusive and written by people; ``marks`` overlaps and follows from nothing that anybody writes; one
scheme is refused and one raises.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import rows_of
from lakes import BUYERS, FIRST, SECOND, SECOND_SCORED, Lakes
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.app.doctor import examine
from segspark.app.workspace import open_workspace
from segspark.config.models import Segments, Workspace
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.ids import mint, version_of
from segspark.pipeline.context import Resource
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.query.diff import diff_segments
from segspark.query.explain import explain
from segspark.query.look import describe_segment, segment_sizes
from segspark.query.plan import plan_segments
from segspark.query.preview import preview
from segspark.query.replay import replay_stored
from segspark.query.replay_by_spark import replay
from segspark.query.targets import rules_named
from segspark.reports.gather import gather
from segspark.reports.report import render_report
from segspark.sections import People, Section, Table
from segspark.segments.definitions import Resolve, Rule
from segspark.segments.entry import entry
from segspark.segments.flow import SEGMENTS
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.tree import Compare, Node, Not
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.scheme import (
    Conditions,
    Content,
    Prepared,
    Refused,
    Scheme,
    SchemeContext,
    StoredDay,
    Typed,
    Values,
    Written,
)
from segspark.segments.segment import Segment
from segspark.segments.validation_errors import ValidationIssue
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

# Who has how many orders on the second day.
MANY, FEW = ("ann", "bob", "eve", "ida"), ("zoe", "joe", "lou", "tim", "kim")
# Who does not permit profiling.
REFUSING = "max"

# An exclusive scheme that people write: who has ordered often, and the others. ------------------------------------

FILE = "halves.json"
WORD: Resource[str] = Resource("toy_word", lambda setting: "a word", lambda setting: "a word")
PREPARED: list[Prepared] = []


@dataclass(frozen=True)
class Split:
    """At least so many orders are many."""

    at: int

    @property
    def content(self) -> Any:
        return {"at": self.at}

    @property
    def version(self) -> str:
        return version_of(self.content)

    @property
    def many(self) -> Node:
        return Compare("n_order_lifetime", ">=", self.at)

    def nodes(self) -> list[tuple[str, Node]]:
        return [(FILE, self.many)]

    def resolved(self, resolve: Resolve) -> "Split":
        return self

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(
            Rule(key, segment(key).name, {}, when) for key, when in (("many", self.many), ("few", Not(self.many)))
        )


def segment(key: str) -> Segment:
    name = {"fr": f"{key} fr", "en": f"{key} orders"}
    return Segment("halves", mint("halves", key), key, name, {"fr": "d", "en": "described"})


def read(config: Segments, folder: Path, issues: list[ValidationIssue]) -> tuple[Split, ...]:
    path = folder / FILE
    return (Split(json.loads(path.read_text())["at"]),) if path.exists() else ()


def prepare(context: SchemeContext, people: DataFrame) -> Prepared | Refused:
    found = context.definitions.of("halves", Split)
    if not found:
        return Refused()
    (split,), f = found, context.f
    assert context.view.context[WORD] == "a word"
    many, few, everybody = segment("many"), segment("few"), segment("everybody")
    is_many = f.col("_is_many")

    def either(one: str, other: str) -> Column:
        return f.when(is_many, f.lit(one)).otherwise(f.lit(other))

    membership = entry(
        f,
        scheme="halves",
        segment_id=either(many.segment_id, few.segment_id),
        name=either(many.name[context.language], few.name[context.language]),
        level=f.lit(2),
        path=either("everybody/many", "everybody/few"),
        branch=either("many", "few"),
        version=split.version,
        score=f.col("engagement"),
        until=context.ahead.until(split.many) if context.ahead else None,
    )

    def deciding(typed: Typed) -> Mapping[str | None, Column]:
        return {None: typed(("n_order_lifetime",)), few.segment_id: typed(("n_order_lifetime", "days_since_order"))}

    prepared = Prepared(
        segments=(many,),
        entries=(membership,),
        contents=(Content(split.version, "halves", split.content, (many.segment_id,)),),
        deciding=deciding,
        place=lambda computed: (computed.withColumn("_is_many", to_column(split.many, f)), (few,)),
        coarser=(everybody,),
        notes={"halves_at": split.at},
        asked={"halves_people": lambda computed: computed.count()},
        looks_at={None: ("n_order_lifetime",)},
    )
    PREPARED.append(prepared)
    return prepared


def why(row: Mapping[str, Any], content: Any) -> Conditions:
    many, few = Split(content["at"]).rules
    when = (many if row["branch_id"] == "many" else few).when
    return Conditions(when, when)


def section(day: StoredDay) -> Section:
    rows = tuple((s.name, People(s.n_people)) for s in day.segments)
    columns = ({"fr": "Moitié", "en": "Half"}, {"fr": "Personnes", "en": "People"})
    note = {"fr": f"{day.outcomes['halves_people']} en tout", "en": f"{day.outcomes['halves_people']} in all"}
    return Section("halves", HALVES.titles, Table(columns, rows, note))


HALVES = Scheme(
    name="halves",
    titles={"fr": "Moitiés", "en": "Halves of the list"},
    order=9,
    exclusive=True,
    purpose="profiling",
    prepare=prepare,
    explain=why,
    needs=lambda: (WORD,),
    values=lambda context: ("n_order_lifetime", "days_since_order", "engagement"),
    asks=("days_since_active",),
    written=Written(
        read=read,
        parse=lambda content: Split(content["at"]),
        segments=lambda split: (segment("many"), segment("few")),
        count=lambda found: f"{len(found)} split",
        conditions=lambda split: split.rules,
    ),
    section=section,
    has_paths=True,
    in_summary=True,
    is_found=True,
    any_engine=True,
)

# A scheme of another shape: it overlaps, nobody writes it, and a person may have both of its segments. -------------


def prepare_marks(context: SchemeContext, people: DataFrame) -> Prepared:
    def mark(key: str) -> Column:
        text = F.lit(key)
        return entry(F, scheme="marks", segment_id=F.lit(mint("marks", key)), name=text, level=F.lit(1), path=text,
                     branch=text, version="marks-1", model_version="m/1")  # fmt: skip

    keys = ("known", "buyer")
    return Prepared(
        segments=tuple(Segment("marks", mint("marks", k), k, {"fr": k, "en": k}) for k in keys),
        entries=(mark("known"), F.when(F.col("n_order_lifetime") > 0, mark("buyer"))),
        contents=(Content("marks-1", "marks", list(keys)),),
        deciding=lambda typed: {},
    )


MARKS = Scheme(
    name="marks",
    titles={"fr": "Marques", "en": "Marks"},
    order=10,
    exclusive=False,
    purpose=None,
    prepare=prepare_marks,
    explain=lambda row, content: Values(("n_order_lifetime", "mark"), {"mark": row["branch_id"]}),
    values=lambda context: ("n_order_lifetime",),
)

# Two that cannot be made. ------------------------------------------------------------------------------------------


def raising(context: SchemeContext, people: DataFrame) -> Prepared:
    raise ValueError("out of order")


def unusable(name: str, prepare: Callable[[SchemeContext, DataFrame], Prepared | Refused]) -> Scheme:
    return Scheme(
        name, {"fr": name, "en": name}, 11, True, "profiling", prepare, explain=lambda row, content: Values(())
    )


REFUSED = unusable("closed", lambda context, people: Refused(("not in May", "nor in June")))
RAISING = unusable("broken", raising)


class Notes(Quiet):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


# Two days of the shop: ann, eve and ida have several orders from the beginning, bob gets his second; max and kim none. --


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    lake: SparkLake
    outcome: Mapping[str, Any]
    notes: list[str]

    def person(self, name: str) -> str:
        key = load_key(self.workspace.keys.environment, self.workspace.keys.file)
        return Pseudonymiser(key).identifier_id("email", f"{name}@example.com") or ""

    def rows(self, scheme: str, day: date = SECOND) -> list[dict[str, Any]]:
        return [r for r in rows_of(self.lake, gold.SEGMENTS, day) if r["scheme"] == scheme]


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("toys") / "w"
    _, lake = lakes.copy(SECOND_SCORED, folder)
    (folder / FILE).write_text('{"at": 2}')
    with SCHEMES.added(REFUSED, HALVES, RAISING, MARKS):
        workspace = open_workspace(folder, {})
        run_flow(SEGMENTS, workspace, lake, FIRST)
        told = Notes()
        yield Shop(workspace, lake, run_flow(SEGMENTS, workspace, lake, SECOND, told), told.notes)


def test_the_toy_uses_every_field_of_the_socket(shop: Shop) -> None:
    for made in (HALVES, HALVES.written, PREPARED[0]):
        for field in fields(made):  # type: ignore[arg-type]
            # Of schemes that nobody writes, whose groups a model gives: tests/query/duck/test_given.py.
            if field.name == "stored_as":
                continue
            value = getattr(made, field.name)
            assert value, field.name
            assert field.default is MISSING or value != field.default, field.name


def test_it_stands_in_segments_registry_and_definitions(shop: Shop) -> None:
    halves = {(r["person_id"], r["path"], r["level"], r["branch_id"]) for r in shop.rows("halves")}
    assert halves == {
        *((shop.person(name), "everybody/many", 2, "many") for name in MANY),
        *((shop.person(name), "everybody/few", 2, "few") for name in FEW),
        (shop.person(REFUSING), "without:profiling", 1, "without:profiling"),
    }
    assert {r["valid_until"] for r in shop.rows("halves") if r["branch_id"] == "many"} == {date(2027, 5, 4)}
    registered = [r for r in rows_of(shop.lake, gold.SEGMENT_REGISTRY) if r["scheme"] == "halves"]
    assert {(r["segment_key"], r["name_en"], r["first_date"]) for r in registered} == {
        *((key, f"{key} orders", FIRST) for key in ("many", "few", "everybody")),
        ("without:profiling", "No profiling", FIRST),
    }
    (stored,) = [r for r in rows_of(shop.lake, gold.DEFINITIONS) if r["scheme"] == "halves"]
    assert (stored["definition_version"], stored["content"]) == (Split(2).version, '{"at": 2}')


def test_the_run_records_its_notes_and_answers(shop: Shop) -> None:
    assert (shop.outcome["halves_at"], shop.outcome["halves_people"]) == (2, 10)


def test_a_person_who_moves_has_two_changes_with_what_decided(shop: Shop) -> None:
    changes = [r for r in rows_of(shop.lake, gold.SEGMENT_CHANGES, SECOND) if r["scheme"] == "halves"]
    found = {
        (r["person_id"], r["change"]): (r["segment_id"], [(v["name"], v["number"]) for v in r["deciding_values"]])
        for r in changes
    }
    assert found == {
        (shop.person("bob"), "moved_out"): (
            mint("halves", "few"), [("n_order_lifetime", 2.0), ("days_since_order", 1.0)],
        ),
        (shop.person("bob"), "moved_in"): (mint("halves", "many"), [("n_order_lifetime", 2.0)]),
    }  # fmt: skip


def test_a_refusal_and_a_failure_are_told_and_the_others_go_on(shop: Shop) -> None:
    assert shop.outcome["closed"] == "not in May; nor in June"
    assert shop.outcome["broken"] == "failed: ValueError: out of order"
    assert shop.notes == ["broken has no segments today: failed: ValueError: out of order"]
    assert {r["scheme"] for r in rows_of(shop.lake, gold.SEGMENTS, SECOND)} == {
        "levels",
        "rfm",
        "rules",
        "halves",
        "marks",
    }


def test_an_overlapping_scheme_without_definitions_needs_nothing_else(shop: Shop) -> None:
    found = {(r["person_id"], r["segment_name"], r["model_version"]) for r in shop.rows("marks")}
    assert found == {
        *((shop.person(name), "known", "m/1") for name in (*MANY, *FEW, REFUSING)),
        *((shop.person(name), "buyer", "m/1") for name in BUYERS),
    }
    assert [r for r in rows_of(shop.lake, gold.SEGMENT_CHANGES, SECOND) if r["scheme"] == "marks"] == []
    replayed = replay(shop.workspace, shop.lake, "marks", SECOND)
    assert {(s["segment_name"], s["people"], s["same"]) for s in replayed["segments"]} == {
        ("known", 10, 10),
        ("buyer", 8, 8),
    }
    lines = [e["lines"] for e in explain(shop.workspace, shop.person("ann"), None, "en") if e["scheme"] == "marks"]
    assert lines == [["n_order_lifetime = 3", "mark = buyer"], ["n_order_lifetime = 3", "mark = known"]]


def test_profiles_are_measured(shop: Shop) -> None:
    profiles = [r for r in rows_of(shop.lake, gold.SEGMENT_PROFILES, SECOND) if r["measure"] == "orders_30d"]
    values = {(r["scheme"], r["segment_name"]): r["value"] for r in profiles if r["scheme"] in ("halves", "marks")}
    assert values == {
        ("halves", "many orders"): 9.0, ("halves", "few orders"): 4.0, ("halves", "No profiling"): 0.0,
        ("marks", "known"): 13.0, ("marks", "buyer"): 13.0,
    }  # fmt: skip


def test_it_is_listed_shown_and_diagnosed(shop: Shop) -> None:
    sizes = {(r["scheme"], r["segment_name"]): r["people"] for r in segment_sizes(shop.workspace, None)}
    assert (sizes["halves", "many orders"], sizes["halves", "few orders"], sizes["marks", "known"]) == (4, 5, 10)
    shown = describe_segment(shop.workspace, "many", None)
    assert (shown["scheme"], shown["people"], shown["description"]) == ("halves", 4, "described")
    assert json.loads(shown["definition"]) == {"name": "n_order_lifetime", "op": ">=", "value": 2}
    assert describe_segment(shop.workspace, "buyer", None)["definition"] is None
    checks = {row["check"]: row["detail"] for row in examine(shop.workspace.folder)}
    assert checks["segments"].endswith(", levels: yes, 1 split")


def test_it_is_explained_to_its_members_and_to_those_outside(shop: Shop) -> None:
    explained = explain(shop.workspace, shop.person("kim"), None, "en", segment="many")
    inside, outside = (e for e in explained if e["scheme"] == "halves")
    assert (inside["segment_name"], inside["sentence"]) == (
        "few orders",
        "Is in “few orders”: orders, ever: 0 (not at least 2)",
    )
    assert (outside["segment_name"], outside["would_need"]) == (
        "many orders",
        "needed: n_order_lifetime >= 2 (2 orders short)",
    )


def test_it_is_previewed_compared_and_replayed(shop: Shop) -> None:
    (found,) = preview(shop.workspace, shop.lake, rules_named(shop.workspace, "many"), None)
    assert (found["people"], {o["segment"]: o["people"] for o in found["overlaps"]}["buyer"]) == (4, 4)
    compared = diff_segments(shop.workspace, f"many@{FIRST}", f"many@{SECOND}")
    assert (compared["entered"], compared["stayed"], compared["left_it"]) == (1, 3, 0)
    replayed = replay(shop.workspace, shop.lake, "halves", FIRST)
    assert replayed["is_written"]
    assert {(s["segment_name"], s["people"], s["same"]) for s in replayed["segments"]} == {
        ("many orders", 3, 3), ("few orders", 6, 6), ("No profiling", 1, 1),
    }  # fmt: skip
    with pytest.raises(OnlyBySpark, match="marks is made by functions of Spark alone"):
        replay_stored(shop.workspace, shop.lake, "marks", FIRST)


def test_a_change_of_its_definition_is_planned(shop: Shop) -> None:
    assert [r for r in plan_segments(shop.workspace, shop.lake, None) if r["scheme"] == "halves"] == []
    path = shop.workspace.folder / FILE
    try:
        path.write_text('{"at": 3}')
        rows = [r for r in plan_segments(shop.workspace, shop.lake, None) if r["scheme"] == "halves"]
    finally:
        path.write_text('{"at": 2}')
    assert [(r["segment"], r["change"], r["before"], r["after"], r["is_breaking"]) for r in rows] == [
        ("few orders", "redefined", 5, 8, False), ("many orders", "redefined", 4, 1, False),
    ]  # fmt: skip


def test_it_stands_in_the_report(shop: Shop) -> None:
    data = gather(shop.workspace, SECOND, "en")
    assert data.sizes is not None
    assert data.kpis is not None
    assert data.profiles is not None
    assert [(s.key, s.is_exclusive) for s in data.sizes.schemes][-2:] == [("halves", True), ("marks", False)]
    halves = next(s for s in data.sizes.schemes if s.key == "halves")
    assert {(s.name, s.path, s.n_people, s.n_entered) for s in halves.segments} == {
        ("many orders", "many", 4, 1), ("few orders", "few", 5, 0), ("No profiling", "without:profiling", 1, 0),
    }  # fmt: skip
    assert [scheme for scheme, _ in data.kpis.schemes][-2:] == ["halves", "marks"]
    assert [scheme for scheme, _ in data.profiles][-2:] == ["halves", "marks"]
    assert [s.name for s in data.sections][:3] == ["levels", "rfm", "halves"]
    page = render_report(data)
    assert '<li><a href="#halves">Halves of the list</a></li>' in page
    assert "<h3>Halves of the list</h3>" in page
    assert '<section id="halves">' in page
    assert '<tr><th scope="row">many orders</th><td>4</td></tr>' in page
    assert '<p class="note">10 in all</p>' in page
    assert "<h3>Marks</h3>" in page
