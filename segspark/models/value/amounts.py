"""How well expected amounts of people are met by what they spent, and which of two ways of expecting them is used."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from segspark.models.evaluate.judgement import Estimate

BGNBD, HURDLE = "bgnbd", "hurdle"


@dataclass(frozen=True)
class Tenth:
    """A tenth of the people, by what is expected of them: mean amounts in cents, announced and observed."""

    n: int
    announced: float
    observed: float


@dataclass(frozen=True)
class Amounts:
    """Expected amounts judged on people whose spending was not known.

    Attributes:
        r2: share of the variance of what people spent that is explained (coefficient of determination, over people).
        calibration_error: mean distance of announced and observed over the tenths, as a share of the mean observed.
        total_ratio: announced over observed, of everybody together.
    """

    r2: float
    calibration_error: float
    total_ratio: float
    tenths: tuple[Tenth, ...]


@dataclass(frozen=True)
class AmountContest:
    """BG/NBD with Gamma-Gamma, and the hurdle of two boosted trees, on the same people of a held-out window.

    Attributes:
        why: the code of why there was nothing to compare; empty where both were judged.
        values: its figures.
        cut, days: the window begins on the cut, and is that long.
        gain: the R2 of the hurdle less that of BG/NBD, with its paired bootstrap interval.
    """

    why: str = ""
    values: Mapping[str, int | str] | None = None
    cut: date | None = None
    days: int = 0
    n: int = 0
    bgnbd: Amounts | None = None
    hurdle: Amounts | None = None
    gain: Estimate | None = None

    @property
    def chosen(self) -> str:
        """What gives value_cents.

        The hurdle has to explain more by the whole of the interval, and its tenths may not lie further from what was
        observed. Else the model with four numbers stays, which can be read and does not change from month to month.
        """
        if self.bgnbd is None or self.hurdle is None or self.gain is None:
            return BGNBD
        is_better = self.gain.is_above_zero and self.hurdle.calibration_error <= self.bgnbd.calibration_error
        return HURDLE if is_better else BGNBD

    @property
    def metrics(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, amounts in ((BGNBD, self.bgnbd), (HURDLE, self.hurdle)):
            if amounts is not None:
                found |= {
                    f"value_r2_{name}": amounts.r2,
                    f"value_calibration_error_{name}": amounts.calibration_error,
                    f"value_total_ratio_{name}": amounts.total_ratio,
                }
        return found

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "cut": self.cut.isoformat() if self.cut else None}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "AmountContest":
        given = {
            **content,
            "cut": date.fromisoformat(content["cut"]) if content["cut"] else None,
            "bgnbd": _amounts(content["bgnbd"]),
            "hurdle": _amounts(content["hurdle"]),
            "gain": Estimate(**content["gain"]) if content["gain"] else None,
        }
        return cls(**given)


def _amounts(content: Mapping[str, Any] | None) -> Amounts | None:
    return None if content is None else Amounts(**{**content, "tenths": tuple(Tenth(**t) for t in content["tenths"])})
