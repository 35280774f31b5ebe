"""Small lakes at certain moments of their history: each is made once in a run of the tests, and given away as a copy.

Two shops have such a history; what happens in each is told by the functions that make it. A test that goes on from a
moment asks for a copy of its own::

    workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / "w")

A copy has another folder, and so another configuration: no flow takes a day as unchanged there.
"""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from builders import make_workspace, source, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession
from sockets.every import SOCKETS

from segspark.app.run import daily
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.features.check import FEATURE_CHECK
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.scoring.flow import SCORES
from segspark.segments.flow import SEGMENTS
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


@dataclass(frozen=True)
class Moment:
    """A state of a lake: the moment before, if there is one, and what has been done since then."""

    name: str
    before: "Moment | None"
    go_on: Callable[[Workspace, SparkLake], None]
    # Makes the workspace of a lake without a moment before.
    begin: Callable[[Path], object] = make_workspace


def address(name: str) -> str:
    return f"{name}@example.com"


# A shop with daily runs as of 3 and 4 May -------------------------------------------------------------------------

# Everybody but kim, who is only written to, has ordered until 2 May; max permits no profile.
BUYERS = ("ann", "bob", "eve", "ida", "zoe", "joe", "lou", "tim")
FIRST, SECOND = MAY[3], MAY[4]


def run_the_first_day(workspace: Workspace, lake: SparkLake) -> None:
    """Of ten people, ann orders three times for little, bob once for much, eve and ida twice, the others once.

    On the same day ann clicks, and tim complains of the mails. ann permits that her opens are observed.
    """
    write_consents(workspace, MAY[1], (address("ann"), "open_tracking", "granted", "2026-04-01 08:00:00"),
                   (address("max"), "profiling", "withdrawn", "2026-04-01 08:00:00"))  # fmt: skip
    ordered = {
        "ann": ("9.00", "9.00", "9.00"), "bob": ("99.00",), "eve": ("8.00", "8.00"), "ida": ("5.00", "5.00"),
        "zoe": ("10.00",), "joe": ("10.00",), "lou": ("10.00",), "tim": ("10.00",), "max": ("77.00",),
    }  # fmt: skip
    write_orders(
        workspace, MAY[2],
        *[(f"{who}{n}", address(who), f"2026-05-02 1{n}:00:00", amount)
          for who, amounts in ordered.items() for n, amount in enumerate(amounts)],
    )  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", address("kim"), "delivered", "2026-05-02 11:00:00"),
                ("m2", address("ann"), "click", "2026-05-02 11:00:00"),
                ("m3", address("tim"), "complaint", "2026-05-02 12:00:00"))  # fmt: skip
    daily(workspace, lake, FIRST, Quiet())


def compute_the_second_day(workspace: Workspace, lake: SparkLake) -> None:
    """On 3 May bob orders again, for little; joe complains of the mails, and lou does not want any more."""
    write_orders(workspace, MAY[3], ("bob1", address("bob"), "2026-05-03 09:00:00", "8.00"))
    write_mails(workspace, MAY[3], ("m4", address("joe"), "complaint", "2026-05-03 12:00:00"))
    write_consents(workspace, MAY[3], (address("lou"), "email_marketing", "withdrawn", "2026-05-03 09:00:00"))
    for flow in (INGEST, TILES, FEATURES, FEATURE_CHECK):
        run_flow(flow, workspace, lake, SECOND)


def score_the_second_day(workspace: Workspace, lake: SparkLake) -> None:
    run_flow(SCORES, workspace, lake, SECOND)


def segment_the_second_day(workspace: Workspace, lake: SparkLake) -> None:
    run_flow(SEGMENTS, workspace, lake, SECOND)


# The first day is published.
FIRST_DAY = Moment("first day", None, run_the_first_day)
# Of the second day the features are there,
SECOND_FEATURES = Moment("second features", FIRST_DAY, compute_the_second_day)
# and then its scores: only segments are to be made.
SECOND_SCORED = Moment("second scored", SECOND_FEATURES, score_the_second_day)
# and then these too.
SECOND_SEGMENTED = Moment("second segmented", SECOND_SCORED, segment_the_second_day)


# A shop whose acts are known and not counted yet ---------------------------------------------------------------------

