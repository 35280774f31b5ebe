"""Names and contents of segments are written down when they are first met."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from builders import make_workspace, rows_of, step_of

from segspark.segments.definitions import Group, Level, Levels, Rule
from segspark.segments.flow import SEGMENTS
from segspark.segments.registry import register
from segspark.segments.rules.tree import Always, Compare
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.rules import rule_segment
from segspark.segments.schemes.scheme import Content, Prepared, Refused
from segspark.segments.segment import Segment
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

FIRST, LATER = date(2026, 5, 3), date(2026, 5, 4)
BUYERS = Rule("buyers", {"fr": "Acheteurs", "en": "Buyers"}, {}, Compare("n_order_lifetime", ">=", 1))
RICH = Rule("rich", {"fr": "Riches", "en": "Rich"}, {"fr": "d", "en": "d"}, Compare("order_cents_365d", ">", 9))
CALM = Segment("behaviour", "calm", "calm", {"fr": "Calmes", "en": "Calm"}, centre=(1.0, 2.0), model_version="m/1")


def prepared(segments: list[Segment], *contents: Content, coarser: tuple[Segment, ...] = ()) -> Prepared:
    return Prepared(tuple(segments), (), contents, lambda typed: {}, coarser=coarser)


def clusters(*segments: Segment, coarser: tuple[Segment, ...] = ()) -> Prepared:
    return prepared(list(segments), Content("version-of-groups", "behaviour", {"0": "calm"}), coarser=coarser)


CLUSTERS = clusters(CALM)


class Registry:
    """The tables of a workspace without a session: nothing here is read or written by Spark."""

    def __init__(self, folder: Path) -> None:
        self.workspace = make_workspace(folder)
        self.lake = SparkLake(self.workspace.lake, None)  # type: ignore[arg-type]

    def register(
        self, day: date, rules: list[Rule], levels: Levels | None = None, behaviour: Prepared | None = None
    ) -> None:
        step = step_of(SEGMENTS, self.workspace, self.lake, day)
        of_rules = prepared([rule_segment(r) for r in rules], *[Content(r.version, r.key, r.content) for r in rules])
        of_levels = prepared([], Content(levels.version, "levels", levels.content)) if levels else Refused()
        results = {"levels": of_levels, "behaviour": behaviour or Refused(), "rules": of_rules}
        register(step, {SCHEMES.find(name): result for name, result in results.items()})

    def segments(self) -> dict[str, dict[str, Any]]:
        return {r["segment_key"]: r for r in rows_of(self.lake, gold.SEGMENT_REGISTRY)}

    def definitions(self) -> list[tuple[str, str, date]]:
        return sorted((r["scheme"], r["name"], r["first_date"]) for r in rows_of(self.lake, gold.DEFINITIONS))


def test_a_segment_keeps_the_day_on_which_it_was_first_met(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "w")
    registry.register(FIRST, [BUYERS])
    registry.register(LATER, [BUYERS, RICH])
    assert {k: r["first_date"] for k, r in registry.segments().items()} == {"buyers": FIRST, "rich": LATER}
    assert registry.definitions() == [("rules", "buyers", FIRST), ("rules", "rich", LATER)]


def test_the_same_day_again_writes_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "w")
    registry.register(FIRST, [BUYERS], None, CLUSTERS)
    before = [registry.lake.version(t) for t in (gold.SEGMENT_REGISTRY, gold.DEFINITIONS)]
    registry.register(FIRST, [BUYERS], None, CLUSTERS)
    assert [registry.lake.version(t) for t in (gold.SEGMENT_REGISTRY, gold.DEFINITIONS)] == before


def test_a_changed_condition_is_a_further_version_of_the_same_segment(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "w")
    registry.register(FIRST, [BUYERS])
    registry.register(LATER, [replace(BUYERS, when=Compare("n_order_lifetime", ">=", 2))])
    assert list(registry.segments()) == ["buyers"]
    assert registry.definitions() == [("rules", "buyers", FIRST), ("rules", "buyers", LATER)]


def test_what_is_stored_of_a_definition_is_its_content(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "w")
    levels = Levels((Level("all", (Group("a", {"fr": "é", "en": "e"}, Always()),)),))
    registry.register(FIRST, [BUYERS], levels, CLUSTERS)
    stored = {r["scheme"]: r for r in rows_of(registry.lake, gold.DEFINITIONS)}
    assert stored["rules"]["definition_version"] == BUYERS.version
    assert json.loads(stored["rules"]["content"]) == BUYERS.content
    assert (stored["levels"]["name"], json.loads(stored["levels"]["content"])) == ("levels", levels.content)
    assert "é" in stored["levels"]["content"]
    assert (stored["behaviour"]["definition_version"], stored["behaviour"]["content"]) == (
        "version-of-groups", '{"0": "calm"}',
    )  # fmt: skip


def test_the_name_of_a_group_follows_an_edit_and_that_of_a_rule_stays(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "w")
    registry.register(FIRST, [BUYERS], None, CLUSTERS)
    quiet = replace(CALM, name={"fr": "Tranquilles", "en": "Quiet"})
    retitled = replace(BUYERS, name={"fr": "Clients", "en": "Customers"})
    registry.register(LATER, [retitled], None, clusters(quiet))
    found = registry.segments()
    assert (found["calm"]["name_en"], found["calm"]["first_date"]) == ("Quiet", FIRST)
    assert (found["calm"]["centre"], found["calm"]["model_version"]) == ([1.0, 2.0], "m/1")
    assert found["buyers"]["name_en"] == "Buyers"


def test_coarser_groups_are_registered_once_under_their_first_name(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "w")
    around = Segment("behaviour", "all", "all", {"fr": "Tous", "en": "All"})
    registry.register(FIRST, [], None, clusters(CALM, coarser=(around, around)))
    registry.register(LATER, [], None, clusters(CALM, coarser=(replace(around, name={"fr": "t", "en": "e"}),)))
    assert len(rows_of(registry.lake, gold.SEGMENT_REGISTRY)) == 2
    assert registry.segments()["all"]["name_en"] == "All"
