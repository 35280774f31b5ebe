"""Every command says whether it tells exact counts of people or records; those that do carry the mark of internal output.

Pages, profiles and manifests hide small groups. What a command prints is exact, for whoever runs the workspace.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from models.training_sets.shown import CARD

from segspark.app.uplift import Answer
from segspark.cli.main import cli
from segspark.cli.output import INTERNAL
from segspark.query.curves import Curve, CurvePoint

DAY = date(2026, 5, 5)
ROW = {
    "segment_id": "s",
    "segment_name": "Few",
    "scheme": "rules",
    "people": 3,
    "contactable": 2,
    "is_provisional": False,
}
ON_DAY = ("--as-of", "2026-05-05")


@dataclass(frozen=True)
class Told:
    """What a command asks, what it is answered, and how it is called.

    ``for_people``: it prints counts for people; else for programs only.
    """

    question: str
    answer: Any
    arguments: tuple[str, ...] = ()
    for_people: bool = True


EXACT = {
    "run": Told("segspark.app.run.run", {"contactable": {"complained": 3}}, ("daily", *ON_DAY), for_people=False),
    "tables": Told("segspark.query.look.list_tables", [{"table": "silver.objections", "rows": 3}]),
    "features repair": Told("segspark.app.run.run", {"people": 3}, ON_DAY, for_people=False),
    "features restate": Told("segspark.app.run.run", {"people": 3}, ON_DAY, for_people=False),
    "quarantine list": Told(
        "segspark.query.quarantine.list_quarantine", [{"source": "crm", "reason": "r", "records": 3, "fix": "f"}]
    ),
    "quarantine show": Told("segspark.query.quarantine.show_quarantine", [{"place": "f.csv, row 3"}], ("crm",)),
    "quarantine replay": Told("segspark.app.run.replay_quarantine", {"records": {"accepted": 3}}, ON_DAY),
    "sources check": Told(
        "segspark.query.check_sources.check_sources",
        [{"source": "crm", "is_fine": True, "files": 1, "records": 3, "refused": 0, "columns": [], "verdicts": [],
          "preview": [], "fixes": []}],
    ),
    "segments list": Told("segspark.query.look.segment_sizes", [ROW]),
    "segments show": Told(
        "segspark.query.look.describe_segment",
        {"people": 3, "segment_date": DAY, "profile_is": "exact", "profile": []},
        ("few", "--full"),
    ),
    "segments preview": Told(
        "segspark.query.preview.preview_rules",
        [{"name": "few", "as_of": DAY, "people": 3, "contactable": 2, "left_out": {}, "overlaps": [], "sample": [],
          "mailbox_providers": {}, "among_previewed": {}, "revenue_cents_365d": 1_250_000, "margin_cents_365d": None, "currency": "EUR", "change": None, "since": None, "engine": "DuckDB", "is_verified": True}],
        ("few",),
    ),
    "segments replay": Told(
        "segspark.query.replay.replay_version",
        {"scheme": "rules", "name": "few", "definition_version": "v", "features": "stored", "is_written": True, "engine": "DuckDB",
         "segments": [ROW]},
        ("--version", "v", *ON_DAY),
    ),
    "segments plan": Told("segspark.query.plan.plan_definitions", [{"segment": "few", "people": 3}]),
    "segments diff": Told(
        "segspark.query.diff.diff_segments",
        {"left": {"name": "a", "segment_date": DAY, "people": 3, "profile_is": "exact"},
         "right": {"name": "b", "segment_date": DAY, "people": 4, "profile_is": "exact"},
         "entered": 1, "left_it": 0, "stayed": 3, "kpis": []},
        ("a", "b"),
    ),
    "segments curve": Told(
        "segspark.query.curves.curve_of",
        Curve("few", "click", DAY, "days", (CurvePoint(1, 3, 2, 1_250_000),), "bitmaps", "within"),
        ("few", "click"),
    ),
    "segments overlap": Told(
        "segspark.query.overlap.overlaps",
        [{"scheme": "rules", "segment_name": "few", "people": 3, "other_scheme": "rules", "other_segment_name": "more",
          "other_people": 4, "both": 2}],
    ),
    "segments merge": Told("segspark.app.overrides.override", [ROW], ("a", "b")),
    "segments split": Told("segspark.app.overrides.override", [ROW], ("a",)),
    "segments export": Told(
        "segspark.activation.audience.export", {"file": "x.csv", "rows": 30, "removed": {"complained": 3}}, ("few",)
    ),
    "models training-set": Told(
        "segspark.app.training_set.make_training_set", CARD, ("no_order_90d", "--cut", "2026-01-01", "--language", "en")
    ),
    "models training-sets": Told("segspark.query.training_sets.stored_sets", [{"dataset_id": "abc", "rows": 3}]),
    "uplift": Told(
        "segspark.app.uplift.estimate_trial",
        Answer("spring", False, ("Among 3 people",), ({"figure": "qini", "value": 0.1, "low": 0.0, "high": 0.2},), (), "r"),
        ("spring",),
    ),
}  # fmt: skip
# Lines of progress, files, states and definitions; ``segments explain`` tells of one person, ``report`` prints a path.
NOTHING_COUNTED = {
    "init", "demo", "maintain", "migrate", "ddl", "clean", "report", "doctor", "unlock", "pack", "submit-conf",
    "features list", "features describe", "features plan", "key check", "key rotate", "segments explain", "segments check", "segments decisions",
    "models list", "models show", "models compare", "models promote", "models rollback", "models card", "mlflow",
}  # fmt: skip


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_says_whether_it_tells_exact_counts() -> None:
    assert set(commands(cli)) == EXACT.keys() | NOTHING_COUNTED
    assert not EXACT.keys() & NOTHING_COUNTED


def answered(monkeypatch: pytest.MonkeyPatch, name: str, *more: str) -> str:
    told = EXACT[name]
    monkeypatch.setattr(told.question, lambda *given, **named: told.answer)
    monkeypatch.setattr("segspark.app.workspace.open_workspace", lambda *given: None)
    monkeypatch.setattr("segspark.cli.output.find_workspace", lambda: Path("w"))
    shown = CliRunner().invoke(cli, [*name.split(), *told.arguments, *more])
    assert shown.exit_code == 0, (shown.output, shown.exception)
    return shown.output


@pytest.mark.parametrize("name", [name for name, told in EXACT.items() if told.for_people])
def test_exact_counts_end_with_the_mark(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert answered(monkeypatch, name).splitlines()[-1] == INTERNAL


@pytest.mark.parametrize("name", EXACT)
def test_programs_find_the_mark_in_every_object(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found: Mapping[str, Any] | list[Mapping[str, Any]] = json.loads(answered(monkeypatch, name, "--json"))
    for one in found if isinstance(found, list) else [found]:
        assert one["internal"] is True
