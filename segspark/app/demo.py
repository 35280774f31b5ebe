"""The demo: generate the shop, run everything, report the results and whether the hidden types were found."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sklearn.metrics import adjusted_rand_score

from segspark.app.run import check_workspace, daily, lake_session, train
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.demo.generate import AS_OF, copy_workspace, generate
from segspark.errors import ConfigError
from segspark.pipeline.progress import Progress
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.reports.gather import write_day_report
from segspark.segments.schemes.behaviour import BEHAVIOUR
from segspark.sources.gateway import no_cyclic_collection
from segspark.spark.startup import warm_up
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.time import DAY


def run_demo(folder: Path, *, people: int, events: int, seed: int, progress: Progress) -> dict[str, Any]:
    """Run everything, from files to report, in a separate folder.

    Raises:
        ConfigError: the folder holds files that no demo made.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "truth").is_dir():
        raise ConfigError(f"{folder} is not empty and no demo workspace; choose another folder.")
    start = time.monotonic()
    # Marks the folder as a demo's, even if this run is killed.
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    if not (folder / "segspark.yaml").exists():
        copy_workspace(folder)
    workspace = open_workspace(folder)
    check_workspace(workspace, AS_OF)

    def draw() -> None:
        if not (folder / "truth" / "people.parquet").exists():
            with no_cyclic_collection():
                summary = generate(folder, people=people, events=events, seed=seed)
            progress.stage("generate", time.monotonic() - start, sum(summary.records.values()), f"{people:,} people")

    # The shop is generated while Spark starts; a core is left for Spark's first query.
    with ThreadPoolExecutor(max_workers=1) as pool:
        drawn = pool.submit(draw)
        with lake_session(workspace, f"demo {AS_OF}") as lake:
            warm_up(lake.spark)
            drawn.result()
            train(workspace, lake, AS_OF - DAY, progress)
            daily(workspace, lake, AS_OF - DAY, progress)
            daily(workspace, lake, AS_OF, progress)
            scores = {"rand": types_found(workspace, lake)}
    report = write_day_report(workspace, AS_OF, None, None)
    progress.note(f"hidden types found: adjusted Rand index of behaviour against the truth {scores['rand']:.3f}")
    progress.note(f"tables  {workspace.lake}")
    progress.note(f"MLflow  {workspace.mlflow.tracking_uri}  (mlflow ui --backend-store-uri …)")
    progress.note(f"report  {report}")
    progress.note(f"done in {time.monotonic() - start:.0f} s")
    return scores


def types_found(workspace: Workspace, lake: SparkLake) -> float:
    """Adjusted Rand index of the behaviour groups of the newest day against the generator's types.

    People outside of all groups would count as a separate group, but the assignment leaves nobody out.
    """
    truth = pq.read_table(workspace.folder / "truth" / "people.parquet", columns=["email", "type"])
    rows = lake.read_small(gold.SEGMENTS, filters=[("segment_date", "=", AS_OF), ("scheme", "=", BEHAVIOUR.name)])
    group = dict(zip(rows["person_id"].to_pylist(), rows["segment_id"].to_pylist(), strict=True))
    links = lake.read_small(silver.IDENTITY_LINKS, columns=["identifier_id", "person_id", "known_as_of"])
    owner = {r["identifier_id"]: r["person_id"] for r in sorted(links.to_pylist(), key=lambda r: r["known_as_of"])}
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file, create=False))
    pairs = [
        (kind, group.get(owner.get(pseudonyms.identifier_id("email", email) or "", ""), "none"))
        for email, kind in zip(truth["email"].to_pylist(), truth["type"].to_pylist(), strict=True)
    ]
    return float(adjusted_rand_score([a for a, _ in pairs], [b for _, b in pairs]))
