"""Pages about a version, among the artifacts of its run."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from segspark.config.models import Mlflow
from segspark.models.artifact_places import check_place
from segspark.models.mlflow_store import store
from segspark.models.run_log import DIGEST_OF


def log_pages(config: Mlflow, run_id: str, pages: Mapping[str, bytes]) -> None:
    """Put pages beside the documents of a run, in place of those of their names.

    Raises:
        ConfigError: MLflow would write them elsewhere than the workspace says.
    """
    check_place(config)
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        client = mlflow.MlflowClient()
        for file, content in pages.items():
            path = Path(scratch) / file
            path.write_bytes(content)
            client.log_artifact(run_id, str(path))
            client.set_tag(run_id, f"{DIGEST_OF}{file}", hashlib.sha256(content).hexdigest())
