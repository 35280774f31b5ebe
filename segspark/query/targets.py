"""What a preview is of: a rule of the workspace, the rules of a file, or a condition."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from segspark.config.models import Workspace
from segspark.config.url import why_no_path, without_file
from segspark.errors import ConfigError, GateClosed
from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE, load_catalogue
from segspark.features.undeclared import all_undeclared
from segspark.features.value import Value
from segspark.models.registry import MODELS
from segspark.models.resources import ACTIVE_CLUSTERING, BEHAVIOUR_MODEL, models_in_use
from segspark.near import find_named
from segspark.pipeline.context import Resource
from segspark.pipeline.view import Question, View
from segspark.segments.check import issues_in
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.references import resolve_rules
from segspark.segments.resources import CALENDAR, DEFINITIONS, definitions_of
from segspark.segments.rule_files import load_rules
from segspark.segments.rules.functions import WordError
from segspark.segments.rules.sql import parse_text
from segspark.segments.rules.tree import names
from segspark.segments.schemes.registry import conditions_of, needs_of, written_schemes
from segspark.segments.validation_errors import ValidationIssue, raise_issues
from segspark.segments.values import values_of
from segspark.tables.contracts import gold

# Pairs of segments are counted in one pass, with an expression per pair.
MOST_PREVIEWED = 40
# The name of a condition that stands on the command line.
CONDITION = "condition"


def needs() -> tuple[Resource[Any], ...]:
    """What previews look up, with what the schemes do whose definitions people write."""
    written = needs_of(scheme for scheme, _ in written_schemes())
    columns = [model for model in MODELS.all() if model.columns is not None]
    own = (CATALOGUE, DEFINITIONS, CALENDAR, BEHAVIOUR_MODEL, ACTIVE_CLUSTERING, *models_in_use(columns))
    return tuple(dict.fromkeys((*own, *written)))


PREVIEW = Question(
    "preview",
    (
        "gold.people", "gold.features", "gold.activity_daily", "gold.activity_corrections", "gold.scores",
        "silver.profiles", "silver.identity_links", "silver.consents", "silver.events", "silver.objections",
        "privacy.identities", "gold.segment_registry", "gold.definitions", "gold.segments",
    ),
    needs,
)  # fmt: skip


def rules_named(workspace: Workspace, target: str) -> tuple[Rule, ...]:
    """The workspace's rule of this name, all rules of a YAML or Python file, or one rule of a condition's text.

    Raises:
        ConfigError: neither exists, or the definitions are invalid.
    """
    if why := why_no_path(target):
        raise ConfigError(f"{target}: {why}.")
    path = Path(without_file(target))
    known = conditions_of(definitions_of(workspace))
    if path.suffix in (".yaml", ".yml", ".py"):
        # Relative to the current folder, or to the workspace.
        here = path if path.exists() else workspace.folder / path
        rules = tuple(resolve_rules(load_rules(here), known))
    else:
        named = tuple(r for r in known if target in (r.key, *r.name.values()))
        rules = named or _of_condition(target, known) or (_meant(target, known),)
    if len(rules) > MOST_PREVIEWED:
        raise ConfigError(f"{target} holds {len(rules)} segments; at most {MOST_PREVIEWED} are previewed together.")
    catalogue = load_catalogue(workspace)
    known_values = {**values_of(catalogue, workspace.models), **windows_in(rules, catalogue)}
    raise_issues(issues_in(Definitions({target: rules}), known_values, acts_of(catalogue)))
    return rules


def windows_in(rules: Iterable[Rule], catalogue: Catalogue) -> dict[str, Value]:
    """What rules look at over windows that are not declared: questions may, published definitions may not."""
    named = {name for rule in rules for name in names(rule.when)}
    return dict.fromkeys(all_undeclared(named, catalogue), Value("number", "moving"))


def _meant(target: str, known: tuple[Rule, ...]) -> Rule:
    """
    Raises:
        UnknownName: no rule is called so, or several are.
    """
    see = "A file of rules ends in .yaml, .yml or .py; a condition is written as n_order_365d >= 2."
    return find_named("rule", target, known, lambda rule: (rule.key, *rule.name.values()), see)


def _of_condition(text: str, known: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rule of a text that is a condition; none if it is a word, as the name of a rule that does not exist."""
    if not any(sign in text for sign in "=<>(") and " is " not in text and " in " not in text:
        return ()
    try:
        when = parse_text(text)
    except WordError as error:
        raise_issues([ValidationIssue(error.code, error.what, "the condition", error.fix)])
        raise
    rule = Rule(CONDITION, {"fr": text, "en": text}, {"fr": "", "en": ""}, when)
    return tuple(resolve_rules([rule], known))


def day_with_features(view: View, as_of: date | None) -> date:
    """The given day, or the newest that has features."""
    days = view.facts(gold.FEATURES).days
    if not days:
        raise GateClosed("The lake has no features yet. Run: segspark run daily --as-of DATE")
    if as_of is not None and as_of not in days:
        raise ConfigError(f"There are no features of {as_of}; stored days are {days[0]} to {days[-1]}.")
    return as_of or days[-1]
