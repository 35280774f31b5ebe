"""``segspark segments`` without Spark: what is shown, JSON for programs, and what is refused before Spark starts."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import builders
import pytest
from builders import SECOND_DAY, make_workspace, store_rows, stored_shop
from click.testing import CliRunner, Result

from segspark.cli.main import cli
from segspark.cli.output import INTERNAL
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed, InfrastructureError, SegsparkError
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override, load_overrides, save_overrides
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

# Both conditions stand in line 4.
LEVELS = builders.LEVELS.lstrip()
RULES = "segments:\n  - name: buyers\n    title: {{fr: a, en: a}}\n    when: {}\n"


def test_all_faults_of_all_files_are_told_at_once_in_text_and_json(tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("segments: {levels: levels.yaml, rules: [rules.yaml]}\n")
    (tmp_path / "levels.yaml").write_text(LEVELS.replace("_active <= 30", "_activ <= 30"))
    (tmp_path / "rules.yaml").write_text(RULES.format("{all: [n_order_30d >, n_order_30d > 'x', n_order_9d = 1]}"))
    told = CliRunner().invoke(cli, ["segments", "check", "--config", str(tmp_path), "--json"])
    assert told.exit_code == 2
    rows = json.loads(told.output)
    assert [(r["where"], r["code"]) for r in rows] == [
        ("levels.yaml:4", "unknown_value"),
        ("rules.yaml:4", "unknown_window"),
        ("rules.yaml:4", "unreadable_condition"),
        ("rules.yaml:4", "wrong_type"),
    ]
    assert all(set(r) == {"code", "where", "what", "why", "fix"} and all(r.values()) for r in rows)
    text = CliRunner().invoke(cli, ["segments", "check", "--config", str(tmp_path)]).output
    assert "rules.yaml:4: there is no n_order_9d: n_order is counted over 7, 30, 90, 365 days. [unknown_window]" in text
    assert "  fix: Write n_order_7d, or add 9 to features.windows in segspark.yaml." in text
    (tmp_path / "levels.yaml").write_text(LEVELS)
    (tmp_path / "rules.yaml").write_text(RULES.format("n_order_30d > 1"))
    told = CliRunner().invoke(cli, ["segments", "check", "--config", str(tmp_path)])
    assert (told.exit_code, told.output) == (0, "the definitions are fine\n")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Only looked at."""
    return stored_shop(tmp_path_factory.mktemp("shown") / "w")


@pytest.fixture
def own(tmp_path: Path) -> Workspace:
    """For one test to change."""
    return stored_shop(tmp_path / "w")


def ask(workspace: Workspace, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["segments", *map(str, arguments), "--config", str(workspace.folder)])


def test_segments_are_listed_with_their_sizes(shop: Workspace) -> None:
    lines = [line.split() for line in ask(shop, "list").output.splitlines()]
    assert lines == [
        ["scheme", "segment_name", "segment_id", "people", "contactable"],
        ["levels", "Active", "id-of-active", "1", "1"],
        ["rules", "Buyers", "id-of-buyers", "2", "1"],
        ["2", "segments,", "2026-05-05"],
        INTERNAL.split(),
    ]
    rows = json.loads(ask(shop, "list", "--as-of", "2026-05-03", "--json").output)
    assert [(r["segment_name"], r["people"], r["segment_date"]) for r in rows] == [
        ("Active", 1, "2026-05-03"), ("Buyers", 1, "2026-05-03"),
    ]  # fmt: skip


def test_a_list_is_narrowed_by_scheme_text_and_size_and_says_how_much_it_shows(shop: Workspace) -> None:
    def shown(*options: object) -> list[str]:
        return ask(shop, "list", *options).output.splitlines()[1:-1]

    active, buyers = ask(shop, "list").output.splitlines()[1:3]
    assert shown("--scheme", "LEVELS") == [active, "1 of 2 segments, 2026-05-05"]
    assert shown("--search", "BÛY") == [buyers, "1 of 2 segments, 2026-05-05"]
    assert shown("--top", 1) == [buyers, "1 of 2 segments, 2026-05-05"]
    assert [line.split() for line in shown("--top", 2)[:2]] == [buyers.split(), active.split()]
    nothing = ask(shop, "list", "--search", "xyz").output.splitlines()
    assert nothing[:2] == ["nothing found", "0 of 2 segments, 2026-05-05"]
    assert [r["segment_name"] for r in json.loads(ask(shop, "list", "--top", 1, "--json").output)] == ["Buyers"]
    told = ask(shop, "list", "--scheme", "levls")
    assert "There is no scheme 'levls'. Did you mean levels or rules?" in str(told.exception)


