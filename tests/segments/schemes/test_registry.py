"""Which schemes there are, in which order, and which of them a workspace makes."""

from types import SimpleNamespace
from typing import Any

import pytest

from segspark.config.models import Segments
from segspark.errors import ConfigError
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.rules.tree import Always
from segspark.segments.schemes.registry import (
    SCHEMES,
    active_schemes,
    conditions_of,
    groups_in_use,
    needs_of,
    written_schemes,
)


def names(*wanted: str) -> list[str]:
    return [scheme.name for scheme in active_schemes(Segments.model_validate({"schemes": wanted}))]


def test_a_workspace_makes_the_schemes_that_it_names_in_the_registered_order() -> None:
    assert names("rules", "levels") == ["levels", "rules"]
    assert names() == list(SCHEMES.names())


def test_a_scheme_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no scheme 'rmf'. Did you mean rfm\?"):
        names("rmf")


def test_every_scheme_has_a_title_in_both_languages_and_its_own_place() -> None:
    assert all(set(scheme.titles) == {"fr", "en"} for scheme in SCHEMES.all())
    assert len({scheme.order for scheme in SCHEMES.all()}) == len(SCHEMES.all())


def test_of_definitions_those_of_a_single_condition_are_found() -> None:
    rule = Rule("all", {"fr": "a", "en": "a"}, {}, Always())
    assert conditions_of(Definitions({"rules": (rule,)})) == (rule,)
    assert all(scheme.editable for scheme, _ in written_schemes())
    assert {"levels", "rules"} <= {scheme.name for scheme, _ in written_schemes()}


def test_a_resource_of_several_schemes_is_needed_once() -> None:
    twice = SCHEMES.find("behaviour"), SCHEMES.find("rare")
    assert [r.name for r in needs_of(twice)] == ["current_groups", "active_clustering"]


class Asked(dict[Any, Any]):
    """Resources, with those that were looked up."""

    def __getitem__(self, resource: Any) -> Any:
        self.setdefault("asked", []).append(resource.name)
        return "groups"


@pytest.mark.parametrize(("schemes", "asked"), [(("rare",), ["active_clustering"]), (("rules", "rfm"), None)])
def test_the_model_of_groups_is_looked_up_only_if_a_scheme_needs_it(
    schemes: tuple[str, ...], asked: list[str] | None
) -> None:
    settings = SimpleNamespace(segments=Segments.model_validate({"schemes": schemes}))
    view: Any = SimpleNamespace(settings=settings, context=Asked())
    assert groups_in_use(view) == ("groups" if asked else None)
    assert view.context.get("asked") == asked
