"""Conditions and definitions as their author wrote them, without a workspace; what is wrong in them is raised."""

from pathlib import Path
from typing import Any

from segspark.config.models import Segments
from segspark.segments.definitions import Definitions
from segspark.segments.load import read_definitions
from segspark.segments.rules.tree import Node
from segspark.segments.rules.yaml import read_condition
from segspark.segments.validation_errors import ValidationIssue, raise_issues


def parse_condition(spec: Any) -> Node:
    issues: list[ValidationIssue] = []
    node = read_condition(spec, lambda place: "", issues)
    raise_issues(issues)
    return node


def load_definitions(config: Segments, folder: Path) -> Definitions:
    definitions, issues = read_definitions(config, folder)
    raise_issues(issues)
    return definitions
