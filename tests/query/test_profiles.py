"""The operator sees exact profiles, of small groups too; what leaves the lake has no access to them."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import BUYERS, FIRST_DAY, SECOND_DAY, rows_of, store_rows, stored_shop
from click.testing import CliRunner
from lakes import FIRST, Lakes
from lakes import FIRST_DAY as ONE_DAY

import segspark
from segspark.activation.audience import EXPORT
from segspark.app.run import DAILY
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.pipeline.flow import Flow
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import Question, look
from segspark.query.diff import diff_segments
from segspark.query.look import describe_segment
from segspark.reports.gather import REPORT, write_day_report
from segspark.segments.flow import SEGMENTS
from segspark.tables.contracts import gold, ops
from segspark.tables.lake import Lake

PACKAGE = Path(segspark.__file__).parent
NOTEBOOKS = PACKAGE.parent / "notebooks"
TOLD = 2.34567


def store_exact(workspace: Workspace) -> None:
    """The exact profile of the second day; of the first one an earlier version made there is none."""
    of_buyers = {"segment_date": SECOND_DAY, "scheme": "rules", "segment_id": BUYERS, "segment_name": "Buyers"}
    rows = [{**of_buyers, "n_people": 2, "measure": "orders_30d", "value": TOLD, "low": 1.0, "median": 2.0},
            {**of_buyers, "n_people": 2, "measure": "age_years", "value": None}]  # fmt: skip
    store_rows(Lake(workspace.lake), ops.SEGMENT_PROFILES, *rows)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = stored_shop(tmp_path_factory.mktemp("exact") / "w")
    store_exact(workspace)
    return workspace


def shown(workspace: Workspace, *arguments: str) -> list[str]:
    return CliRunner().invoke(cli, ["segments", *arguments, "--config", str(workspace.folder)]).output.splitlines()


# What the operator sees -------------------------------------------------------------------------------------------


def test_a_segment_is_described_by_its_exact_profile(shop: Workspace) -> None:
    found = describe_segment(shop, "buyers", None)
    assert (found["profile_is"], [p["value"] for p in found["profile"]]) == ("exact", [TOLD, None])
    # Nobody of the other segment was measured exactly; the published profile does not stand in for it.
    assert describe_segment(shop, "active", None)["profile"] == []


def test_of_a_day_without_exact_profiles_the_published_one_is_shown_and_called_so(shop: Workspace) -> None:
    found = describe_segment(shop, "buyers", FIRST_DAY)
    assert (found["profile_is"], [p["value"] for p in found["profile"]]) == ("published", [1.0, None])
    note = "of 2026-05-03 only the published profile is stored: it is rounded and hides small groups"
    assert note in shown(shop, "show", "buyers", "--as-of", "2026-05-03")
    assert note in shown(shop, "diff", "buyers@2026-05-03", "buyers")
    for command in (("show", "buyers"), ("diff", "buyers", "active")):
        assert not any("published" in line for line in shown(shop, *command))


def test_two_days_are_compared_by_what_each_has(shop: Workspace) -> None:
    found = diff_segments(shop, "buyers@2026-05-03", "buyers")
    assert (found["left"]["profile_is"], found["right"]["profile_is"]) == ("published", "exact")
    assert found["kpis"] == [{"measure": "orders_30d", "left": 1.0, "right": TOLD, "difference": TOLD - 1.0}]


def test_a_run_stores_both_and_only_the_published_one_hides_small_groups(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(ONE_DAY, tmp_path / "w")
    exact = {(r["segment_id"], r["measure"]): r for r in rows_of(lake, ops.SEGMENT_PROFILES, FIRST)}
    floor = workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"min_size": 20})})
    run_flow(SEGMENTS, floor, lake, FIRST)
    published = rows_of(lake, gold.SEGMENT_PROFILES, FIRST)
    assert published == []
    # The floor changes none of the exact ones.
    assert {(r["segment_id"], r["measure"]): r for r in rows_of(lake, ops.SEGMENT_PROFILES, FIRST)} == exact
    found = describe_segment(floor, "buyers", FIRST)
    # Eight people have ordered, thirteen times; max permits no profile.
    value = next(p["value"] for p in found["profile"] if p["measure"] == "orders_30d")
    assert (found["people"], found["profile_is"], value) == (8, "exact", 12)
    assert all(r["n_people"] == 8 for r in exact.values() if r["segment_id"] == found["segment_id"])


# What leaves the lake ---------------------------------------------------------------------------------------------

# They declare, write, mend, describe and read it.
MAY_NAME_IT = {
    "app/flows.json", "app/remedies.py", "measure/profiles.py", "measure/protection.py", "query/look.py",
    "query/profiles.py", "segments/flow.py", "tables/contracts/ops.py",
}  # fmt: skip
NAMES = re.compile(r"ops[./]segment_profiles|ops import .*segment_profiles", re.IGNORECASE)
# What hands out its rows.
READERS = {"read_profiles", "describe_segment", "diff_segments"}


def values(kind: type) -> Iterator[Any]:
    """Every value of a kind that a module of the package holds."""
    for module in pkgutil.walk_packages(segspark.__path__, "segspark."):
        if not module.name.endswith("__main__"):
            yield from (v for v in vars(importlib.import_module(module.name)).values() if isinstance(v, kind))


def test_no_other_module_and_no_notebook_names_the_table() -> None:
    files = [f for f in PACKAGE.rglob("*") if f.suffix in (".py", ".json", ".html", ".sql")]
    assert {f.relative_to(PACKAGE).as_posix() for f in files if NAMES.search(f.read_text())} == MAY_NAME_IT
    assert not [f.name for f in NOTEBOOKS.glob("*") if f.is_file() and NAMES.search(f.read_text())]


def test_what_hands_out_its_rows_is_used_by_commands_and_the_python_door_alone() -> None:
    users = {}
    for path in (*PACKAGE.rglob("*.py"), *NOTEBOOKS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("segspark.query"):
                users.setdefault(path.relative_to(PACKAGE.parent).as_posix(), set()).update(a.name for a in node.names)
    found = {path for path, names in users.items() if names & READERS}
    # The door keeps them in attributes; api/test_segment.py holds that what it shows is the published profile.
    door = {"segspark/api/segment.py", "segspark/api/workspace.py"}
    assert found == {"segspark/cli/segments.py", "segspark/query/look.py", "segspark/query/diff.py"} | door


def test_only_the_operator_s_questions_declare_it_and_no_flow_reads_it() -> None:
    asked = {q.name for q in values(Question) if ops.SEGMENT_PROFILES.name in q.reads}
    # Its commands mark what they tell as internal.
    assert asked == {"look"}
    flows = {f.name: f for f in values(Flow)}
    assert {f.name for f in DAILY} < flows.keys()
    assert not [f.name for f in flows.values() if ops.SEGMENT_PROFILES.name in (*f.reads, *f.reads_earlier)]


@pytest.mark.parametrize("question", [REPORT, EXPORT], ids=lambda question: question.name)
def test_pages_and_exports_are_refused_it(shop: Workspace, question: Question | Flow) -> None:
    reads = Question(question.name, tuple(question.reads))
    with pytest.raises(SegsparkError, match="does not declare it"):
        look(reads, shop, Lake(shop.lake)).read_small(ops.SEGMENT_PROFILES)


def test_a_page_is_the_same_with_and_without_it(tmp_path: Path) -> None:
    workspace = stored_shop(tmp_path / "w")

    def page() -> bytes:
        return Path(write_day_report(workspace, SECOND_DAY, "en", tmp_path / "page.html")).read_bytes()

    before = page()
    store_exact(workspace)
    assert describe_segment(workspace, "buyers", SECOND_DAY)["profile_is"] == "exact"
    assert page() == before
