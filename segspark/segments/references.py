"""Segments that refer to others: their names are replaced by their trees."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from segspark.segments.definitions import Definition, Resolve, Rule
from segspark.segments.rules.functions import WordError
from segspark.segments.rules.size import FIX, MAX_LEVELS, TOO_LARGE, check_size
from segspark.segments.rules.tree import Always, Node, members, with_members
from segspark.segments.validation_errors import ValidationIssue, raise_issues, write_instead

D = TypeVar("D", bound=Definition)


def resolver(written: Mapping[str, Node], issues: list[ValidationIssue]) -> Resolve:
    """The function that replaces names of segments in a tree.

    A referenced segment is then part of the definition's content: changing it gives a new version of both.

    Args:
        written: the segments that may be named, with their trees as written.
        issues: receives unknown segments and circular references.
    """

    # Each segment is resolved once, however many stand on it.
    done: dict[str, Node] = {}

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
                fix = write_instead(key, written, f"Segments of the rules are {', '.join(written) or 'none'}.")
                issues.append(
                    ValidationIssue(
                        "unknown_segment", f"there is no segment {key!r} among the rules.", member.where, fix
                    )
                )
                trees[key] = Always()
            elif len(above) > MAX_LEVELS:
                what = f"the segments {above[0]}, {above[1]}, ... stand on each other over {MAX_LEVELS} levels."
                issues.append(ValidationIssue(TOO_LARGE, what, member.where, FIX))
                trees[key] = Always()
            else:
                if key not in done:
                    done[key] = resolve(written[key], (*above, key))
                trees[key] = done[key]
        resolved = with_members(node, trees)
        try:
            check_size(resolved)
        except WordError as error:
            name, places = above[-1] if above else "the group", [m.where for m in members(node)]
            what = f"{name} with all segments that it stands on: {error.what}"
            issues.append(ValidationIssue(error.code, what, next(filter(None, places), name), error.fix))
            return Always()
        return resolved

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
