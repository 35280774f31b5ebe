"""The report's section about levels: a tree of groups with their sizes."""

from dataclasses import dataclass

from segspark.sections import Missing, Section
from segspark.segments.schemes.scheme import StoredDay

# Between the groups of a path, in its name.
STEP = " › "
TITLE = {"fr": "Niveaux", "en": "Levels"}
NONE = Missing(
    {
        "fr": "Cet espace de travail ne définit pas de niveaux (levels.yaml).",
        "en": "This workspace defines no levels (levels.yaml).",
    }
)


@dataclass(frozen=True)
class PathSize:
    """People whose deepest group is the last of ``path``."""

    path: tuple[str, ...]
    n_people: int


@dataclass(frozen=True)
class LevelSizes:
    """The paths of the levels; ``names`` are the names of the levels, from the first."""

    names: tuple[str, ...]
    paths: tuple[PathSize, ...]


def levels_section(name: str, day: StoredDay) -> Section:
    """The section, under the scheme's name."""
    paths = [PathSize(tuple(s.name.split(STEP)), s.n_people) for s in day.segments]
    depth = max((len(p.path) for p in paths), default=0)
    sizes = LevelSizes(tuple(str(at + 1) for at in range(depth)), tuple(sorted(paths, key=lambda p: p.path)))
    return Section(name, TITLE, sizes if paths else NONE, "levels")
