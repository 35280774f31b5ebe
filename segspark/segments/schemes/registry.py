"""The schemes, in the order of sizes in the report and of a person's memberships."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from segspark.config.models import Segments
from segspark.pipeline.context import Resource
from segspark.pipeline.view import View
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.schemes.behaviour import BEHAVIOUR
from segspark.segments.schemes.levels import LEVELS
from segspark.segments.schemes.rare import RARE
from segspark.segments.schemes.rfm import RFM
from segspark.segments.schemes.rules import RULES
from segspark.segments.schemes.scheme import Scheme, Written
from segspark.sockets import Socket

if TYPE_CHECKING:
    from segspark.models.clustering.active import ActiveClustering
    from segspark.models.clustering.current import CurrentGroups

T = TypeVar("T")

SCHEMES: Socket[Scheme] = Socket("scheme", LEVELS, RFM, BEHAVIOUR, RARE, RULES)


def active_schemes(config: Segments) -> tuple[Scheme, ...]:
    """The schemes that a workspace makes: all if it names none.

    Raises:
        ConfigError: one that it names does not exist.
    """
    wanted = {SCHEMES.find(name).name for name in config.schemes or SCHEMES.names()}
    return tuple(scheme for scheme in SCHEMES.all() if scheme.name in wanted)


def written_schemes() -> tuple[tuple[Scheme, Written], ...]:
    """The schemes whose definitions people write."""
    return tuple((scheme, scheme.written) for scheme in SCHEMES.all() if scheme.written is not None)


def conditions_of(definitions: Definitions) -> tuple[Rule, ...]:
    """The segments that a single condition describes."""
    return tuple(
        rule
        for scheme, written in written_schemes()
        for definition in definitions.by_scheme.get(scheme.name, ())
        for rule in written.conditions(definition)
    )


def groups_in_use(view: View) -> "ActiveClustering | None":
    """The model of groups of the day; None without one, or if no scheme that is made needs it."""
    from segspark.models.resources import ACTIVE_CLUSTERING

    return _if_needed(view, ACTIVE_CLUSTERING)


def current_groups(view: View) -> "CurrentGroups | None":
    """What the model of the day found; None without one, or if no scheme that is made needs it."""
    from segspark.models.resources import CURRENT_GROUPS

    return _if_needed(view, CURRENT_GROUPS)


def _if_needed(view: View, resource: Resource[T]) -> T | None:
    return view.context[resource] if resource in needs_of(active_schemes(view.settings.segments)) else None


def needs_of(schemes: Iterable[Scheme]) -> tuple[Resource[Any], ...]:
    """What schemes look up, each once."""
    return tuple(dict.fromkeys(resource for scheme in schemes for resource in scheme.needs()))
