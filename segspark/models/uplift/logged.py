"""A trial as a run of MLflow: what was declared, what was found, and the Qini curve."""

from collections.abc import Sequence
from dataclasses import asdict

from segspark.config.models import Mlflow
from segspark.models.artifact_places import check_place
from segspark.models.mlflow_store import store
from segspark.models.uplift.estimate import Method, Uplift
from segspark.models.uplift.figures import curve_document, metrics_of, qini_figure
from segspark.models.uplift.trial_file import TrialFile
from segspark.sections import Reason


def log_trial(
    config: Mlflow,
    trial: TrialFile,
    names: Sequence[str],
    found: Uplift | Sequence[Reason],
    sentences: Sequence[str],
    method: Method,
) -> str:
    """Log a trial, answered or refused; gives the id of the run. No model is registered: an order of people holds for
    the mail of its trial alone.

    Args:
        names: of the features.
        found: what was estimated, or why nothing was.
        sentences: the answer in words.

    Raises:
        ConfigError: MLflow would write elsewhere than the workspace says.
    """
    check_place(config)
    with store(config) as mlflow, mlflow.start_run(run_name=f"uplift {trial.name}") as run:
        mlflow.log_params(
            {
                "trial": trial.name, "treated": trial.treated, "control": trial.control, "outcome": trial.called.en,
                "cost": trial.cost, "seed": trial.seed, "n_features": len(names), "learner": method.learner.__name__,
                "n_folds": method.n_folds, "n_rounds": method.n_rounds, "n_bootstrap": method.n_bootstrap,
            }
        )  # fmt: skip
        mlflow.set_tags({"kind": "uplift", "is_refused": str(not isinstance(found, Uplift)).lower()})
        mlflow.log_dict(trial.model_dump(mode="json"), "trial.json")
        mlflow.log_dict({"features": list(names)}, "features.json")
        mlflow.log_text("\n".join(sentences) + "\n", "answer.txt")
        if isinstance(found, Uplift):
            mlflow.log_metrics({key: value for key, value in metrics_of(found).items() if value == value})
            mlflow.log_dict(curve_document(found), "qini.json")
            mlflow.log_figure(qini_figure(found, trial.called.en), "qini.png")
        else:
            mlflow.log_dict([asdict(reason) for reason in found], "refused.json")
        run_id: str = run.info.run_id
    return run_id
