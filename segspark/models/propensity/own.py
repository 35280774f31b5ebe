"""Outcomes that a workspace defines itself: from its configuration to models like those of the program."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from segspark.config.models import Models
from segspark.features.feature import Catalogue
from segspark.models.model import Model
from segspark.models.propensity.config import OUTCOMES, Inputs, OwnOutcome
from segspark.models.propensity.inputs import FEATURES
from segspark.models.propensity.model import propensity_model
from segspark.models.propensity.outcome import Outcome, OutcomeWords
from segspark.near import did_you_mean


def own_models(models: Models) -> tuple[Model[Any, Any], ...]:
    """The models of a workspace's own outcomes, in the order of their names."""
    return tuple(_model(name, config.model_dump_json()) for name, config in sorted(models.outcomes.items()))


@cache
def _model(name: str, config: str) -> Model[Any, Any]:
    """One model for one configuration: what is resolved for it is found again by the model itself."""
    return propensity_model(outcome_of(name, OwnOutcome.model_validate(json.loads(config))), OwnOutcome)


def outcome_of(name: str, config: OwnOutcome) -> Outcome:
    """An outcome of the configuration as the program's own are."""
    population = f"({config.population})" if config.population else "true"
    if config.exclude:
        population += f" AND NOT coalesce({config.exclude}, false)"
    recency = config.recency or "days_since_active"
    needs = dict.fromkeys((*_columns(population), recency))
    return Outcome(
        name,
        config.measure,
        is_absence=config.is_absence,
        population=population,
        needs=tuple(needs),
        words=_words(name, config),
        recency=recency,
        after=config.after,
    )


def _columns(sql: str) -> tuple[str, ...]:
    from segspark.sources.expressions import parse_expression
    from segspark.sources.sql.tree import ExpressionError

    try:
        return tuple(sorted(parse_expression(sql.replace("{days}", "1")).columns))
    except ExpressionError:
        # outcome_issues tells.
        return ()


def _words(name: str, config: OwnOutcome) -> OutcomeWords:
    """The configured words, else plain ones made of the name."""
    plain = name.replace("_", " ")
    fr, en = config.title.get("fr", plain), config.title.get("en", plain)
    has, has_not = ("non", "oui") if config.is_absence else ("oui", "non")
    yes, no = ("no", "yes") if config.is_absence else ("yes", "no")
    people = config.population or "true"
    return OutcomeWords(
        title={"fr": f"{fr} dans les {{days}} jours", "en": f"{en} within {{days}} days"},
        short={"fr": fr, "en": en},
        predicted={
            "fr": f"{config.predicted.get('fr', fr)} dans les {{days}} jours qui suivent",
            "en": f"{config.predicted.get('en', en)} within the next {{days}} days",
        },
        did={
            "fr": config.did.get("fr", f"ont eu cette issue ({fr}\u00a0: {has})"),
            "en": config.did.get("en", f"had this outcome ({en}: {yes})"),
        },
        did_not={
            "fr": config.did_not.get("fr", f"n'ont pas eu cette issue ({fr}\u00a0: {has_not})"),
            "en": config.did_not.get("en", f"did not have this outcome ({en}: {no})"),
        },
        population={
            "fr": config.people.get("fr", f"les personnes telles que {people}"),
            "en": config.people.get("en", f"people with {people}"),
        },
    )


def outcome_issues(models: Models, catalogue: Catalogue, taken: Sequence[str]) -> list[str]:
    """What is wrong with the outcomes of a workspace: names of measures and columns that do not exist, or are taken.

    Args:
        taken: names of values and models that exist already.
    """
    issues = []
    measures = [m.name for m in catalogue.measures]
    columns = column_names(catalogue)
    for name, config in sorted(models.outcomes.items()):
        where = f"models.{OUTCOMES}.{name}"
        if name in taken:
            issues.append(f"{where}: there is a value or a model of this name already; choose another")
        issues += [_unknown(f"{where}.measure", m, measures) for m in (config.measure,) if m not in measures]
        issues += [_unknown(f"{where}.after", m, measures) for m in (config.after,) if m and m not in measures]
        issues += [_unknown(f"{where}.recency", c, columns) for c in (config.recency,) if c and c not in columns]
        for key in ("population", "exclude"):
            issues += _sql_issues(f"{where}.{key}", getattr(config, key), columns)
    return issues


def input_issues(where: str, inputs: Inputs, catalogue: Catalogue) -> list[str]:
    """Inputs that do not exist."""
    columns = column_names(catalogue)
    named = inputs.catalogue if isinstance(inputs.catalogue, tuple) else ()
    issues = [_unknown(f"{where}.catalogue", name, list(FEATURES)) for name in named if name not in FEATURES]
    return issues + [_unknown(f"{where}.features", name, columns) for name in inputs.features if name not in columns]


def column_names(catalogue: Catalogue) -> list[str]:
    """The columns that a model may look at."""
    return [*(c.name for c in catalogue.stored_columns()), *(d.name for d in catalogue.derived)]


def _sql_issues(where: str, sql: str, columns: Sequence[str]) -> list[str]:
    from segspark.sources.expressions import parse_expression
    from segspark.sources.sql.tree import ExpressionError

    if not sql:
        return []
    try:
        read = parse_expression(sql.replace("{days}", "1")).columns
    except ExpressionError as error:
        return [f"{where}: {error}"]
    return [_unknown(where, name, columns) for name in sorted(set(read) - {*columns, "as_of_date", "person_id"})]


def _unknown(where: str, name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known)
    return f"{where}: there is no {name!r}" + (f"; {hint}" if hint else "")
