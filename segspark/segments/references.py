"""Segments that refer to others: their names are replaced by their trees."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from segspark.segments.definitions import Definition, Resolve, Rule
from segspark.segments.rules.tree import Always, Node, members, with_members
from segspark.segments.validation_errors import ValidationIssue, near, raise_issues

D = TypeVar("D", bound=Definition)


def resolver(written: Mapping[str, Node], issues: list[ValidationIssue]) -> Resolve:
    """The function that replaces names of segments in a tree.

    A referenced segment is then part of the definition's content: changing it gives a new version of both.

    Args:
        written: the segments that may be named, with their trees as written.
        issues: receives unknown segments and circular references.
    """

    def resolve(node: Node, above: tuple[str, ...]) -> Node:
        trees: dict[str, Node] = {}
        for member in members(node):
            key = member.key
            if key in above:
                what = f"the segment stands on itself: {' -> '.join((*above, key))}."
                fix = f"Take in_segment('{key}') out of {above[-1]}."
                issues.append(ValidationIssue("circle", what, member.where, fix))
                trees[key] = Always()
            elif key not in written:
                fix = near(key, written, f"Segments of the rules are {', '.join(written) or 'none'}.")
                issues.append(
                    ValidationIssue(
                        "unknown_segment", f"there is no segment {key!r} among the rules.", member.where, fix
                    )
                )
                trees[key] = Always()
            else:
                trees[key] = resolve(written[key], (*above, key))
        return with_members(node, trees)

    return resolve


def resolve_rules(rules: Sequence[Rule], known: Sequence[Rule]) -> list[Rule]:
    """Resolve the rules of a separate file, which may name each other and the rules of the workspace.

    Raises:
        DefinitionError: an unknown segment, or a circular reference.
    """
    issues: list[ValidationIssue] = []
    own = {r.key for r in rules}
    written = {r.key: r.when for r in (*rules, *(r for r in known if r.key not in own))}
    resolve = resolver(written, issues)
    resolved = [r.resolved(resolve) for r in rules]
    raise_issues(issues)
    return resolved
