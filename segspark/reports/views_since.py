"""What a model of propensity has shown since its training: lines, and a row for each label window that has ended."""

from collections.abc import Sequence

from segspark.models.monitoring.reference import ALARM
from segspark.models.monitoring.since import Ended, Moved, SinceTraining
from segspark.models.propensity.sections import PropensityQuality
from segspark.reports.labels import feature_label
from segspark.reports.page import Page
from segspark.reports.small_groups import share_of, show

Line = tuple[str, str]
COLUMNS = ("since_day", "since_people", "since_rate", "roc_auc", "calibration_excess", "log_loss")


def since_lines(content: PropensityQuality, page: Page) -> list[Line]:
    """Class and text: what is alarming each in a line of its own, all else in one."""
    since = content.since
    if since is None:
        return []
    return [*_alarms(content, since, page), ("muted", " ".join(_calm(content, since, page)))]


def _alarms(content: PropensityQuality, since: SinceTraining, page: Page) -> list[Line]:
    formats, texts, lines = page.formats, page.texts, []
    if (changed := since.changed) is not None:
        rates = {"now": formats.share(_rate(changed, page), 0), "then": formats.share(changed.trained_rate, 0)}
        did = content.said(content.words.did, formats.language)
        lines.append(("verdict bad", texts("since_changed", did=did, day=formats.day(changed.as_of_date), **rates)))
    alarms = [m for m in since.moved if m.level == ALARM]
    if alarms:
        lines.append(("verdict bad", texts("since_alarm", names=_names(content, alarms, page))))
    return lines


def _calm(content: PropensityQuality, since: SinceTraining, page: Page) -> list[str]:
    formats, texts, found = page.formats, page.texts, []
    looks = [m for m in since.moved if m.level != ALARM]
    if looks:
        found.append(texts("since_look", names=_names(content, looks, page)))
    elif not since.n_compared:
        found.append(texts("since_not_compared"))
    elif not since.moved:
        found.append(texts("since_steady", n=formats.number(since.n_compared)))
    if not since.ended:
        found.append(texts("since_no_window", days=content.label_days, day=formats.day(since.first_end)))
    return found


def since_windows(content: PropensityQuality, page: Page) -> list[tuple[str, Sequence[str]]]:
    """Day of the scores, and a cell for each other of COLUMNS."""
    formats = page.formats
    return [
        (
            formats.day(e.as_of_date),
            (
                formats.people(show(e.n_people, page.least)),
                formats.share(_rate(e, page), 0),
                f"{formats.number(e.roc_auc, 3)} ({formats.number(e.roc_auc_low, 3)} – {formats.number(e.roc_auc_high, 3)})",
                formats.number(e.calibration_excess, 3),
                formats.number(e.log_loss, 3),
            ),
        )
        for e in (content.since.ended if content.since else ())
    ]


def _names(content: PropensityQuality, moved: Sequence[Moved], page: Page) -> str:
    def name(one: Moved) -> str:
        text = page.texts("since_score") if one.is_score else feature_label(one.name, page.language)
        return f"{text} ({page.formats.number(one.psi, 2)})"

    return ", ".join(map(name, moved))


def _rate(ended: Ended, page: Page) -> float | None:
    """From rounded counts, as every share of people on the page."""
    n_with = round(ended.base_rate * ended.n_people)
    return share_of(show(n_with, page.least), show(ended.n_people, page.least))
