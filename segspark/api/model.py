"""A registered version of a model, to be reviewed: gates, figures, reliability, and its card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from segspark.api.shown import table
from segspark.api.words import WORDS
from segspark.models.card import Reliability
from segspark.models.evaluate.evaluation import Evaluation
from segspark.models.evaluate.judgement import CalibrationBin
from segspark.models.promotion import GateResult
from segspark.models.propensity.documents import PropensityDocuments
from segspark.query.models import reviewed_version
from segspark.reports.card.bins import shown_bins
from segspark.reports.data import Language
from segspark.reports.labels import feature_label
from segspark.reports.page import Page
from segspark.reports.views import open_tenths

if TYPE_CHECKING:
    from segspark.api.plots import Panel, Plot
    from segspark.config.models import Workspace

_INPUTS = 10


@dataclass(frozen=True, repr=False)
class Card:
    """A model card: one HTML page, as ``segspark models card`` writes it; a notebook shows it in a frame.

    Attributes:
        html: the page; small groups are hidden in it.
    """

    title: str
    html: str

    def __repr__(self) -> str:
        return f"Card({self.title!r}: {len(self.html) // 1024} KB of HTML)"

    def _repr_html_(self) -> str:
        return f'<iframe title="{escape(self.title)}" srcdoc="{escape(self.html)}" style="width:100%;height:40em;border:0"></iframe>'


@dataclass(frozen=True, repr=False)
class ModelVersion:
    """A registered version of a model.

    Attributes:
        name: as it is registered in MLflow.
        as_of, label_end, expires: of what it learnt, from when on it may speak, and until when.
        metrics: as they were logged.
        gates: what it had to reach, and what it has.
        calibration: tenths of the people by announced probability, the lowest first; empty of a model of none.
        judged, by_recency: the quality of a model of probabilities, and of days since the last act alone: roc_auc, brier,
            and ``deciles``, the likeliest first, each with ``lift``; None of other models.
        importances: input -> share, the largest first.
    """

    name: str
    version: str
    as_of: date | None
    label_end: date
    expires: date | None
    is_champion: bool
    metrics: Mapping[str, float]
    gates: tuple[GateResult, ...]
    calibration: tuple[CalibrationBin, ...]
    judged: Evaluation | None
    by_recency: Evaluation | None
    importances: Mapping[str, float]
    _key: str
    _workspace: "Workspace"
    _page: Page

    @classmethod
    def read(cls, workspace: "Workspace", name: str, version: str | None, page: Page) -> "ModelVersion":
        found, content, metrics = reviewed_version(workspace, name, version)
        bins = [b for part in content.evidence for b in part.blocks if isinstance(b, Reliability)] if content else []
        documents = found.documents
        of = documents if isinstance(documents, PropensityDocuments) else None
        one = found.registered
        return cls(
            found.name, found.number, one.as_of, one.label_end, one.expires,
            found.since is not None and found.until is None, metrics, found.gates,
            bins[0].bins if bins else (), of.model if of else None, of.recency if of else None,
            of.importances if of else {}, name, workspace, page,
        )  # fmt: skip

    def card(self, language: Language | None = None) -> Card:
        """Everything that a review needs on one page: verdict, people, cuts, figures, slices, limits."""
        from segspark.query.models import card_of_version

        number, html = card_of_version(self._workspace, self._key, self.version, language or self._page.language)
        return Card(f"{self.name} {number}", html)

    def plot(self) -> "Plot":
        """Announced against observed probabilities, and the lift of each tenth beside days since the last act alone."""
        from segspark.api.plots import panels

        page, text = self._page, self._page.texts
        title = text.say(WORDS["version"], name=self.name, version=self.version)
        return panels([*self._reliability(), *self._lift()], title, page)

    def _reliability(self) -> "list[Panel]":
        from segspark.api.plots import Line, Panel

        text, page = self._page.texts, self._page
        bins = shown_bins(Reliability(None, self.calibration), page.least)  # type: ignore[arg-type]
        perfect = Line(text("perfect"), (0, 100), (0, 100), is_dashed=True)
        observed = Line(
            text.say(WORDS["observed"]), [100 * b.announced for b in bins], [100 * b.observed for b in bins]
        )
        axes = text.say(WORDS["announced_axis"]), text("observed_axis")
        return [Panel(text("calibration"), *axes, (observed, perfect))] if bins else []

    def _lift(self) -> "list[Panel]":
        from segspark.api.plots import Line, Panel

        text, least = self._page.texts, self._page.least
        named = ((text.say(WORDS["model"]), self.judged), (text("baseline"), self.by_recency))
        lines = [
            Line(label, list(range(1, len(tenths) + 1)), [tenth.lift for tenth in tenths])
            for label, of in named
            if of is not None and (tenths := open_tenths(of, least))
        ]
        average = Line(text("average"), (1, 10), (1, 1), is_dashed=True)
        axes = text.say(WORDS["tenth"]), text("lift_axis")
        return (
            [Panel(text("lift"), *axes, (*lines, average), by_ones=True)]
            if self.judged and open_tenths(self.judged, least)
            else []
        )

    def __repr__(self) -> str:
        state = "champion" if self.is_champion else "no champion"
        n_open = sum(gate.is_open for gate in self.gates)
        return f"ModelVersion({self.name!r} {self.version}, {state}: {n_open} of {len(self.gates)} gates passed)"

    def _repr_html_(self) -> str:
        text, number = self._page.texts, self._page.formats.number
        said = {True: text.say(WORDS["passed"]), False: text.say(WORDS["failed"])}
        gates = [
            (gate.code, said[gate.is_open], *(_figure(v, number) for v in (gate.value, gate.bound)))
            for gate in self.gates
        ]
        head = [text.say(WORDS["gate"]), "", text.say(WORDS["value"]), text.say(WORDS["threshold"])]
        inputs = [
            (feature_label(name, self._page.language), self._page.formats.share(share))
            for name, share in list(self.importances.items())[:_INPUTS]
        ]
        title = text.say(WORDS["version"], name=self.name, version=self.version)
        below = table([text.say(WORDS["input"]), text.say(WORDS["share"])], inputs) if inputs else ""
        return table(head, gates, title, n_texts=2) + below


def _figure(value: float | str | None, number: Callable[[float | None, int], str]) -> str:
    return value if isinstance(value, str) else number(value, 3)
