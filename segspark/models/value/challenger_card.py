"""What the card of customer value says of the models that were fitted beside it."""

from segspark.models.card import Facts, Grid, Interval, Paragraph, Part, Percent, Said, Value, say
from segspark.models.value import amount_words, hazard_words
from segspark.models.value.amounts import BGNBD, HURDLE, AmountContest
from segspark.models.value.hazard import HazardContest
from segspark.sections import Cents, Number, People


def hazard_part(contest: HazardContest | None) -> tuple[Part, ...]:
    if contest is None:
        return ()
    title = Said(hazard_words.TITLE)
    if contest.bgnbd is None or contest.hazard is None:
        values: dict[str, Value] = {name: str(value) for name, value in (contest.values or {}).items()}
        return (Part(title, (Paragraph(Said(hazard_words.WHY[contest.why], values), "note"),)),)
    values = {"n_days": str(contest.days), "cut": contest.cut, "observed": Percent(contest.observed)}
    for name, found in (("bgnbd", contest.bgnbd), ("hazard", contest.hazard)):
        values |= {
            f"announced_{name}": Percent(found.announced),
            f"loss_{name}": Number(found.log_loss, 3),
            f"auc_{name}": Number(found.roc_auc, 3),
        }
    judged, verdict = Said(hazard_words.JUDGED, values), Said(hazard_words.VERDICT[contest.verdict])
    gain = contest.gain
    facts: tuple[tuple[Said, Value], ...] = (
        (say("Personnes comparées", "People compared"), People(contest.n)),
        (
            say("Lignes de l'ajustement (une personne, une période)", "Rows of the fit (a person in a period)"),
            Number(contest.n_periods),
        ),
        (
            say("Log-perte gagnée par le modèle avec saisons", "Log-loss gained by the model with seasons"),
            None if gain is None else Interval(gain.value, gain.low, gain.high),
        ),
    )
    return (Part(title, (Paragraph(judged), Paragraph(verdict), Facts(facts))),)


def amounts_part(contest: AmountContest | None) -> tuple[Part, ...]:
    if contest is None:
        return ()
    title, both = Said(amount_words.TITLE), amount_words.both_of(contest)
    if both is None:
        values = {name: str(value) for name, value in (contest.values or {}).items()}
        return (Part(title, (Paragraph(Said(amount_words.WHY[contest.why], values), "note"),)),)
    values_of: dict[str, Value] = {"n_days": str(contest.days), "cut": contest.cut}
    for name, amounts in zip((BGNBD, HURDLE), both, strict=True):
        values_of |= {
            f"r2_{name}": Percent(amounts.r2),
            f"error_{name}": Percent(amounts.calibration_error),
            f"whole_{name}": Percent(amounts.total_ratio),
        }
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (str(at), People(a.n), Cents(a.announced), Cents(a.observed), Cents(b.announced), Cents(b.observed))
        for at, (a, b) in enumerate(zip(both[0].tenths, both[1].tenths, strict=True), 1)
    )
    columns = tuple(map(Said, amount_words.COLUMNS))
    said = Paragraph(Said(amount_words.JUDGED, values_of)), Paragraph(Said(amount_words.CHOSEN[contest.chosen]))
    return (Part(title, (*said, Grid(title, columns, rows))),)
