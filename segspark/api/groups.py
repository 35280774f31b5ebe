"""The behaviour groups of a workspace: how many, how clear, how they are called, and which may be joined."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segspark.api.shown import floor_note, people, table
from segspark.api.words import WORDS
from segspark.app.overrides import try_override
from segspark.models.clustering.documents.sweep import SweepRow
from segspark.query.groups import Grouping, read_grouping
from segspark.reports.page import Page
from segspark.reports.views_groups import open_sweep

if TYPE_CHECKING:
    from segspark.api.plots import Plot
    from segspark.config.models import Workspace


@dataclass(frozen=True)
class Group:
    """Attributes:
    name, description: in the workspace's language.
    n_people: of those whom the model learnt from.
    z_scores: feature -> distance of the group's mean from everybody's, in scaled units.
    """

    segment_id: str
    name: str
    description: str
    n_people: int
    z_scores: dict[str, float]


@dataclass(frozen=True, repr=False)
class Groups:
    """The groups of the model in use.

    Attributes:
        k, reason: how many, and why so many.
        tried: each number of groups that was tried, with its silhouette, its stability, and the share of its smallest
            group.
        groups: the largest first, with merges and splits that people have decided.
    """

    version: str
    k: int
    reason: str
    tried: tuple[SweepRow, ...]
    groups: tuple[Group, ...]
    _found: Grouping
    _workspace: "Workspace"
    _page: Page

    @classmethod
    def read(cls, workspace: "Workspace", page: Page) -> "Groups":
        found, language = read_grouping(workspace), workspace.language
        groups = tuple(
            Group(g.segment_id, g.name[language], g.description[language], g.n_people, dict(g.z_scores))
            for g in sorted(found.groups, key=lambda g: -g.n_people)
        )
        chosen = found.documents.groups
        tried = found.documents.sweep.rows
        return cls(found.version, chosen.k, chosen.reason, tried, groups, found, workspace, page)

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def if_merged(self, *names: str) -> Group:
        """The group that a merge would make; nothing is stored. ``segspark segments merge`` stores it.

        Raises:
            ConfigError: no such group, or the groups do not join in the hierarchy without others.
        """
        (made,) = try_override(self._workspace, merge=names)
        language = self._workspace.language
        return Group(
            made.segment_id, made.name[language], made.description[language], made.n_people, dict(made.z_scores)
        )

    def plot(self) -> "Plot":
        """Silhouette and smallest group for each number of groups that was tried."""
        from segspark.api.plots import Line, Panel, panels

        text, page = self._page.texts, self._page
        rows = open_sweep(self._found.documents, page.least)
        ks, mark, axis = [row.k for row in rows], (self.k, text.say(WORDS["chosen"])), text.say(WORDS["k"])
        smallest = [(row.k, 100 * row.smallest_share) for row in rows if row.smallest_share is not None]
        shown: list[Panel] = [
            Panel(text("silhouette"), axis, text("silhouette_axis"),
                  (Line(text("silhouette"), ks, [row.silhouette for row in rows]),), mark, True),
        ]  # fmt: skip
        if smallest:
            label = text.say(WORDS["smallest"])
            line = Line(label, [k for k, _ in smallest], [share for _, share in smallest])
            shown.append(Panel(label, axis, "%", (line,), mark, True))
        return panels(shown, text.say(WORDS["groups"], k=self.k, version=self.version), page)

    def __repr__(self) -> str:
        return f"Groups({self.version}, k = {self.k}: {', '.join(group.name for group in self.groups)})"

    def _repr_html_(self) -> str:
        text, page = self._page.texts, self._page
        rows = [(group.name, group.description, people(page, group.n_people)) for group in self.groups]
        caption = text.say(WORDS["groups"], k=self.k, version=self.version)
        head = [text.say(WORDS["group"]), "", text("people")]
        return table(head, rows, caption, f"{self.reason}. {floor_note(page)}", n_texts=2)
