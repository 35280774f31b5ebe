"""The scenarios of the digest: what is run, by the command line of the checkout under test and nothing else."""

import fcntl
import json
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq
import yaml
from digest_checkout import Checkout
from digest_days import AS_OF, DAY, lay_day
from digest_read import Json, arrow_rows, digest_lake, digest_models, leftovers, sha, table_folders

N_DAYS = 15
REPOSITORY = Path(__file__).parents[1]


@dataclass
class Scenario:
    """A run at work: the checkout, the folder that everything is put into, and what the commands said."""

    checkout: Checkout
    out: Path
    outputs: dict[str, str] = field(default_factory=dict)

    def do(self, name: str, *args: str) -> None:
        """A command in a process of its own, whose answer is compared."""
        code, text = self.checkout.cli(*args)
        self.keep(name, f"exit {code}\n{text}")

    def ask(self, questions: Json) -> None:
        """Commands that only read, by the name of the answer; all in one process."""
        file = self.out / "questions.json"
        file.write_text(json.dumps(list(questions.items())))
        answers = self.checkout.driver("ask", str(file))
        if len(answers) < len(questions):
            raise SystemExit(f"{len(answers)} answers to {len(questions)} questions; see {self.checkout.log}")
        for told in answers:
            self.keep(told["name"], f"exit {told['code']}\n{told['text']}")

    def keep(self, name: str, text: str) -> None:
        self.outputs[name] = text


def digest_workspace(workspace: Path) -> Json:
    """What lies in a workspace, by whatever it was made."""
    lake = workspace / "lake"
    return {"tables": digest_lake(lake), "leftovers": leftovers(lake), "models": digest_models(workspace)}


def digest_of(scenario: Scenario, workspace: Path, letter: str) -> Json:
    start = time.monotonic()
    folder = scenario.out / "outputs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {n: t.replace(str(workspace), "<workspace>") for n, t in scenario.outputs.items()}
    texts = {n: t.replace(str(scenario.checkout.root), "<checkout>") for n, t in texts.items()}
    for name, text in texts.items():
        (folder / name).write_text(text)
    outputs = {name: sha([text]) for name, text in sorted(texts.items())}
    found = {
        "scenario": letter,
        "commit": scenario.checkout.commit(),
        **digest_workspace(workspace),
        "outputs": outputs,
    }
    scenario.checkout.seconds["(digest)"] = round(time.monotonic() - start, 1)
    return found | {"seconds": scenario.checkout.seconds, "aborted": scenario.checkout.aborted}


# (a) the demo, three days and more, and every question ----------------------------------------------------------


def run_a(scenario: Scenario, base: Path | None) -> Json:
    """The demo, its models, a day with mail, late events, merges and withdrawals, new models, another day, questions.

    A base that this commit made spares the demo itself.
    """
    workspace = restored(base) if base else made_demo(scenario)
    lay_day(workspace / "data", AS_OF)
    run_day(scenario, "daily", workspace, AS_OF + DAY)
    run_day(scenario, "train", workspace, AS_OF + DAY)
    scenario.do("restate", "features", "restate", *at(workspace, AS_OF - DAY), "--json")
    lay_day(workspace / "data", AS_OF + DAY)
    run_day(scenario, "daily", workspace, AS_OF + 2 * DAY)
    ask_questions(scenario, workspace)
    found = digest_of(scenario, workspace, "a")
    return found | {"workspace": str(moved_away(workspace, scenario.out / "final"))}


def made_demo(scenario: Scenario) -> Path:
    """The demo's three flows, and a copy of what they left, for (c)."""
    workspace = scenario.out / "workspace"
    for old in ("workspace", "base", "final"):
        shutil.rmtree(scenario.out / old, ignore_errors=True)
    scenario.checkout.cli("demo", str(workspace), "--people", "2000", "--events", "40000", "--seed", "7")
    name = yaml.safe_load((workspace / "segspark.yaml").read_text()).get("keys", {}).get("environment", "SEGSPARK_KEY")
    if name != "SEGSPARK_KEY":
        raise SystemExit(f"The demo takes its key from {name}; digest_runs.py sets another variable.")
    keep_base(workspace, scenario.out / "base")
    return workspace


def at(workspace: Path, day: date | None = None) -> tuple[str, ...]:
    return ("--config", str(workspace), *(("--as-of", day.isoformat()) if day else ()))


def run_day(scenario: Scenario, flow: str, workspace: Path, day: date) -> None:
    scenario.do(f"run-{flow}-{day}", "run", flow, *at(workspace, day), "--json")


