"""A step uses the engine of the configuration, or the first that reads its tables; a new engine is one more value."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from segspark.errors import ConfigError
from segspark.features.engine.arrow_engine import ARROW
from segspark.features.engine.registry import ENGINES, choose_engine

ODD = {"gold.features": "delta.enableDeletionVectors=true"}


def view(lane: str, odd: dict[str, str] | None = None) -> Any:
    """A step that reads two tables, of which some are no plain files."""
    return SimpleNamespace(
        settings=SimpleNamespace(features=SimpleNamespace(lane=lane)),
        readable={"gold.features", "gold.activity_daily"},
        facts=lambda contract: SimpleNamespace(why_not_plain=(odd or {}).get(contract.name)),
        outcome={},
    )


@pytest.mark.parametrize(
    ("lane", "odd", "chosen", "because"),
    [
        ("auto", None, "direct", "plain files"),
        ("auto", ODD, "spark", "gold.features has delta.enableDeletionVectors=true"),
        ("direct", None, "direct", "features.lane"),
        ("spark", None, "spark", "features.lane"),
        ("spark", ODD, "spark", "gold.features has delta.enableDeletionVectors=true"),
    ],
)
def test_the_choice_and_its_reason_are_recorded(
    lane: str, odd: dict[str, str] | None, chosen: str, because: str
) -> None:
    step = view(lane, odd)
    assert choose_engine(step) is ENGINES.find(chosen)
    assert step.outcome == {"lane": chosen, "lane_because": because}


def test_an_engine_that_would_misread_a_table_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"features.lane is direct, but gold.features has delta.enableDel.*Use auto"):
        choose_engine(view("direct", ODD))


def test_tables_that_the_step_does_not_read_are_no_reason() -> None:
    assert choose_engine(view("auto", {"gold.activity_items": "anything"})) is ARROW


def test_an_engine_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"no feature engine 'sprak'. Did you mean spark\?"):
        choose_engine(view("sprak"))


def test_another_engine_is_chosen_by_its_name() -> None:
    toy = replace(ARROW, name="toy", why_not=lambda view: "")
    with ENGINES.added(toy):
        assert choose_engine(view("toy")) is toy
        # Those before it in the socket are preferred.
        assert choose_engine(view("auto")) is ARROW
