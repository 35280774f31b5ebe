"""The stored training sets and their cards, which stand in the record of the runs that made them; read without Spark."""

import json
from collections.abc import Mapping

from segspark.models.training_sets.card import SetCard
from segspark.pipeline.view import View
from segspark.tables.contracts import gold

NAME, CARD = "training_set", "card"


def cards(view: View) -> Mapping[str, SetCard]:
    """dataset_id -> card, the newest first, of the sets of which somebody is left."""
    there = {str(file.partition["dataset_id"]) for file in view.part_files(gold.TRAINING_SETS)}
    recorded = [json.loads(row["outputs"]) for row in view.runs.rows(NAME) if row["state"] == "done"]
    found = {str(outputs["dataset_id"]): outputs[CARD] for outputs in recorded}
    return {name: SetCard.from_dict(card) for name, card in reversed(found.items()) if name in there}
