"""A training set for one's own model, made for real: labels and features by hand, and nobody who does not permit it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import rows_of, store_rows
from lakes import Lakes
from monday_shop import DAY, MONDAYS, order_days

from segspark.errors import GateClosed
from segspark.models.propensity.config import OwnOutcome
from segspark.models.propensity.withdrawals import WITHDRAWALS
from segspark.models.training_sets.card import SetCard
from segspark.models.training_sets.flow import TRAINING_SET
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import gold, silver

DAYS = timedelta(days=1)
LABEL = 28
CUTS = (DAY - 3 * LABEL * DAYS, DAY - 2 * LABEL * DAYS, DAY - LABEL * DAYS)
FEATURES = ("n_order_30d", "days_since_order", "last_order_date", "n_order_lifetime")


class Shop:
    def __init__(self, lakes: Lakes, folder: Path) -> None:
        self.workspace, self.lake = lakes.copy(MONDAYS, folder)

    def store(self, word: str = f"no_order_{LABEL}d", cuts: Any = CUTS, features: Any = FEATURES) -> SetCard:
        request = Request(days=cuts, names=(word, *features))
        return SetCard.from_dict(run_flow(TRAINING_SET, self.workspace, self.lake, DAY, request=request)["card"])

    def rows(self, card: SetCard) -> list[dict[str, Any]]:
        return [r for r in rows_of(self.lake, gold.TRAINING_SETS) if r["dataset_id"] == card.dataset_id]


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(lakes, tmp_path_factory.mktemp("set") / "w")


@pytest.fixture(scope="module")
def card(shop: Shop) -> SetCard:
    return shop.store()


def expected(cut: Any) -> list[tuple[Any, ...]]:
    """Of everybody who had ordered before a cut: the label, and the features as known at the cut."""
    found = []
    for days in order_days().values():
        before = [day for day in days if day < cut]
        if before:
            silent = not any(cut <= day < cut + LABEL * DAYS for day in days)
            ago = (cut - before[-1]).days
            recent = sum((cut - day).days <= 30 for day in before)
            found.append((int(silent), [float(recent), float(ago), float(ago), float(len(before))]))
    return sorted(found)


def test_labels_and_features_are_those_of_each_cut(shop: Shop, card: SetCard) -> None:
    rows = shop.rows(card)
    for cut in CUTS:
        assert sorted((r["label"], r["values"]) for r in rows if r["cut_date"] == cut) == expected(cut)
    assert {r["cut_date"]: r["role"] for r in rows} == dict(zip(CUTS, ("train", "train", "validate"), strict=True))


def test_the_card_counts_what_is_stored(card: SetCard) -> None:
    for cut in card.cuts:
        people = expected(cut.cut)
        assert (cut.n, cut.n_label) == (len(people), sum(label for label, _ in people))
    assert [column.name for column in card.columns] == list(FEATURES)
    assert {column.missing for column in card.columns} == {0.0}
    assert (card.columns[0].unit, card.columns[0].meaning) == ("orders", "Orders")
    assert card.columns[0].formula == "sum of n_order over [as_of - 30, as_of)"
    assert card.tables[gold.ACTIVITY_DAILY.name] is not None


def test_what_is_done_may_be_the_label_and_a_missing_value_stays_null(shop: Shop) -> None:
    card = shop.store(f"order_{LABEL}d", CUTS[:1], ("days_between_orders",))
    rows = shop.rows(card)
    assert {(r["cut_date"], r["role"]) for r in rows} == {(CUTS[0], "train")}
    people = expected(CUTS[0])
    assert (len(rows), sum(r["label"] for r in rows)) == (len(people), sum(1 - label for label, _ in people))
    once = sum(values[3] == 1 for _, values in people)
    assert sum(r["values"] == [None] for r in rows) == once > 0
    assert card.columns[0].missing == pytest.approx(once / len(people))


def test_a_cut_without_people_stands_on_the_card(shop: Shop) -> None:
    # Orders are on Mondays alone: whom one reached on a Tuesday is nobody.
    after = OwnOutcome(measure="n_order", label_days=LABEL, after="n_order")  # type: ignore[call-arg]
    models = shop.workspace.models.model_copy(update={"outcomes": {"again": after}})
    workspace = shop.workspace.model_copy(update={"models": models})
    request = Request(days=(CUTS[0], CUTS[1] + DAYS), names=("again", "n_order_30d"))
    card = run_flow(TRAINING_SET, workspace, shop.lake, DAY, request=request)["card"]
    monday, tuesday = SetCard.from_dict(card).cuts
    reached = [days for days in order_days().values() if CUTS[0] in days and days[0] < CUTS[0]]
    assert (monday.n, tuesday.n, tuesday.n_label) == (len(reached), 0, 0)


def test_a_cut_whose_label_is_not_observed_is_refused(shop: Shop) -> None:
    with pytest.raises(GateClosed, match="latest possible"):
        shop.store(cuts=(DAY,))


def test_who_did_not_permit_it_at_a_cut_is_not_in_it_also_where_everybody_is_asked_for(
    lakes: Lakes, tmp_path: Path
) -> None:
    mine = Shop(lakes, tmp_path / "w")
    everybody = OwnOutcome(measure="n_order", label_days=LABEL, population="")  # type: ignore[call-arg]
    models = mine.workspace.models.model_copy(update={"outcomes": {"buys": everybody}})
    mine.workspace = mine.workspace.model_copy(update={"models": models})
    first = mine.store("buys", CUTS, FEATURES)
    back = max(row["person_id"] for row in mine.rows(first) if row["cut_date"] == CUTS[0])
    (identifier,) = [r["identifier_id"] for r in rows_of(mine.lake, silver.IDENTITY_LINKS) if r["person_id"] == back]
    # Withdrawn before the first cut, and granted again between the second and the last one.
    for value, day in (("withdrawn", CUTS[0] - 10 * DAYS), ("granted", CUTS[1] + 3 * DAYS)):
        say(mine, identifier, value, day)
    after = mine.store("buys", CUTS, FEATURES)
    before, now = ({row["cut_date"] for row in mine.rows(card) if row["person_id"] == back} for card in (first, after))
    assert (before, now) == (set(CUTS), {CUTS[2]})
    assert [cut.n for cut in after.cuts] == [cut.n - (cut.cut in CUTS[:2]) for cut in first.cuts]


def say(shop: Shop, identifier: str, value: str, day: date) -> None:
    """Somebody's word on being profiled, known on the next day."""
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    store_rows(shop.lake, silver.CONSENTS, {
        "identifier_id": identifier, "purpose": "profiling", "value": value, "topic": None, "effective_at": at,
        "recorded_at": at, "known_as_of": day + DAYS,
    })  # fmt: skip


def test_who_withdraws_is_in_no_set_made_later_and_leaves_those_made_before(lakes: Lakes, tmp_path: Path) -> None:
    mine = Shop(lakes, tmp_path / "w")
    before = mine.store()
    links = {row["identifier_id"]: row["person_id"] for row in rows_of(mine.lake, silver.IDENTITY_LINKS)}
    theirs = {row["person_id"] for row in mine.rows(before)}
    identifier, gone = next((i, p) for i, p in sorted(links.items()) if p in theirs)
    kept = [row for row in mine.rows(before) if row["person_id"] != gone]
    say(mine, identifier, "withdrawn", DAY)
    run_flow(WITHDRAWALS, mine.workspace, mine.lake, DAY + DAYS)
    assert mine.rows(before) == kept
    after = mine.store()
    assert after.dataset_id != before.dataset_id
    assert gone not in {row["person_id"] for row in mine.rows(after)}
    assert after.rows == len(kept)
