"""Rules: named segments, each with a condition; a person may be in several."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segspark.ids import mint
from segspark.segments.definitions import Rule, rule_from
from segspark.segments.rule_files import read_rules
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.rules.tree import Or, looked_at, names
from segspark.segments.schemes.scheme import Conditions, Content, Prepared, Scheme, SchemeContext, Typed, Written
from segspark.segments.segment import Segment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.segments.validity import Validity


def _prepare(context: SchemeContext, people: "DataFrame") -> Prepared:
    rules = context.definitions.of(RULES.name, Rule)
    segments = tuple(rule_segment(rule) for rule in rules)

    def deciding(typed: Typed) -> Mapping[str | None, Column]:
        return {s.segment_id: typed(names(rule.when)) for rule, s in zip(rules, segments, strict=True)}

    return Prepared(
        segments=segments,
        entries=tuple(rule_entry(rule, context.language, context.ahead, context.f) for rule in rules),
        contents=tuple(
            Content(rule.version, rule.key, rule.content, (s.segment_id,))
            for rule, s in zip(rules, segments, strict=True)
        ),
        deciding=deciding,
        looks_at={s.segment_id: looked_at([rule.when]) for rule, s in zip(rules, segments, strict=True)},
    )


def rule_segment(rule: Rule) -> Segment:
    return Segment(RULES.name, mint(RULES.name, rule.key), rule.key, rule.name, rule.description)


def rule_entry(rule: Rule, language: str, ahead: "Validity | None", f: Functions) -> Column:
    """The membership in a rule, with the part of an alternative that holds first as its branch."""
    from segspark.segments.entry import entry

    parts = rule.when.parts if isinstance(rule.when, Or) else ()
    # One level, however many alternatives there are.
    branch = f.coalesce(*(f.when(to_column(p, f), f.lit(f"any[{at}]")) for at, p in enumerate(parts)), f.lit("when"))
    segment = rule_segment(rule)
    membership = entry(
        f,
        scheme=RULES.name,
        segment_id=f.lit(segment.segment_id),
        name=f.lit(rule.name[language]),
        level=f.lit(1),
        path=f.lit(rule.key),
        branch=branch,
        version=rule.version,
        until=ahead.until(rule.when) if ahead else None,
    )
    return f.when(to_column(rule.when, f), membership)


def _explain(row: Mapping[str, Any], content: Any) -> Conditions:
    when = rule_from(content).when
    return Conditions(when, when)


RULES = Scheme(
    name="rules",
    titles={"fr": "Segments nommés", "en": "Named segments"},
    order=3,
    exclusive=False,
    purpose=None,
    prepare=_prepare,
    explain=_explain,
    written=Written(
        read=read_rules,
        parse=rule_from,
        segments=lambda rule: (rule_segment(rule),),
        count=lambda found: f"{len(found)} rules",
        conditions=lambda rule: (rule,),
    ),
)
