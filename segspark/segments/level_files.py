"""The levels of a workspace, from its YAML file."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from segspark.config.models import Name, Segments
from segspark.segments.definitions import Group, Level, Levels
from segspark.segments.forms import Form, NameForm, below, doubled, read_form
from segspark.segments.rules.tree import Always, Node
from segspark.segments.rules.yaml import Place, read_condition
from segspark.segments.validation_errors import ValidationIssue

# The key of the file's list.
KEY = "levels"


class GroupForm(Form):
    """One group of a level, as written; without ``when`` it is the default and must be last."""

    key: Name = Field(description="Stable name, part of the path")
    name: NameForm = Field(description="As shown to people")
    when: Any = Field(None, description="Condition; the last group has none and takes the rest")


class LevelForm(Form):
    """One level: each person is in the first group whose condition holds."""

    level: Name = Field(description="Stable name of the level")
    groups: Annotated[tuple[GroupForm, ...], Field(min_length=2)] = Field(description="Groups in their order")


class LevelsForm(Form):
    """The levels, from the coarsest to the finest."""

    levels: Annotated[tuple[LevelForm, ...], Field(min_length=1)] = Field(description="Levels in their order")


def read_levels(config: Segments, folder: Path, issues: list[ValidationIssue]) -> tuple[Levels, ...]:
    """The levels of a workspace, if it has any; names of segments in them are not resolved."""
    read = read_form(folder / config.levels, LevelsForm, issues) if config.levels is not None else None
    if read is None:
        return ()
    form, where = read
    levels = []
    for at, level in enumerate(form.levels):
        groups = []
        for number, group in enumerate(level.groups):
            place: Place = (KEY, at, "groups", number)
            here, is_last = where(place), number == len(level.groups) - 1
            if (group.when is None) != is_last:
                issues.append(_no_default(level.level, group.key, is_last, here))
            node: Node = Always()
            if group.when is not None:
                node = read_condition(group.when, below(where, (*place, "when")), issues)
            groups.append(Group(group.key, group.name.model_dump(), node, here))
        issues += doubled(f"level {level.level}: group", [(g.key, g.where) for g in groups])
        levels.append(Level(level.level, tuple(groups)))
    issues += doubled("level", [(lv.key, where((KEY, at, "level"))) for at, lv in enumerate(levels)])
    return (Levels(tuple(levels)),)


def _no_default(level: str, group: str, is_last: bool, where: str) -> ValidationIssue:
    if is_last:
        what, fix = (
            f"level {level}: the last group, {group}, has a condition.",
            "Remove `when`, or add a group after it.",
        )
    else:
        what, fix = f"level {level}: the group {group} has no condition.", "Write `when`, or put the group last."
    return ValidationIssue("no_default", what, where, fix)