def test_a_provisional_day_is_told_to_people_and_marked_for_programs(own: Workspace) -> None:
    day = SECOND_DAY + timedelta(days=1)
    row = {"segment_date": day, "person_id": "ann", "segment_name": "Buyers", "is_provisional": True}
    store_rows(Lake(own.lake), gold.SEGMENTS, row)
    assert ask(own, "list").output.startswith("2026-05-06 is provisional: made from a part of the day before\n")
    (found,) = json.loads(ask(own, "list", "--json").output)
    assert found["is_provisional"] is True


def test_a_segment_is_shown_in_lines_or_as_one_object(shop: Workspace) -> None:
    lines = ask(shop, "show", "Acheteurs", "--full").output.splitlines()
    assert {"scheme: rules", "people: 2", "segment_date: 2026-05-05", "description: Have bought", "profile:"} <= set(
        lines
    )
    assert any(line.startswith("orders_30d ") for line in lines)
    found = json.loads(ask(shop, "show", "buyers", "--json").output)
    assert (found["people"], found["name_fr"], len(found["profile"])) == (2, "Acheteurs", 3)
    # It is exact, which pages are not.
    assert (lines[-1], found["internal"]) == (INTERNAL, True)


def test_a_segment_is_shown_in_a_few_sentences_of_the_workspace_s_language(shop: Workspace) -> None:
    assert ask(shop, "show", "acheteurs").output.splitlines() == [
        "Buyers (rules), 5 May 2026",
        "Have bought.",
        "2 people, 1 of whom may be written to (50%).",
        "Nothing sets it clearly apart from the rest of the list.",
        "of 2026-05-05 only the published profile is stored: it is rounded and hides small groups",
        INTERNAL,
    ]
    shown = ask(shop, "show", "rules:buyers", "--language", "fr").output.splitlines()
    assert shown[:2] == ["Acheteurs (rules), 5 mai 2026", "Ont acheté."]


