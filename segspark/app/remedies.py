"""What can be done about each table of the lake when it is damaged: make it again, or restore it from a backup."""

from dataclasses import dataclass

from segspark.tables.contracts import bronze, gold, ops, privacy, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.damage import Damage
from segspark.tables.lake import Lake

# Tables that are made again, by what makes them; days of a later line need those before it.
OBJECTIONS = (silver.OBJECTIONS.name,)
TILES = (gold.ACTIVITY_DAILY.name, gold.ACTIVITY_CORRECTIONS.name, gold.ACTIVITY_ITEMS.name)
FEATURES = (gold.ITEM_LAST_DAYS.name, gold.FEATURES.name)
RESTATED = (gold.FEATURES_RESTATED.name,)
SCORES = (gold.SCORES.name,)
SEGMENTS = (
    gold.PEOPLE.name,
    gold.SEGMENTS.name,
    gold.SEGMENT_CHANGES.name,
    gold.SEGMENT_PROFILES.name,
    ops.SEGMENT_PROFILES.name,
)
BY_DAY = (*FEATURES, *RESTATED, *SCORES, *SEGMENTS)
AS_A_WHOLE = (*OBJECTIONS, *TILES)


@dataclass(frozen=True)
class Remedy:
    """What is done about a damaged table.

    Attributes:
        made_from: the tables that tell its rows; empty if nothing does.
        restore: what to restore, and what is lost where there is no backup; empty if it is made again.
    """

    made_from: tuple[str, ...] = ()
    restore: str = ""

    @property
    def is_made_again(self) -> bool:
        return bool(self.made_from)


_EVENTS = (silver.EVENTS.name, silver.IDENTITY_LINKS.name, silver.UNINTRODUCED.name)
_WITH_BATCHES = "with every other table of bronze, silver, privacy and ops from the same moment"
REMEDIES: dict[str, Remedy] = {
    bronze.RECORDS.name: Remedy(restore="it holds what is kept of received records; nothing is computed from it"),
    bronze.QUARANTINE.name: Remedy(
        restore="it holds the refused records; without it their source has to export the files again"
    ),
    privacy.IDENTITIES.name: Remedy(
        restore="it alone turns pseudonyms back into addresses; without it nobody can be exported, until sources "
        "name the people again"
    ),
    privacy.LAST_OPENS.name: Remedy(restore="it holds a date a person for list hygiene; nothing else tells it"),
    silver.EVENTS.name: Remedy(restore=_WITH_BATCHES),
    silver.ORDERS.name: Remedy(restore=_WITH_BATCHES),
    silver.ORDER_LINES.name: Remedy(restore=_WITH_BATCHES),
    silver.PROFILES.name: Remedy(restore=_WITH_BATCHES),
    silver.CONSENTS.name: Remedy(restore=f"{_WITH_BATCHES}; until then write to nobody"),
    silver.IDENTITY_LINKS.name: Remedy(restore=_WITH_BATCHES),
    silver.UNINTRODUCED.name: Remedy(restore=_WITH_BATCHES),
    silver.OBJECTIONS.name: Remedy(made_from=(silver.EVENTS.name,)),
    **{name: Remedy(made_from=_EVENTS) for name in TILES},
    **{name: Remedy(made_from=TILES) for name in (*FEATURES, *RESTATED)},
    gold.SCORES.name: Remedy(made_from=FEATURES),
    **{name: Remedy(made_from=(*FEATURES, *SCORES)) for name in SEGMENTS},
    gold.SEGMENT_REGISTRY.name: Remedy(
        restore="it holds the ids and first days of segments; ids of groups that a model found are minted once"
    ),
    gold.SEGMENT_MIGRATIONS.name: Remedy(restore="it compares two models on the day of a training"),
    gold.DEFINITIONS.name: Remedy(
        restore="it holds the rules as they were on past days, which explanations of these days need"
    ),
    gold.TRAINING_SETS.name: Remedy(
        restore="it is the evidence of what models were trained on; the models do not need it, and the next "
        "`segspark run train` adds its own set"
    ),
    gold.MODEL_DRIFT.name: Remedy(restore="it compares the people of past days with those of a training"),
    gold.MODEL_PERFORMANCE.name: Remedy(
        restore="it tells how good past scores were; without a backup remove its folder, and the next runs judge the "
        "windows of the last weeks again"
    ),
    **{
        table.name: Remedy(
            restore="it belongs to the other tables of bitmaps; without a backup remove the folders of gold.ordinals, "
            "gold.bits and gold.day_bits, and the next daily run numbers everybody anew"
        )
        for table in (gold.ORDINALS, gold.BITS, gold.DAY_BITS)
    },
    ops.RUNS.name: Remedy(restore=_WITH_BATCHES),
    ops.FILES.name: Remedy(restore=f"{_WITH_BATCHES}; without it files would be taken in again"),
    ops.LEDGER.name: Remedy(restore=_WITH_BATCHES),
    ops.FILE_HASHES.name: Remedy(
        restore="it saves reading files again; without a backup remove its folder, and the next run reads every file"
    ),
    ops.SCHEMA.name: Remedy(restore="it tells how tables were migrated; nothing is computed from it"),
}


def what_to_do(lake: Lake, contract: Contract, damage: Damage | None = None) -> str:
    """How to mend a damage of a table; without a damage its rows are too few or too many."""
    where, remedy = lake.path(contract), REMEDIES[contract.name]
    if damage is not None and damage.kind == "checkpoint":
        return "`segspark doctor --repair` removes it where the commits suffice; else restore the file from a backup"
    if remedy.is_made_again:
        from_ = ", ".join(remedy.made_from)
        day = f" {damage.day}" if damage is not None and damage.day and contract.name in BY_DAY else " it"
        return f"`segspark doctor --repair` makes{day} again from {from_}"
    if damage is None:
        return f"Restore {where} from a backup: {remedy.restore}"
    if damage.kind == "file":
        rows = f"its {damage.rows:,} rows" if damage.rows is not None else "its rows"
        return f"Restore {where}/{damage.file} from a backup: {rows} are nowhere else ({remedy.restore})"
    return (
        f"Restore {where}/{damage.file} from a backup, or the whole folder {where} at an earlier version "
        f"({remedy.restore})"
    )