def ask_questions(scenario: Scenario, workspace: Path) -> None:
    """Every question of the command line once or more; whoever answers them is code too."""
    here, before = AS_OF + 2 * DAY, AS_OF
    new, old = at(workspace), at(workspace, before)
    rule, other, cart = "actifs_30_jours", "inactifs_90_jours", "paniers_abandonnes"
    email = pq.read_table(workspace / "truth" / "people.parquet", columns=["email"])["email"][3].as_py()
    pages = {language: workspace / "reports" / f"page.{language}.html" for language in ("fr", "en")}
    scenario.ask(
        {
            "tables": ["tables", *new, "--json"],
            "list": ["segments", "list", *new, "--json"],
            "list-text": ["segments", "list", *old],
            "show-rule": ["segments", "show", rule, *new, "--json"],
            "show-text": ["segments", "show", other, *old],
            "check": ["segments", "check", *new, "--json"],
            "decisions": ["segments", "decisions", *new, "--json"],
            "diff-days": ["segments", "diff", f"{rule}@{before}", f"{rule}@{here}", *new, "--json"],
            "diff-text": ["segments", "diff", rule, other, *new],
            "features-list": ["features", "list", *new, "--json"],
            "features-describe": ["features", "describe", "n_order_365d", *new, "--json"],
            "features-plan": ["features", "plan", *new, "--json"],
            **{f"explain-{n}": ["segments", "explain", p, *new, "--json"] for n, p in some_people(workspace, here)},
            "explain-email": ["segments", "explain", email, *old, "--language", "en"],
            "explain-segment": ["segments", "explain", email, *new, "--segment", cart, "--json"],
            "preview-file": ["segments", "preview", str(workspace / "segments" / "engagement.yaml"), *new, "--json"],
            "preview-text": ["segments", "preview", cart, *old],
            "plan": ["segments", "plan", *new],
            "export": ["segments", "export", other, *new, "--json"],
            "export-nobody": ["segments", "export", "no_such_segment", *new],
            **{f"report-{la}": ["report", *new, "--language", la, "--out", str(p)] for la, p in pages.items()},
        }
    )
    for path in [*sorted((workspace / "exports").iterdir()), *pages.values()]:
        scenario.keep(path.name, path.read_text())
    ask_plan(scenario, workspace)


def some_people(workspace: Path, day: date) -> list[tuple[int, str]]:
    """The first person of the day, and the first who is in a rule: each is explained in every scheme."""
    rows = arrow_rows(table_folders(workspace / "lake")["gold.segments"]).select(
        ["person_id", "scheme", "segment_date"]
    )
    first: dict[str, str] = {}
    for row in rows.to_pylist():
        if row["segment_date"] == day:
            first[row["scheme"]] = min(row["person_id"], first.get(row["scheme"], row["person_id"]))
    return list(enumerate(sorted({first["levels"], first["rules"]})))


def ask_plan(scenario: Scenario, workspace: Path) -> None:
    """Whom an edited definition would move; the edit is taken back."""
    path = workspace / "segments" / "engagement.yaml"
    before = path.read_text()
    path.write_text(before.replace("days_since_active <= 30", "days_since_active <= 20"))
    scenario.ask({"plan-edited": ["segments", "plan", *at(workspace), "--json"]})
    path.write_text(before)


# (c) a lake that an older commit made ---------------------------------------------------------------------------


def keep_base(workspace: Path, base: Path) -> None:
    """A copy of a workspace and where it must be to work: MLflow's store holds absolute paths."""
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir(parents=True)
    shutil.copytree(workspace, base / "copy", symlinks=True)
    (base / "place").write_text(str(workspace))


LOCKS: list[IO[str]] = []


def restored(base: Path) -> Path:
    """The copy at its own place again; what a run before left there is removed.

    Raises:
        SystemExit: the folder holds no base, or another run is at work there.
    """
    if not (base / "place").exists():
        raise SystemExit(f"{base} is no base of `digest.py run a` (it lies in its --out, as `base`)")
    workspace = Path((base / "place").read_text())
    # Held until this process ends: the place is one.
    lock = (base / "taken").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit(f"Another run is at work in {workspace}; one at a time.") from None
    LOCKS.append(lock)
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(base / "copy", workspace, symlinks=True)
    return workspace