def test_two_segments_are_compared(shop: Workspace) -> None:
    shown = ask(shop, "diff", "buyers@2026-05-03", "buyers").output.splitlines()
    assert shown[:3] == [
        "Buyers on 2026-05-03: 1 people", "Buyers on 2026-05-05: 2 people", "entered 1, left 0, stayed 1",
    ]  # fmt: skip
    assert shown[4].split() == ["orders_30d", "1", "3", "2"]
    assert json.loads(ask(shop, "diff", "buyers@2026-05-03", "buyers", "--json").output)["entered"] == 1


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (["list", "--as-of", "2026-05-04"], ConfigError, "no segments of 2026-05-04"),
        (["show", "bayers"], ConfigError, "no segment 'bayers'"),
        (["explain", "0" * 32], ConfigError, "32 hexadecimal digits"),
        (["preview", "bayers"], ConfigError, "no rule 'bayers'"),
        (["replay", "--version", "v9", "--as-of", "2026-05-03"], ConfigError, "no definition or version 'v9'"),
        (["export", "bayers"], ConfigError, "no segment 'bayers'"),
        (["merge", "a", "b"], GateClosed, "no groups yet"),
        (["split", "a"], GateClosed, "no groups yet"),
        (["decisions"], GateClosed, "no groups yet"),
        (["decisions", "--undo", "1"], ConfigError, "no decision 1; there are 0"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused_before_a_session_starts(
    shop: Workspace, arguments: list[str], kind: type[SegsparkError], said: str
) -> None:
    shown = ask(shop, *arguments)
    assert isinstance(shown.exception, kind)
    assert said in str(shown.exception)


def test_wrong_definitions_are_told_before_a_plan_is_made(own: Workspace) -> None:
    (own.folder / "rules.yaml").write_text(RULES.format("n_clik_30d > 1"))
    shown = ask(own, "plan")
    assert "rules.yaml:4: there is no value 'n_clik_30d'." in str(shown.exception)


def test_one_group_alone_is_not_merged(tmp_path: Path) -> None:
    shown = ask(make_workspace(tmp_path / "w"), "merge", "a")
    assert (shown.exit_code, "merge needs two or more groups" in shown.output) == (2, True)


def test_a_replay_needs_its_version_and_its_day(shop: Workspace) -> None:
    assert "--version" in ask(shop, "replay", "--as-of", "2026-05-03").output
    assert "--as-of" in ask(shop, "replay", "--version", "v1").output


def decided(workspace: Workspace) -> Path:
    path = Path(str(workspace.models.of(BEHAVIOUR).decisions.below(workspace.folder)))
    save_overrides(path, (Override(merge=("a", "b")), Override(split="c")))
    return path


def test_a_decision_that_is_undone_is_told_and_the_others_stay(own: Workspace) -> None:
    path = decided(own)
    assert ask(own, "decisions", "--undo", 1).output == "undone: merge a b\n"
    assert load_overrides(path) == (Override(split="c"),)


def test_a_decision_that_is_undone_is_told_to_programs_as_json(own: Workspace) -> None:
    decided(own)
    assert json.loads(ask(own, "decisions", "--undo", 1, "--json").output) == {"undone": "merge a b"}


# What Spark has answered is shown: the answers are given here, tests/app and tests/query make them ---------------------

DAY = date(2026, 5, 5)


def answered(monkeypatch: pytest.MonkeyPatch, function: str, answer: Any, *arguments: object) -> str:
    """What a command prints where the question it asks has an answer."""
    monkeypatch.setattr(function, lambda *given, **more: answer)
    monkeypatch.setattr("segspark.app.workspace.open_workspace", lambda config: None)
    monkeypatch.setattr("segspark.cli.output.find_workspace", lambda: Path("w"))
    shown = CliRunner().invoke(cli, ["segments", *map(str, arguments)])
    assert shown.exit_code == 0, shown.exception
    return shown.output


def previewed(name: str, people: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "as_of": DAY, "people": people, "contactable": people - 200 if people else 0, "left_out": {},
        "mailbox_providers": {"unknown": people}, "among_previewed": {}, "overlaps": [], "sample": [], "revenue_cents_365d": 1_250_000, "margin_cents_365d": None, "currency": "EUR", "change": None, "since": None, "engine": "DuckDB", 
        "is_verified": True, **more,
    }  # fmt: skip


def test_a_preview_says_how_many_whom_it_leaves_out_and_what_it_overlaps(monkeypatch: pytest.MonkeyPatch) -> None:
    overlaps = [{"scheme": "rfm", "segment": f"s{n}", "people": 600 - n} for n in range(11)]
    found = previewed("rich", 1200, left_out={"complained": 200, "no_consent": 0}, overlaps=overlaps, sample=["a", "b"])
    lines = answered(monkeypatch, "segspark.query.preview.preview_rules", [found], "preview", "rich").splitlines()
    assert lines[:4] == [
        "rich as of 2026-05-05: 1,200 people, 1,000 may be written to", "  left out: complained 200, no_consent 0",
        "  net revenue of 365 days: 12,500 EUR", "   50% in rfm: s0 (600)",
    ]  # fmt: skip
    # Ten overlaps are enough, and one rule alone has no matrix.
    assert (len(lines), lines[-2:]) == (3 + 10 + 1 + 1, ["  e.g. a, b", INTERNAL])


def test_several_rules_are_previewed_with_a_matrix_and_a_rule_of_nobody_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [previewed("rich", 1200, among_previewed={"none": 0}), previewed("none", 0, among_previewed={"rich": 0})]
    lines = answered(monkeypatch, "segspark.query.preview.preview_rules", found, "preview", "f.yaml").splitlines()
    assert lines[4:8] == [
        "none as of 2026-05-05: 0 people, 0 may be written to", "  left out: nobody",
        "  net revenue of 365 days: 12,500 EUR", "  e.g. nobody",
    ]  # fmt: skip
    assert lines[8] == "overlap matrix, people in both:"


def test_a_preview_says_the_change_and_who_answered_if_it_was_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"change": -7, "since": "2026-05-04", "engine": "Spark: gold.people has no rows", "is_verified": False,
            "mailbox_providers": {"gmail": 750, "orange": 240, "unknown": 10}}  # fmt: skip
    found = previewed("rich", 1200, **more)
    lines = answered(monkeypatch, "segspark.query.preview.preview_rules", [found], "preview", "rich").splitlines()
    assert lines[3:7] == [
        "  mailbox providers: gmail 75%, orange 24%, unknown 1%",
        "  since 2026-05-04: -7 people", "  answered by Spark: gold.people has no rows",
        "  the files are many: they were not compared with their checksums",
    ]  # fmt: skip


