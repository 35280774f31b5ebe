"""Whoever has withdrawn is in no stored training set after the next day's run; everybody else's rows stay as they are."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of, store_rows
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.models.propensity import withdrawals
from segspark.models.propensity.withdrawals import WITHDRAWALS
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake

DAY, ONE = date(2026, 5, 6), timedelta(days=1)
CUTS = (date(2026, 1, 1), date(2026, 2, 1))
# Set -> its people, each at both cuts.
SETS = {"old": ("ann", "bob", "eve"), "new": ("ann", "eve", "ida"), "small": ("ann",)}
Row = dict[str, Any]


class Shop:
    """Everybody is profiled unless they withdraw; the id of a person is that of the first address."""

    def __init__(self, folder: Path, spark: SparkSession) -> None:
        self.workspace = make_workspace(folder)
        self.lake = SparkLake(self.workspace.lake, spark)
        store_rows(self.lake, silver.CONSENTS, consent("nobody", "email_marketing", "granted", DAY))
        for who in ("ann", "bob", "eve", "ida"):
            self.link(who, who, date(2025, 12, 1))
        for dataset_id, people in SETS.items():
            store_rows(self.lake, gold.TRAINING_SETS, *[
                {"dataset_id": dataset_id, "person_id": who, "cut_date": cut, "role": "train", "label": len(who) % 2,
                 "values": [0.1 + at, 1 / 3]}
                for at, who in enumerate(people) for cut in CUTS
            ])  # fmt: skip

    def link(self, identifier: str, person: str, day: date) -> None:
        store_rows(
            self.lake, silver.IDENTITY_LINKS,
            {"identifier_id": identifier, "person_id": person, "is_anonymous": False, "known_as_of": day},
        )  # fmt: skip

    def say(self, who: str, purpose: str, value: str, day: date, **more: Any) -> None:
        store_rows(self.lake, silver.CONSENTS, consent(who, purpose, value, day, **more))

    def sweep(self, day: date = DAY, workspace: Workspace | None = None) -> int:
        """Rows that a day's run removes."""
        return int(run_flow(WITHDRAWALS, workspace or self.workspace, self.lake, day)["training_rows_removed"])

    def rows(self) -> dict[str, list[Row]]:
        """Set -> rows."""
        rows = rows_of(self.lake, gold.TRAINING_SETS)
        return {name: found for name in SETS if (found := [r for r in rows if r["dataset_id"] == name])}

    def files(self) -> dict[str, set[str]]:
        paths = [str(path) for path in self.lake.table(gold.TRAINING_SETS).file_uris()]
        return {name: {path for path in paths if f"dataset_id={name}/" in path} for name in SETS}


def consent(who: str, purpose: str, value: str, day: date, **more: Any) -> Row:
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return {"identifier_id": who, "purpose": purpose, "value": value, "topic": None, "effective_at": at,
            "recorded_at": at, "known_as_of": day + ONE, "expires_at": None, **more}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, spark: SparkSession) -> Shop:
    return Shop(tmp_path / "w", spark)


