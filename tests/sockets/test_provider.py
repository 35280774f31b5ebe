"""Providers that the program does not know: each plugged in here alone, and taken in by the real ingest."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from builders import make_workspace, rows_of, write_orders
from pydantic import Field
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from segspark.config.models import Model, Workspace
from segspark.errors import ConfigError
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.sources.content import opened
from segspark.sources.counts import count_records
from segspark.sources.files import InputFile
from segspark.sources.gateway import by_record, over_groups
from segspark.sources.load import load_sources
from segspark.sources.plan import GatewayPlan
from segspark.sources.provider import Issue, NoOptions, Provider, fields
from segspark.sources.receipt import of_file
from segspark.sources.registry import PROVIDERS
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.sealing import RecordSealer
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected
from segspark.tables.contracts import bronze, ops, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.staging import NAMED_DDL
from segspark.time import parse_iso

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Workers cannot import the tests: what a plan carries of this file travels by value.
cloudpickle.register_pickle_by_value(sys.modules[__name__])
MAY = {n: date(2026, 5, n) for n in range(1, 32)}


# A provider of JSON records, which uses every field ---------------------------------------------------------------


class PostboxOptions(Model):
    hours_on_the_way: int = Field(0, description="Between a record's time and its receipt")


WORDS = {"looked": "open", "followed": "click", "bought": "order", "may": "granted", "may_not": "withdrawn"}


def parse_postbox(record: dict[str, Any], context: Context) -> Produced:
    owner, at = Identifier("email", record["who"]), parse_iso(record["at"], context.time_zone)
    produced = Produced(received_at=at + context.options.hours_on_the_way * 3_600_000_000)
    word = WORDS[record["what"]]
    if word in ("granted", "withdrawn"):
        produced.consents.append(
            {"identifier": owner, "purpose": "open_tracking", "value": word, "effective_at": at, "recorded_at": at}
        )
    elif word == "order":
        produced.lines.append(
            {
                "order_id": record["no"], "line_id": f"{record['no']}-1", "identifier": owner, "line_type": "sale",
                "ordered_at": at, "quantity": record["n"], "amount_cents": record["cents"], "currency": context.currency,
            }
        )  # fmt: skip
    else:
        produced.events.append(
            {
                "event_id": record["no"], "source_event": record["what"], "event_type": word, "identifier": owner,
                "occurred_at": at, "campaign_id": record.get("letter"),
            }
        )  # fmt: skip
    return produced


def of_stamp(produced: Produced, file: InputFile) -> int | None:
    return produced.received_at


def check_zone(source: Source) -> list[Issue]:
    return [] if source.time_zone else [Issue(("time_zone",), "the postbox has a clock on the wall: give its zone.")]


def delivers_lines(source: Source) -> bool:
    return True


POSTBOX = Provider(
    name="postbox",
    options=PostboxOptions,
    vocabulary=WORDS,
    keeps=fields(word="what", time="at", id="no", label="letter", number="n cents"),
    stage=by_record(parse_postbox),
    receipt=(of_stamp, of_file),
    check=check_zone,
    attributes="label",
    words=frozenset(("may not",)),
    counts=count_records,
    introduces=frozenset(("lines", "consents")),
    by_line=delivers_lines,
)


# A provider of another shape: lines of fixed width, with a stage of its own ----------------------------------------


@dataclass(frozen=True)
class Cut:
    """Where a field stands in a line."""

    start: int
    end: int

    def of(self, line: str) -> str:
        return line[self.start : self.end].strip()


NUMBER, WHO, WHEN, CENTS = Cut(0, 4), Cut(4, 24), Cut(24, 43), Cut(43, 50)


def read_ticker(plan: GatewayPlan, group: int) -> Iterator[pa.RecordBatch]:
    finish = Sanitizer(plan)
    for file in plan.groups[group]:
        with opened(file, plan.limits.max_inflated_bytes) as content:
            text = b"".join(content.blocks()).decode()
        for position, line in enumerate(text.splitlines()):
            if not CENTS.of(line).isdigit():
                finish.rejected(file, position, line.encode(), ["type:cents"], [], form="row")
                continue
            owner, at = Identifier("email", WHO.of(line)), parse_iso(WHEN.of(line), plan.source.time_zone)
            common = {"identifier": owner, "order_id": NUMBER.of(line), "amount_cents": int(CENTS.of(line))}
            order = {**common, "order_type": "sale", "ordered_at": at, "currency": plan.context.currency}
            event = {**common, "event_id": f"order:{NUMBER.of(line)}", "event_type": "order", "occurred_at": at}
            kept = {"number": NUMBER.of(line), "when": WHEN.of(line), "cents": CENTS.of(line)}
            finish.accepted(file, position, line.encode(), kept, Produced(orders=[order], events=[event]), [], "row")
    yield from finish.close()


def stage_ticker(tasks: "DataFrame", plan: GatewayPlan) -> "DataFrame":
    return tasks.mapInArrow(over_groups(lambda group: read_ticker(plan, group)), NAMED_DDL)


TICKER = Provider(
    name="ticker",
    options=NoOptions,
    vocabulary={},
    keeps=fields(id="number", time="when", number="cents"),
    stage=stage_ticker,
    receipt=(of_file,),
)


# Providers whose records, or whose stage, cannot be used -----------------------------------------------------------


def refuse(record: dict[str, Any], context: Context) -> Produced:
    raise Rejected("test_mode", "missing:who")


def fail(record: dict[str, Any], context: Context) -> Produced:
    if "who" in record:
        raise ZeroDivisionError(f"nothing is known of {record['who']}")
    return Produced(ignored=True)


def produce_nonsense(record: dict[str, Any], context: Context) -> Produced:
    good = {
        "event_type": "click",
        "identifier": Identifier("email", record["who"]),
        "occurred_at": 1_777_700_000_000_000,
    }
    return Produced(events=[good, {**good, "occurred_at": record["who"]}])


def refuse_to_stage(tasks: "DataFrame", plan: GatewayPlan) -> "DataFrame":
    raise RuntimeError("the ledger has no such page")


REFUSING = replace(TICKER, name="refusing", stage=by_record(refuse))
FAILING = replace(TICKER, name="failing", stage=by_record(fail))
NONSENSE = replace(TICKER, name="nonsense", stage=by_record(produce_nonsense))
STUCK = replace(TICKER, name="stuck", stage=refuse_to_stage)


# What was delivered ------------------------------------------------------------------------------------------------


def add_source(workspace: Workspace, kind: str, more: str = "") -> Path:
    path = workspace.folder / "sources" / f"{kind}.yaml"
    path.write_text(f"name: {kind}\nkind: {kind}\npath: ../data/{kind}-*\nreceived: {{from: file_name}}\n{more}")
    return path


def deliver(workspace: Workspace, kind: str, day: date, *records: dict[str, Any] | str) -> None:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    (workspace.folder / "data" / f"{kind}-{day}").write_text("\n".join(lines) + "\n")


def ticket(number: str, who: str, when: str, cents: str) -> str:
    return f"{number:<4}{who:<20}{when:<19}{cents:>7}"


def postbox_records() -> list[dict[str, Any]]:
    ann, bob = "ann@example.com", "bob@example.com"
    return [
        {"what": "may", "who": ann, "at": "2026-04-28T08:00:00"},
        {"what": "looked", "who": ann, "at": "2026-05-02T11:00:00", "no": "p1", "letter": "spring"},
        {"what": "looked", "who": bob, "at": "2026-05-02T11:00:00", "no": "p2"},
        {"what": "followed", "who": ann, "at": "2026-05-02T11:00:05", "no": "p3", "letter": "spring"},
        {"what": "bought", "who": ann, "at": "2026-05-02T12:00:00", "no": "o1", "n": 2, "cents": 1250},
    ]


@pytest.fixture(scope="module")
def taken_in(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """One run over sources of every kind; the known one's is a mapped source."""
    workspace = make_workspace(tmp_path_factory.mktemp("providers") / "w")
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    add_source(workspace, "postbox", "time_zone: Europe/Paris\noptions: {hours_on_the_way: 30}\n")
    deliver(workspace, "postbox", MAY[2], *postbox_records())
    add_source(workspace, "ticker", "time_zone: Europe/Paris\n")
    deliver(
        workspace, "ticker", MAY[2],
        ticket("7", "bob@example.com", "2026-05-02T09:00:00", "500"),
        ticket("8", "eve@example.com", "2026-05-02T09:30:00", "much"),
    )  # fmt: skip
    for kind in ("refusing", "failing", "nonsense"):
        add_source(workspace, kind)
        deliver(workspace, kind, MAY[2], {"who": "eve@example.com"}, {"who": "kim@example.com"})
    deliver(workspace, "failing", MAY[1], {"nobody": 1})
    lake = SparkLake(workspace.lake, spark)
    with PROVIDERS.added(POSTBOX, TICKER, REFUSING, FAILING, NONSENSE):
        run_flow(INGEST, workspace, lake, MAY[5])
    return workspace, lake


