"""Tests mirror the rooms: segspark/<room>/<module>.py has tests/<room>/test_<module>.py, or a reason why not."""

from fnmatch import fnmatchcase
from pathlib import Path

TESTS = Path(__file__).parent
CODE = TESTS.parent / "segspark"

# Module, or a pattern of modules, below segspark -> why it has no test of its own, and which one covers it.
COLUMNS = "tables as data; tables/contracts/test_catalogue.py looks at each, pins/test_words.py holds their words"
DEMO = "a part of the generator, which demo/test_generate.py looks at as a whole"
WITHOUT_A_TEST: dict[str, str] = {
    "app/counts.py": "driven whole by app/test_repair.py, which loses and doubles rows of each table",
    "lineage/telling.py": "driven whole by lineage/test_run.py, over toys, and lineage/test_day.py, over a day",
    "app/maintain_catalog.py": "driven whole by app/test_catalog_lake.py",
    "app/make_again.py": "driven whole by app/test_repair.py",
    "app/remedies.py": "data; app/test_repair.py holds it against the tables and the repair",
    "store/hdfs_streams.py": "driven whole by store/test_hdfs.py and test_each_store.py",
    "tables/io/catalog_table.py": "driven whole by tables/io/test_catalog_lake.py",
    "tables/open.py": "driven whole by app/test_catalog_lake.py and every command",
    "tables/migrate.py": "driven whole by app/test_migrate.py; tables/test_migration.py holds what it carries out",
    "tables/claim.py": "a frozen value; tables/test_lease.py reads damaged ones",
    "tables/former_lock.py": "tables/test_lease.py meets locks of every kind",
    "tables/contracts/bronze.py": COLUMNS,
    "tables/contracts/gold.py": COLUMNS,
    "tables/contracts/ops.py": COLUMNS,
    "tables/contracts/privacy.py": COLUMNS,
    "tables/contracts/silver.py": COLUMNS,
    "demo/behaviour.py": DEMO, "demo/budget.py": DEMO, "demo/journeys.py": DEMO, "demo/clock.py": DEMO, "demo/consents.py": DEMO, "demo/defects.py": DEMO,
    "demo/delivery.py": DEMO, "demo/esp.py": DEMO, "demo/extracts.py": DEMO, "demo/mails.py": DEMO,
    "demo/people.py": DEMO, "demo/shop.py": DEMO, "demo/truth.py": DEMO, "demo/wares.py": DEMO, "demo/web.py": DEMO,
    "sources/csv_dialect.py": "driven whole by sources/test_csv_strict.py",
    "sources/csv_lines.py": "driven whole by sources/test_csv_strict.py, in blocks of any size",
    "sources/first_seen.py": "driven whole by sources/test_introductions.py and test_sanitizer.py",
    "features/owners.py": "driven whole by features/test_tiles.py and ingest/test_introductions.py",
    "features/aggregations/*": "values; aggregations/test_registry.py holds all to their laws, engine/test_kernel.py and test_items.py to answers",
    "features/engine/arrow_work.py": "driven whole by the Arrow engine: features/test_compute.py and test_check.py",
    "features/engine/spark_work.py": "driven whole by the Spark engine: features/test_compute.py and test_check.py",
    "features/engine/*_engine.py": "driven whole by either engine: features/test_compute.py, test_check.py and engine/test_item_index.py",
    "features/engine/engine.py": "a frozen value; engine/test_registry.py chooses among some",
    "features/catalogue/*": "features as data; features/test_catalogue.py checks all, pins/test_hashes.py each measure",
    "cli/features.py": "its commands are run by cli/test_main.py",
    "cli/key.py": "its commands are run by app/test_rotate.py",
    "cli/run.py": "its commands are run by cli/test_main.py",
    "models/model.py": "a frozen value; models/test_registry.py looks at each model",
    "models/propensity/config.py": "fields as data; config/test_load.py holds their defaults against base.yaml",
    "models/clustering/config.py": "fields as data; config/test_load.py holds their defaults against base.yaml",
    "models/value/config.py": "fields as data; config/test_load.py holds their defaults against base.yaml",
    "models/uplift/config.py": "fields as data; config/test_load.py holds their defaults against base.yaml",
    "models/uplift/logged.py": "driven whole by app/test_uplift.py, which reads the runs of MLflow",
    "models/send_hour/config.py": "fields as data; config/test_load.py holds their defaults against base.yaml",
    "models/send_hour/model.py": "a value; models/test_registry.py looks at each, send_hour/test_training.py trains and scores it",
    "models/send_hour/stage.py": "driven whole by send_hour/test_training.py, which scores a registered version",
    "models/send_hour/documents.py": "frozen values; send_hour/test_training.py stores and reads them",
    "models/value/model.py": "a value; models/test_registry.py looks at each, value/test_training.py trains and scores it",
    "models/propensity/model.py": "a value; models/test_registry.py looks at each, sockets/test_model.py drives the like",
    "models/clustering/model.py": "a value; models/test_registry.py looks at each, app/test_real_data.py trains it",
    "models/propensity/outcomes.py": "values; models/propensity/test_sections.py and test_training_set.py say what they say",
    "models/monitoring/today.py": "driven whole by models/monitoring/test_flow.py, over a small shop",
    "models/monitoring/ended.py": "driven whole by models/monitoring/test_flow.py; test_windows.py holds which days are due",
    "models/monitoring/versions.py": "driven whole by models/monitoring/test_flow.py, over a small shop",
    "models/evaluate/judgement.py": "frozen values; models/evaluate/test_judge.py and propensity/test_documents.py store each",
    "models/card.py": "frozen values; models/propensity/test_card.py looks at them, reports/card/test_render.py draws each",
    "models/propensity/card_*.py": "driven whole by models/propensity/test_card.py",
    "models/shapley/trees.py": "frozen values; models/shapley/test_gbt.py looks at each field",
    "models/columns.py": "sockets/test_model.py adds a column of a model to people, and asks for it in rules and questions",
    "models/clustering/fitted.py": "a frozen value; models/clustering/test_kmeans.py and test_ward.py look at each field",
    "reports/texts_*.py": "sentences as data; reports/test_texts.py holds both languages against each other",
    "reports/page.py": "a frozen value; reports/test_group_figures.py draws with it",
    "bits/frames.py": "driven whole by bits/test_flow.py, over three days of a small shop",
    "segments/flow.py": "driven whole: app/test_daily.py, app/test_hourly.py, query/test_explain.py, pins/test_stored_rows.py",
    "purposes.py": "three words; test_one_definition.py and pins/test_words.py hold them",
    "models/choices.py": "words as types and a number; models/test_prepare.py and clustering/test_inputs.py prepare by them",
    "sections.py": "frozen values; reports/test_tables.py shows each kind of cell",
    "features/value.py": "a frozen value; segments/test_values.py and test_validity.py look at each field",
    "measure/list.py": "KPIs as data; measure/test_registry.py holds their words, pins/test_stored_rows.py their rows",
    "measure/mail.py": "KPIs as data; measure/test_registry.py holds their words, pins/test_stored_rows.py their rows",
    "measure/shop.py": "KPIs as data; measure/test_registry.py holds their words, pins/test_stored_rows.py their rows",
    "segments/schemes/scheme.py": "frozen values; sockets/test_scheme.py uses every field of them",
    "segments/rules/keys.py": "two words; segments/rules/test_stored.py and test_yaml.py read and write them",
    "tables/log_actions.py": "tables/test_statistics.py and duck/test_database.py read what it gives",
    "activation/by_spark.py": "query/duck/test_parity.py holds both gates against each other",
    "activation/last_gate.py": "query/duck/test_parity.py drives it by both engines; activation/test_audience.py sends",
    "duck/frame.py": "query/duck/test_parity.py places people by it, against Spark",
    "duck/only_by_spark.py": "an error; duck/test_database.py and query/duck/test_projections.py raise it",
    "query/answers.py": "query/duck/test_parity.py holds the answers of both engines against each other",
    "query/by_spark.py": "query/duck/test_parity.py holds it against DuckDB",
    "query/replay_by_spark.py": "driven whole by query/test_replay.py, test_explain.py and test_parity.py",
    "scoring/cells.py": "cells as data; scoring/test_rfm.py puts people in each, query/test_replay.py compares versions",
    "query/groups.py": "driven whole by api/test_groups.py, over a registered version",
    "query/person.py": "query/duck/test_parity.py holds a person's values against Spark's",
    "query/duck/memberships.py": "query/duck/test_parity.py holds it against what the flow stored",
    "query/duck/people.py": "query/duck/test_parity.py asks any rules of it, against Spark",
    "query/duck/sequences.py": "query/duck/test_parity.py asks any rules of it, against Spark",
    "scoring/columns.py": "columns as data; scoring/test_flow.py and query/duck/test_parity.py read each",
    "segments/entry.py": "segments/test_membership.py makes rows of entries",
    "segments/rules/engine.py": "two names of types",
    "tables/part_files.py": "duck/test_database.py reads the files that it lists",
    "segments/segment.py": "a frozen value; segments/test_registry.py writes it",
}  # fmt: skip


