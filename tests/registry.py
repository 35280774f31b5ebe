"""Models that are registered and were never fitted: for questions that their tags and documents answer."""

from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.models.champions import TRAINED
from segspark.models.mlflow_store import store
from segspark.models.registered import record_move


class Registry:
    """Versions of models in an MLflow of sqlite, without a model: what is asked of them is their tags."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def register(self, kind: str, label_end: date, digest: str, champion: bool = True, **documents: Any) -> str:
        name = f"{self.workspace.name}_{kind}"
        with store(self.workspace.mlflow) as mlflow:
            client = mlflow.MlflowClient()
            with mlflow.start_run() as started:
                for file, document in documents.items():
                    mlflow.log_dict(document, f"{file}.json")
            if not client.search_registered_models(f"name = '{name}'"):
                client.create_registered_model(name)
            tags = {"label_end_date": label_end.isoformat(), "digest": digest, "run_id": started.info.run_id}
            version = str(
                client.create_model_version(
                    name, f"{started.info.artifact_uri}/model", started.info.run_id, tags
                ).version
            )
            if champion:
                record_move(client, name, version, day=label_end, kind=TRAINED, who="run", why="no version is in use")
        return version
