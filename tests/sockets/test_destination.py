"""A destination is one value: the toys below receive an audience after the last gate, and nothing else knows of them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from builders import segment_named
from click.testing import CliRunner
from lakes import FIRST, SECOND_FEATURES, Lakes

from segspark.activation.audience import export_audience
from segspark.activation.destination import Audience, Destination, Key, Limits, Options, Receipt, Row
from segspark.activation.registry import DESTINATIONS
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.tables.io.spark_lake import SparkLake

STAY = ("ann", "bob", "eve", "ida", "zoe")


def digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


class ListOptions(Options):
    list_name: str = "news"


@dataclass
class Service:
    """What a service somewhere else would keep."""

    calls: list[list[Row]] = field(default_factory=list)
    told: list[tuple[Audience, Options]] = field(default_factory=list)

    def take(self, rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        """Takes all but whom it has heard of before (bob), and breaks down on the second call."""
        batch = list(rows)
        self.calls.append(batch)
        self.told.append((audience, options))
        if len(self.calls) == 2:
            raise TimeoutError(f"no answer for {batch[0]['hash']}")
        refused = [r for r in batch if r["hash"] == digest("bob@example.com")]
        return Receipt(
            len(batch) - len(refused), len(refused), reason="known" if refused else "", details={"id": len(self.calls)}
        )

    def count(self, rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        self.calls.append(list(rows))
        return Receipt(sent=len(self.calls[-1]), details={"counted": len(self.calls[-1])})

    def refuse(self, rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        return Receipt(refused=len(list(rows)), reason="not today")

    def fail(self, rows: Iterable[Row], audience: Audience, options: Options) -> Receipt:
        raise ConnectionError("down")


def toys(service: Service) -> dict[str, Destination]:
    hashed = Key("email", form=digest, name="hash")
    return {
        toy.name: toy
        for toy in (
            Destination("ads", (hashed,), ("segment_name",), 2, Limits(5, 3), service.take, ListOptions),
            # No limit and no size; nobody has a name there.
            Destination("counter", (), (), None, Limits(), service.count),
            Destination("closed", (Key(),), (), 2, Limits(), service.refuse),
            Destination("down", (Key(),), (), 2, Limits(), service.fail),
            Destination("few", (Key(),), (), 2, Limits(most_people=3), service.count),
            Destination("crm", (Key("customer"), Key()), ("person_id",), 100, Limits(), service.count),
        )
    }


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    with DESTINATIONS.added(*toys(service).values()):
        yield service


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """Eight buyers: of them tim had complained before the day; since then joe has complained and lou withdrawn."""
    return lakes.copy(SECOND_FEATURES, tmp_path_factory.mktemp("toys") / "w")


@pytest.fixture(scope="module")
def buyers(shop: tuple[Workspace, SparkLake]) -> dict[str, Any]:
    return segment_named(*shop, "Buyers")


@pytest.fixture
def sent(shop: tuple[Workspace, SparkLake], buyers: dict[str, Any], service: Service) -> Callable[..., dict[str, Any]]:
    def to(name: str, **more: Any) -> dict[str, Any]:
        return export_audience(*shop, buyers, FIRST, destination=DESTINATIONS.find(name), **more)

    return to


def test_batches_hold_whom_nothing_stands_against_and_only_what_may_be_received(
    service: Service, sent: Callable[..., dict[str, Any]]
) -> None:
    result = sent("ads", options={"list_name": "spring"})
    assert [len(batch) for batch in service.calls] == [2, 2, 1]
    rows = [row for batch in service.calls for row in batch]
    assert all(set(row) == {"hash", "segment_name"} for row in rows)
    assert {row["hash"] for row in rows} == {digest(f"{who}@example.com") for who in STAY}
    assert "@" not in str(rows)
    audience, options = service.told[0]
    assert (audience.segment_key, audience.segment_date, audience.people) == ("buyers", FIRST, 8)
    assert (dict(audience.removed), options) == (
        {"complained": 1, "complained_since": 1, "no_consent_since": 1},
        ListOptions(list_name="spring"),
    )
    # One batch broke down, bob was refused where he was not in it; everybody is told.
    states = [(r["sent"], r["refused"], r["failed"], r["reason"], r["details"]) for r in result["receipts"]]
    assert states[1] == (0, 0, 2, "TimeoutError", {})
    assert states[2][4] == {"id": 3}
    assert result["failed"] == 2
    assert result["rows"] + result["refused"] + result["failed"] == len(STAY)
    assert result["removed"] == {"complained": 1, "complained_since": 1, "no_consent_since": 1}
    assert sum(map(sum, [s[:3] for s in states])) + sum(result["removed"].values()) == audience.people


def test_keys_of_other_kinds_are_there_where_a_person_has_them(
    service: Service, sent: Callable[..., dict[str, Any]]
) -> None:
    sent("crm")
    (rows,) = service.calls
    assert {tuple(row) for row in rows} == {("person_id", "customer", "email")}
    assert {(row["customer"], row["email"]) for row in rows} == {(None, f"{who}@example.com") for who in STAY}


def test_one_that_refuses_and_one_that_raises_do_not_stand_in_the_way_of_another(
    service: Service, sent: Callable[..., dict[str, Any]]
) -> None:
    refused = sent("closed")
    assert (refused["rows"], refused["refused"], refused["failed"]) == (0, 5, 0)
    assert {r["reason"] for r in refused["receipts"]} == {"not today"}
    # Nothing at all was sent: that is an error and no receipt.
    with pytest.raises(ConnectionError, match="down"):
        sent("down")
    # The other one has no keys: it gets rows that name nobody.
    assert sent("counter") == {
        "counted": 5, "rows": 5, "removed": {"complained": 1, "complained_since": 1, "no_consent_since": 1}, "as_of": FIRST,
    }  # fmt: skip
    assert service.calls == [[{}] * 5]


def test_limits_hold_at_both_ends(
    shop: tuple[Workspace, SparkLake], buyers: dict[str, Any], service: Service, sent: Callable[..., dict[str, Any]]
) -> None:
    few = sent("few")
    assert ([len(batch) for batch in service.calls], few["rows"], few["refused"]) == ([2, 1], 3, 2)
    ads = DESTINATIONS.find("ads")
    workspace, lake = shop
    picky = replace(ads, limits=Limits(least_people=6))
    with pytest.raises(
        GateClosed, match="5 people of buyers on 2026-05-03 may be written to; ads takes no fewer than 6"
    ):
        export_audience(workspace, lake, buyers, FIRST, destination=picky)
    large = workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"min_size": 9})})
    with pytest.raises(GateClosed, match=r"below segments.min_size \(9\)"):
        export_audience(large, lake, buyers, FIRST, destination=ads)
    assert len(service.calls) == 2


def test_an_option_that_a_destination_does_not_have_is_refused(sent: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(ConfigError, match=r"Options of ads: list: .*It has: list_name"):
        sent("ads", options={"list": "x"})
    with pytest.raises(ConfigError, match=r"Options of counter: out: .*It has: none"):
        sent("counter", out=Path("x.csv"))


def test_the_command_knows_the_toys_and_names_them(shop: tuple[Workspace, SparkLake], service: Service) -> None:
    asked = ("segments", "export", "Buyers", "--config", str(shop[0].folder), "--to", "postcards")
    told = CliRunner().invoke(cli, asked)
    assert isinstance(told.exception, ConfigError)
    assert "There are: csv_file, ads, counter" in str(told.exception)


@pytest.mark.parametrize("kind", [Destination, Key, Limits, Receipt])
def test_the_toys_use_every_field(kind: type) -> None:
    service = Service()
    made = list(toys(service).values())
    receipts = [Receipt(1, 1, 1, "why", {"id": 1})]
    used: Mapping[type, list[Any]] = {
        Destination: made, Key: [k for toy in made for k in toy.keys], Limits: [t.limits for t in made], Receipt: receipts,
    }  # fmt: skip
    idle = [
        f.name for f in fields(kind)
        if f.default is not MISSING and all(getattr(v, f.name) == f.default for v in used[kind])
    ]  # fmt: skip
    assert idle == []