def modules() -> set[str]:
    """Every module but the packages' own files, which hold at most names."""
    return {p.relative_to(CODE).as_posix() for p in CODE.rglob("*.py") if p.name != "__init__.py"}


def test_of(module: str) -> Path:
    room, _, name = module.rpartition("/")
    return TESTS / room / f"test_{name}"


test_of.__test__ = False  # type: ignore[attr-defined]


def matched(entry: str) -> set[str]:
    return {m for m in modules() if fnmatchcase(m, entry)}


def test_every_module_has_its_test_or_a_reason() -> None:
    excused = {m for entry in WITHOUT_A_TEST for m in matched(entry)}
    missing = sorted(m for m in modules() - excused if not test_of(m).is_file())
    assert missing == []


def test_no_reason_is_left_over() -> None:
    nothing = [entry for entry in WITHOUT_A_TEST if not matched(entry)]
    assert nothing == [], "these match no module"
    # Of a pattern some modules may have a test all the same.
    superfluous = [entry for entry in WITHOUT_A_TEST if all(test_of(m).is_file() for m in matched(entry))]
    assert superfluous == [], "what these match has a test"
    assert all(len(reason.split()) > 2 for reason in WITHOUT_A_TEST.values())


def test_modules_are_found_at_all() -> None:
    assert {"ids.py", "pipeline/step.py", "tables/io/writer.py", "features/engine/arrow.py"} <= modules()
    assert test_of("tables/io/writer.py") == TESTS / "tables" / "io" / "test_writer.py"
    assert test_of("ids.py") == TESTS / "test_ids.py"