def run_c(scenario: Scenario, base: Path) -> Json:
    """The next day, the day after while it goes on, a stored version replayed, and days before the first ones."""
    workspace = restored(base)
    lay_day(workspace / "data", AS_OF)
    run_day(scenario, "daily", workspace, AS_OF + DAY)
    lay_day(workspace / "data", AS_OF + DAY)
    run_day(scenario, "hourly", workspace, AS_OF + 2 * DAY)
    versions = {name: stored_version(workspace, name, AS_OF) for name in ("levels", "actifs_30_jours", "behaviour")}
    day = at(workspace, AS_OF)
    scenario.ask({f"replay-{n}": ["segments", "replay", "--version", v, *day, "--json"] for n, v in versions.items()})
    days = ("--from", (AS_OF - 4 * DAY).isoformat(), "--to", (AS_OF - 2 * DAY).isoformat())
    scenario.do("run-backfill", "run", "backfill", *at(workspace), *days, "--json")
    found = digest_of(scenario, workspace, "c")
    found["made_from"] = made_from(workspace / "lake")
    moved_away(workspace, scenario.out / "final")
    check_made_from(found["made_from"])
    return found | {"workspace": str(scenario.out / "final")}


def stored_version(workspace: Path, name: str, day: date) -> str:
    """The version of a scheme's or a rule's definition that was in use on a day."""
    folders = table_folders(workspace / "lake")
    known = arrow_rows(folders["gold.definitions"]).to_pylist()
    found = [r for r in known if name in (r["name"], r["scheme"]) and r["first_date"] <= day]
    return str(max(found, key=lambda r: (r["first_date"], r["definition_version"]))["definition_version"])


def made_from(lake: Path) -> dict[str, str | None]:
    """Per day, from what its features were made by the last run."""
    rows = arrow_rows(table_folders(lake)["ops.runs"]).to_pylist()
    done = [r for r in rows if r["flow"] == "features" and r["state"] == "done"]
    return {
        str(r["as_of_date"]): json.loads(r["outputs"]).get("made_from")
        for r in sorted(done, key=lambda r: r["written_at"])
    }


def check_made_from(found: dict[str, str | None]) -> None:
    """
    Raises:
        SystemExit: the state that another commit left was not carried on: an upgrade would cost a full recompute.
    """
    wrong = {d: found.get(str(d)) for d in (AS_OF + DAY, AS_OF + 2 * DAY) if found.get(str(d)) != "the day before"}
    if wrong:
        raise SystemExit(f"FEATURES WERE NOT MADE FROM THE DAY BEFORE: { ({str(d): m for d, m in wrong.items()}) }")


def moved_away(workspace: Path, to: Path) -> Path:
    """The finished workspace where it stays for a comparison of rows; its place is free for the next run."""
    shutil.rmtree(to, ignore_errors=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(workspace, to)
    return to


# (b) real data ---------------------------------------------------------------------------------------------------


def run_b(scenario: Scenario) -> Json:
    """Fifteen trading days one by one, then a day on which all the rest has come at once, and a training."""
    data = Path(os.environ.get("SEGSPARK_SHARED_DATA") or REPOSITORY.parent / "shared" / "data").resolve()
    names = sorted(p.name for p in (data / "online_retail" / "by-day").glob("*.csv*"))
    if len(names) <= N_DAYS:
        raise SystemExit(f"No online_retail/by-day in {data}; set SEGSPARK_SHARED_DATA")
    workspace = scenario.out / "workspace"
    for old in ("workspace", "final"):
        shutil.rmtree(scenario.out / old, ignore_errors=True)
    copy_retail(scenario.checkout.root, workspace, data)
    days = [date.fromisoformat(n[:10]) + DAY for n in [*names[:N_DAYS], names[-1]]]
    runs = [*(f"daily:{d}" for d in days), f"train:{days[-1]}"]
    for told in scenario.checkout.driver("run", str(workspace), *runs):
        scenario.keep(f"run-{told['name'].replace(':', '-')}", json.dumps(told["outcome"], sort_keys=True, indent=1))
    scenario.ask(
        {"list": ["segments", "list", *at(workspace), "--json"], "tables": ["tables", *at(workspace), "--json"]}
    )
    found = digest_of(scenario, workspace, "b")
    return found | {"workspace": str(moved_away(workspace, scenario.out / "final"))}


def copy_retail(root: Path, workspace: Path, data: Path) -> None:
    """The checkout's own workspace with its lake inside and the data where they are."""
    shutil.copytree(root / "conf" / "workspaces" / "online_retail", workspace)
    for path in workspace.rglob("*.yaml"):
        text = re.sub(r"\$\{SEGSPARK_SHARED_DATA:-[^}]*\}", str(data), path.read_text())
        path.write_text(re.sub(r"\$\{SEGSPARK_LAKES:-[^}]*\}/online_retail/lake", "./lake", text))
