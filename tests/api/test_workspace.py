"""``segspark.open()``: what it finds, what it answers without a JVM, and what it says where it cannot."""

import doctest
import inspect
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from api.tiny import FIRST, SECOND, opened, tiny

import segspark
from segspark.api import workspace as module
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import ConfigError
from segspark.near import UnknownName
from segspark.query.look import segment_sizes
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

CLONE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("door") / "demo-workspace")


@pytest.fixture(scope="module")
def ws(folder: Path) -> "segspark.Workspace":
    return segspark.open(folder)


def test_every_public_method_has_an_example_or_needs_a_training(
    ws: "segspark.Workspace", folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    runner, ran = doctest.DocTestRunner(), set()
    for example in doctest.DocTestFinder().find(module, "workspace"):
        if example.examples:
            example.globs.update(ws=ws)
            runner.run(example)
            ran.add(example.name.rpartition(".")[2])
    assert runner.failures == 0
    public = {name for name, _ in inspect.getmembers(module.Workspace, inspect.isfunction) if name[0] != "_"}
    assert public - ran == {"explain", "groups", "model", "previews", "spark", "training_set"}


def test_it_is_found_as_the_command_line_finds_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_WORKSPACE", str(folder))
    assert segspark.open().settings.folder == folder
    monkeypatch.delenv("SEGSPARK_WORKSPACE")
    monkeypatch.chdir(folder / "data")
    assert segspark.open().settings.folder == folder
    assert segspark.open(str(folder / "segspark.yaml")).settings.folder == folder


def test_where_there_is_none_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGSPARK_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"segspark\.open\(DIR\)"):
        segspark.open()
    with pytest.raises(ConfigError):
        segspark.open("s3://bucket/workspace")


def test_a_day_may_be_a_text(ws: "segspark.Workspace") -> None:
    assert ws.segments("2026-05-03").as_of == ws.segments(FIRST).as_of == FIRST
    assert ws.segments().as_of == SECOND
    with pytest.raises(ConfigError, match="'3 May' is no date"):
        ws.segments("3 May")
    with pytest.raises(ConfigError, match="stored days are 2026-05-03 to 2026-05-05"):
        ws.segments(date(2026, 5, 4))


def test_sizes_are_those_of_the_command(ws: "segspark.Workspace") -> None:
    told = [(s.scheme, s.name, s.segment_id, s.people, s.contactable) for s in ws.segments()]
    listed = segment_sizes(ws.settings, None)
    assert told == [
        tuple(r[k] for k in ("scheme", "segment_name", "segment_id", "people", "contactable")) for r in listed
    ]


def test_one_scheme_is_chosen_as_names_are_typed(ws: "segspark.Workspace") -> None:
    assert [size.name for size in ws.segments(scheme="Rules")] == ["Buyers"]
    with pytest.raises(UnknownName, match=r"There is no scheme 'lvls'. Did you mean levels"):
        ws.segments(scheme="lvls")


def test_wrong_names_are_answered_with_what_may_be_meant(ws: "segspark.Workspace") -> None:
    with pytest.raises(UnknownName, match="Did you mean buyers"):
        ws.segment("Buyer")
    with pytest.raises(UnknownName, match="Did you mean n_order_365d"):
        ws.features(["n_ordr_365d"])


def test_several_rules_are_previewed_together(ws: "segspark.Workspace", tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    rule = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"
    file.write_text("segments:\n" + rule.format("some", "n_order_365d >= 2") + rule.format("many", "n_order_365d >= 3"))
    some, many = ws.previews(file)
    assert (some.people, many.people, some.among_previewed) == (3, 2, {"many": 2})
    with pytest.raises(ConfigError, match="holds 2 rules: ask for previews"):
        ws.preview(file)


def test_what_only_spark_answers_says_what_to_do(tmp_path: Path) -> None:
    ws = opened(tmp_path / "w")
    # A lake from before gold.people.
    Lake(ws.settings.lake).folder(gold.PEOPLE).delete_tree()
    for ask in (lambda: ws.preview("n_order_365d >= 2"), lambda: ws.features(["n_order_365d"])):
        with pytest.raises(OnlyBySpark, match=r"Gold\.people has no rows .* Call spark\(\) of the workspace first"):
            ask()


def test_a_catalog_is_asked_only_by_a_session_that_was_asked_for(folder: Path) -> None:
    ws = segspark.open(folder)
    ws.settings = ws.settings.model_copy(update={"catalog": "spark_catalog"})
    asks = (
        ws.segments,
        lambda: ws.segment("Buyers"),
        lambda: ws.explain("ann"),
        lambda: ws.training_set("order_30d", [FIRST]),
    )
    for ask in asks:
        with pytest.raises(OnlyBySpark, match=r"A catalog keeps the tables.* Call spark\(\)"):
            ask()


def test_once_spark_is_asked_for_it_answers_what_it_alone_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = opened(tmp_path / "w")
    (row,) = preview(ws.settings, Lake(ws.settings.lake), rules_named(ws.settings, "n_order_365d >= 2"), None)
    Lake(ws.settings.lake).folder(gold.PEOPLE).delete_tree()
    session, asked = object(), []

    def by_spark(settings: object, rules: object, day: object, engine: str) -> list[object]:
        asked.append(engine)
        return [{**row, "engine": engine}]

    monkeypatch.setattr("segspark.spark.environment.check_environment", lambda lake, writes: None)
    monkeypatch.setattr("segspark.spark.session.session_for", lambda settings, name: session)
    monkeypatch.setattr("segspark.query.by_spark.preview_by_spark", by_spark)
    assert ws.spark() is ws.spark() is session
    assert ws.preview("n_order_365d >= 2").engine.startswith("Spark: gold.people has no rows")
    assert len(asked) == 1
    with pytest.raises(OnlyBySpark, match=r"Read the tables by the session of spark\(\)"):
        ws.features(["n_order_365d"])


def test_no_question_starts_java(folder: Path) -> None:
    code = f"""
import sys, segspark
light = [name for name in ("segspark.api", "pyarrow", "duckdb", "pydantic") if name in sys.modules]
ws = segspark.open({str(folder)!r})
two = ws.preview("n_order_365d >= 2")
shown = [ws.segments(), ws.segment("Buyers"), ws.segment("Buyers").people(), two, two.curve("n_order_365d"), two.members(),
         ws.features(["n_order_365d"])]
html = [each._repr_html_() for each in shown]
found = [name for name in ("pyspark", "py4j", "delta", "sklearn", "scipy", "pandas", "mlflow", "matplotlib") if name in sys.modules]
print(light, found)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=without_java(), check=False)
    assert (done.stdout.strip(), done.stderr) == ("[] []", "")


def without_java() -> dict[str, str]:
    """An environment in which a JVM could not be started."""
    path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "java").exists())
    return {**os.environ, "JAVA_HOME": "/nowhere", "PATH": path, "PYTHONPATH": str(CLONE)}
