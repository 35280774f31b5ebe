"""What the report shows of the models that were fitted beside that of customer value."""

from segspark.models.value import amount_words, hazard_words
from segspark.models.value.amount_words import CHOSEN, WHY
from segspark.models.value.amounts import BGNBD, HURDLE, AmountContest
from segspark.models.value.hazard import HazardContest
from segspark.sections import Cents, Missing, People, Section, Table, Words


def hazard_notes(contest: HazardContest) -> list[Words]:
    if contest.bgnbd is None or contest.hazard is None or contest.cut is None:
        return [
            {language: text.format(**contest.values or {}) for language, text in hazard_words.WHY[contest.why].items()}
        ]
    shares, losses = {"observed": contest.observed}, dict[str, float]()
    for name, found in (("bgnbd", contest.bgnbd), ("hazard", contest.hazard)):
        shares[f"announced_{name}"] = found.announced
        losses |= {f"loss_{name}": found.log_loss, f"auc_{name}": found.roc_auc}
    judged = {
        "fr": hazard_words.JUDGED["fr"].format(
            n_days=contest.days,
            cut=f"{contest.cut:%d/%m/%Y}",
            **{name: f"{value:.0%}".replace("%", " %") for name, value in shares.items()},
            **{name: f"{value:.3f}".replace(".", ",") for name, value in losses.items()},
        ),
        "en": hazard_words.JUDGED["en"].format(
            n_days=contest.days,
            cut=contest.cut.isoformat(),
            **{name: f"{value:.0%}" for name, value in shares.items()},
            **{name: f"{value:.3f}" for name, value in losses.items()},
        ),
    }
    return [judged, hazard_words.VERDICT[contest.verdict]]


def amounts_section(contest: AmountContest) -> Section:
    both = amount_words.both_of(contest)
    if both is None or contest.cut is None:
        why = {language: text.format(**contest.values or {}) for language, text in WHY[contest.why].items()}
        return Section("value_amounts", amount_words.TITLE, Missing(why), short=amount_words.SHORT)
    rows = tuple(
        (f"{at}", People(a.n), Cents(a.announced), Cents(a.observed), Cents(b.announced), Cents(b.observed))
        for at, (a, b) in enumerate(zip(both[0].tenths, both[1].tenths, strict=True), 1)
    )
    shares = {
        f"{name}_{model}": value
        for model, amounts in zip((BGNBD, HURDLE), both, strict=True)
        for name, value in (("r2", amounts.r2), ("error", amounts.calibration_error), ("whole", amounts.total_ratio))
    }
    judged = {
        "fr": amount_words.JUDGED["fr"].format(
            n_days=contest.days,
            cut=f"{contest.cut:%d/%m/%Y}",
            **{name: f"{value:.0%}".replace("%", " %") for name, value in shares.items()},
        ),
        "en": amount_words.JUDGED["en"].format(
            n_days=contest.days, cut=contest.cut.isoformat(), **{name: f"{value:.0%}" for name, value in shares.items()}
        ),
    }
    content = Table(amount_words.COLUMNS, rows)
    notes = (judged, CHOSEN[contest.chosen])
    return Section("value_amounts", amount_words.TITLE, content, notes=notes, short=amount_words.SHORT)