def of_source(lake: SparkLake, contract: Any, source: str) -> list[dict[str, Any]]:
    return [row for row in rows_of(lake, contract) if row["source"] == source]


def owner(workspace: Workspace, email: str) -> str:
    key = load_key(workspace.keys.environment, workspace.keys.file)
    return str(Pseudonymiser(key).identifier_id("email", email))


def paris(text: str) -> int:
    return parse_iso(text, "Europe/Paris")


def micros(moment: Any) -> int:
    return int(moment.timestamp() * 1_000_000)


def test_the_toy_uses_every_field_of_the_socket() -> None:
    defaults = {f.name: f.default for f in dataclasses.fields(Provider)}
    assert set(defaults) == {
        "name", "options", "vocabulary", "keeps", "stage", "receipt", "check", "attributes", "words", "introduces", "counts",
        "by_line",
    }  # fmt: skip
    unused = [name for name, default in defaults.items() if getattr(POSTBOX, name) in (default, NoOptions, {}, ())]
    assert unused == []


def test_its_events_are_in_silver_with_their_values(taken_in: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = taken_in
    events = {e["event_id"]: e for e in of_source(lake, silver.EVENTS, "postbox")}
    # bob has not permitted open tracking, so that his is withheld.
    assert sorted(events) == ["p1", "p3", "sale:o1"]
    first = events["p1"]
    assert (first["source_event"], first["event_type"], first["campaign_id"]) == ("looked", WORDS["looked"], "spring")
    assert first["identifier_id"] == owner(workspace, "ann@example.com")
    assert micros(first["occurred_at"]) == paris("2026-05-02T11:00:00")
    assert (events["p3"]["event_type"], events["sale:o1"]["event_type"]) == ("click", "order")


def test_its_consents_and_the_orders_of_its_lines_are_in_silver(taken_in: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = taken_in
    (consent,) = of_source(lake, silver.CONSENTS, "postbox")
    assert (consent["purpose"], consent["value"]) == ("open_tracking", "granted")
    assert consent["identifier_id"] == owner(workspace, "ann@example.com")
    (order,) = of_source(lake, silver.ORDERS, "postbox")
    assert (order["order_id"], order["amount_cents"], order["n_items"], order["currency"]) == ("o1", 1250, 2, "EUR")


def test_its_receipt_decides_from_which_day_a_record_is_known(taken_in: tuple[Workspace, SparkLake]) -> None:
    _, lake = taken_in
    events = {e["event_id"]: e for e in of_source(lake, silver.EVENTS, "postbox")}
    # Thirty hours on the way, by the source's option: from 11:00 on 2 May to 17:00 on 3 May, known on the day after.
    assert micros(events["p1"]["received_at"]) == paris("2026-05-03T17:00:00")
    assert events["p1"]["known_as_of"] == MAY[4]
    # The ticker's files tell: the end of 2 May.
    (ticked,) = of_source(lake, silver.EVENTS, "ticker")
    assert (micros(ticked["received_at"]), ticked["known_as_of"]) == (paris("2026-05-03T00:00:00") - 1, MAY[3])


def test_of_its_records_the_declared_fields_are_kept(taken_in: tuple[Workspace, SparkLake]) -> None:
    _, lake = taken_in
    kept = [json.loads(r["kept"]) for r in of_source(lake, bronze.RECORDS, "postbox")]
    assert set(POSTBOX.keeps(Source(name="p", kind="postbox", path="*"))) == {
        name for record in kept for name in record
    }


def test_another_shape_is_taken_in_by_its_own_stage(taken_in: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = taken_in
    (order,) = of_source(lake, silver.ORDERS, "ticker")
    assert (order["order_id"], order["amount_cents"], order["identifier_id"]) == (
        "7", 500, owner(workspace, "bob@example.com"),
    )  # fmt: skip
    (event,) = of_source(lake, silver.EVENTS, "ticker")
    assert (event["event_type"], micros(event["occurred_at"])) == ("order", paris("2026-05-02T09:00:00"))
    (refused,) = of_source(lake, bronze.QUARANTINE, "ticker")
    assert (refused["position"], refused["reasons"]) == (1, ["type:cents"])
    key = load_key(workspace.keys.environment, workspace.keys.file, create=False)
    assert b"eve@example.com" in RecordSealer(key).open(refused["sealed"]).raw


def test_what_a_provider_refuses_is_in_quarantine(taken_in: tuple[Workspace, SparkLake]) -> None:
    _, lake = taken_in
    rows = of_source(lake, bronze.QUARANTINE, "refusing")
    assert [r["reasons"] for r in rows] == [["missing:who", "test_mode"]] * 2
    assert of_source(lake, silver.EVENTS, "refusing") == []


@pytest.mark.parametrize(("kind", "error"), [("failing", "ZeroDivisionError"), ("nonsense", "TypeError")])
def test_a_record_on_which_a_provider_fails_is_in_quarantine_and_nothing_is_told_of_it(
    kind: str, error: str, taken_in: tuple[Workspace, SparkLake]
) -> None:
    workspace, lake = taken_in
    rows = of_source(lake, bronze.QUARANTINE, kind)
    assert [r["reasons"] for r in rows] == [[f"adapter_error:{error}"]] * 2
    assert not any("@" in str(value) for row in rows for name, value in row.items() if name != "sealed")
    # Not a part of it is taken in, not even its identifiers.
    assert of_source(lake, silver.EVENTS, kind) == []
    known = {r["identifier_id"] for r in rows_of(lake, silver.IDENTITY_LINKS)}
    assert owner(workspace, "kim@example.com") not in known


def test_the_other_records_and_sources_of_the_run_go_on(taken_in: tuple[Workspace, SparkLake]) -> None:
    _, lake = taken_in
    counts = {(r["source"], r["disposition"]): r["n_records"] for r in rows_of(lake, ops.LEDGER)}
    assert counts == {
        ("orders", "accepted"): 1,
        ("postbox", "accepted"): 4, ("postbox", "withheld"): 1,
        ("ticker", "accepted"): 1, ("ticker", "quarantined"): 1,
        ("refusing", "quarantined"): 2,
        ("failing", "quarantined"): 2, ("failing", "ignored"): 1,
        ("nonsense", "quarantined"): 2,
    }  # fmt: skip


def test_a_stage_that_fails_as_a_whole_ends_the_run_before_anything_is_written(
    spark: SparkSession, tmp_path: Path
) -> None:
    workspace = make_workspace(tmp_path / "w")
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    stuck = add_source(workspace, "stuck")
    deliver(workspace, "stuck", MAY[2], {"who": "eve@example.com"})
    lake = SparkLake(workspace.lake, spark)
    with PROVIDERS.added(STUCK):
        with pytest.raises(RuntimeError, match="no such page"):
            run_flow(INGEST, workspace, lake, MAY[3])
        assert not lake.exists(silver.ORDERS)
        stuck.unlink()
        run_flow(INGEST, workspace, lake, MAY[3])
    assert [r["order_id"] for r in rows_of(lake, silver.ORDERS)] == ["1"]


# Configuration -----------------------------------------------------------------------------------------------------


def refusal(workspace: Workspace) -> str:
    with pytest.raises(ConfigError) as refused:
        load_sources(workspace, {})
    return str(refused.value)


def test_its_options_and_its_own_check_are_told_with_their_lines(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    path = add_source(workspace, "postbox", "options:\n  hours_on_teh_way: 3\n")
    with PROVIDERS.added(POSTBOX):
        said = refusal(workspace)
    assert f"{path}:6: options.hours_on_teh_way: there is no such key. Did you mean hours_on_the_way?" in said
    assert f"{path}:1: time_zone: the postbox has a clock on the wall" in said


def test_without_it_its_name_is_unknown(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    path = add_source(workspace, "postbox", "time_zone: Europe/Paris\n")
    with PROVIDERS.added(POSTBOX):
        assert [s.kind for s in load_sources(workspace, {}) if s.name == "postbox"] == ["postbox"]
    assert f"{path}:2: kind: There is no provider 'postbox'." in refusal(workspace)