ACTS = source("acts", "events", "event_id: id, event_type: type, occurred_at: at, amount: amount, category: sort")


def take_in_acts(workspace: Workspace, lake: SparkLake) -> None:
    """Orders, some late, one given back, of ann, bob and eve; what kim and lou look at, once late; two withdrawals.

    All files are there from the beginning: what each brings is known from the day after it was received.
    """
    (workspace.folder / "sources" / "acts.yaml").write_text(ACTS)
    _write_acts(
        workspace, MAY[2],
        ("1", "ann", "order", "2026-05-02 10:00:00", "120.00", ""), ("2", "bob", "order", "2026-05-02 09:00:00", "30.00", ""),
        ("3", "bob", "order", "2026-05-02 20:00:00", "25.00", ""),
        ("v1", "kim", "product_view", "2026-05-02 10:00:00", "", "bags"), ("v2", "kim", "product_view", "2026-05-02 11:00:00", "", "bags"),
        ("v3", "kim", "product_view", "2026-05-02 12:00:00", "", "hats"), ("v4", "lou", "product_view", "2026-05-02 09:00:00", "", "caps"),
        ("v5", "lou", "product_view", "2026-05-02 09:30:00", "", "caps"),
    )  # fmt: skip
    _write_acts(workspace, MAY[3], ("4", "ann", "order", "2026-05-03 10:00:00", "45.00", ""),
                ("v6", "lou", "product_view", "2026-05-03 10:00:00", "", "bags"))  # fmt: skip
    _write_acts(workspace, MAY[4], ("5", "bob", "order", "2026-05-04 10:00:00", "20.00", ""),
                ("6", "eve", "order", "2026-05-04 10:00:00", "10.00", ""),
                ("v7", "kim", "product_view", "2026-05-02 13:00:00", "", "shoes"))  # fmt: skip
    _write_acts(workspace, MAY[5], ("7", "ann", "refund", "2026-05-02 11:00:00", "100.00", ""),
                ("8", "bob", "order", "2026-05-04 12:00:00", "70.00", ""))  # fmt: skip
    write_consents(workspace, MAY[5], (address("kim"), "profiling", "withdrawn", "2026-05-05 09:00:00"))
    write_consents(workspace, MAY[6], (address("bob"), "profiling", "withdrawn", "2026-05-06 09:00:00"))
    run_flow(INGEST, workspace, lake, MAY[7])


def _write_acts(workspace: Workspace, day: date, *rows: tuple[str, str, str, str, str, str]) -> None:
    """(event id, name, type, local time, amount, category) received on a day."""
    lines = ["id,email,type,at,amount,sort", *(",".join((i, address(who), *rest)) for i, who, *rest in rows)]
    (workspace.folder / "data" / f"acts-{day}.csv").write_text("\n".join(lines) + "\n")


ACTS_TAKEN_IN = Moment("acts taken in", None, take_in_acts)


# Made once, and copied ------------------------------------------------------------------------------------------------

OWN = {socket: socket.names() for socket in SOCKETS}


class Lakes:
    """The lakes of this run of the tests, in a folder that its processes share."""

    def __init__(self, folder: Path, spark: SparkSession) -> None:
        self._folder, self._spark = folder, spark

    def copy(self, moment: Moment, folder: Path) -> tuple[Workspace, SparkLake]:
        """A workspace in a new folder, with its lake at a moment; what is done to it changes no other."""
        shutil.copytree(self._made(moment), folder)
        return self._opened(folder)

    def _made(self, moment: Moment) -> Path:
        """The folder of a moment, made by the first process that asks for it."""
        self._folder.mkdir(exist_ok=True)
        folder = self._folder / moment.name.replace(" ", "-")
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                unfinished = folder.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                self._make(moment, unfinished)
                unfinished.rename(folder)
        return folder

    def _make(self, moment: Moment, folder: Path) -> None:
        assert {s: s.names() for s in SOCKETS} == OWN, "Ask for a lake before the toys are plugged in."
        if moment.before:
            shutil.copytree(self._made(moment.before), folder)
        else:
            moment.begin(folder)
        moment.go_on(*self._opened(folder))

    def _opened(self, folder: Path) -> tuple[Workspace, SparkLake]:
        workspace = open_workspace(folder, {})
        return workspace, SparkLake(workspace.lake, self._spark)