def test_a_preview_is_json_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = answered(
        monkeypatch, "segspark.query.preview.preview_rules", [previewed("r", 300)], "preview", "r", "--json"
    )
    assert (json.loads(shown)[0]["as_of"], json.loads(shown)[0]["internal"]) == ("2026-05-05", True)


def test_a_plan_that_changes_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, "segspark.query.plan.plan_definitions", [], "plan") == "nothing would change\n"
    assert answered(monkeypatch, "segspark.query.plan.plan_definitions", [], "plan", "--json") == "[]\n"


def test_a_replay_says_what_it_is_made_of_and_whether_the_day_was_made_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"scheme": "rules", "name": "buyers", "definition_version": "v1", "features": "stored", "is_written": False, "engine": "DuckDB",
             "segments": [{"segment_name": "Buyers", "segment_id": "s", "people": 3, "contactable": 2, "stored": 0, "same": 0}]}  # fmt: skip
    asked = ("replay", "--version", "v1", "--as-of", DAY)
    lines = answered(monkeypatch, "segspark.query.replay.replay_version", found, *asked).splitlines()
    assert lines[:2] == ["rules buyers, version v1, as of 2026-05-05", "features of the day: stored"]
    assert lines[3].split() == ["Buyers", "s", "3", "2", "0", "0"]
    assert lines[-2:] == ["no rows of that day were made by this version", INTERNAL]
    written = answered(monkeypatch, "segspark.query.replay.replay_version", {**found, "is_written": True}, *asked)
    assert "no rows" not in written
    assert "answered by" not in written
    by_spark = {**found, "engine": "Spark: a model"}
    lines = answered(monkeypatch, "segspark.query.replay.replay_version", by_spark, *asked).splitlines()
    assert lines[-2:] == ["answered by Spark: a model", INTERNAL]


def test_an_export_tells_its_file_and_who_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"file": "x.csv", "rows": 1200, "sha256": "0", "removed": {"complained": 3}, "as_of": DAY}
    assert answered(monkeypatch, "segspark.activation.audience.export", found, "export", "buyers") == (
        f"1,200 people in x.csv; left out: complained 3\n{INTERNAL}\n"
    )
    nobody = answered(monkeypatch, "segspark.activation.audience.export", {**found, "removed": {}}, "export", "buyers")
    assert "left out: nobody\n" in nobody
    shown = answered(monkeypatch, "segspark.activation.audience.export", found, "export", "buyers", "--json")
    assert json.loads(shown) == {**found, "as_of": "2026-05-05", "internal": True}


def test_an_export_that_did_not_reach_everybody_says_so_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"rows": 7, "refused": 2, "failed": 0, "receipts": [], "removed": {}, "as_of": DAY}
    asked: list[Any] = []
    monkeypatch.setattr("segspark.activation.audience.export", lambda *given: asked.append(given[-1]) or found)
    monkeypatch.setattr("segspark.app.workspace.open_workspace", lambda config: None)
    monkeypatch.setattr("segspark.cli.output.find_workspace", lambda: Path("w"))
    shown = CliRunner().invoke(cli, ["segments", "export", "buyers", "--to", "toy"])
    assert shown.output == f"7 people sent to toy; refused: 2; left out: nobody\n{INTERNAL}\n"
    assert (shown.exit_code, asked) == (InfrastructureError.exit_code, ["toy"])


def test_an_explanation_is_a_sentence_with_its_conditions_or_a_name(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        {"scheme": "rules", "sentence": "Is in “Buyers”.", "segment_name": "Buyers", "lines": ["✓ n >= 1"], "would_need": None},
        {"scheme": "rfm", "sentence": None, "segment_name": "Lost", "lines": [], "would_need": "needed: n >= 5"},
    ]  # fmt: skip
    shown = answered(monkeypatch, "segspark.query.explain.explain", found, "explain", "ann", "--config", shop.folder)
    assert shown.splitlines() == ["rules: Is in “Buyers”.", "  ✓ n >= 1", "rfm: Lost", "  needed: n >= 5"]
