"""Pages about a version, among the artifacts of its run."""

import hashlib
from collections.abc import Mapping

from segspark.config.models import Mlflow
from segspark.models.artifact_places import check_place
from segspark.models.mlflow_store import store
from segspark.models.run_log import DIGEST_OF


def log_pages(config: Mlflow, run_id: str, pages: Mapping[str, str]) -> None:
    """Put pages beside the documents of a run, in place of those of their names.

    Raises:
        ConfigError: MLflow would write them elsewhere than the workspace says.
    """
    check_place(config)
    with store(config) as mlflow:
        client = mlflow.MlflowClient()
        for file, text in pages.items():
            client.log_text(run_id, text, file)
            client.set_tag(run_id, f"{DIGEST_OF}{file}", hashlib.sha256(text.encode()).hexdigest())