def without(rows: dict[str, list[Row]], *people: str) -> dict[str, list[Row]]:
    kept = {name: [r for r in found if r["person_id"] not in people] for name, found in rows.items()}
    return {name: found for name, found in kept.items() if found}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the sets are compared with the permissions."""
    found: list[str] = []
    compare = withdrawals._without_permission
    monkeypatch.setattr(withdrawals, "_without_permission", lambda step: (found.append("asked"), compare(step))[1])
    return found


def test_who_withdraws_leaves_every_set_and_the_others_stay(shop: Shop) -> None:
    before, files = shop.rows(), shop.files()
    shop.say("eve", "profiling", "withdrawn", DAY)
    assert shop.sweep(DAY + ONE) == 4
    assert shop.rows() == without(before, "eve")
    # A set without anybody of them is not written again.
    assert shop.files()["small"] == files["small"]
    assert not shop.files()["old"] & files["old"]


def test_where_nothing_has_ended_nothing_is_written_or_compared(shop: Shop, asked: list[str]) -> None:
    before, files = shop.rows(), shop.files()
    assert shop.sweep() == 0
    shop.say("eve", "profiling", "granted", DAY - 10 * ONE)
    shop.say("bob", "email_marketing", "withdrawn", DAY)
    shop.say("bob", "profiling", "withdrawn", DAY, topic="shoes")
    shop.link("kim", "kim", DAY)
    # The sweep of the first day has compared them all.
    assert (shop.sweep(DAY + ONE), asked) == (0, ["asked"])
    assert (shop.rows(), shop.files()) == (before, files)


def test_all_of_a_set_may_withdraw(shop: Shop) -> None:
    before = shop.rows()
    shop.say("ann", "profiling", "withdrawn", DAY)
    shop.sweep(DAY + ONE)
    assert shop.rows() == without(before, "ann")
    assert "small" not in shop.rows()


def test_who_has_joined_somebody_else_is_asked_for_as_that_one(shop: Shop, asked: list[str]) -> None:
    before = shop.rows()
    shop.sweep()
    # Ida turns out to be ann, who permits.
    shop.link("ida", "ann", DAY + ONE)
    assert (shop.sweep(DAY + ONE), asked) == (0, ["asked", "asked"])
    # What ann withdraws holds for the rows under both ids.
    shop.say("ann", "profiling", "withdrawn", DAY)
    shop.sweep(DAY + ONE)
    assert shop.rows() == without(before, "ann", "ida")


def test_a_withdrawal_of_long_ago_counts_once_two_people_turn_out_to_be_one(shop: Shop) -> None:
    before = shop.rows()
    shop.link("second", "second", DAY - 30 * ONE)
    shop.say("second", "profiling", "withdrawn", DAY - 20 * ONE)
    assert shop.sweep() == 0
    shop.link("second", "bob", DAY + ONE)
    assert shop.sweep(DAY + ONE) == 2
    assert shop.rows() == without(before, "bob")


def test_a_permission_that_ends_by_itself_is_a_withdrawal(shop: Shop) -> None:
    before = shop.rows()
    shop.say("bob", "profiling", "granted", DAY - 20 * ONE, expires_at=datetime(2026, 5, 7, 12, tzinfo=UTC))
    assert shop.sweep(DAY + ONE) == 0
    assert shop.sweep(DAY + 2 * ONE) == 2
    assert shop.rows() == without(before, "bob")


def test_without_an_assumed_permission_those_who_never_said_anything_leave(shop: Shop) -> None:
    before = shop.rows()
    shop.say("bob", "profiling", "granted", DAY - 20 * ONE)
    assert shop.sweep() == 0
    consents = shop.workspace.consent.model_copy(update={"assumed": ("email_marketing",)})
    shop.sweep(DAY, shop.workspace.model_copy(update={"consent": consents}))
    assert shop.rows() == without(before, "ann", "eve", "ida")


def test_a_set_that_is_stored_later_is_compared_too(shop: Shop, asked: list[str]) -> None:
    shop.say("eve", "profiling", "withdrawn", DAY)
    shop.sweep(DAY + ONE)
    store_rows(shop.lake, gold.TRAINING_SETS, {"dataset_id": "late", "person_id": "eve", "cut_date": CUTS[0]})
    assert shop.sweep(DAY + ONE) == 1
    assert shop.sweep(DAY + ONE) == 0
    assert asked == ["asked", "asked"]


def test_a_sweep_that_was_killed_is_made_up_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shop.rows()
    shop.sweep()
    shop.say("eve", "profiling", "withdrawn", DAY)
    with monkeypatch.context() as patch:
        written: list[str] = []

        def replace(lake: SparkLake, contract: Any, frame: Any, value: str) -> None:
            if written:
                raise KeyboardInterrupt
            written.append(value)
            whole(lake, contract, frame, value)

        whole = SparkLake.replace_dataset
        patch.setattr(SparkLake, "replace_dataset", replace)
        with pytest.raises(KeyboardInterrupt):
            shop.sweep(DAY + ONE)
    assert shop.rows() not in (before, without(before, "eve"))
    assert shop.sweep(DAY + ONE) == 2
    assert shop.rows() == without(before, "eve")
