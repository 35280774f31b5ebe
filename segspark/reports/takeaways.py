"""The sentences at the top of the report: what a director should know before reading any table."""

from segspark.measure.small_groups import NO_FLOOR, base_of
from segspark.models.propensity.sections import PropensityQuality
from segspark.reports.data import KpiRow, ReportData, SegmentSize
from segspark.reports.formats import Formats
from segspark.reports.kpi_columns import kpi_columns
from segspark.reports.labels import not_contactable_label
from segspark.reports.small_groups import share_of, show
from segspark.reports.texts import Texts
from segspark.reports.views import open_tenths, reach_sizes
from segspark.sections import Refused
from segspark.segments.schemes.registry import SCHEMES


def take_away(data: ReportData, formats: Formats, texts: Texts) -> list[str]:
    """One or two sentences per section that has something to say, in the order of the page."""
    parts = (_contactable, _movement, _best_per_head, _models, _intake)
    return [sentence for part in parts for sentence in part(data, formats, texts)]


def _contactable(data: ReportData, formats: Formats, texts: Texts) -> list[str]:
    head = data.headline
    if head is None or not head.n_people:
        return []
    contactable, reasons = reach_sizes(head, data.min_group)
    whole = show(head.n_people, data.min_group)
    share = formats.share(share_of(contactable, whole), 0)
    first = texts("take_contactable", n=formats.people(contactable), total=formats.people(whole), share=share)
    if not reasons or reasons[0][1].is_hidden:
        return [first]
    reason, size = reasons[0]
    label = not_contactable_label(reason, data.language)
    second = texts("take_reason", reason=label[:1].lower() + label[1:], n=formats.people(size))
    return [f"{first} {second}"]


def _movement(data: ReportData, formats: Formats, texts: Texts) -> list[str]:
    """The largest rise and the largest fall of shown sizes, among segments that are shown on both days; a single step
    of the rounding may stand for one person."""
    if data.sizes is None or data.sizes.previous_date is None:
        return []
    least = data.min_group
    moved = [
        (show(s.n_people, least).n - show(s.n_before, least).n, s)
        for scheme in data.sizes.schemes
        for s in scheme.segments
        if s.n_before is not None and min(s.n_people, s.n_before) >= least
    ]
    day = formats.day(data.sizes.previous_date)

    def say(key: str, change: int, segment: SegmentSize) -> str:
        before = show(segment.n_before or 0, least).known
        share = formats.signed_share(change / before if before else None)
        return texts(key, day=day, name=segment.name, change=formats.signed(change), share=share)

    rise = max(moved, key=lambda m: m[0], default=None)
    fall = min(moved, key=lambda m: m[0], default=None)
    sentences = []
    step = base_of(least) if least > NO_FLOOR else 0
    if rise and rise[0] > step:
        sentences.append(say("take_growth", *rise))
    if fall and fall[0] < -step:
        sentences.append(say("take_fall", *fall))
    return sentences


def _best_per_head(data: ReportData, formats: Formats, texts: Texts) -> list[str]:
    """The segment with the highest value per head of the KPI that ranks first, in a scheme that the summary may name."""
    first = next((c for c in kpi_columns("results", data.language) if c.place.rank == 1 and c.place.takeaway), None)
    if data.kpis is None or first is None or first.place.takeaway is None:
        return []

    def part(row: KpiRow) -> float:
        return row.values.get(first.key) or 0

    def size(row: KpiRow) -> int:
        return show(row.n_people, data.min_group).n

    summed = {scheme.name for scheme in SCHEMES.all() if scheme.in_summary}
    for scheme, rows in data.kpis.schemes:
        # Of the shown segments alone: with a sum over all, those of the hidden ones would follow.
        rows = tuple(r for r in rows if r.n_people >= data.min_group)
        people, total = sum(size(r) for r in rows), sum(map(part, rows))
        if scheme not in summed or not people or total <= 0:
            continue
        shown = [r for r in rows if part(r) > 0]
        best = max(shown, key=lambda r: part(r) / size(r), default=None)
        if best is not None:
            return [
                texts.say(
                    first.place.takeaway,
                    name=best.segment,
                    people=formats.share(size(best) / people, 0),
                    part=formats.share(part(best) / total, 0),
                    days=data.kpis.window_days,
                )
            ]
    return []


def _models(data: ReportData, formats: Formats, texts: Texts) -> list[str]:
    contents = [section.content for section in data.sections]
    refused = [texts.said(c.takeaway) for c in contents if isinstance(c, Refused) and c.takeaway]
    judged = [c for c in contents if isinstance(c, PropensityQuality)]
    told = [
        texts(
            "take_propensity",
            title=c.said(c.words.title, formats.language),
            rarer=c.said(c.words.did if c.documents.model.is_label_rarer else c.words.did_not, formats.language),
            lift=formats.number(c.documents.model.rarer_lift, 1),
        )
        for c in judged
        if open_tenths(c.documents.model, data.min_group)
    ]
    return [*refused, *told]


def _intake(data: ReportData, formats: Formats, texts: Texts) -> list[str]:
    if not data.ledger:
        return []
    sentences = [] if all(r.is_complete for r in data.ledger) else [texts("take_broken")]
    total, refused = (sum(getattr(r, n) for r in data.ledger) for n in ("n_received", "quarantined"))
    if refused and total:
        few, all_of_them = show(refused, data.min_group), show(total, data.min_group)
        share = share_of(few, all_of_them)
        if share is None:
            sentences.append(texts("take_quarantine_few", n=formats.people(few)))
        else:
            sentences.append(texts("take_quarantine", share=formats.share(share, 2), n=formats.people(few)))
    return sentences
