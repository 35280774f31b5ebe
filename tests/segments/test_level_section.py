"""The section of levels: paths with their people, or why there are none."""

from segspark.config.models import Settings
from segspark.segments.level_section import NONE, TITLE, LevelSizes, PathSize, levels_section
from segspark.segments.schemes.scheme import StoredDay, StoredSegment


def day(*segments: StoredSegment) -> StoredDay:
    return StoredDay(Settings(), "en", {}, segments)


def test_paths_are_in_order_and_levels_numbered() -> None:
    found = levels_section("toy", day(StoredSegment("Young › Active", "y/a", 5), StoredSegment("Old", "o", 3)))
    assert (found.name, found.title, found.template) == ("toy", TITLE, "levels")
    assert found.content == LevelSizes(("1", "2"), (PathSize(("Old",), 3), PathSize(("Young", "Active"), 5)))


def test_without_levels_the_section_says_why() -> None:
    assert levels_section("toy", day()).content == NONE
