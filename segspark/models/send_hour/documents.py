"""What is stored with a model of send hours: its numbers, and how it did on days that it had not seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segspark.models.evaluate.judgement import Estimate

HOURS, FEATURES = "hours.json", "features.json"


@dataclass(frozen=True)
class Held:
    """Of people whose last days with clicks were held out; see ``evaluate.HeldOut``.

    Attributes:
        over_list, over_group: log-likelihood per click, less that of the list's histogram and of the group's.
        hit_rate, list_hit_rate: share of held-out clicks around one's own hour, and around the list's, of people with an
            hour of their own; None without any.
    """

    n_people: int
    n_clicks: int
    n_published: int
    over_list: Estimate
    over_group: Estimate
    hit_rate: float | None
    list_hit_rate: float | None
    hits_gained: Estimate

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Held":
        estimates = {k: Estimate.from_dict(content[k]) for k in ("over_list", "over_group", "hits_gained")}
        return cls(**{**content, **estimates})


@dataclass(frozen=True)
class HourDocuments:
    """``hours.json`` and ``features.json``.

    Attributes:
        model: the numbers of the pipeline's stage.
        list_hour: the best hour of the whole list.
        n_people, n_published: people that it was fitted on, and those of them with an hour of their own.
    """

    model: Mapping[str, Any]
    list_hour: int
    n_people: int
    n_published: int
    held_out: Held
    inputs: tuple[str, ...]

    def to_files(self) -> dict[str, Any]:
        content = {k: getattr(self, k) for k in ("model", "list_hour", "n_people", "n_published")}
        return {HOURS: {**content, "held_out": asdict(self.held_out)}, FEATURES: {"features": list(self.inputs)}}

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> "HourDocuments":
        content = files[HOURS]
        held_out = Held.from_dict(content["held_out"])
        return cls(**{**content, "held_out": held_out}, inputs=tuple(files[FEATURES]["features"]))
