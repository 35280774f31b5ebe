"""docs/reference/configuration.md: every key of a workspace's files."""

import re

from docs.generate.markdown import anchor, code, codes, table, text
from docs.generate.markdown import page as whole
from docs.generate.schema import sections_of
from segspark.app.workspace import workspace_type
from segspark.features.aggregations.registry import AGGREGATIONS, ITEM_AGGREGATIONS
from segspark.features.own import OwnFeatures
from segspark.segments.level_files import LevelsForm
from segspark.segments.rule_files import RulesForm
from segspark.sources import convert
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source
from segspark.sources.vocabulary import EVENT_TYPES
from segspark.tables.contracts import silver

_FILES = {
    "segspark.yaml": """The lake, time zone, consent, windows, models and schemes.

- What the file does not set has its default. Mappings are merged with the defaults, lists replace them.
- The environment goes over the file: `SEGSPARK__SEGMENTS__MIN_SIZE=5` is `segments.min_size: 5`.
- In texts, `${NAME}` and `${NAME:-default}` are taken from the environment.
- Relative paths start at the folder of the file.
- Editors that read JSON Schema can use `conf/workspace.schema.json`.""",
    "sources/*.yaml": "One file per source. `sources` in `segspark.yaml` says where they are. "
    "[Bring a source](../how-to/bring-a-source.md) shows how to write one.",
    "levels.yaml": "The levels of the scheme `levels`. `segments.levels` in `segspark.yaml` names the file.",
    "segments/*.yaml": "Named segments of the scheme `rules`. `segments.rules` in `segspark.yaml` says where they are. "
    "[Write rules](../how-to/write-rules.md) says what a condition may hold.",
    "features.yaml": "Measures and features of the workspace. `features.files` in `segspark.yaml` names the files. "
    "[Add a feature](../how-to/add/feature.md) shows both ways.",
}
_TARGETS = {
    "events": silver.EVENTS,
    "orders": silver.ORDERS,
    "order_lines": silver.ORDER_LINES,
    "profiles": silver.PROFILES,
    "consents": silver.CONSENTS,
}
_FORMS = {
    convert.to_text: "text",
    convert.to_time: "time, in the form of `times`",
    convert.to_date: "date",
    convert.to_integer: "whole number",
    convert.to_decimal: "decimal number",
    convert.to_number: "number",
    convert.to_boolean: "`true`, `t`, `yes`, `y`, `1`, or `false`, `f`, `no`, `n`, `0`",
    convert.to_currency: "ISO 4217 code",
}
# Columns of a mapping that are converted before they are stored.
_MEANINGS = {
    "amount": "Amount in units of the currency, e.g. 12.50; of a refund, the positive amount given back",
    "refunded": "Refunded so far, in units of the currency",
    "birth_year": "Year of birth, where the date is not known",
    "category": "Category of what was ordered",
}


def page() -> str:
    models = {
        "segspark.yaml": workspace_type(),
        "sources/*.yaml": Source,
        "levels.yaml": LevelsForm,
        "segments/*.yaml": RulesForm,
        "features.yaml": OwnFeatures,
    }
    lines = [
        "A workspace is a folder of YAML files. Unknown keys and wrong values are refused: the message names file, line",
        "and key, and what is allowed. Rules and features may be files of Python too, where many are alike.",
        *table(
            ["file", "what it holds"],
            [[f"[`{name}`](#{anchor(name)})", text(_first(said))] for name, said in _FILES.items()],
        ),
    ]
    for name, model in models.items():
        lines += [f"## {name}", "", _FILES[name], "", *sections_of(model)]
        if model is Source:
            lines += [*_targets(), *_providers()]
        if model is OwnFeatures:
            lines += _aggregations()
    return whole("Configuration", *lines)


def _first(said: str) -> str:
    return re.split(r"\.\s", said)[0].rstrip(".") + "."


def _targets() -> list[str]:
    lines = [
        "### Columns of each target",
        "",
        "What `records.columns` of a mapped source may hold. A value that is not of its form sends the record to",
        "quarantine. `attributes` may stand besides in each target.",
        "",
    ]
    for target, contract in _TARGETS.items():
        meanings = {**_MEANINGS, **{c.name: c.comment.removesuffix(" (UTC)") for c in contract.columns}}
        needed = convert.REQUIRED[target]
        columns = sorted(convert.COLUMNS[target].items(), key=lambda item: item[0] not in needed)
        rows = [[code(n), "needed" if n in needed else "", _form(c), text(meanings.get(n, ""))] for n, c in columns]
        lines += [f"#### {target}", *table(["column", "", "form", "meaning"], rows)]
    return lines


def _form(converter: convert.Converter) -> str:
    return codes(converter.words) if isinstance(converter, convert.OneOf) else _FORMS[converter]


def _providers() -> list[str]:
    lines = [
        "### Providers",
        "",
        "The values of `kind`. Each provider but `mapped` knows its own format: its sources need `name`, `kind` and",
        "`path` only. A word that is not in the table becomes `unknown`; details of a record may decide otherwise, for",
        "example between hard and soft bounces. [Add a provider](../how-to/add/provider.md) says how there are more.",
        "",
        f"The shared words of events: {codes(EVENT_TYPES)}.",
        *table(
            ["kind", "its words, and the shared word of each"],
            [[code(p.name), _words(dict(p.vocabulary))] for p in PROVIDERS.all()],
        ),
    ]
    for provider in PROVIDERS.all():
        if provider.options.model_fields:
            lines += [f"#### Options of {provider.name}", *sections_of(provider.options)]
    return [*lines, ""]


def _words(vocabulary: dict[str, str]) -> str:
    shared: dict[str, list[str]] = {}
    for word, one in vocabulary.items():
        shared.setdefault(one, []).append(word)
    return "<br>".join(f"{codes(words)} → {code(one)}" for one, words in shared.items()) or "its YAML says"


def _aggregations() -> list[str]:
    rows = [["`count`", "number of events", "yes"]]
    rows += [[code(a.name), f"{text(a.words)} …", "yes" if a.windowed else "no"] for a in AGGREGATIONS.all()]
    rows += [[code(a.name), f"{text(a.words)} …", "yes" if a.windowed else "no"] for a in ITEM_AGGREGATIONS.all()]
    return [
        "### Aggregations",
        "",
        "The values of `aggregate`. [Add an aggregation](../how-to/add/aggregation.md) says how there are more.",
        *table(["aggregate", "of the days or items of a window", "has windows"], rows),
    ]
