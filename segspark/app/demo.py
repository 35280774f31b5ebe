"""The demo: generate the shop, run everything, report the results and whether the hidden types were found."""

import json
import shlex
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sklearn.metrics import adjusted_rand_score

from segspark.app.run import check_workspace, daily, lake_session, train
from segspark.app.train import FAILED, TRAIN
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.config.url import scheme_of
from segspark.demo.generate import AS_OF, copy_workspace, generate
from segspark.errors import ConfigError
from segspark.lineage.run import lineage_of
from segspark.pipeline.progress import Progress
from segspark.pipeline.runs import runs_of
from segspark.pseudonyms import Pseudonymiser
from segspark.reports.gather import write_day_report
from segspark.segments.fixed_groups import fixed_group
from segspark.segments.schemes.behaviour import BEHAVIOUR
from segspark.sources.gateway import no_cyclic_collection
from segspark.spark.startup import warm_up
from segspark.store.parquet import read_parquet
from segspark.tables.contracts import gold, silver
from segspark.tables.lake import Lake
from segspark.tables.lake_key import open_key
from segspark.tables.open import open_lake
from segspark.time import DAY

# Of so many records a demo ends before the JVM's optimising compiler pays off.
SHORT_RECORDS = 300_000


@dataclass(frozen=True)
class Demo:
    """What a demo left.

    Attributes:
        report: the HTML page of the newest day.
        rand: adjusted Rand index of the behaviour groups against the hidden types.
        email: somebody in many segments.
    """

    report: str
    rand: float
    email: str

    def what_next(self, folder: Path, segspark: str = "segspark") -> tuple[str, str, str]:
        """What to open and what to try, in three lines; the programs and the folder as the reader types them."""
        config = f"--config {shlex.quote(str(folder))}"
        return (
            f"Open the report:  {self.report if scheme_of(self.report) else Path(self.report).resolve().as_uri()}",
            f"Open the models:  {segspark} mlflow {config}",
            f"Try next:         {segspark} segments explain {self.email} {config} --language en; "
            f"{segspark} report {config} --language en",
        )


def run_demo(folder: Path, *, people: int, events: int, seed: int, progress: Progress) -> Demo:
    """Run everything, from files to report, in a separate folder.

    A demo of the same numbers that was interrupted is carried on; a complete one gets its report once more.

    Raises:
        ConfigError: the folder holds files that no demo made, or a demo of other numbers.
    """
    start = time.monotonic()
    claim(folder, {"people": people, "records": events, "seed": seed})
    if not (folder / "segspark.yaml").exists():
        copy_workspace(folder)
    workspace = open_workspace(folder)
    lake = open_lake(workspace)
    if AS_OF in runs_of(lake).published_days():
        progress.note(f"{folder} holds this demo already, complete; only its report is written again")
    else:
        check_workspace(workspace, AS_OF)
        run_flows(workspace, progress, people=people, events=events, seed=seed)
    report = write_day_report(workspace, AS_OF, None, None)
    known = people_of_truth(workspace, lake)
    rand = types_found(known, lake)
    progress.note(f"hidden types found: adjusted Rand index of behaviour against the truth {rand:.3f}")
    progress.note(f"tables  {workspace.lake}")
    progress.note(f"done in {time.monotonic() - start:.0f} s")
    return Demo(report, rand, in_most_segments(known, lake))


def claim(folder: Path, numbers: dict[str, int]) -> None:
    """Mark a new folder as that of a demo, before anything is drawn: what is killed can be carried on.

    Raises:
        ConfigError: the folder holds something else.
    """
    mark = folder / "truth" / "demo.json"
    if mark.exists():
        held = json.loads(mark.read_text())
        if held != numbers:
            raise ConfigError(
                f"{folder} holds a demo of {_spoken(held)}, and this one has {_spoken(numbers)}. "
                f"Choose another folder, or remove that one."
            )
        return
    if (folder / "truth").is_dir():
        raise ConfigError(f"{folder} holds a demo of an earlier version. Choose another folder, or remove that one.")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty and no demo workspace; choose another folder.")
    mark.parent.mkdir(parents=True)
    mark.write_text(json.dumps(numbers) + "\n")


def _spoken(numbers: dict[str, int]) -> str:
    return f"{numbers['people']:,} people, {numbers['records']:,} records and seed {numbers['seed']}"


def run_flows(workspace: Workspace, progress: Progress, *, people: int, events: int, seed: int) -> None:
    """Draw the shop, train the models on the day before the last, and run the last two days."""
    start = time.monotonic()

    def draw() -> None:
        if not (workspace.folder / "truth" / "people.parquet").exists():
            with no_cyclic_collection():
                summary = generate(workspace.folder, people=people, events=events, seed=seed)
            progress.stage("generate", time.monotonic() - start, sum(summary.records.values()), f"{people:,} people")

    # The shop is generated while Spark starts; a core is left for Spark's first query.
    with ThreadPoolExecutor(max_workers=1) as pool:
        drawn = pool.submit(draw)
        with (
            lineage_of(workspace, "demo", AS_OF, progress.note),
            lake_session(workspace, f"demo {AS_OF}", lambda lake: events <= SHORT_RECORDS) as lake,
        ):
            warm_up(lake.spark)
            drawn.result()
            # An interrupted demo may have its models already.
            trained = runs_of(lake).outputs(TRAIN.name, AS_OF - DAY)
            if trained is None or trained.get(FAILED):
                train(workspace, lake, AS_OF - DAY, progress)
            daily(workspace, lake, AS_OF - DAY, progress)
            daily(workspace, lake, AS_OF, progress)


@dataclass(frozen=True)
class Known:
    """A person of the truth; the lake may not know the address."""

    email: str
    type: str
    person_id: str | None


def people_of_truth(workspace: Workspace, lake: Lake) -> list[Known]:
    """Everybody whom the generator drew, with the person that the lake made of the address."""
    truth = read_parquet(str(workspace.folder / "truth" / "people.parquet"), columns=["email", "type"])
    links = lake.read_small(silver.IDENTITY_LINKS, columns=["identifier_id", "person_id", "known_as_of"])
    owner = {r["identifier_id"]: r["person_id"] for r in sorted(links.to_pylist(), key=lambda r: r["known_as_of"])}
    pseudonyms = Pseudonymiser(open_key(workspace))
    return [
        Known(email, kind, owner.get(pseudonyms.identifier_id("email", email) or ""))
        for email, kind in zip(truth["email"].to_pylist(), truth["type"].to_pylist(), strict=True)
    ]


def types_found(known: Sequence[Known], lake: Lake) -> float:
    """Adjusted Rand index of the behaviour groups of the newest day against the generator's types, over the people whom
    the model groups: who never acted, or does not permit it, is in a group that no model found."""
    rows = lake.read_small(gold.SEGMENTS, filters=[("segment_date", "=", AS_OF), ("scheme", "=", BEHAVIOUR.name)])
    group = {r["person_id"]: r["segment_id"] for r in rows.to_pylist() if fixed_group(r["branch_id"]) is None}
    grouped = [p for p in known if p.person_id in group]
    return float(adjusted_rand_score([p.type for p in grouped], [group[str(p.person_id)] for p in grouped]))


def in_most_segments(known: Sequence[Known], lake: Lake) -> str:
    """The address of somebody who is in as many segments of the newest day as anybody, the first of them."""
    rows = lake.read_small(gold.SEGMENTS, filters=[("segment_date", "=", AS_OF)], columns=["person_id"])
    n_segments = Counter(rows["person_id"].to_pylist())
    return max(known, key=lambda person: n_segments[person.person_id]).email
